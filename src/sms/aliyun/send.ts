import { randomUUID } from "node:crypto";
import type { WireClock } from "../../ports/clock.ts";
import type { SmsMessage, SmsSender } from "../../ports/sms.ts";
import { BAD_PHONE, MAINLAND_MOBILE, type ProviderWords, postSms, textField } from "../post.ts";
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
/** Aliyun takes 256 bytes; our keys are ASCII. */
const OUT_ID_MAX_LENGTH = 256;

/**
 * Sends template SMS through Aliyun Dysmsapi `SendSms` (version 2017-05-25). Does not throw for what the network or the
 * provider does. Aliyun does not de-duplicate: `unknown` may have arrived, and the caller decides whether to say it again.
 */
export function createAliyunSmsSender(config: AliyunSmsConfig, clock: WireClock): SmsSender {
  return {
    async send(message) {
      if (!MAINLAND_MOBILE.test(message.phone)) return BAD_PHONE;
      const parameters = requestParameters(config, message, new Date(clock.nowMs()), randomUUID());
      const body = new URLSearchParams({
        ...parameters,
        Signature: signRpc("POST", parameters, config.accessKeySecret),
      });
      return postSms(config, `${(config.apiBase ?? DEFAULT_API_BASE).replace(/\/+$/, "")}/`, { body }, WORDS);
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

const WORDS: ProviderWords = {
  accepted: "OK",
  failure: failureOutcome,
  read(json) {
    const code = textField(json, "Code");
    return code === undefined ? undefined : { code, vendorId: textField(json, "BizId") };
  },
};
