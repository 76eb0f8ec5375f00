import { postToLedger } from "../../db/ledger/post.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Designation } from "../../domain/allocation/receipt-allocation.ts";
import type { MoneyAccount } from "../../domain/ledger/accounts.ts";
import { type MoneyPart, moneyReceived, unclaimedMoneyClaimed } from "../../domain/ledger/money-events.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { writeAllocations } from "./allocation-rows.ts";
import { claimIn, loadClaimsOf, moneyPartOf } from "./claim-index.ts";
import { planReceipt, viewOf } from "./plan-receipt.ts";
import { writePrepayments } from "./prepayment-rows.ts";
import type { ReceiptAllocation } from "./receipt.ts";

/** Money of a known tenant, whose account is locked and whose receipt row is written. */
export interface ReceiptToAllocate {
  readonly receiptId: string;
  readonly tenantId: string;
  readonly entity: { readonly id: string; readonly code: string };
  readonly amountFen: Fen;
  readonly dates: { readonly bookingDate: CivilDate; readonly valueDate: CivilDate };
  readonly designated: Designation;
  readonly designatedBy: string;
  /** Whether it comes in now or was waiting on 2241.02. */
  readonly event:
    | { readonly type: "receipt.recorded"; readonly from: MoneyAccount }
    | { readonly type: "receipt.claimed" };
}

export interface AllocatedReceipt {
  readonly allocations: readonly ReceiptAllocation[];
  readonly prepaymentFen: Fen;
  readonly freedFen: Fen;
}

/** Spreads a receipt and writes all that follows: allocations, prepayment, ledger, and the late fees of what it touched. */
export async function allocateReceipt(tx: Transaction, receipt: ReceiptToAllocate): Promise<AllocatedReceipt> {
  const { receiptId, tenantId, entity, dates } = receipt;
  const { plan, claims } = await planReceipt(
    tx,
    { tenantId, entity },
    { amountFen: receipt.amountFen, valueDate: dates.valueDate, designated: receipt.designated },
  );
  await writeAllocations(
    tx,
    plan.allocations.map(({ line, part, amountFen, valueDate, rule }) => ({
      entityId: entity.id,
      tenantId,
      source: "receipt" as const,
      sourceId: receiptId,
      lineId: line.lineId,
      part,
      amountFen,
      valueDate,
      rule,
      designatedBy: rule === "designated" ? receipt.designatedBy : undefined,
    })),
  );
  if (plan.prepaymentFen > 0n) {
    await writePrepayments(tx, [
      {
        entityId: entity.id,
        tenantId,
        origin: "receipt",
        originId: receiptId,
        receiptId,
        amountFen: plan.prepaymentFen,
        valueDate: dates.valueDate,
      },
    ]);
  }
  const parts: MoneyPart[] = [
    ...plan.allocations.map(({ line, amountFen }) => moneyPartOf(claimIn(claims, line.lineId), amountFen)),
    { purpose: "prepayment", amountFen: plan.prepaymentFen },
  ];
  const posting = { entity: entity.id, tenant: tenantId, ...dates };
  const { event } = receipt;
  const postings =
    event.type === "receipt.recorded"
      ? moneyReceived(posting, event.from, parts)
      : unclaimedMoneyClaimed(posting, parts);
  await postToLedger(tx, [{ eventType: event.type, eventId: receiptId, postings }]);
  // The fee of each touched line is posted through the day before, with this money already among its payments: days after
  // the value date that had been posted come out smaller here, and what was paid of them is freed.
  const touched = await loadClaimsOf(
    tx,
    plan.allocations.map(({ line }) => line.lineId),
  );
  const accruals = await accrueLateFees(tx, touched, addDays(dates.valueDate, -1), receiptId);
  return {
    allocations: plan.allocations.map(({ line, part, amountFen }) => viewOf(line, part, amountFen)),
    prepaymentFen: plan.prepaymentFen,
    freedFen: accruals.reduce((sum, accrual) => sum + accrual.freedFen, 0n),
  };
}
