import { randomBytes } from "node:crypto";
import { PHOTO_MAX_BYTES } from "../../domain/photos/image-type.ts";
import type { MediaSource } from "../../ports/media-source.ts";
import type { OutgoingFile } from "../../ports/messenger.ts";
import type { AccessTokens } from "../wechat-api/access-tokens.ts";
import { type ApiAnswer, type ApiConnection, RawBody } from "../wechat-api/api.ts";
import { callWithToken } from "../wechat-api/authorized-call.ts";
import { downloadMedia } from "../wechat-api/download.ts";

/** `media/upload`: the file is kept for three days and sent by its `media_id` (reference/platforms.md section 4). */
export function uploadFile(connection: ApiConnection, tokens: AccessTokens, file: OutgoingFile): Promise<ApiAnswer> {
  return callWithToken(connection, tokens, "/cgi-bin/media/upload", formOf(file), { type: "file" });
}

/**
 * By hand, because the vendor reads the file's name as plain UTF-8 and not as RFC 2231 encodes it, which the platform's
 * FormData would for Chinese names.
 */
function formOf(file: OutgoingFile): RawBody {
  const boundary = `----parkledger${randomBytes(12).toString("hex")}`;
  const name = file.fileName.replace(/["\\\r\n]/g, "_");
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${name}"; ` +
    `filelength=${file.bytes.byteLength}\r\nContent-Type: ${file.mediaType}\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head, "utf8"), file.bytes, Buffer.from(`\r\n--${boundary}--\r\n`, "utf8")]);
  return new RawBody(`multipart/form-data; boundary=${boundary}`, body);
}

/** Pictures that members send to the app. */
export const createWecomMedia = (
  connection: ApiConnection & { readonly corpId: string },
  tokens: AccessTokens,
): MediaSource => ({
  platform: "wecom",
  appId: connection.corpId,
  fetch: (mediaId) => downloadMedia(connection, tokens, mediaId, PHOTO_MAX_BYTES),
});
