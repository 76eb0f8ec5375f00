import { LIMITS } from "../../../cards/limits.ts";
import type { OutgoingFile, Recipient, SendOutcome } from "../../ports/messenger.ts";
import { oapiUrl } from "./api.ts";
import { failureOutcome } from "./error-codes.ts";
import { textOf } from "./json.ts";
import { outcomeOf, type RobotConnection, type RobotMessage, sendToGroup, sendToPeople } from "./robot-messages.ts";
import { type AccessTokens, callWithToken } from "./token.ts";

/** What robots may send as `sampleFile` (open.dingtalk.com, 机器人发送消息的类型). */
const FILE_TYPES: ReadonlySet<string> = new Set(["xlsx", "pdf", "zip", "rar", "doc", "docx"]);

/**
 * Uploads a file, then says it (reference/platforms.md section 6.3). Nothing was said when the upload fails, whatever
 * became of it. Throws TokenUnavailable.
 */
export async function sendFile(
  connection: RobotConnection,
  tokens: AccessTokens,
  recipient: Recipient,
  file: OutgoingFile,
): Promise<SendOutcome> {
  const fileType = /\.([A-Za-z0-9]+)$/.exec(file.fileName)?.[1]?.toLowerCase() ?? "";
  if (!FILE_TYPES.has(fileType)) return refusal("FILE_TYPE", "robots send xlsx, pdf, zip, rar, doc and docx only");
  if (file.bytes.byteLength === 0 || file.bytes.byteLength > LIMITS.dingtalk.fileMaxBytes) {
    return refusal("FILE_SIZE", "a file has 1 byte to 20 MiB");
  }
  const uploaded = await callWithToken(connection, tokens, (token) => ({
    method: "POST",
    url: oapiUrl(connection, "/media/upload", { access_token: token, type: "file" }),
    form: formOf(file),
  }));
  if (uploaded.state !== "answered") {
    return { state: "later", code: "UPLOAD_UNANSWERED", reason: uploaded.reason, retryAfterMs: 10_000 };
  }
  if (uploaded.code !== "") return failureOutcome(uploaded.code);
  const mediaId = textOf(uploaded.json, "media_id");
  if (mediaId === undefined) return outcomeOf({ state: "unknown", reason: "an upload without media_id" }, "");
  const message: RobotMessage = { msgKey: "sampleFile", mediaId, fileName: file.fileName, fileType };
  if (recipient.kind === "group") return sendToGroup(connection, tokens, recipient.externalId, message);
  const outcomes = await sendToPeople(connection, tokens, [recipient.externalId], message);
  return outcomes.get(recipient.externalId) ?? failureOutcome("INVALID_STAFF");
}

function formOf(file: OutgoingFile): FormData {
  const form = new FormData();
  form.set("media", new Blob([new Uint8Array(file.bytes)], { type: file.mediaType }), file.fileName);
  return form;
}

const refusal = (code: string, reason: string): SendOutcome => ({
  state: "refused",
  code,
  reason,
  recipientGone: false,
});
