import { type JsonObject, parseJsonObject } from "./json.ts";

/** How to reach DingTalk's server API; `fetch` is replaced in tests. */
export interface ApiConnection {
  /** `DINGTALK_API_BASE`, e.g. https://api.dingtalk.com */
  readonly apiBase: string;
  /** `DINGTALK_OAPI_BASE`, e.g. https://oapi.dingtalk.com: the older API, for files and for who a person is. */
  readonly oapiBase: string;
  readonly fetch?: typeof globalThis.fetch;
  /** How long to wait for the whole answer. */
  readonly timeoutMs?: number;
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** The whole address. */
  readonly url: string;
  /** Goes into `x-acs-dingtalk-access-token`. */
  readonly accessToken?: string;
  readonly json?: unknown;
  readonly form?: FormData;
}

/**
 * What came back. `answered` also when DingTalk refuses: its new API says so by HTTP status and `code`, the older one by
 * `errcode` under HTTP 200; `code` is either, "" for success. `unreachable`: the request cannot have arrived. `unknown`:
 * it may have been carried out, but no usable answer came. Reasons hold no URL, whose query may carry a token.
 */
export type ApiAnswer =
  | { readonly state: "answered"; readonly code: string; readonly json: JsonObject }
  | { readonly state: "unreachable"; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

const DEFAULT_TIMEOUT_MS = 5_000;
/** Errors of a connection that was never made. */
const NEVER_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Calls one API. Does not throw for anything the network does. */
export async function callApi(
  connection: Pick<ApiConnection, "fetch" | "timeoutMs">,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const send = connection.fetch ?? globalThis.fetch;
  try {
    const response = await send(request.url, {
      method: request.method,
      signal: AbortSignal.timeout(connection.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      redirect: "error",
      headers: {
        ...(request.accessToken === undefined ? {} : { "x-acs-dingtalk-access-token": request.accessToken }),
        ...(request.json === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
      ...(request.form === undefined ? {} : { body: request.form }),
    });
    const json = parseJsonObject(await response.text());
    const code = json === undefined ? undefined : codeIn(json, response.ok);
    if (json !== undefined && code !== undefined) return { state: "answered", code, json };
    return { state: "unknown", reason: `HTTP ${response.status} without an answer of DingTalk's` };
  } catch (error) {
    const code = connectionCodeOf(error);
    return { state: NEVER_CONNECTED.has(code) ? "unreachable" : "unknown", reason: `no answer: ${code}` };
  }
}

/** An address of the new API, or of the older one with its token in the query. */
export const apiUrl = (connection: ApiConnection, path: string): string => `${connection.apiBase}${path}`;
export const oapiUrl = (connection: ApiConnection, path: string, query: Readonly<Record<string, string>>): string =>
  `${connection.oapiBase}${path}?${new URLSearchParams(query)}`;

/** DingTalk's own code; undefined when an error is not DingTalk's but of something in between. */
function codeIn(json: JsonObject, isOk: boolean): string | undefined {
  if (typeof json.errcode === "number") return json.errcode === 0 ? "" : String(json.errcode);
  if (typeof json.code === "string" && json.code !== "" && !isOk) return json.code;
  return isOk ? "" : undefined;
}

function connectionCodeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string") {
    return cause.code;
  }
  return error instanceof Error ? error.name : "unknown";
}
