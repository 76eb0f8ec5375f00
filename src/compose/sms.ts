import type { SmsConfig } from "../config/env.ts";
import type { WireClock } from "../ports/clock.ts";
import type { SmsMessage, SmsSender } from "../ports/sms.ts";
import { createAliyunSmsSender } from "../sms/aliyun/send.ts";
import { createTencentSmsSender } from "../sms/tencent/send.ts";

/** Used until SMS_TEMPLATES names the approved ones; the provider refuses what it does not know, which `doctor` shows. */
const TEMPLATE_DEFAULTS: Readonly<Record<SmsMessage["template"], string>> = {
  "bind-code": "SMS_BIND_CODE",
  "bill-notice": "SMS_BILL_NOTICE",
  dunning: "SMS_DUNNING",
};

const DEFAULT_REGION = "ap-guangzhou";

/** The configured provider of short messages. */
export function smsSenderOf(sms: SmsConfig, wireClock: WireClock): SmsSender {
  const chosen = {
    ...TEMPLATE_DEFAULTS,
    ...Object.fromEntries([...sms.templates].map(([name, choice]) => [name, choice.templateId])),
  };
  switch (sms.provider) {
    case "aliyun":
      return createAliyunSmsSender(
        {
          accessKeyId: sms.accessKeyId,
          accessKeySecret: sms.accessKeySecret.reveal(),
          signName: sms.signName,
          templateCodes: chosen,
          apiBase: sms.apiBase,
        },
        wireClock,
      );
    case "tencent":
      return createTencentSmsSender(
        {
          secretId: sms.accessKeyId,
          secretKey: sms.accessKeySecret.reveal(),
          sdkAppId: sms.sdkAppId ?? "",
          signName: sms.signName,
          templateIds: chosen,
          apiBase: sms.apiBase,
          region: sms.region ?? DEFAULT_REGION,
        },
        wireClock,
      );
    default:
      return sms.provider satisfies never;
  }
}
