import { type Dingtalk, type DingtalkOptions, startDingtalk } from "./dingtalk/dingtalk.ts";
import { type Nuonuo, type NuonuoOptions, startNuonuo } from "./nuonuo/nuonuo.ts";
import {
  type OfficialAccount,
  type OfficialAccountOptions,
  startOfficialAccount,
} from "./official-account/official-account.ts";
import { type Sms, type SmsOptions, startSms } from "./sms/sms.ts";
import { startWechatPay, type WechatPay, type WechatPayOptions } from "./wechat-pay/wechat-pay.ts";
import { startWecom, type Wecom, type WecomOptions } from "./wecom/wecom.ts";

export interface PlaygroundOptions {
  readonly officialAccount: OfficialAccountOptions;
  readonly wechatPay: WechatPayOptions;
  readonly sms: SmsOptions;
  /** Absent: the staff has no chat. */
  readonly wecom?: WecomOptions;
  readonly dingtalk?: DingtalkOptions;
  /** Absent: nobody makes invoices by itself. */
  readonly nuonuo?: NuonuoOptions;
  /** The clock of the pretend world: payment times, message windows, limits. May be moved. Default: the real one. */
  readonly nowMs?: () => number;
  /** The real clock: signatures, tokens, certificates. Only tests of expiry replace it. */
  readonly wireNowMs?: () => number;
}

export interface Playground {
  readonly officialAccount: OfficialAccount;
  readonly wechatPay: WechatPay;
  readonly sms: Sms;
  readonly wecom: Wecom | undefined;
  readonly dingtalk: Dingtalk | undefined;
  readonly nuonuo: Nuonuo | undefined;
  close(): Promise<void>;
}

/**
 * Starts the pretend outside world on free ports of 127.0.0.1. Somebody who pays through the official account opens the
 * account's 48 hours of unlimited messages, and an order for an openid that the account does not know is refused, as in
 * reality. Prints nothing.
 */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const wireNowMs = options.wireNowMs ?? Date.now;
  const clocks = { nowMs: options.nowMs ?? wireNowMs, wireNowMs };
  const officialAccount = await startOfficialAccount(options.officialAccount, clocks);
  const [wechatPay, sms, wecom, dingtalk, nuonuo] = await Promise.all([
    startWechatPay(
      {
        openIdBelongs: (appId, openId) => appId !== officialAccount.appId || officialAccount.knows(openId),
        ...options.wechatPay,
        onPaid: (appId, openId) => {
          if (appId === officialAccount.appId) officialAccount.recordPayment(openId);
          options.wechatPay.onPaid?.(appId, openId);
        },
      },
      clocks,
    ),
    startSms(options.sms, clocks),
    options.wecom === undefined ? undefined : startWecom(options.wecom, clocks),
    options.dingtalk === undefined ? undefined : startDingtalk(options.dingtalk, clocks),
    options.nuonuo === undefined ? undefined : startNuonuo(options.nuonuo, clocks),
  ]);
  return {
    officialAccount,
    wechatPay,
    sms,
    wecom,
    dingtalk,
    nuonuo,
    close: async () => {
      const open = [officialAccount, wechatPay, sms, wecom, dingtalk, nuonuo];
      await Promise.all(open.map((one) => one?.close()));
    },
  };
}
