import { PHOTO_MAX_BYTES } from "../../domain/photos/image-type.ts";
import type { FetchedMedia, MediaSource } from "../../ports/media-source.ts";
import { readAtMost } from "../download/read-at-most.ts";
import { apiUrl } from "./api.ts";
import { meaningOf, retryAfterMsOf } from "./error-codes.ts";
import { textOf } from "./json.ts";
import type { RobotConnection } from "./robot-messages.ts";
import { type AccessTokens, callWithToken, TokenUnavailable } from "./token.ts";

/** A photo of 10 MB on a slow line. */
const TIMEOUT_MS = 30_000;
/** Where DingTalk keeps files; it names the address itself, and it is called with no token of ours. */
const FILE_HOSTS = /(^|\.)(dingtalk\.com|aliyuncs\.com|alicdn\.com)$/;

/**
 * `POST /v1.0/robot/messageFiles/download`: the code of a picture becomes an address, which is good for a short time and
 * fetched at once (open.dingtalk.com, 下载机器人接收消息的文件内容). Does not throw.
 */
export async function downloadMessageFile(
  connection: RobotConnection,
  tokens: AccessTokens,
  downloadCode: string,
  maxBytes: number,
): Promise<FetchedMedia> {
  try {
    const answer = await callWithToken(connection, tokens, (accessToken) => ({
      method: "POST",
      url: apiUrl(connection, "/v1.0/robot/messageFiles/download"),
      accessToken,
      json: { downloadCode, robotCode: connection.robotCode },
    }));
    if (answer.state !== "answered") return { state: "later", code: "NO_ANSWER" };
    if (answer.code !== "") return refusalOf(answer.code);
    const url = textOf(answer.json, "downloadUrl");
    if (url === undefined) return { state: "gone", code: "NO_FILE" };
    return isFileAddress(connection, url) ? await getFile(connection, url, maxBytes) : later("FOREIGN_HOST");
  } catch (error) {
    if (error instanceof TokenUnavailable) return later(`TOKEN_${error.code}`);
    throw error;
  }
}

const later = (code: string, retryAfterMs?: number): FetchedMedia => ({ state: "later", code, retryAfterMs });

/** What is no trouble of the moment is about this code: it is unknown, used up or expired. */
function refusalOf(code: string): FetchedMedia {
  const meaning = meaningOf(code);
  return meaning === "token" || meaning === "later" ? later(code, retryAfterMsOf(code)) : { state: "gone", code };
}

/** An answer must not send us anywhere else: into our own network least of all. */
function isFileAddress(connection: RobotConnection, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin } = new URL(url);
  return origin === new URL(connection.apiBase).origin || (protocol.startsWith("http") && FILE_HOSTS.test(hostname));
}

async function getFile(connection: RobotConnection, url: string, maxBytes: number): Promise<FetchedMedia> {
  const send = connection.fetch ?? globalThis.fetch;
  try {
    const response = await send(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    // The address has expired or the file is gone: the next try asks for a new address.
    if (!response.ok) return later(`HTTP_${response.status}`);
    const bytes = await readAtMost(response, maxBytes);
    return bytes === "too-large" ? { state: "too-large" } : { state: "fetched", bytes };
  } catch {
    return later("NO_ANSWER");
  }
}

/** Pictures that colleagues send to the robot. */
export const createDingtalkMedia = (
  connection: RobotConnection & { readonly clientId: string },
  tokens: AccessTokens,
): MediaSource => ({
  platform: "dingtalk",
  appId: connection.clientId,
  fetch: (downloadCode) => downloadMessageFile(connection, tokens, downloadCode, PHOTO_MAX_BYTES),
});
