import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { enqueueMessages, type OutboxMessage } from "../../db/outbox/enqueue.ts";
import { execute, rows } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { planUndo, type UndoPlan } from "../../domain/allocation/undo.ts";
import { moneyReceived, unclaimedMoneyReceived } from "../../domain/ledger/money-events.ts";
import type { PostingContext } from "../../domain/ledger/posting.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { reportInvoicesWithoutMoney } from "../invoices/invoice-mismatch.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { loadStandingAllocations, movePrincipal, type StandingRow, writeCounterEntries } from "./allocation-rows.ts";
import { bookingDatesOf } from "./booking-dates.ts";
import { type ClaimIndex, claimIn, indexClaims, loadClaimsOf, moneyPartOf } from "./claim-index.ts";
import { moneyAccountOf } from "./money-account.ts";
import { viewOf } from "./plan-receipt.ts";
import { moveRemaining } from "./prepayment-rows.ts";
import type { ReceiptAllocation } from "./receipt.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { restoreLateFees } from "./restore-late-fees.ts";
import { findReceipt, type StoredReceipt } from "./stored-receipt.ts";

export interface UndoContext extends Actor {
  readonly today: CivilDate;
  /** What is to be said because of it; not asked in a repetition. */
  readonly messagesOf?: (
    undone: UndoneReceipt,
    tx: Transaction,
  ) => readonly OutboxMessage[] | Promise<readonly OutboxMessage[]>;
}

export interface UndoneReceipt {
  readonly ok: true;
  readonly receiptId: string;
  readonly receiptNo: string;
  readonly entity: string;
  readonly tenant: string | null;
  readonly amountFen: Fen;
  /** What was taken back from lines, latest first; in fen above zero. */
  readonly allocations: readonly ReceiptAllocation[];
  /** What was taken out of unused prepayment. */
  readonly prepaymentFen: Fen;
  /** true: it had been undone before; nothing was written now. */
  readonly repeated: boolean;
}

/** `pay undo`: see takeBackReceipt. */
export const undoReceipt = (
  db: Database,
  command: { readonly receiptNo: string; readonly reason?: string | undefined },
  context: UndoContext,
): Promise<UndoneReceipt | Refusal> => inTransaction(db, (tx) => takeBackReceipt(tx, command, context));

/**
 * Takes a whole receipt back as if it had bounced (money-rules 8), inside the caller's transaction: it never counted. Its
 * unused prepayment goes first, then what it paid, also by way of its prepayment, latest first, by counter-entries from
 * their own value dates; the late fee is as if never paid. Refused when part of the money has left as a refund.
 */
export async function takeBackReceipt(
  tx: Transaction,
  command: { readonly receiptNo: string; readonly reason?: string | undefined },
  context: UndoContext,
): Promise<UndoneReceipt | Refusal> {
  const receipt = await lockReceipt(tx, command.receiptNo);
  if (!receipt) {
    return refuse(
      "RECEIPT_UNKNOWN",
      `没有编号为 ${command.receiptNo} 的收款，请检查收款编号。`,
      `There is no receipt ${command.receiptNo}. Check the number.`,
    );
  }
  if (receipt.state === "undone") return viewOfUndone(tx, receipt);
  const standing = await loadStandingAllocations(tx, { receiptId: receipt.receiptId });
  const prepayments = await loadUnusedPrepayments(tx, receipt.receiptId);
  const plan = planTakeBack(receipt, standing, prepayments);
  // Money that is asked back still lies here, and a deposit's stays on its line: the refund says what is missing.
  const refundedFen = await liveRefundsOf(tx, receipt.receiptId);
  if (plan.shortfallFen > 0n || refundedFen > 0n) {
    const shortfall = formatYuan(refundedFen > 0n ? refundedFen : plan.shortfallFen);
    return refuse(
      "RECEIPT_PARTLY_REFUNDED",
      `收款 ${receipt.receiptNo} 中有 ${shortfall} 已经退款或正在退款，不能整笔撤销。请先处理该退款。`,
      `${shortfall} of receipt ${receipt.receiptNo} is refunded or being refunded, so it cannot be undone. Deal with the refund first.`,
    );
  }
  const claims = indexClaims(
    await loadClaimsOf(
      tx,
      standing.map((one) => one.lineId),
    ),
  );
  const taken = takenFrom(plan, standing);
  await writeTakeBack(tx, receipt, taken, prepayments);
  await postTakeBack(tx, receipt, taken, plan.prepaymentTakenFen, claims, context.today);
  await restateLateFees(tx, receipt, standing, context.today);
  await reportInvoicesWithoutMoney(
    tx,
    [
      {
        causeKey: receipt.receiptNo,
        cause: `收款 ${receipt.receiptNo} 已撤销`,
        entityId: receipt.entityId,
        lineIds: [...new Set(taken.map(({ lineId }) => lineId))],
      },
    ],
    context.today,
  );
  const result: UndoneReceipt = {
    ok: true,
    receiptId: receipt.receiptId,
    receiptNo: receipt.receiptNo,
    entity: receipt.entity,
    tenant: receipt.tenant,
    amountFen: receipt.amountFen,
    allocations: taken.map(({ lineId, part, amountFen }) => viewOf(claimIn(claims, lineId), part, amountFen)),
    prepaymentFen: plan.prepaymentTakenFen,
    repeated: false,
  };
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "receipt.undone",
      subjectKind: "receipt",
      subjectId: receipt.receiptId,
      before: { state: receipt.state },
      after: { state: "undone", reason: command.reason ?? null, ...result },
    },
  ]);
  await enqueueMessages(tx, (await context.messagesOf?.(result, tx)) ?? []);
  return result;
}

