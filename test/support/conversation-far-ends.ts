import { markResent } from "../../cards/resent.ts";
import { type OfficialAccount, startOfficialAccount } from "../../playground/official-account/official-account.ts";
import { type Sms, startSms } from "../../playground/sms/sms.ts";
import type { FieldEncryption } from "../../src/db/field-encryption.ts";
import { createOfficialAccountMessenger } from "../../src/platforms/official-account/send.ts";
import { createAccessTokens } from "../../src/platforms/official-account/token.ts";
import { createAliyunSmsSender } from "../../src/sms/aliyun/send.ts";
import type { RelayContext } from "../../src/usecases/outbox/relay-messages.ts";
import { inMemorySharedState } from "../contract/messenger/in-memory-shared-state.ts";
import type { MovableClock } from "./clock.ts";

export const APP = { appId: "wx5823bf96d3bd56c7", secret: "conversation-secret" };
export const KEYS = { appId: APP.appId, token: "token1", aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" };
const SMS = { accessKeyId: "LTAIpark", accessKeySecret: "sms-secret", signName: "园账通" };
/** The relay's clock runs ahead by more than the real window, so that it pushes at once what no request has carried. */
const RELAY_AHEAD_MS = 5_000;

/** The far ends of these conversations; nobody pays in them, so WeChat Pay stays closed. */
export interface FarEnds {
  readonly officialAccount: OfficialAccount;
  readonly sms: Sms;
  /** The business clock, on which the windows for messages run. */
  readonly clock: MovableClock;
}

export async function openFarEnds(clock: MovableClock): Promise<FarEnds> {
  const clocks = { nowMs: () => clock.nowMs(), wireNowMs: () => Date.now() };
  const [officialAccount, sms] = await Promise.all([
    startOfficialAccount(
      {
        ...KEYS,
        secret: APP.secret,
        pushSpacingMs: 50,
        templates: [
          {
            templateId: "T-bill",
            title: "账单通知",
            content: "租户：{{thing1.DATA}}\n账期：{{time2.DATA}}\n应付：{{amount3.DATA}}\n最晚付款：{{time4.DATA}}",
          },
        ],
      },
      clocks,
    ),
    startSms(
      {
        accessKeyId: SMS.accessKeyId,
        accessKeySecret: SMS.accessKeySecret,
        signNames: [SMS.signName],
        templates: [
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Aliyun writes its variables so.
          { code: "SMS_1", kind: "verification", content: "您的验证码是${code}，5分钟内有效，请勿告诉他人。" },
        ],
      },
      clocks,
    ),
  ]);
  return { officialAccount, sms, clock };
}

/** Our side of the wire to them: the real adapters. */
export function relayContext(playground: FarEnds, encryption: FieldEncryption): RelayContext {
  const connection = { appId: APP.appId, apiBase: playground.officialAccount.url };
  const tokens = createAccessTokens({ ...connection, appSecret: APP.secret }, inMemorySharedState());
  const templates = { bill: { templateId: "T-bill", keywords: ["thing1", "time2", "amount3", "time4"] } };
  const messenger = createOfficialAccountMessenger({ ...connection, templates }, tokens);
  const sms = createAliyunSmsSender(
    {
      ...SMS,
      templateCodes: { "bind-code": "SMS_1", "bill-notice": "SMS_2", dunning: "SMS_3" },
      apiBase: playground.sms.url,
    },
    { nowMs: () => Date.now() },
  );
  return {
    messengers: new Map([[`official-account|${APP.appId}`, messenger]]),
    sms,
    encryption,
    outbound: { mode: "live", allowlist: new Set() },
    worker: "test",
    wireNowMs: () => Date.now() + RELAY_AHEAD_MS,
    businessNowMs: () => playground.clock.nowMs(),
    markResent,
  };
}
