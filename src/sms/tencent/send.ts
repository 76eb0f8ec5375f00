import type { WireClock } from "../../ports/clock.ts";
import type { SendOutcome } from "../../ports/messenger.ts";
import type { SmsMessage, SmsSender } from "../../ports/sms.ts";
import { BAD_PHONE, field, MAINLAND_MOBILE, type ProviderWords, postSms, textField } from "../post.ts";
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

/** SessionContext takes 512 bytes; our keys are ASCII. */
const SESSION_MAX_LENGTH = 512;
const CONTENT_TYPE = "application/json; charset=utf-8";

/**
 * Sends template SMS through Tencent Cloud `SendSms` (API 3.0, version 2021-01-11). Does not throw for what the network or
 * the provider does. It does not de-duplicate, nor refuses a request for having been made before: what may have arrived is
 * not said again.
 */
export function createTencentSmsSender(config: TencentSmsConfig, clock: WireClock): SmsSender {
  return {
    async send(message) {
      if (!MAINLAND_MOBILE.test(message.phone)) return BAD_PHONE;
      if (message.request?.isRepeat) return { state: "unknown", reason: "an earlier try may have arrived" };
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

function post(config: TencentSmsConfig, body: string, timestamp: number): Promise<SendOutcome> {
  const base = new URL(config.apiBase);
  const signed = { service: "sms", host: base.host, action: "SendSms", contentType: CONTENT_TYPE, body, timestamp };
  const headers = {
    Authorization: signTc3(signed, config.secretId, config.secretKey),
    "Content-Type": CONTENT_TYPE,
    "X-TC-Action": "SendSms",
    "X-TC-Version": "2021-01-11",
    "X-TC-Timestamp": String(timestamp),
    "X-TC-Region": config.region,
  };
  return postSms(config, `${base.origin}/`, { headers, body }, WORDS);
}

/** An error of the call stands in `Error`, one of the number in `SendStatusSet`; both come with HTTP 200. */
const WORDS: ProviderWords = {
  accepted: "Ok",
  failure: failureOutcome,
  read(json) {
    const response = field(json, "Response");
    const error = textField(field(response, "Error"), "Code");
    if (error !== undefined) return { code: error, vendorId: undefined };
    const statuses = field(response, "SendStatusSet");
    const first: unknown = Array.isArray(statuses) ? statuses[0] : undefined;
    const code = textField(first, "Code");
    return code === undefined ? undefined : { code, vendorId: textField(first, "SerialNo") };
  },
};
