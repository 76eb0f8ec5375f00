import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { PrepaymentUse } from "../../domain/allocation/prepayment.ts";
import { depositOffset, prepaymentApplied } from "../../domain/ledger/money-events.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { writeAllocations } from "../receipts/allocation-rows.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import {
  type ClaimIndex,
  claimIn,
  contextOf,
  indexClaims,
  loadClaimsOf,
  moneyPartOf,
} from "../receipts/claim-index.ts";
import { moveRemaining } from "../receipts/prepayment-rows.ts";
import type { MoveOutContext } from "./context.ts";
import { writeDepositUses } from "./deposit-uses.ts";
import { loadSettlement } from "./settlement-facts.ts";
import { auditMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

/**
 * Lets prepayment and then the deposit pay what is open, value date = the sheet's day: the fee stands as the sheet says it.
 * The deposit goes through a prepayment of its own that is used up at once, so that it counts wherever money counts; the
 * books say 2241.01 → 1122 (money-rules 9). The caller holds the account. Returns what the deposit paid, in fen.
 */
export async function offsetDeposit(
  tx: Transaction,
  moveOut: StoredMoveOut,
  asOf: CivilDate,
  context: MoveOutContext,
): Promise<Fen> {
  const { claims, plan } = await loadSettlement(tx, moveOut, asOf);
  const index = indexClaims(claims);
  const bookingDate = await bookingDatesOf(tx)(moveOut.entityId, context.today);
  const dates = { bookingDate, valueDate: asOf };
  const books = { entity: moveOut.entityId, tenant: moveOut.tenantId, ...dates };
  await writeUses(tx, moveOut, plan.prepaymentUses, asOf);
  await moveRemaining(
    tx,
    plan.prepaymentUses.map(({ prepaymentId, amountFen }) => ({ prepaymentId, amountFen: -amountFen })),
  );
  await postToLedger(tx, [
    {
      eventType: "prepayment.applied",
      eventId: newId(),
      postings: prepaymentApplied(books, partsOf(plan.prepaymentUses, index)),
    },
  ]);
  if (plan.offsetFen > 0n) {
    const prepaymentId = newId();
    await execute(
      tx,
      Prisma.sql`INSERT INTO prepayment (id, entity_id, tenant_id, origin, origin_id, receipt_id, amount_fen, remaining_fen,
          value_date)
        VALUES (${prepaymentId}::uuid, ${moveOut.entityId}::uuid, ${moveOut.tenantId}::uuid, 'deposit',
          ${moveOut.moveOutId}::uuid, NULL, ${plan.offsetFen}, 0, ${asOf}::date)`,
    );
    const uses = plan.offsets.map((use) => ({ ...use, prepaymentId }));
    await writeUses(tx, moveOut, uses, asOf);
    await writeDepositUses(tx, moveOut, plan.offsetFrom, {
      kind: "offset",
      eventId: prepaymentId,
      reason: moveOut.number,
      usedOn: asOf,
    });
    await postToLedger(tx, [
      {
        eventType: "deposit.offset",
        eventId: prepaymentId,
        postings: uses.flatMap(({ line, amountFen }) =>
          depositOffset(contextOf(claimIn(index, line.lineId), dates), amountFen),
        ),
      },
    ]);
    await auditMoveOut(tx, context, moveOut.moveOutId, "deposit-offset", { amountFen: plan.offsetFen });
  }
  const paid = [...plan.prepaymentUses, ...plan.offsets].map(({ line }) => line.lineId);
  await accrueLateFees(tx, await loadClaimsOf(tx, paid), addDays(asOf, -1));
  return plan.offsetFen;
}

const partsOf = (uses: readonly PrepaymentUse[], index: ClaimIndex) =>
  uses.map(({ line, amountFen }) => moneyPartOf(claimIn(index, line.lineId), amountFen));

const writeUses = (
  tx: Transaction,
  moveOut: Pick<StoredMoveOut, "entityId" | "tenantId">,
  uses: readonly PrepaymentUse[],
  valueDate: CivilDate,
): Promise<void> =>
  writeAllocations(
    tx,
    uses.map(({ prepaymentId, line, part, amountFen, rule }) => ({
      entityId: moveOut.entityId,
      tenantId: moveOut.tenantId,
      source: "prepayment" as const,
      sourceId: prepaymentId,
      lineId: line.lineId,
      part,
      amountFen,
      valueDate,
      rule,
    })),
  );
