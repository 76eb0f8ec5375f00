import { randomUUID } from "node:crypto";
import type { WireClock } from "../../ports/clock.ts";
import type { SendOutcome } from "../../ports/messenger.ts";
import type { SmsMessage, SmsSender } from "../../ports/sms.ts";
import { failureOutcome } from "./error-codes.ts";
import { signRpc } from "./signature.ts";

export interface AliyunSmsConfig {
  readonly accessKeyId: string;
  /** Never logged. */
  readonly accessKeySecret: string;
  /** 短信签名, the name in 【】 before the text. */
  readonly signName: string;
  /** The console's template codes, e.g. SMS_71390007. */
  readonly templateCodes: Readonly<Record<SmsMessage["template"], string>>;
  /** `SMS_API_BASE`, by default the real host. */
  readonly apiBase?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly timeoutMs?: number;
}

const DEFAULT_API_BASE = "https://dysmsapi.aliyuncs.com";
const DEFAULT_TIMEOUT_MS = 5_000;
const UNREACHABLE_RETRY_MS = 30_000;
/** Aliyun takes 256 bytes; our keys are ASCII. */
const OUT_ID_MAX_LENGTH = 256;
const MAINLAND_MOBILE = /^1[3-9]\d{9}$/;

/**
 * Sends template SMS through Aliyun Dysmsapi `SendSms` (version 2017-05-25). Does not throw for what the network or the
 * provider does. Aliyun does not de-duplicate: `unknown` may have arrived, and the caller decides whether to say it again.
 */
export function createAliyunSmsSender(config: AliyunSmsConfig, clock: WireClock): SmsSender {
  return {
    async send(message) {
      if (!MAINLAND_MOBILE.test(message.phone)) {
        return { state: "refused", code: "BAD_PHONE", reason: "not a mainland mobile number", recipientGone: true };
      }
      const parameters = requestParameters(config, message, new Date(clock.nowMs()), randomUUID());
      const body = new URLSearchParams({
        ...parameters,
        Signature: signRpc("POST", parameters, config.accessKeySecret),
      });
      return post(config, body);
    },
  };
}

function requestParameters(
  config: AliyunSmsConfig,
  message: SmsMessage,
  now: Date,
  nonce: string,
): Record<string, string> {
  return {
    AccessKeyId: config.accessKeyId,
    Action: "SendSms",
    Format: "JSON",
    OutId: message.dedupeKey.slice(0, OUT_ID_MAX_LENGTH),
    PhoneNumbers: message.phone,
    RegionId: "cn-hangzhou",
    SignatureMethod: "HMAC-SHA1",
    SignatureNonce: nonce,
    SignatureVersion: "1.0",
    SignName: config.signName,
    TemplateCode: config.templateCodes[message.template],
    TemplateParam: JSON.stringify(message.parameters),
    Timestamp: now.toISOString().replace(/\.\d{3}Z$/, "Z"),
    Version: "2017-05-25",
  };
}

async function post(config: AliyunSmsConfig, body: URLSearchParams): Promise<SendOutcome> {
  const send = config.fetch ?? globalThis.fetch;
  try {
    const response = await send(`${(config.apiBase ?? DEFAULT_API_BASE).replace(/\/+$/, "")}/`, {
      method: "POST",
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

/** Errors come with HTTP 4xx and 5xx too, and with the same JSON. */
function outcomeOf(status: number, text: string): SendOutcome {
  const answer = parseAnswer(text);
  if (answer === undefined) return { state: "unknown", reason: `HTTP ${status} without an answer of the provider` };
  if (answer.code !== "OK") return failureOutcome(answer.code);
  return {
    state: "accepted",
    channel: "sms",
    ...(answer.bizId === undefined ? {} : { vendorId: answer.bizId }),
  };
}

function parseAnswer(text: string): { readonly code: string; readonly bizId: string | undefined } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("Code" in value) || typeof value.Code !== "string") {
      return undefined;
    }
    return { code: value.Code, bizId: "BizId" in value && typeof value.BizId === "string" ? value.BizId : undefined };
  } catch {
    return undefined;
  }
}

function errorCode(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string") {
    return cause.code;
  }
  return error instanceof Error ? error.name : "unknown";
}
