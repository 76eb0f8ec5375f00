import type { SendOutcome } from "../ports/messenger.ts";

const DEFAULT_TIMEOUT_MS = 5_000;
const UNREACHABLE_RETRY_MS = 30_000;
/** A connection that never stood has carried nothing. */
const NEVER_CONNECTED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"];

export const MAINLAND_MOBILE = /^1[3-9]\d{9}$/;

export const BAD_PHONE: SendOutcome = {
  state: "refused",
  code: "BAD_PHONE",
  reason: "not a mainland mobile number",
  recipientGone: true,
};

/** What the provider said, read from its JSON: the code of the call or else of the number, and the id of the message. */
export interface ProviderAnswer {
  readonly code: string;
  readonly vendorId: string | undefined;
}

/** How a provider's answers are told. */
export interface ProviderWords {
  readonly accepted: string;
  read(json: unknown): ProviderAnswer | undefined;
  failure(code: string): SendOutcome;
}

/**
 * Posts one message and says what became of it. Does not throw for what the network or the provider does: `unknown` may
 * have arrived. Errors come with HTTP 200 or with 4xx and 5xx, by provider, always with JSON.
 */
export async function postSms(
  connection: { readonly fetch?: typeof globalThis.fetch | undefined; readonly timeoutMs?: number | undefined },
  url: string,
  request: { readonly headers?: Readonly<Record<string, string>>; readonly body: string | URLSearchParams },
  words: ProviderWords,
): Promise<SendOutcome> {
  const send = connection.fetch ?? globalThis.fetch;
  const signal = AbortSignal.timeout(connection.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  try {
    const response = await send(url, { method: "POST", redirect: "error", signal, ...request });
    const answer = answerIn(await response.text(), words);
    if (!answer) return { state: "unknown", reason: `HTTP ${response.status} without an answer of the provider` };
    if (answer.code !== words.accepted) return words.failure(answer.code);
    const { vendorId } = answer;
    return { state: "accepted", channel: "sms", ...(vendorId === undefined ? {} : { vendorId }) };
  } catch (error) {
    const code = errorCode(error);
    return NEVER_CONNECTED.includes(code)
      ? { state: "later", code: "UNREACHABLE", reason: `SMS not sent: ${code}`, retryAfterMs: UNREACHABLE_RETRY_MS }
      : { state: "unknown", reason: `no answer from the SMS provider: ${code}` };
  }
}

function answerIn(text: string, words: ProviderWords): ProviderAnswer | undefined {
  try {
    return words.read(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A field of what came as JSON; undefined where there is none. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

/** A field that is a text with something in it. */
export function textField(value: unknown, name: string): string | undefined {
  const text = field(value, name);
  return typeof text === "string" && text !== "" ? text : undefined;
}

function errorCode(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return textField(cause, "code") ?? (error instanceof Error ? error.name : "unknown");
}
