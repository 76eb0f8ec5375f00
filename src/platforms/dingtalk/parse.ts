import type { InboundContent, InboundEvent } from "../../../bot/events.ts";
import { decodeAction } from "../../../cards/action.ts";
import { type Refusal, refuse } from "../crypto/refusal.ts";
import { isJsonObject, type JsonObject, parseJsonObject, textOf, textsOf } from "./json.ts";
import { isButtonProof } from "./proof.ts";

/** Who we are on DingTalk: `DINGTALK_CLIENT_ID DINGTALK_ROBOT_CODE`. */
export interface DingtalkApp {
  readonly clientId: string;
  readonly robotCode: string;
}

type Parsed = { readonly ok: true; readonly event: InboundEvent } | Refusal;

/** Kinds of message by our name for them (bot/router.ts answers these kindly). */
const MESSAGE_KINDS: Readonly<Record<string, string>> = {
  picture: "image",
  audio: "voice",
  video: "video",
  file: "file",
};

/**
 * What somebody said to the robot, alone with it or with an @ in a group (reference/platforms.md section 6.2). The sender
 * is the staff id, which only members of the organisation have; anybody else keeps the encrypted id, to which nobody here
 * is bound. A kind that we do not use becomes `other`.
 */
export function parseRobotMessage(app: DingtalkApp, message: JsonObject): Parsed {
  const messageId = textOf(message, "msgId");
  const conversationId = textOf(message, "conversationId");
  const conversationType = textOf(message, "conversationType");
  const anySenderId = textOf(message, "senderId");
  const { createAt } = message;
  if (!messageId || !conversationId || !anySenderId || !isMilliseconds(createAt)) {
    return refuse("BAD_MESSAGE", "msgId, conversationId, senderId or createAt is missing");
  }
  if (conversationType !== "1" && conversationType !== "2") {
    return refuse("BAD_MESSAGE", "conversationType is neither 1 nor 2");
  }
  const robotCode = textOf(message, "robotCode");
  // "normal" is what robots without a code of their own are called.
  if (robotCode !== undefined && robotCode !== "normal" && robotCode !== app.robotCode) {
    return refuse("WRONG_RECEIVER", "said to another robot than DINGTALK_ROBOT_CODE");
  }
  const senderId = memberIdOf(message) ?? anySenderId;
  const base = {
    platform: "dingtalk",
    appId: app.clientId,
    externalKey: `message:${messageId}`,
    senderId,
    conversationId: conversationType === "1" ? senderId : conversationId,
    ...(conversationType === "1" ? {} : { group: { title: textOf(message, "conversationTitle") ?? "" } }),
    receiverId: textOf(message, "chatbotUserId") ?? app.robotCode,
    sentAtMs: createAt,
  } as const;
  return { ok: true, event: { ...base, ...contentOf(message) } };
}

/** The staff id of a colleague; somebody of another organisation may have the same one there. */
function memberIdOf(message: JsonObject): string | undefined {
  const senderCorpId = textOf(message, "senderCorpId");
  const isColleague = senderCorpId === undefined || senderCorpId === textOf(message, "chatbotCorpId");
  return isColleague ? textOf(message, "senderStaffId") : undefined;
}

function contentOf(message: JsonObject): InboundContent {
  const type = textOf(message, "msgtype") ?? "";
  switch (type) {
    case "text": {
      const text = isJsonObject(message.text) ? message.text.content : undefined;
      // A space stays where the @ of the robot was.
      return { kind: "text", text: typeof text === "string" ? text.trim() : "" };
    }
    case "richText":
      return richTextContent(message);
    case "audio": {
      // DingTalk writes down what was spoken: as good as typed.
      const spoken = isJsonObject(message.content) ? textOf(message.content, "recognition") : undefined;
      return spoken === undefined ? { kind: "other", what: "voice" } : { kind: "text", text: spoken.trim() };
    }
    case "picture":
      return pictureContent(isJsonObject(message.content) ? message.content : undefined);
    default:
      return { kind: "other", what: MESSAGE_KINDS[type] ?? type };
  }
}

/** What a picture is fetched by; `pictureDownloadCode` is the older name. */
function pictureContent(content: JsonObject | undefined): InboundContent {
  const code = content && (textOf(content, "downloadCode") ?? textOf(content, "pictureDownloadCode"));
  return { kind: "other", what: "image", ...(code === undefined ? {} : { mediaId: code }) };
}

/** Words among pictures are words; pictures alone are a picture. */
function richTextContent(message: JsonObject): InboundContent {
  const parts = isJsonObject(message.content) ? message.content.richText : undefined;
  const objects = Array.isArray(parts) ? parts.filter(isJsonObject) : [];
  const text = objects
    .flatMap((part) => textOf(part, "text") ?? [])
    .join("")
    .trim();
  return text === "" ? pictureContent(objects.find((part) => textOf(part, "downloadCode"))) : { kind: "text", text };
}

/** A click on a button of a card, with what is needed to answer it. */
export interface CardClick {
  readonly event: InboundEvent;
  readonly outTrackId: string;
  /** Who clicked: `userIdType` is 1 on all our cards. */
  readonly userId: string;
}

/**
 * A click on a card of ours (section 6.5). It has no id of its own: card, person, button and the time of the signature
 * tell a repeated request from a second press, which is answered again. Refused without the proof that we made this
 * button for this person. `signedAtMs` is what the signature covers, since the callback itself tells no time.
 */
export function parseCardClick(
  app: DingtalkApp,
  proofSecret: string,
  message: JsonObject,
  signedAtMs: number,
): { readonly ok: true; readonly click: CardClick } | Refusal {
  const outTrackId = textOf(message, "outTrackId");
  const userId = textOf(message, "userId");
  // Older callbacks call it `value`; newer ones send both.
  const content = parseJsonObject(textOf(message, "content") ?? textOf(message, "value") ?? "");
  const pressed = isJsonObject(content?.cardPrivateData) ? content.cardPrivateData : undefined;
  if (!outTrackId || !userId || !content || !pressed) {
    return refuse("BAD_MESSAGE", "outTrackId, userId or content is missing");
  }
  // The platform's own pages show `params` beside cardPrivateData as well as inside of it.
  const params = [pressed.params, content.params].find(isJsonObject);
  const actionText = params && textOf(params, "action");
  const proof = params && textOf(params, "proof");
  if (!actionText || !proof) {
    return refuse("BAD_MESSAGE", "the button brings no action and proof: see docs/dingtalk-card-template.md");
  }
  if (!isButtonProof(proofSecret, proof, outTrackId, userId, actionText)) {
    return refuse("BAD_PROOF", "the button was not made for this person on this card");
  }
  const action = decodeAction(actionText);
  const asked: InboundContent =
    action === null
      ? { kind: "other", what: `card:${textsOf(pressed, "actionIds").join(",").slice(0, 60)}` }
      : { kind: "action", action, cardTaskId: outTrackId };
  const event: InboundEvent = {
    platform: "dingtalk",
    appId: app.clientId,
    externalKey: `click:${outTrackId}|${userId}|${proof}|${signedAtMs}`,
    senderId: userId,
    // What is said to a click is said to who clicked, never to the whole group.
    conversationId: userId,
    receiverId: app.robotCode,
    sentAtMs: signedAtMs,
    ...asked,
  };
  return { ok: true, click: { event, outTrackId, userId } };
}

const isMilliseconds = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 1_000_000_000_000;
