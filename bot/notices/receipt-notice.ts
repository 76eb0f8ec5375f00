import type { Card } from "../../cards/card.ts";
import { receiptCard } from "../../cards/receipt-card.ts";
import type { Fen } from "../../src/domain/money/fen.ts";
import {
  type CivilDate,
  type DateRange,
  formatDate,
  formatMonth,
  monthOf,
  rangeOfMonth,
} from "../../src/domain/time/civil-date.ts";
import type { LineKind } from "../../src/domain/world/lease.ts";
import { SAY } from "../text/zh-CN.ts";

/** What a settled payment tells its tenant. */
export interface ReceiptFacts {
  readonly receiptNo: string;
  readonly tenantName: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly channel: "wechat" | "bank" | "cash" | "pos";
  readonly allocations: readonly AllocationFacts[];
  readonly prepaymentFen: Fen;
  /** What the tenant still owes this entity after the payment. */
  readonly stillOwedFen: Fen;
  /** H5 page or PDF of the receipt. */
  readonly receiptUrl?: string;
}

export interface AllocationFacts {
  readonly kind: LineKind;
  /** `late-fee`: the fee of the line, not the line itself. */
  readonly component: "principal" | "late-fee";
  readonly period: DateRange;
  readonly amountFen: Fen;
}

/** Thanks for a payment, and where every fen of it went; parts that read the same are one. */
export function receiptNotice(receipt: ReceiptFacts): Card {
  const parts = new Map<string, Fen>();
  for (const allocation of receipt.allocations) {
    const label = allocationLabel(allocation);
    parts.set(label, (parts.get(label) ?? 0n) + allocation.amountFen);
  }
  return receiptCard({
    receiptNo: receipt.receiptNo,
    tenantName: receipt.tenantName,
    amountFen: receipt.amountFen,
    valueDate: receipt.valueDate,
    methodName: SAY.payments.channels[receipt.channel],
    allocations: [...parts].map(([label, amountFen]) => ({ label, amountFen })),
    prepaymentFen: receipt.prepaymentFen,
    stillOwedFen: receipt.stillOwedFen,
    ...(receipt.receiptUrl === undefined ? {} : { receiptUrl: receipt.receiptUrl }),
  });
}

function allocationLabel({ kind, component, period }: AllocationFacts): string {
  const name = component === "late-fee" ? SAY.lateFeeOf(SAY.charges[kind]) : SAY.charges[kind];
  if (kind === "deposit") return name;
  const month = monthOf(period.from);
  const whole = rangeOfMonth(month);
  return period.from === whole.from && period.to === whole.to
    ? `${name}（${formatMonth(month)}）`
    : `${name}（${formatDate(period.from)}至${formatDate(period.to)}）`;
}
