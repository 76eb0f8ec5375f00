import { createHash } from "node:crypto";
import type { Card, CardName } from "../../../cards/card.ts";
import { LIMITS } from "../../../cards/limits.ts";
import { type ConversationContent, renderConversation } from "../../../cards/render/official-account.ts";
import { renderGeneralTemplate, renderTemplate, type TemplateContent } from "../../../cards/render/template.ts";
import type { Messenger, OutgoingMessage, Recipient, SendOutcome } from "../../ports/messenger.ts";
import { type AccessTokens, TokenUnavailable } from "../wechat-api/access-tokens.ts";
import { type ApiAnswer, type ApiConnection, errorCodeOf, errorMessageOf } from "../wechat-api/api.ts";
import { callWithToken } from "../wechat-api/authorized-call.ts";
import { failureOutcome, meaningOf } from "./error-codes.ts";

/** A template that was chosen in the account's console for a kind of card. */
export interface TemplateBinding {
  readonly templateId: string;
  /** The template's field names in the order of the card's `notice` facts; without it keyword1, keyword2, … */
  readonly keywords?: readonly string[];
}

export interface OfficialAccountMessengerConfig extends ApiConnection {
  readonly appId: string;
  /** `text` is the general template: it carries the beginning of every card that has none of its own. */
  readonly templates: Readonly<Partial<Record<CardName, TemplateBinding>>>;
}

const UNREACHABLE_RETRY_MS = 10_000;

/**
 * Says things on one official account (reference/platforms.md section 5.1). Without `via` a reply goes as a
 * customer-service message and, when its window is closed, as a template message if the card has one; a notice goes the
 * other way round. Throws only when the shared state fails.
 */
export function createOfficialAccountMessenger(
  config: OfficialAccountMessengerConfig,
  tokens: AccessTokens,
): Messenger {
  return {
    platform: "official-account",
    appId: config.appId,
    templateFor: (card) => templateOf(config, card)?.kind ?? "none",
    async send(recipient: Recipient, message: OutgoingMessage): Promise<SendOutcome> {
      if (recipient.kind === "group") {
        return refusal("UNSUPPORTED_RECIPIENT", "an official account has no groups");
      }
      try {
        return await sendToPerson(config, tokens, recipient.externalId, message);
      } catch (error) {
        if (!(error instanceof TokenUnavailable)) throw error;
        // Without a token nothing was sent, so this is never `unknown`.
        if (error.errorCode === 0) return unreachable(error.message);
        const outcome = failureOutcome(error.errorCode, error.message);
        return outcome.state === "refused"
          ? { state: "later", code: outcome.code, reason: outcome.reason, retryAfterMs: UNREACHABLE_RETRY_MS }
          : outcome;
      }
    },
  };
}

async function sendToPerson(
  config: OfficialAccountMessengerConfig,
  tokens: AccessTokens,
  openId: string,
  message: OutgoingMessage,
): Promise<SendOutcome> {
  const template = templateRequest(config, openId, message);
  const sendTemplate = async ({ body }: { readonly body: TemplateRequest }): Promise<SendOutcome> =>
    outcomeOf(await callWithToken(config, tokens, "/cgi-bin/message/template/send", body), "template");

  if (message.via === "template") {
    return template === undefined ? refusal("NO_TEMPLATE", "no template carries this card") : sendTemplate(template);
  }
  const mayFallBack = message.via === undefined;
  if (mayFallBack && message.occasion === "notice" && template?.kind === "own") return sendTemplate(template);
  const content = renderConversation(message.card);
  const answer = await callWithToken(
    config,
    tokens,
    "/cgi-bin/message/custom/send",
    conversationRequest(openId, content),
  );
  if (mayFallBack && template !== undefined && answer.state === "answered") {
    if (meaningOf(errorCodeOf(answer.json)) === "window-closed") return sendTemplate(template);
  }
  return outcomeOf(answer, `custom-${content.kind}`);
}

function outcomeOf(answer: ApiAnswer, channel: string): SendOutcome {
  switch (answer.state) {
    case "unreachable":
      return unreachable(answer.reason);
    case "unknown":
      return { state: "unknown", reason: answer.reason };
    case "answered": {
      const errorCode = errorCodeOf(answer.json);
      if (errorCode !== 0) return failureOutcome(errorCode, errorMessageOf(answer.json));
      const { msgid } = answer.json;
      return {
        state: "accepted",
        channel,
        ...(typeof msgid === "string" || typeof msgid === "number" ? { vendorId: String(msgid) } : {}),
      };
    }
    default:
      return answer satisfies never;
  }
}

function conversationRequest(openId: string, content: ConversationContent): unknown {
  if (content.kind === "text") return { touser: openId, msgtype: "text", text: { content: content.text } };
  return {
    touser: openId,
    msgtype: "msgmenu",
    msgmenu: {
      head_content: content.head,
      list: content.items.map((item) => ({ id: item.id, content: item.label })),
      tail_content: content.tail,
    },
  };
}

interface TemplateRequest {
  readonly touser: string;
  readonly template_id: string;
  readonly url?: string;
  readonly data: Readonly<Record<string, { readonly value: string }>>;
  readonly client_msg_id: string;
}

function templateRequest(
  config: OfficialAccountMessengerConfig,
  openId: string,
  message: OutgoingMessage,
): { readonly kind: "own" | "general"; readonly body: TemplateRequest } | undefined {
  const found = templateOf(config, message.card);
  if (found === undefined) return undefined;
  const { kind, templateId, content } = found;
  const body = {
    touser: openId,
    template_id: templateId,
    ...(content.url === undefined ? {} : { url: content.url }),
    data: content.data,
    client_msg_id: clientMessageId(message.dedupeKey),
  };
  return { kind, body };
}

/** The template of the card's own kind where the card has the facts for it, else the general one. */
function templateOf(
  config: OfficialAccountMessengerConfig,
  card: Card,
): { readonly kind: "own" | "general"; readonly templateId: string; readonly content: TemplateContent } | undefined {
  const own = config.templates[card.name];
  const content = own && renderTemplate(card, own.keywords);
  if (own !== undefined && content !== undefined) return { kind: "own", templateId: own.templateId, content };
  const general = config.templates.text;
  if (general === undefined) return undefined;
  return {
    kind: "general",
    templateId: general.templateId,
    content: renderGeneralTemplate(card, general.keywords),
  };
}

/** WeChat takes 32 characters; a longer key is hashed, so that the same key still gives the same id. */
const clientMessageId = (dedupeKey: string): string =>
  dedupeKey.length <= LIMITS.officialAccount.clientMessageIdMaxCharacters
    ? dedupeKey
    : createHash("sha256")
        .update(dedupeKey)
        .digest("hex")
        .slice(0, LIMITS.officialAccount.clientMessageIdMaxCharacters);

const unreachable = (reason: string): SendOutcome => ({
  state: "later",
  code: "UNREACHABLE",
  reason,
  retryAfterMs: UNREACHABLE_RETRY_MS,
});

const refusal = (code: string, reason: string): SendOutcome => ({
  state: "refused",
  code,
  reason,
  recipientGone: false,
});
