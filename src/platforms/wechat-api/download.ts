import type { FetchedMedia } from "../../ports/media-source.ts";
import { readAtMost } from "../download/read-at-most.ts";
import { type AccessTokens, TokenUnavailable } from "./access-tokens.ts";
import { type ApiConnection, errorCodeOf } from "./api.ts";
import { TOKEN_REFUSED } from "./authorized-call.ts";

const PATH = "/cgi-bin/media/get";
/** A photo of 10 MB on a slow line. */
const TIMEOUT_MS = 30_000;
/** An error is a short JSON text; a picture is longer and begins otherwise. */
const ERROR_MAX_BYTES = 4_096;

/** 40004 no such type, 40007 invalid or expired media_id, 41006 media_id missing, 40118 media_id of another kind. */
const GONE = new Set([40004, 40007, 40118, 41006]);
/** 45009 and 45011: too many calls. */
const SLOWER = new Set([45009, 45011]);

/**
 * `GET /cgi-bin/media/get` of the official account and of WeCom, which have it alike: the file itself, or an error as JSON
 * under HTTP 200. A refused token is renewed and the call made once more. Does not throw.
 */
export async function downloadMedia(
  connection: ApiConnection,
  tokens: AccessTokens,
  mediaId: string,
  maxBytes: number,
): Promise<FetchedMedia> {
  try {
    const token = await tokens.current();
    const first = await getOnce(connection, token, mediaId, maxBytes);
    if (first !== "token-refused") return first;
    const second = await getOnce(connection, await tokens.renewed(token), mediaId, maxBytes);
    return second === "token-refused" ? { state: "later", code: "TOKEN_REFUSED" } : second;
  } catch (error) {
    if (error instanceof TokenUnavailable) return { state: "later", code: `TOKEN_${error.errorCode}` };
    throw error;
  }
}

async function getOnce(
  connection: ApiConnection,
  accessToken: string,
  mediaId: string,
  maxBytes: number,
): Promise<FetchedMedia | "token-refused"> {
  const query = new URLSearchParams({ access_token: accessToken, media_id: mediaId });
  const send = connection.fetch ?? globalThis.fetch;
  let bytes: Uint8Array | "too-large";
  try {
    const response = await send(`${connection.apiBase.replace(/\/+$/, "")}${PATH}?${query}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
    if (!response.ok) return { state: "later", code: `HTTP_${response.status}` };
    bytes = await readAtMost(response, maxBytes);
  } catch {
    return { state: "later", code: "NO_ANSWER" };
  }
  if (bytes === "too-large") return { state: "too-large" };
  const json = jsonIn(bytes);
  if (json === undefined) return { state: "fetched", bytes };
  const code = errorCodeOf(json);
  // A video is answered with its address instead: nothing that we keep.
  if (code === 0) return { state: "gone", code: "NO_FILE" };
  if (TOKEN_REFUSED.has(code)) return "token-refused";
  if (GONE.has(code)) return { state: "gone", code: String(code) };
  return { state: "later", code: String(code), ...(SLOWER.has(code) ? { retryAfterMs: 60_000 } : {}) };
}

/** No picture begins with a brace, whatever the header says that it is. */
function jsonIn(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  if (bytes.length > ERROR_MAX_BYTES || bytes[0] !== 0x7b) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
