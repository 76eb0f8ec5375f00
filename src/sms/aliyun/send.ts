import { createHash, randomUUID } from "node:crypto";
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
 * provider does. Aliyun does not de-duplicate messages, but takes no request twice: the nonce is used up for as long as the
 * time that it was signed for is good. So a repeat goes out with nonce and time of the first and arrives once or never.
 */
export function createAliyunSmsSender(config: AliyunSmsConfig, clock: WireClock): SmsSender {
  return {
    async send(message) {
      if (!MAINLAND_MOBILE.test(message.phone)) return BAD_PHONE;
      const { dedupeKey, request } = message;
      const nonce = request ? sha256(`${dedupeKey}|${request.madeAtMs}`) : randomUUID();
      const parameters = requestParameters(config, message, new Date(request?.madeAtMs ?? clock.nowMs()), nonce);
      const body = new URLSearchParams({
        ...parameters,
        Signature: signRpc("POST", parameters, config.accessKeySecret),
      });
      return postSms(
        config,
        `${(config.apiBase ?? DEFAULT_API_BASE).replace(/\/+$/, "")}/`,
        { body },
        request?.isRepeat ? WORDS_OF_REPEATS : WORDS,
      );
    },
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

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

/** What a repeat hears when the first one has been there, or may have been and is too long ago. */
const REPEATED = new Set(["SignatureNonceUsed", "InvalidTimeStamp.Expired"]);

const WORDS: ProviderWords = {
  accepted: "OK",
  failure: failureOutcome,
  read(json) {
    const code = textField(json, "Code");
    return code === undefined ? undefined : { code, vendorId: textField(json, "BizId") };
  },
};

const WORDS_OF_REPEATS: ProviderWords = {
  ...WORDS,
  failure: (code) =>
    REPEATED.has(code) ? { state: "unknown", reason: `not sent twice by Aliyun: ${code}` } : failureOutcome(code),
};
