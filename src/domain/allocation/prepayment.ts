import { compareCodes } from "../charging/code-order.ts";
import type { Fen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";
import type { LineKind } from "../world/lease.ts";
import { type OpenLine, type Payable, payablesOf } from "./open-line.ts";
import { type AllocationPolicy, inPaymentOrder } from "./payment-order.ts";
import { type PlannedAllocation, payInOrder, toAllocation } from "./receipt-allocation.ts";

/** Money of a tenant at an entity that has paid nothing yet (预收). */
export interface Prepayment {
  readonly prepaymentId: string;
  /** Value date of the receipt it came from; the oldest pays first. */
  readonly receivedOn: CivilDate;
  /** Order among those of one day. */
  readonly sequence: number;
  /** Bound to a kind of line; undefined: free. */
  readonly kind?: LineKind;
  readonly remainingFen: Fen;
}

export interface PrepaymentUse extends PlannedAllocation {
  readonly prepaymentId: string;
}

/**
 * What the prepayments of a tenant and entity pay when a bill is issued (money-rules 8): all open undisputed lines, not
 * only the new ones. Those bound to a kind go before free ones, each oldest first, and pay principal of that kind only.
 */
export function planPrepaymentUse(request: {
  readonly entity: string;
  /** Value date of what is paid. */
  readonly issueDate: CivilDate;
  readonly prepayments: readonly Prepayment[];
  /** Fees standing as of the end of the day before the issue date. */
  readonly openLines: readonly OpenLine[];
  /** Leases with `autoApplyPrepayment: false`. */
  readonly excludedLeases: ReadonlySet<string>;
  readonly policies: Readonly<Record<string, AllocationPolicy>>;
}): readonly PrepaymentUse[] {
  const eligible = request.openLines.filter(
    (line) => line.entity === request.entity && !line.disputed && !request.excludedLeases.has(line.lease),
  );
  let payables: readonly Payable[] = inPaymentOrder(payablesOf(eligible), request.policies);
  const uses: PrepaymentUse[] = [];
  for (const prepayment of inOrderOfUse(request.prepayments)) {
    const { prepaymentId, kind } = prepayment;
    const payableByIt = payables.filter(
      (payable) => kind === undefined || (payable.part === "principal" && payable.line.kind === kind),
    );
    const paid = payInOrder({ restFen: prepayment.remainingFen }, payableByIt);
    const rule = kind === undefined ? "prepayment-free" : "prepayment-bound";
    uses.push(...paid.map((one) => ({ prepaymentId, ...toAllocation(one, request.issueDate, rule) })));
    const paidFen = new Map(paid.map((one) => [one.payable, one.amountFen]));
    payables = payables
      .map((payable) => ({ ...payable, openFen: payable.openFen - (paidFen.get(payable) ?? 0n) }))
      .filter((payable) => payable.openFen > 0n);
  }
  return uses;
}

function inOrderOfUse(prepayments: readonly Prepayment[]): Prepayment[] {
  return prepayments
    .filter((prepayment) => prepayment.remainingFen > 0n)
    .sort(
      (a, b) =>
        Number(a.kind === undefined) - Number(b.kind === undefined) ||
        (a.receivedOn === b.receivedOn ? 0 : a.receivedOn < b.receivedOn ? -1 : 1) ||
        a.sequence - b.sequence ||
        compareCodes(a.prepaymentId, b.prepaymentId),
    );
}
