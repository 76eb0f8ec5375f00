import { refundNotices } from "../../bot/notices/refund-notices.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import type { BusinessClock, WireClock } from "../ports/clock.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { RefundContext } from "../usecases/refunds/context.ts";
import type { WechatPayMerchants } from "./wechat-pay.ts";

/** How often refunds are looked at whose next step is due. */
export const REFUND_POLL_MS = 2_000;

/** What the use cases of refunds need: gateways of the configured merchants, words, clocks. */
export const refundContextOf = (deps: {
  readonly merchants: WechatPayMerchants;
  readonly clocks: { readonly business: BusinessClock; readonly wire: WireClock };
  readonly officialAccountAppId: string | undefined;
  readonly encryption: FieldEncryption;
  readonly logger: Logger;
}): RefundContext => ({
  gateways: deps.merchants.refundGateways,
  businessClock: deps.clocks.business,
  wireClock: deps.clocks.wire,
  notices: refundNotices(deps.officialAccountAppId),
  encryption: deps.encryption,
  onProblem: (problem) => deps.logger.error(problem, "refund.problem"),
});
