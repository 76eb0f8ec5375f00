import Router from "@koa/router";
import type { Context } from "koa";
import { type NotificationAccount, openNotification } from "../../payments/wechat-pay/notification.ts";
import type { PaymentFact } from "../../ports/payment-gateway.ts";
import type { RefundFact } from "../../ports/refund-gateway.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { rawBodyOf } from "../raw-body.ts";

export interface WechatPayCallbackContext {
  /** By code of the merchant account; `createWechatPayAccount` makes them. */
  readonly accounts: ReadonlyMap<string, NotificationAccount>;
  /** Whose notifications come without a code in the path. */
  readonly defaultMerchantCode: string | undefined;
  /** settlePayment with witness "notification". */
  readonly settlePayment: (fact: PaymentFact) => Promise<{ readonly state: string }>;
  /** Undefined: refunds are not built in; WeChat Pay is asked to say it again later. */
  readonly settleRefund: ((fact: RefundFact) => Promise<unknown>) | undefined;
  readonly logger: Logger;
  /** How long an answer may take; default 4.5 s. */
  readonly answerWithinMs?: number;
}

/** WeChat Pay waits 5 s (reference/wechat-pay.md section 3.2); the way back needs the rest. */
const ANSWER_WITHIN_MS = 4_500;

/** POST /callbacks/wechat-pay/payment and /refund, with /:merchantCode for further merchant accounts (interfaces.md 6). */
export function wechatPayCallbacks(context: WechatPayCallbackContext): Router {
  const router = new Router();
  for (const kind of ["payment", "refund"]) {
    router.post(`/callbacks/wechat-pay/${kind}`, (ctx) => receive(ctx, context, context.defaultMerchantCode));
    router.post(`/callbacks/wechat-pay/${kind}/:merchantCode`, (ctx) => receive(ctx, context, ctx.params.merchantCode));
  }
  return router;
}

async function receive(
  ctx: Context,
  context: WechatPayCallbackContext,
  merchantCode: string | undefined,
): Promise<void> {
  const account = merchantCode === undefined ? undefined : context.accounts.get(merchantCode);
  if (!account) {
    context.logger.warn({ refusal: "UNKNOWN_MERCHANT", path: ctx.path.slice(0, 100) }, "wechat-pay.refused");
    return fail(ctx, 404, "no such merchant account");
  }
  const work = settle(ctx, context, account).catch((error: unknown): Answer => {
    context.logger.error({ err: error, merchantCode }, "wechat-pay.settle-failed");
    return { status: 500, message: "could not be stored, please resend" };
  });
  // The work goes on and the resend finds it done; an open request would count as failed anyhow.
  const answer = await within(work, context.answerWithinMs ?? ANSWER_WITHIN_MS, {
    status: 503,
    message: "still at work, please resend",
  });
  if (answer.status === 204) {
    ctx.status = 204;
    return;
  }
  fail(ctx, answer.status, answer.message);
}

interface Answer {
  readonly status: number;
  readonly message: string;
}
const DONE: Answer = { status: 204, message: "" };

async function settle(ctx: Context, context: WechatPayCallbackContext, account: NotificationAccount): Promise<Answer> {
  const result = await openNotification({ headers: ctx.req.headers, body: rawBodyOf(ctx) }, account);
  switch (result.kind) {
    case "payment": {
      const { fact, id } = result.notification;
      const settled = await context.settlePayment(fact);
      const { outTradeNo } = fact;
      context.logger.info({ outTradeNo, notificationId: id, state: settled.state }, "wechat-pay.payment");
      return DONE;
    }
    case "refund": {
      const { fact, id } = result.notification;
      if (!context.settleRefund) return { status: 503, message: "refunds are off" };
      await context.settleRefund(fact);
      context.logger.info(
        { outRefundNo: fact.outRefundNo, notificationId: id, state: fact.state },
        "wechat-pay.refund",
      );
      return DONE;
    }
    case "ignored":
      context.logger.info({ notificationId: result.id, eventType: result.eventType }, "wechat-pay.ignored");
      return DONE;
    case "refused":
      context.logger.warn({ refusal: result.refusal, message: result.body.message }, "wechat-pay.refused");
      return { status: result.status, message: result.body.message };
    default:
      return result satisfies never;
  }
}

function fail(ctx: Context, status: number, message: string): void {
  ctx.status = status;
  ctx.body = { code: "FAIL", message };
}

async function within<T>(work: Promise<T>, limitMs: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
