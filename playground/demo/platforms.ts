import { randomBytes } from "node:crypto";
import type { Playground, PlaygroundOptions } from "../playground.ts";

const AES_KEY = randomBytes(33).toString("base64").replace(/[+/=]/g, "A").slice(0, 43);
const WECOM_AES_KEY = randomBytes(33).toString("base64").replace(/[+/=]/g, "A").slice(0, 43);
const TEMPLATES = {
  bill: "TM-BILL",
  receipt: "TM-RECEIPT",
  "payment-link": "TM-PAY",
  dunning: "TM-DUNNING",
  settlement: "TM-SETTLEMENT",
  text: "TM-TEXT",
} as const;

/** The pretend platforms as their consoles would be set up for a bot at `url`; `nowMs` is the clock of their world. */
export function playgroundOptions(url: string, nowMs: () => number): PlaygroundOptions {
  return {
    officialAccount: {
      appId: "wxdemo0000000001",
      secret: "demo-secret",
      token: "demotoken",
      aesKey: AES_KEY,
      callbackUrl: `${url}/callbacks/official-account`,
      templates: [
        {
          templateId: TEMPLATES.bill,
          title: "账单通知",
          content:
            "租户：{{keyword1.DATA}}\n账期：{{keyword2.DATA}}\n应付金额：{{keyword3.DATA}}\n最晚付款：{{keyword4.DATA}}",
        },
        {
          templateId: TEMPLATES.receipt,
          title: "收款通知",
          content:
            "租户：{{keyword1.DATA}}\n收据编号：{{keyword2.DATA}}\n实收金额：{{keyword3.DATA}}\n到账日期：{{keyword4.DATA}}",
        },
        {
          templateId: TEMPLATES["payment-link"],
          title: "缴费提醒",
          content:
            "收款方：{{keyword1.DATA}}\n账单编号：{{keyword2.DATA}}\n本次应付：{{keyword3.DATA}}\n链接有效至：{{keyword4.DATA}}",
        },
        {
          templateId: TEMPLATES.dunning,
          title: "逾期缴费提醒",
          content:
            "租户：{{keyword1.DATA}}\n待付金额：{{keyword2.DATA}}\n到期日：{{keyword3.DATA}}\n已逾期：{{keyword4.DATA}}",
        },
        {
          templateId: TEMPLATES.text,
          title: "园区通知",
          content: "事项：{{keyword1.DATA}}\n内容：{{keyword2.DATA}}",
        },
        {
          templateId: TEMPLATES.settlement,
          title: "退租进度通知",
          content:
            "租户：{{keyword1.DATA}}\n结算编号：{{keyword2.DATA}}\n退租日：{{keyword3.DATA}}\n进度：{{keyword4.DATA}}",
        },
      ],
    },
    wechatPay: {
      merchants: [
        { mchId: "1900000001", appIds: ["wxdemo0000000001"] },
        { mchId: "1900000002", appIds: ["wxdemo0000000001"] },
      ],
      resendTimeScale: 0.02,
    },
    sms: {
      accessKeyId: "demo-key",
      accessKeySecret: "demo-key-secret",
      signNames: ["园账通"],
      templates: [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Aliyun writes its variables so.
        { code: "SMS_BIND_CODE", content: "您的验证码是${code}，5分钟内有效，请勿告诉他人。", kind: "verification" },
        {
          code: "SMS_DUNNING",
          content: `您有账单未付，共\${amount}元，到期日\${dueDate}，查看并付款 ${url}/s/\${code}`,
          kind: "notice",
        },
      ],
    },
    wecom: {
      corpId: "wwdemo0000000001",
      agentId: 1_000_002,
      secret: "demo-wecom-secret",
      token: "demowecomtoken",
      aesKey: WECOM_AES_KEY,
      callbackUrl: `${url}/callbacks/wecom`,
    },
    // The property company has a contract with 诺诺; the park's owner types its invoices.
    nuonuo: { ...NUONUO_APP, sellers: ["91441900MA00DEMO02"] },
    nowMs,
  };
}

const NUONUO_APP = { appKey: "demo-nuonuo", appSecret: "demo-nuonuo-secret" };

/** The variables with which a bot at `url` talks to these platforms (interfaces.md section 7). */
export function platformVariables(playground: Playground, url: string): NodeJS.ProcessEnv {
  const { officialAccount, wechatPay, sms, wecom, nuonuo } = playground;
  if (wecom === undefined || nuonuo === undefined) throw new Error("the story needs the staff's chat and 诺诺");
  const { publicKey } = wechatPay.keys;
  if (publicKey === undefined) throw new Error("the pretend WeChat Pay runs without a public key");
  const merchant = (prefix: string, mchId: string): NodeJS.ProcessEnv => {
    const { serialNo, privateKeyPem, apiV3Key } = wechatPay.merchant(mchId);
    return {
      [`${prefix}MCH_ID`]: mchId,
      [`${prefix}APP_ID`]: officialAccount.appId,
      [`${prefix}SERIAL_NO`]: serialNo,
      [`${prefix}PRIVATE_KEY`]: privateKeyPem,
      [`${prefix}API_V3_KEY`]: apiV3Key,
      [`${prefix}PUBLIC_KEY_ID`]: publicKey.serial,
      [`${prefix}PUBLIC_KEY`]: publicKey.pem,
      [`${prefix}API_BASE`]: wechatPay.url,
    };
  };
  return {
    PUBLIC_URL: url,
    OA_APP_ID: officialAccount.appId,
    OA_APP_SECRET: "demo-secret",
    OA_TOKEN: "demotoken",
    OA_AES_KEY: AES_KEY,
    OA_API_BASE: officialAccount.url,
    OA_OAUTH_BASE: officialAccount.url,
    OA_TEMPLATES: Object.entries(TEMPLATES)
      .map(([card, templateId]) => `${card}=${templateId}`)
      .join(";"),
    WECOM_CORP_ID: wecom.corpId,
    WECOM_AGENT_ID: String(wecom.agentId),
    WECOM_SECRET: "demo-wecom-secret",
    WECOM_TOKEN: "demowecomtoken",
    WECOM_AES_KEY,
    WECOM_API_BASE: wecom.url,
    WECOM_OAUTH_BASE: wecom.url,
    ...merchant("WECHAT_PAY_", "1900000001"),
    ...merchant("MERCHANT_PROPERTY_", "1900000002"),
    NUONUO_APP_KEY: NUONUO_APP.appKey,
    NUONUO_APP_SECRET: NUONUO_APP.appSecret,
    NUONUO_API_BASE: nuonuo.url,
    NUONUO_AUTH_BASE: nuonuo.url,
    SMS_PROVIDER: "aliyun",
    SMS_ACCESS_KEY_ID: "demo-key",
    SMS_ACCESS_KEY_SECRET: "demo-key-secret",
    SMS_SIGN_NAME: "园账通",
    SMS_API_BASE: sms.url,
  };
}
