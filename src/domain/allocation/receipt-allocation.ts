import { type Fen, smallerFen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";
import type { LinePart, LineReference, OpenLine, Payable } from "./open-line.ts";
import { payablesOf } from "./open-line.ts";
import { type AllocationPolicy, inPaymentOrder } from "./payment-order.ts";

/** Why money went where it went; stored with the allocation and shown to the payer. */
export type AllocationRule = "designated" | "order" | "prepayment-bound" | "prepayment-free";

export interface PlannedAllocation {
  readonly line: LineReference;
  readonly part: LinePart;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly rule: AllocationRule;
}

/** What the payer selected. A bill means all its lines with their fees, a line means its principal with its fee. */
export interface Designation {
  readonly billNos: readonly string[];
  readonly lineIds: readonly string[];
}

export interface AllocationRequest {
  /** Lines of other entities are left alone: money never crosses legal entities. */
  readonly entity: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  /** All open lines of the tenant, fees standing as of the end of the day before the value date. */
  readonly openLines: readonly OpenLine[];
  readonly designated?: Designation;
  /** By project code; a project without one follows the default order. */
  readonly policies: Readonly<Record<string, AllocationPolicy>>;
}

export interface AllocationPlan {
  /** In the order in which they are paid; every amount is above zero. */
  readonly allocations: readonly PlannedAllocation[];
  /** What is left over (预收). Σ allocations + prepayment = the receipt. */
  readonly prepaymentFen: Fen;
}

/**
 * Spreads one receipt over the open lines of its tenant and entity (money-rules 8): first what the payer selected,
 * disputed or not, because a payer may pay what he disputes; then all other undisputed lines; the rest is prepayment.
 * Preview and booking call this same function. Throws RangeError on an amount of zero or less.
 */
export function planAllocation(request: AllocationRequest): AllocationPlan {
  if (request.amountFen <= 0n) throw new RangeError(`a receipt must be above zero: ${request.amountFen}`);
  const ofEntity = request.openLines.filter((line) => line.entity === request.entity);
  const isDesignated = designationTest(request.designated);
  const designated = ofEntity.filter(isDesignated);
  const others = ofEntity.filter((line) => !isDesignated(line) && !line.disputed);

  const purse = { restFen: request.amountFen };
  const pay = (lines: readonly OpenLine[], rule: AllocationRule): PlannedAllocation[] =>
    payInOrder(purse, inPaymentOrder(payablesOf(lines), request.policies)).map((paid) =>
      toAllocation(paid, request.valueDate, rule),
    );
  const allocations = [...pay(designated, "designated"), ...pay(others, "order")];
  return { allocations, prepaymentFen: purse.restFen };
}

interface Paid {
  readonly payable: Payable;
  readonly amountFen: Fen;
}

/** Pays one payable after the other until the purse is empty; the purse is left with the rest. */
export function payInOrder(purse: { restFen: Fen }, payables: readonly Payable[]): Paid[] {
  const paid: Paid[] = [];
  for (const payable of payables) {
    if (purse.restFen === 0n) break;
    const amountFen = smallerFen(payable.openFen, purse.restFen);
    purse.restFen -= amountFen;
    paid.push({ payable, amountFen });
  }
  return paid;
}

export function toAllocation(paid: Paid, valueDate: CivilDate, rule: AllocationRule): PlannedAllocation {
  const { line, part } = paid.payable;
  return { line: referenceOf(line), part, amountFen: paid.amountFen, valueDate, rule };
}

/** Only what names the line: an allocation that is stored must not carry a balance that was true for a moment. */
function referenceOf(line: OpenLine): LineReference {
  const { lineId, billNo, tenant, entity, project, lease, charge, role, ordinal, period, correction, kind } = line;
  return { lineId, billNo, tenant, entity, project, lease, charge, role, ordinal, period, correction, kind };
}

function designationTest(designated: Designation | undefined): (line: OpenLine) => boolean {
  const billNos = new Set(designated?.billNos);
  const lineIds = new Set(designated?.lineIds);
  return (line) => billNos.has(line.billNo) || lineIds.has(line.lineId);
}
