import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import { textCard } from "../../../cards/card.ts";
import { type Playground, startPlayground } from "../../../playground/playground.ts";
import { startWechatPay, type WechatPay } from "../../../playground/wechat-pay/wechat-pay.ts";
import { startWecom, type Wecom } from "../../../playground/wecom/wecom.ts";
import type { Environment } from "../../../src/config/env.ts";
import { createHttpApp } from "../../../src/http/app.ts";
import { officialAccountCallback } from "../../../src/http/callbacks/official-account.ts";
import { wecomCallback } from "../../../src/http/callbacks/wecom.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";

const APP_ID = "wx5823bf96d3bd56c7";
export const MCH_ID = "1900000001";
const TOKEN = "parkToken1";
const AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const WECOM = {
  corpId: "ww5823bf96d3bd56c7",
  agentId: 1_000_002,
  token: "wecomToken1",
  aesKey: "kWxvJw6Mnv4RTA5jX3lnZBj3FzQc0AtTEJpDmGs0LYk",
};
export const FIELD_KEY = Buffer.alloc(32, 7).toString("base64");

/** The platforms, our server behind them, and a configuration in which everything is right. */
export interface DoctorWorld {
  readonly playground: Playground;
  /** Knows the same merchant number, but has no platform certificates. */
  readonly newPay: WechatPay;
  readonly wecom: Wecom;
  readonly environment: Environment;
  /** How many events our server has taken in. */
  received(): number;
  close(): Promise<void>;
}

export async function openDoctorWorld(databaseUrl: string): Promise<DoctorWorld> {
  const clocks = { nowMs: Date.now, wireNowMs: Date.now };
  const merchants = [{ mchId: MCH_ID, appIds: [APP_ID] }];
  const playground = await startPlayground({
    officialAccount: {
      appId: APP_ID,
      secret: "right-secret",
      token: TOKEN,
      aesKey: AES_KEY,
      templates: [
        { templateId: "TM-BILL", title: "账单", content: "租户：{{thing1.DATA}}\n应付：{{amount3.DATA}}" },
        { templateId: "TM-TEXT", title: "消息", content: "事项：{{keyword1.DATA}}\n内容：{{keyword2.DATA}}" },
      ],
    },
    wechatPay: { merchants, keyMode: "mixed" },
    sms: {
      accessKeyId: "LTAIright",
      accessKeySecret: "right-sms-secret",
      signNames: ["园账通"],
      templates: [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Aliyun writes its variables so.
        { code: "SMS_1", kind: "verification", content: "您的验证码是${code}。" },
      ],
    },
  });
  const newPay = await startWechatPay({ merchants, keyMode: "public-key" }, clocks);
  const wecom = await startWecom({ ...WECOM, secret: "right-wecom-secret" }, clocks);
  const server = await startServer();
  const { wechatPay, officialAccount, sms } = playground;
  const merchant = wechatPay.merchant(MCH_ID);
  const publicKey = wechatPay.keys.publicKey;
  if (publicKey === undefined) throw new Error("the pretend WeChat Pay has a public key");
  return {
    playground,
    newPay,
    wecom,
    received: server.received,
    environment: {
      DATABASE_URL: databaseUrl,
      FIELD_ENCRYPTION_KEY: FIELD_KEY,
      PUBLIC_URL: server.url,
      OA_APP_ID: APP_ID,
      OA_APP_SECRET: "right-secret",
      OA_TOKEN: TOKEN,
      OA_AES_KEY: AES_KEY,
      OA_API_BASE: officialAccount.url,
      OA_TEMPLATES: "bill=TM-BILL:thing1,amount3; text=TM-TEXT",
      WECOM_CORP_ID: WECOM.corpId,
      WECOM_AGENT_ID: String(WECOM.agentId),
      WECOM_SECRET: "right-wecom-secret",
      WECOM_TOKEN: WECOM.token,
      WECOM_AES_KEY: WECOM.aesKey,
      WECOM_API_BASE: wecom.url,
      WECHAT_PAY_MCH_ID: MCH_ID,
      WECHAT_PAY_APP_ID: APP_ID,
      WECHAT_PAY_SERIAL_NO: merchant.serialNo,
      WECHAT_PAY_PRIVATE_KEY: merchant.privateKeyPem,
      WECHAT_PAY_API_V3_KEY: merchant.apiV3Key,
      WECHAT_PAY_PUBLIC_KEY_ID: publicKey.serial,
      WECHAT_PAY_PUBLIC_KEY: publicKey.pem,
      WECHAT_PAY_API_BASE: wechatPay.url,
      SMS_PROVIDER: "aliyun",
      SMS_ACCESS_KEY_ID: "LTAIright",
      SMS_ACCESS_KEY_SECRET: "right-sms-secret",
      SMS_SIGN_NAME: "园账通",
      SMS_TEMPLATES: "bind-code=SMS_1",
      SMS_API_BASE: sms.url,
    },
    async close() {
      await Promise.all([playground.close(), newPay.close(), wecom.close(), server.close()]);
    },
  };
}

/** Our callback, as it runs in production, with an inbox that only counts. */
async function startServer() {
  let received = 0;
  const logger = createLogger({ level: "silent" });
  const context = {
    clock: { nowMs: Date.now },
    logger,
    inbox: {
      async receive() {
        received += 1;
        return { inboxEventId: "1", conversationKey: "1", duplicate: false };
      },
      handle: async () => {},
      claimReply: async () => ({ outboxId: "1", card: textCard("您好"), again: true }),
      markReplySent: async () => {},
      releaseReply: async () => {},
    },
  };
  const routers = [
    officialAccountCallback({ ...context, keys: { appId: APP_ID, token: TOKEN, aesKey: AES_KEY } }),
    wecomCallback({ ...context, keys: WECOM }),
  ];
  const server = createHttpApp({ logger, routers }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
/** A good key pair that belongs to nobody here. */
export const OTHER_PRIVATE_KEY = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
export const OTHER_PUBLIC_KEY = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
