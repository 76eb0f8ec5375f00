import { paymentNotice } from "../../bot/notices/payment-notice.ts";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { createMerchants } from "../compose/wechat-pay.ts";
import { createLogger } from "../telemetry/logger.ts";
import type { ChannelQuestions } from "../usecases/exceptions/answer-channel.ts";
import type { ResolutionContext } from "../usecases/exceptions/resolution.ts";
import type { CliContext } from "./command.ts";

/** What asking WeChat Pay from the command line needs; undefined without a merchant account in the environment. */
export function channelQuestionsFor(context: CliContext, resolution: ResolutionContext): ChannelQuestions | undefined {
  const { config, clock, encryption } = context;
  if (!config.wechatPay?.size) return undefined;
  const wire = { nowMs: () => Date.now() };
  const logger = createLogger({ level: "error", destination: process.stderr });
  const merchants = createMerchants(config, { business: clock, wire }, logger);
  const officialAccountAppId = config.officialAccount?.appId;
  const onProblem = (problem: { readonly detail: string }): void => context.progress(problem.detail);
  return {
    payments: {
      gateways: merchants.gateways,
      businessClock: clock,
      wireClock: wire,
      officialAccountAppId,
      paymentCard: paymentNotice,
      onProblem,
    },
    refunds: {
      gateways: merchants.refundGateways,
      businessClock: clock,
      wireClock: wire,
      notices: refundNotices(officialAccountAppId),
      encryption,
      onProblem,
    },
    resolutionOf: () => resolution,
  };
}