/** The account first, then the receipt again: until the lock is held, it may be undone or claimed by somebody else. */
async function lockReceipt(tx: Transaction, receiptNo: string): Promise<StoredReceipt | undefined> {
  const seen = await findReceipt(tx, receiptNo);
  if (!seen) return undefined;
  if (seen.tenantId !== null) await lockTenantAccounts(tx, [{ tenantId: seen.tenantId, entityId: seen.entityId }]);
  await execute(tx, Prisma.sql`SELECT 1 FROM receipt WHERE id = ${seen.receiptId}::uuid FOR UPDATE`);
  const locked = await findReceipt(tx, receiptNo);
  if (locked && locked.tenantId !== seen.tenantId) throw new ReceiptClaimedMeanwhile(receiptNo);
  return locked;
}

/** The code is PostgreSQL's for a serialization failure, which is what it is: inTransaction runs the work again. */
class ReceiptClaimedMeanwhile extends Error {
  readonly code = "40001";
}

interface UnusedPrepayment {
  readonly prepaymentId: string;
  readonly remainingFen: Fen;
}

/** Refunded, being refunded or asked back of a receipt, or used of the deposit that it paid. */
const liveRefundsOf = async (tx: Transaction, receiptId: string): Promise<Fen> =>
  (
    await rows<{ fen: Fen }>(
      tx,
      Prisma.sql`SELECT ((SELECT coalesce(sum(amount_fen), 0) FROM refund
          WHERE receipt_id = ${receiptId}::uuid AND state NOT IN ('rejected', 'cancelled'))
        + (SELECT coalesce(sum(amount_fen), 0) FROM deposit_use WHERE receipt_id = ${receiptId}::uuid))::bigint AS fen`,
    )
  )[0]?.fen ?? 0n;

const loadUnusedPrepayments = (tx: Transaction, receiptId: string): Promise<UnusedPrepayment[]> =>
  rows<UnusedPrepayment>(
    tx,
    Prisma.sql`SELECT id AS "prepaymentId", remaining_fen AS "remainingFen" FROM prepayment
      WHERE receipt_id = ${receiptId}::uuid AND remaining_fen > 0 ORDER BY id`,
  );

function planTakeBack(
  receipt: StoredReceipt,
  standing: readonly StandingRow[],
  prepayments: readonly UnusedPrepayment[],
): UndoPlan {
  if (receipt.tenantId === null) return { prepaymentTakenFen: 0n, counterAllocations: [], shortfallFen: 0n };
  return planUndo({
    amountFen: receipt.amountFen,
    unusedPrepaymentFen: prepayments.reduce((sum, one) => sum + one.remainingFen, 0n),
    allocations: standing,
    reason: { type: "bounce" },
  });
}

interface Taken extends StandingRow {
  readonly amountFen: Fen;
  readonly effectiveDate: CivilDate;
}

