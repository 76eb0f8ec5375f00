import { LIMITS } from "../../../cards/limits.ts";
import { fitCharacters } from "../../../cards/render/fit.ts";
import { renderWecom, renderWecomReplacement, type WecomContent } from "../../../cards/render/wecom.ts";
import { renderMarkdown } from "../../../cards/render/wecom-markdown.ts";
import type {
  CardReplacement,
  Messenger,
  NewGroup,
  OutgoingFile,
  OutgoingMessage,
  Recipient,
  SendOutcome,
} from "../../ports/messenger.ts";
import type { SendQuota } from "../../ports/send-quota.ts";
import { type AccessTokens, TokenUnavailable } from "../wechat-api/access-tokens.ts";
import type { ApiAnswer, ApiConnection } from "../wechat-api/api.ts";
import { callWithToken } from "../wechat-api/authorized-call.ts";
import { failureOutcome } from "./error-codes.ts";
import { uploadFile } from "./media.ts";
import { outcomeOf, refusal, sendingOutcomeOf, unreachable } from "./outcome.ts";

export interface WecomMessengerConfig extends ApiConnection {
  readonly corpId: string;
  readonly agentId: number;
}

/** The longest the vendor remembers: all our tries of one message lie within it. */
const DUPLICATE_CHECK_SECONDS = 14_400;
/** Error codes of `appchat/create` for a chatid that exists: by whomever, it is the group of ours that we name so. */
const GROUP_EXISTS = "86215";

/**
 * Says things by one self-built app (reference/platforms.md sections 3 and 4). One person per call, so that every copy of
 * a card has its own id and its own response code. Throws only when the shared state or the quota fails.
 */
export function createWecomMessenger(config: WecomMessengerConfig, tokens: AccessTokens, quota: SendQuota): Messenger {
  const call = (path: string, body: unknown): Promise<ApiAnswer> => callWithToken(config, tokens, path, body);
  const say = async (recipient: Recipient, content: Message): Promise<SendOutcome> => {
    if (recipient.kind === "group") {
      return outcomeOf(await call("/cgi-bin/appchat/send", { chatid: recipient.externalId, ...content }), "appchat");
    }
    const room = await quota.take(recipient.externalId);
    if (room.state === "full") {
      return {
        state: "later",
        code: "SEND_QUOTA",
        reason: "30 messages a minute or 1,000 an hour to one member",
        retryAfterMs: room.retryAfterMs,
      };
    }
    const body = {
      touser: recipient.externalId,
      agentid: config.agentId,
      ...content,
      // Of cards only, whose task id tells two alike apart: who asks the same twice is to hear the same words twice.
      ...(content.msgtype === "template_card"
        ? { enable_duplicate_check: 1, duplicate_check_interval: DUPLICATE_CHECK_SECONDS }
        : {}),
    };
    return sendingOutcomeOf(await call("/cgi-bin/message/send", body), recipient.externalId, `app-${content.msgtype}`);
  };
  return {
    platform: "wecom",
    appId: config.corpId,
    dropsRepeats: (recipient, card) => recipient.kind === "person" && renderWecom(card).kind === "template-card",
    cardUpdates: "by-code",
    send: (recipient, message) => withToken(() => say(recipient, messageOf(recipient, message))),
    updateCard: (replacement) => withToken(() => updateCard(config, call, replacement)),
    sendFile: (recipient, file) => withToken(() => sendFile(config, tokens, recipient, file, say)),
    createGroup: (group) => withToken(() => createGroup(call, group)),
  };
}

/** Without a token nothing was sent, so this is never `unknown`. */
async function withToken(work: () => Promise<SendOutcome>): Promise<SendOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TokenUnavailable)) throw error;
    if (error.errorCode === 0) return unreachable(error.message);
    const outcome = failureOutcome(error.errorCode, error.message);
    return outcome.state === "refused"
      ? { state: "later", code: outcome.code, reason: outcome.reason, retryAfterMs: 300_000 }
      : outcome;
  }
}

type Message =
  | { readonly msgtype: "text"; readonly text: { readonly content: string } }
  | { readonly msgtype: "markdown"; readonly markdown: { readonly content: string } }
  | { readonly msgtype: "file"; readonly file: { readonly media_id: string } }
  | { readonly msgtype: "template_card"; readonly template_card: object };

/** Groups take no template cards (section 3.1): there a card is markdown, with its links. */
function messageOf(recipient: Recipient, message: OutgoingMessage): Message {
  const content: WecomContent =
    recipient.kind === "group" && message.card.title !== ""
      ? { kind: "markdown", markdown: renderMarkdown(message.card) }
      : renderWecom(recipient.kind === "group" ? { ...message.card, buttons: [] } : message.card);
  switch (content.kind) {
    case "text":
      return { msgtype: "text", text: { content: content.text } };
    case "markdown":
      return { msgtype: "markdown", markdown: { content: content.markdown } };
    case "template-card":
      return {
        msgtype: "template_card",
        template_card: {
          ...content.templateCard,
          ...(message.taskId === undefined ? {} : { task_id: message.taskId }),
        },
      };
    default:
      return content satisfies never;
  }
}

async function updateCard(
  config: WecomMessengerConfig,
  call: (path: string, body: unknown) => Promise<ApiAnswer>,
  { recipient, card, responseCode }: CardReplacement,
): Promise<SendOutcome> {
  if (responseCode === undefined) return refusal("NO_RESPONSE_CODE", "a copy is replaced with a response code");
  const body = {
    userids: [recipient.externalId],
    agentid: config.agentId,
    response_code: responseCode,
    template_card: renderWecomReplacement(card),
  };
  const answer = await call("/cgi-bin/message/update_template_card", body);
  return sendingOutcomeOf(answer, recipient.externalId, "update-template-card");
}

async function sendFile(
  config: WecomMessengerConfig,
  tokens: AccessTokens,
  recipient: Recipient,
  file: OutgoingFile,
  say: (recipient: Recipient, content: Message) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const { fileMaxBytes } = LIMITS.wecom;
  if (file.bytes.byteLength > fileMaxBytes) return refusal("FILE_TOO_LARGE", "WeCom takes files of at most 20 MB");
  const uploaded = await uploadFile(config, tokens, file);
  const outcome = outcomeOf(uploaded, "media");
  if (outcome.state === "unknown") return unreachable(outcome.reason); // Kept or not, nobody has seen it.
  if (uploaded.state !== "answered" || outcome.state !== "accepted") return outcome;
  const { media_id: mediaId } = uploaded.json;
  if (typeof mediaId !== "string") return refusal("NO_MEDIA_ID", "the upload was answered without a media_id");
  return say(recipient, { msgtype: "file", file: { media_id: mediaId } });
}

async function createGroup(
  call: (path: string, body: unknown) => Promise<ApiAnswer>,
  group: NewGroup,
): Promise<SendOutcome> {
  const answer = await call("/cgi-bin/appchat/create", {
    name: fitCharacters(group.name, LIMITS.wecom.groupNameMaxCharacters),
    owner: group.ownerId,
    userlist: group.memberIds,
    chatid: group.externalId,
  });
  const outcome = outcomeOf(answer, "appchat-create");
  return outcome.state === "refused" && outcome.code === GROUP_EXISTS
    ? { state: "accepted", channel: "appchat-create" }
    : outcome;
}
