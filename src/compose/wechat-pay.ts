import type { Config } from "../config/env.ts";
import { createWechatPayAccount, type WechatPayAccount } from "../payments/wechat-pay/account.ts";
import { createChannelBills } from "../payments/wechat-pay/bill-download.ts";
import { createPaymentGateway } from "../payments/wechat-pay/gateway.ts";
import { createRefundGateway } from "../payments/wechat-pay/refunds.ts";
import type { ChannelBills } from "../ports/channel-bills.ts";
import type { BusinessClock, WireClock } from "../ports/clock.ts";
import type { RefundGateway } from "../ports/refund-gateway.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { MerchantGateway } from "../usecases/payments/context.ts";

/** The merchant account of the WECHAT_PAY_ variables; further ones are named by MERCHANT_<CODE>_. */
export const DEFAULT_MERCHANT = "default";

export interface WechatPayMerchants {
  /** By the code in the variables: what stands in the path of its notifications. */
  readonly accounts: ReadonlyMap<string, WechatPayAccount>;
  /** By merchant number: how the database finds the gateway of a merchant account. */
  readonly gateways: ReadonlyMap<string, MerchantGateway>;
  /** By merchant number as well. */
  readonly refundGateways: ReadonlyMap<string, RefundGateway>;
  /** By merchant number: where the daily bills come from. */
  readonly bills: ReadonlyMap<string, ChannelBills>;
}

/** Prepares every configured merchant account. Throws when one of them can't work, so that the start fails and not a payment. */
export function createMerchants(
  config: Config,
  clocks: { readonly business: BusinessClock; readonly wire: WireClock },
  logger: Logger,
): WechatPayMerchants {
  const accounts = new Map<string, WechatPayAccount>();
  const gateways = new Map<string, MerchantGateway>();
  const refundGateways = new Map<string, RefundGateway>();
  const bills = new Map<string, ChannelBills>();
  for (const [code, merchant] of config.wechatPay) {
    const path = code === DEFAULT_MERCHANT ? "" : `/${code}`;
    const account = createWechatPayAccount(
      {
        merchantId: merchant.mchId,
        appId: merchant.appId,
        merchantSerialNo: merchant.serialNo,
        merchantPrivateKeyPem: merchant.privateKey.reveal(),
        apiV3Key: merchant.apiV3Key.reveal(),
        trust:
          merchant.publicKey === undefined
            ? { mode: "certificates" }
            : { mode: "mixed", publicKeyId: merchant.publicKey.id, publicKeyPem: merchant.publicKey.pem.reveal() },
        apiBase: merchant.apiBase,
        paymentNotifyUrl: `${config.publicUrl}/callbacks/wechat-pay/payment${path}`,
        refundNotifyUrl: `${config.publicUrl}/callbacks/wechat-pay/refund${path}`,
        onProblem: (problem) => logger.warn({ merchant: code, problem }, "wechat-pay.problem"),
      },
      clocks.wire,
    );
    accounts.set(code, account);
    gateways.set(merchant.mchId, { gateway: createPaymentGateway(account, clocks.business), appId: merchant.appId });
    refundGateways.set(merchant.mchId, createRefundGateway(account));
    bills.set(merchant.mchId, createChannelBills(account));
  }
  return { accounts, gateways, refundGateways, bills };
}
