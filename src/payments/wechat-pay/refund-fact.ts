import { z } from "zod";
import type { RefundFact, RefundState } from "../../ports/refund-gateway.ts";
import { fenSchema } from "./transaction.ts";

const common = {
  out_trade_no: z.string(),
  transaction_id: z.string(),
  out_refund_no: z.string(),
  refund_id: z.string(),
  success_time: z.string().nullish(),
  user_received_account: z.string().nullish(),
  amount: z.object({ total: fenSchema, refund: fenSchema }),
};

/** The answer of applying for or querying a refund: the state is called `status`, mchid is not told. */
export const refundAnswerSchema = z.object({ ...common, status: z.string() });
/** The decrypted notification: the state is called `refund_status` (reference/wechat-pay.md section 3.2). */
export const refundNoticeSchema = z.object({ ...common, refund_status: z.string(), mchid: z.string() });

type RefundBody = Omit<z.infer<typeof refundAnswerSchema>, "status">;

/** The refund a body states, or undefined when its status is none of the documented ones. */
export function toRefundFact(body: RefundBody, status: string, merchantId: string): RefundFact | undefined {
  const state = toRefundState(status);
  if (state === undefined) return undefined;
  return {
    channel: "wechat",
    merchantId,
    outTradeNo: body.out_trade_no,
    transactionId: body.transaction_id,
    outRefundNo: body.out_refund_no,
    refundId: body.refund_id,
    state,
    refundFen: body.amount.refund,
    orderTotalFen: body.amount.total,
    successTime: body.success_time || undefined,
    receivedBy: body.user_received_account || undefined,
  };
}

function toRefundState(status: string): RefundState | undefined {
  switch (status) {
    case "PROCESSING":
      return "processing";
    case "SUCCESS":
      return "succeeded";
    case "CLOSED":
    case "CLOSE": // the OpenAPI description's spelling; the live one is CLOSED
      return "closed";
    case "ABNORMAL":
      return "abnormal";
    default:
      return undefined;
  }
}
