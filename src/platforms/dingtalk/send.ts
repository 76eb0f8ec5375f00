import type { Card } from "../../../cards/card.ts";
import { renderButtons, renderRobotMessage } from "../../../cards/render/dingtalk.ts";
import type { CardReplacement, Messenger, OutgoingMessage, Recipient, SendOutcome } from "../../ports/messenger.ts";
import type { SharedState } from "../../ports/shared-state.ts";
import { cardDataOf } from "./card-data.ts";
import { type CardPlatform, changeCard, deliverCard } from "./cards.ts";
import { failureOutcome, meaningOf } from "./error-codes.ts";
import { sendFile } from "./files.ts";
import { type RobotConnection, type RobotMessage, sendToGroup, sendToPeople } from "./robot-messages.ts";
import { type AccessTokens, TokenUnavailable } from "./token.ts";

export interface DingtalkMessengerConfig extends RobotConnection {
  /** `DINGTALK_CLIENT_ID` */
  readonly clientId: string;
  /** Undefined: cards go out as words with links. */
  readonly cards: CardPlatform | undefined;
}

const UNREACHABLE_RETRY_MS = 10_000;
/** A copy that was said in words, or that DingTalk has forgotten. */
const NO_SUCH_CARD = "param.cardNotExist";

/**
 * Says things by one robot (reference/platforms.md section 6.3), one to one and in groups. A card with buttons, and any
 * card in a group, is interactive, so that it can show later what became of it; it goes as words where no template is
 * configured and where DingTalk won't take it. Throws only when the shared state fails.
 */
export function createDingtalkMessenger(
  config: DingtalkMessengerConfig,
  tokens: AccessTokens,
  sharedState: SharedState,
): Messenger {
  const context = { config, tokens, sharedState };
  return {
    platform: "dingtalk",
    appId: config.clientId,
    send: (recipient, message) => withTokens(() => say(context, recipient, message)),
    cardUpdates: "any-time",
    updateCard: (replacement) => withTokens(() => replace(context, replacement)),
    sendFile: (recipient, file) => withTokens(() => sendFile(config, tokens, recipient, file)),
  };
}

interface SendContext {
  readonly config: DingtalkMessengerConfig;
  readonly tokens: AccessTokens;
  readonly sharedState: SharedState;
}

async function say(context: SendContext, recipient: Recipient, message: OutgoingMessage): Promise<SendOutcome> {
  const { config, tokens, sharedState } = context;
  const { card, taskId } = message;
  if (config.cards === undefined || taskId === undefined || !isInteractive(recipient, card)) {
    return sayInWords(context, recipient, card);
  }
  const data = cardDataOf(config.cards.apiSecret, taskId, card, viewersOf(recipient, card));
  const outcome = await deliverCard(config, config.cards, tokens, sharedState, recipient, taskId, data);
  return outcome.state === "refused" && isUnusable(outcome.code) ? sayInWords(context, recipient, card) : outcome;
}

async function replace(context: SendContext, replacement: CardReplacement): Promise<SendOutcome> {
  const { config, tokens } = context;
  const { recipient, taskId, card } = replacement;
  if (config.cards === undefined) return sayInWords(context, recipient, card);
  const data = cardDataOf(config.cards.apiSecret, taskId, card, viewersOf(recipient, card));
  const outcome = await changeCard(config, tokens, taskId, data);
  const isMissing = outcome.state === "refused" && (outcome.code === NO_SUCH_CARD || isUnusable(outcome.code));
  return isMissing ? sayInWords(context, recipient, card) : outcome;
}

/** In a group the card is said to all of them; what they may press is each one's own. */
const viewersOf = (recipient: Recipient, card: Card): readonly string[] =>
  recipient.kind === "person" ? [recipient.externalId] : (card.buttonsFor ?? []);

const isInteractive = (recipient: Recipient, card: Card): boolean =>
  renderButtons(card).length > 0 || (recipient.kind === "group" && card.title !== "");

const isUnusable = (code: string): boolean => code === "CARD_NOT_DELIVERED" || meaningOf(code) === "card-unusable";

async function sayInWords({ config, tokens }: SendContext, recipient: Recipient, card: Card): Promise<SendOutcome> {
  const content = renderRobotMessage(card);
  const message: RobotMessage =
    content.kind === "text"
      ? { msgKey: "sampleText", content: content.text }
      : { msgKey: "sampleMarkdown", title: content.title, text: content.text };
  if (recipient.kind === "group") return sendToGroup(config, tokens, recipient.externalId, message);
  const outcomes = await sendToPeople(config, tokens, [recipient.externalId], message);
  return outcomes.get(recipient.externalId) ?? failureOutcome("INVALID_STAFF");
}

/** Without a token nothing was sent, so this is never `unknown`. */
async function withTokens(work: () => Promise<SendOutcome>): Promise<SendOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TokenUnavailable)) throw error;
    const outcome = failureOutcome(error.code === "" ? "UNREACHABLE" : error.code);
    const retryAfterMs = outcome.state === "later" ? outcome.retryAfterMs : UNREACHABLE_RETRY_MS;
    return { state: "later", code: error.code || "UNREACHABLE", reason: error.message, retryAfterMs };
  }
}
