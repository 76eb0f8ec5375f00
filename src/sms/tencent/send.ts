import type { WireClock } from "../../ports/clock.ts";
import type { SendOutcome } from "../../ports/messenger.ts";
import type { SmsMessage, SmsSender } from "../../ports/sms.ts";
import { failureOutcome } from "./error-codes.ts";
import { signTc3 } from "./signature.ts";

export interface TencentSmsConfig {
  readonly secretId: string;
  /** Never logged. */
  readonly secretKey: string;
  /** 短信应用 SDK AppID, e.g. 1400006666. */
  readonly sdkAppId: string;
  /** 短信签名, the name in 【】 before the text. */
  readonly signName: string;
  /** The console's template ids, e.g. 1110. */
  readonly templateIds: Readonly<Record<SmsMessage["template"], string>>;
  readonly apiBase: string;
  readonly region: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly timeoutMs?: number;
}

/** Tencent's templates number their variables: {1}, {2}, … in this order. */
const PARAMETER_ORDER: Readonly<Record<SmsMessage["template"], readonly string[]>> = {
  "bind-code": ["code"],
  "bill-notice": ["amount", "dueDate"],
  dunning: ["amount", "dueDate", "code"],
};

const DEFAULT_TIMEOUT_MS = 5_000;
const UNREACHABLE_RETRY_MS = 30_000;
/** SessionContext takes 512 bytes; our keys are ASCII. */
const SESSION_MAX_LENGTH = 512;
const MAINLAND_MOBILE = /^1[3-9]\d{9}$/;
const CONTENT_TYPE = "application/json; charset=utf-8";

/**
 * Sends template SMS through Tencent Cloud `SendSms` (API 3.0, version 2021-01-11). Does not throw for what the network or
 * the provider does. It does not de-duplicate: `unknown` may have arrived, and the caller decides whether to say it again.
 */
export function createTencentSmsSender(config: TencentSmsConfig, clock: WireClock): SmsSender {
  return {
    async send(message) {
      if (!MAINLAND_MOBILE.test(message.phone)) {
        return { state: "refused", code: "BAD_PHONE", reason: "not a mainland mobile number", recipientGone: true };
      }
      const body = JSON.stringify({
        PhoneNumberSet: [`+86${message.phone}`],
        SmsSdkAppId: config.sdkAppId,
        SignName: config.signName,
        TemplateId: config.templateIds[message.template],
        TemplateParamSet: PARAMETER_ORDER[message.template].map((name) => message.parameters[name] ?? ""),
        SessionContext: message.dedupeKey.slice(0, SESSION_MAX_LENGTH),
      });
      return post(config, body, Math.floor(clock.nowMs() / 1000));
    },
  };
}

async function post(config: TencentSmsConfig, body: string, timestamp: number): Promise<SendOutcome> {
  const send = config.fetch ?? globalThis.fetch;
  const base = new URL(config.apiBase);
  const signed = { service: "sms", host: base.host, action: "SendSms", contentType: CONTENT_TYPE, body, timestamp };
  try {
    const response = await send(`${base.origin}/`, {
      method: "POST",
      headers: {
        Authorization: signTc3(signed, config.secretId, config.secretKey),
        "Content-Type": CONTENT_TYPE,
        "X-TC-Action": "SendSms",
        "X-TC-Version": "2021-01-11",
        "X-TC-Timestamp": String(timestamp),
        "X-TC-Region": config.region,
      },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(config.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    });
    return outcomeOf(response.status, await response.text());
  } catch (error) {
    const code = errorCode(error);
    return code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN"
      ? { state: "later", code: "UNREACHABLE", reason: `SMS not sent: ${code}`, retryAfterMs: UNREACHABLE_RETRY_MS }
      : { state: "unknown", reason: `no answer from the SMS provider: ${code}` };
  }
}

/** An error of the call stands in `Error`, one of the number in `SendStatusSet`; both come with HTTP 200. */
function outcomeOf(status: number, text: string): SendOutcome {
  const answer = parseAnswer(text);
  if (answer === undefined) return { state: "unknown", reason: `HTTP ${status} without an answer of the provider` };
  if (answer.code !== "Ok") return failureOutcome(answer.code);
  return { state: "accepted", channel: "sms", ...(answer.serialNo === "" ? {} : { vendorId: answer.serialNo }) };
}

function parseAnswer(text: string): { readonly code: string; readonly serialNo: string } | undefined {
  try {
    const response = field(JSON.parse(text), "Response");
    const error = field(field(response, "Error"), "Code");
    if (typeof error === "string") return { code: error, serialNo: "" };
    const statuses = field(response, "SendStatusSet");
    const first: unknown = Array.isArray(statuses) ? statuses[0] : undefined;
    const code = field(first, "Code");
    const serialNo = field(first, "SerialNo");
    return typeof code === "string" ? { code, serialNo: typeof serialNo === "string" ? serialNo : "" } : undefined;
  } catch {
    return undefined;
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

function errorCode(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = field(cause, "code");
  if (typeof code === "string") return code;
  return error instanceof Error ? error.name : "unknown";
}
