import type { Card } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import type { OrderCard } from "../../src/usecases/invoice-orders/context.ts";
import { factCard } from "../fact-card.ts";
import { SAY_ORDER as SAY } from "../text/invoice-order.zh-CN.ts";

/** For finance: an invoice or red letter that a provider does not get done by itself, why, and the two ways on. */
export const invoiceOrderCard: OrderCard = (order): Card => {
  const { orderNo, state, problem, problemCode } = order;
  const isOpen = state === "failed" || (state === "waiting" && problemCode !== null);
  const card = factCard(
    SAY.titles[state],
    {
      subtitle: order.tenantName,
      rows: [
        { label: SAY.number, value: orderNo },
        { label: SAY.seller, value: order.entityName },
        { label: SAY.amount, value: formatYuan(order.amountFen) },
        ...(problem === null || problem === ""
          ? []
          : [{ label: SAY.reason, value: `${problem}（${problemCode ?? ""}）` }]),
      ],
    },
    ...(isOpen ? [hintOf(problem ?? "", problemCode ?? ""), SAY.words(orderNo)] : [SAY.outcomes[state]]),
  );
  if (!isOpen) return card;
  return {
    ...card,
    buttons: [
      { kind: "action", label: SAY.retry, action: { type: "invoice.retry", orderNo }, style: "primary" },
      { kind: "action", label: SAY.byHand, action: { type: "invoice.by-hand", orderNo } },
    ],
  };
};

function hintOf(problem: string, code: string): string {
  if (code === "IDENTITY_NEEDED" || /登录|认证|扫码|扫脸|人脸|短信验证/.test(problem)) return SAY.hints.identity;
  if (code === "CERTIFICATE_MISSING") return SAY.hints.certificate;
  if (code === "TAX_CODE_MISSING" || code === "PLACE_UNKNOWN") return SAY.hints.onlyByHand;
  if (code === "PROVIDER_OFF") return SAY.hints.keys;
  if (code === "AMOUNT_DIFFERS" || code === "NUMBER_TAKEN" || code === "NUMBER_INVALID") return SAY.hints.lookThere;
  if (/额度/.test(problem)) return SAY.hints.limit;
  return SAY.hints.other;
}