function takenFrom(plan: UndoPlan, standing: readonly StandingRow[]): Taken[] {
  const byId = new Map(standing.map((one) => [one.allocationId, one]));
  return plan.counterAllocations.map(({ allocationId, amountFen, restoredFrom }) => {
    const allocation = byId.get(allocationId);
    if (!allocation) throw new Error(`undo of an allocation that was not offered: ${allocationId}`);
    return { ...allocation, amountFen, effectiveDate: restoredFrom };
  });
}

async function writeTakeBack(
  tx: Transaction,
  receipt: StoredReceipt,
  taken: readonly Taken[],
  prepayments: readonly UnusedPrepayment[],
): Promise<void> {
  await execute(tx, Prisma.sql`UPDATE receipt SET state = 'undone' WHERE id = ${receipt.receiptId}::uuid`);
  await moveRemaining(
    tx,
    prepayments.map(({ prepaymentId, remainingFen }) => ({ prepaymentId, amountFen: -remainingFen })),
  );
  await writeCounterEntries(
    tx,
    taken.map(({ allocationId, amountFen, effectiveDate }) => ({
      allocationId,
      eventId: receipt.receiptId,
      amountFen,
      reason: "undo" as const,
      effectiveDate,
    })),
  );
  await movePrincipal(tx, taken);
}

async function postTakeBack(
  tx: Transaction,
  receipt: StoredReceipt,
  taken: readonly Taken[],
  prepaymentTakenFen: Fen,
  claims: ClaimIndex,
  today: CivilDate,
): Promise<void> {
  const context: PostingContext = {
    entity: receipt.entityId,
    ...(receipt.tenantId === null ? {} : { tenant: receipt.tenantId }),
    bookingDate: await bookingDatesOf(tx)(receipt.entityId, today),
    valueDate: receipt.valueDate,
  };
  const account = moneyAccountOf(receipt.channel);
  const postings =
    receipt.tenantId === null
      ? unclaimedMoneyReceived(context, account, -receipt.amountFen)
      : moneyReceived(context, account, [
          { purpose: "prepayment", amountFen: -prepaymentTakenFen },
          ...taken.map(({ lineId, amountFen }) => moneyPartOf(claimIn(claims, lineId), -amountFen)),
        ]);
  await postToLedger(tx, [{ eventType: "receipt.undone", eventId: receipt.receiptId, postings }]);
}

/** The fee as if never paid, as of the day through which each line was evaluated; later days come with the next accrual. */
async function restateLateFees(
  tx: Transaction,
  receipt: StoredReceipt,
  standing: readonly StandingRow[],
  today: CivilDate,
): Promise<void> {
  const restored = await restoreLateFees(tx, receipt.receiptId, today);
  const claims = await loadClaimsOf(tx, [...standing.map((one) => one.lineId), ...restored.lineIds]);
  const withWaivers = claims.map((claim) => ({
    ...claim,
    lateFeeWaivedFen: claim.lateFeeWaivedFen + (restored.waivedAgainFen.get(claim.lineId) ?? 0n),
  }));
  // Where later facts leave less to pay than was given back, the rest comes free again: events of their own, not this one's.
  await accrueLateFees(tx, withWaivers, undefined);
}

async function viewOfUndone(tx: Transaction, receipt: StoredReceipt): Promise<UndoneReceipt> {
  const taken = await rows<{ lineId: string; part: "principal" | "late-fee"; amountFen: Fen }>(
    tx,
    Prisma.sql`SELECT a.line_id AS "lineId", a.component AS part, v.amount_fen AS "amountFen"
      FROM allocation_reversal v JOIN allocation a ON a.id = v.allocation_id
      WHERE v.event_id = ${receipt.receiptId}::uuid AND v.reason = 'undo' ORDER BY a.id DESC`,
  );
  const claims = indexClaims(
    await loadClaimsOf(
      tx,
      taken.map((one) => one.lineId),
    ),
  );
  const takenFen = taken.reduce((sum, one) => sum + one.amountFen, 0n);
  return {
    ok: true,
    receiptId: receipt.receiptId,
    receiptNo: receipt.receiptNo,
    entity: receipt.entity,
    tenant: receipt.tenant,
    amountFen: receipt.amountFen,
    allocations: taken.map(({ lineId, part, amountFen }) => viewOf(claimIn(claims, lineId), part, amountFen)),
    prepaymentFen: receipt.tenantId === null ? 0n : receipt.amountFen - takenFen,
    repeated: true,
  };
}
