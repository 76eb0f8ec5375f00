/** How to reach the server API of WeChat's family (official account, WeCom); `fetch` is replaced in tests. */
export interface ApiConnection {
  /** `OA_API_BASE`, e.g. https://api.weixin.qq.com, or `WECOM_API_BASE` */
  readonly apiBase: string;
  readonly fetch?: typeof globalThis.fetch;
  /** How long to wait for the whole answer. */
  readonly timeoutMs?: number;
}

/**
 * What came back. `unreachable`: the request cannot have arrived. `unknown`: it may have been carried out, but no usable
 * answer came. Reasons never hold the URL, since its query carries tokens and codes.
 */
export type ApiAnswer =
  | { readonly state: "answered"; readonly json: Readonly<Record<string, unknown>> }
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

/**
 * Calls one API: POST with a JSON body when one is given, or with a form (a file), else GET. Does not throw for anything
 * the network does.
 */
export async function callApi(
  connection: ApiConnection,
  path: string,
  query: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<ApiAnswer> {
  const parameters = new URLSearchParams(query).toString();
  const url = `${connection.apiBase.replace(/\/+$/, "")}${path}${parameters === "" ? "" : `?${parameters}`}`;
  const send = connection.fetch ?? globalThis.fetch;
  try {
    const response = await send(url, {
      signal: AbortSignal.timeout(connection.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      redirect: "error",
      ...requestOf(body),
    });
    const json = parseObject(await response.text());
    // WeChat answers its errors with HTTP 200 as well: any other status comes from something in between.
    if (json !== undefined && response.ok) return { state: "answered", json };
    return { state: "unknown", reason: `HTTP ${response.status} without a JSON answer` };
  } catch (error) {
    const code = codeOf(error);
    return { state: NEVER_CONNECTED.has(code) ? "unreachable" : "unknown", reason: `no answer: ${code}` };
  }
}

function requestOf(body: unknown): RequestInit {
  if (body === undefined) return {};
  if (body instanceof RawBody) {
    return { method: "POST", headers: { "content-type": body.contentType }, body: Buffer.from(body.bytes) };
  }
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** A body that is no JSON. */
export class RawBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  constructor(contentType: string, bytes: Uint8Array) {
    this.contentType = contentType;
    this.bytes = bytes;
  }
}

/** The vendor's `errcode`; absent means 0. */
export const errorCodeOf = (json: Readonly<Record<string, unknown>>): number =>
  typeof json.errcode === "number" ? json.errcode : 0;

/** The vendor's `errmsg` without what it appends to it: request ids, addresses, and hints that quote our input. */
export const errorMessageOf = (json: Readonly<Record<string, unknown>>): string =>
  typeof json.errmsg === "string" ? (json.errmsg.split(/ rid:|, hints?:| hint:/)[0] ?? "").slice(0, 120) : "";

/** Numbers of template messages have 19 digits, more than a JavaScript number holds: they are read as text. */
function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/("msgid"\s*:\s*)(\d{16,})/g, '$1"$2"'));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string") {
    return cause.code;
  }
  return error instanceof Error ? error.name : "unknown";
}
