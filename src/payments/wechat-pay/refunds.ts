import { toJsonInteger } from "../../domain/money/fen.ts";
import type { RefundGateway, RefundIntent, RefundResult, RefundStatus } from "../../ports/refund-gateway.ts";
import { ask, type WechatPayAccount } from "./account.ts";
import type { ApiAnswer } from "./http.ts";
import { refundAnswerSchema, toRefundFact } from "./refund-fact.ts";

/** Documented characters without `|`, see OUT_TRADE_NO in gateway.ts. */
const OUT_REFUND_NO = /^[0-9A-Za-z_*@-]{1,64}$/;

/** The RefundGateway of one WeChat Pay merchant account (reference/wechat-pay.md section 4). */
export function createRefundGateway(account: WechatPayAccount): RefundGateway {
  const { pay, config } = account;
  return {
    merchantId: config.merchantId,
    async request(intent) {
      const problem = findProblem(intent);
      if (problem !== undefined) return { state: "refused", ...problem };
      const reason = [...(intent.reason ?? "").trim()].slice(0, 80).join("");
      const params = {
        out_trade_no: intent.outTradeNo,
        out_refund_no: intent.outRefundNo,
        ...(reason === "" ? {} : { reason }),
        // Always sent: without it a callback comes as V2 XML when the console names a refund URL (section 3.3).
        notify_url: config.refundNotifyUrl,
        amount: {
          refund: toJsonInteger(intent.refundFen),
          total: toJsonInteger(intent.orderTotalFen),
          currency: "CNY",
        },
      };
      return toRefundResult(await ask(() => pay.refunds(params)), intent, config.merchantId);
    },
    async query(outRefundNo) {
      if (!OUT_REFUND_NO.test(outRefundNo)) return { state: "missing" };
      return toRefundStatus(await ask(() => pay.find_refunds(outRefundNo)), outRefundNo, config.merchantId);
    },
  };
}

function findProblem(intent: RefundIntent): { code: string; reason: string } | undefined {
  if (!OUT_REFUND_NO.test(intent.outRefundNo)) {
    return { code: "INVALID_OUT_REFUND_NO", reason: "退款单号格式不正确，请联系管理员" };
  }
  if (intent.refundFen < 1n || intent.refundFen > intent.orderTotalFen) {
    return { code: "INVALID_AMOUNT", reason: "退款金额必须大于零且不超过原支付金额，请核对后重试" };
  }
  return undefined;
}

function toRefundResult(answer: ApiAnswer, intent: RefundIntent, merchantId: string): RefundResult {
  switch (answer.kind) {
    case "ok": {
      const fact = readFact(answer.body, intent.outRefundNo, merchantId);
      return fact === undefined ? { state: "unknown", reason: "ANSWER_INCOMPLETE" } : { state: "accepted", fact };
    }
    case "refused": {
      const state = answer.code === "NOT_ENOUGH" ? "insufficient-funds" : "refused";
      return { state, code: answer.code, reason: answer.message };
    }
    case "unknown":
      return { state: "unknown", reason: answer.reason };
  }
}

function toRefundStatus(answer: ApiAnswer, outRefundNo: string, merchantId: string): RefundStatus {
  switch (answer.kind) {
    case "ok": {
      const fact = readFact(answer.body, outRefundNo, merchantId);
      return fact === undefined ? { state: "unknown", reason: "ANSWER_INCOMPLETE" } : { state: "known", fact };
    }
    case "refused":
      return answer.code === "RESOURCE_NOT_EXISTS" ? { state: "missing" } : { state: "unknown", reason: answer.code };
    case "unknown":
      return { state: "unknown", reason: answer.reason };
  }
}

/** The answer must be about the refund asked for: the signature covers no path, a replayed one would be as genuine. */
function readFact(body: unknown, outRefundNo: string, merchantId: string) {
  const answer = refundAnswerSchema.safeParse(body);
  if (!answer.success || answer.data.out_refund_no !== outRefundNo) return undefined;
  return toRefundFact(answer.data, answer.data.status, merchantId);
}
