import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { cashDifference } from "../../domain/ledger/money-events.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { ShiftContext } from "./shift.ts";

export interface ApprovedDifference {
  readonly ok: true;
  readonly shiftNo: string;
  /** Above zero: more was in the drawer than the receipts say. */
  readonly differenceFen: Fen;
  readonly debit: string;
  readonly credit: string;
}

interface FoundShift {
  readonly id: string;
  readonly entityId: string;
  readonly cashier: string;
  readonly closedOn: CivilDate | null;
  readonly differenceFen: Fen | null;
  readonly exceptionState: string | null;
}

/**
 * Books the difference of a closed shift: 1001 against 1901 待处理财产损溢, where it waits for its cause. Somebody of finance
 * does, never the cashier of the shift. Once.
 */
export const approveDifference = (
  db: Database,
  command: DifferenceApproval,
  context: ShiftContext,
): Promise<ApprovedDifference | Refusal> => inTransaction(db, (tx) => approveDifferenceIn(tx, command, context));

export interface DifferenceApproval {
  readonly shiftNo: string;
  readonly staffCode: string;
  readonly note?: string | undefined;
}

/** The same inside the caller's transaction. */
export async function approveDifferenceIn(
  tx: Transaction,
  command: DifferenceApproval,
  context: ShiftContext,
): Promise<ApprovedDifference | Refusal> {
  const shift = await row<FoundShift>(
    tx,
    Prisma.sql`SELECT c.id, c.entity_id AS "entityId", s.code AS cashier, c.closed_on::text AS "closedOn",
          c.counted_fen - c.expected_fen AS "differenceFen",
          (SELECT x.state FROM exception_item x WHERE x.kind = 'CASH_DIFFERENCE' AND x.subject_key = c.shift_no) AS "exceptionState"
        FROM cashier_shift c JOIN staff s ON s.id = c.staff_id WHERE c.shift_no = ${command.shiftNo} FOR UPDATE OF c`,
  );
  if (!shift) return refuse("SHIFT_UNKNOWN", `没有班次 ${command.shiftNo}。`, `There is no shift ${command.shiftNo}.`);
  const { closedOn, differenceFen } = shift;
  if (closedOn === null || differenceFen === null) {
    return refuse("SHIFT_OPEN", `班次 ${command.shiftNo} 还没有交班。`, `Shift ${command.shiftNo} is still open.`);
  }
  if (shift.exceptionState === null)
    return refuse("NO_DIFFERENCE", "这个班次没有差额。", "The shift has no difference.");
  if (shift.exceptionState !== "open") {
    return refuse("ALREADY_APPROVED", "差额已经入账。", "The difference has been booked.");
  }
  if (shift.cashier === command.staffCode) {
    return refuse("OWN_SHIFT", "自己的班次要由别人批准。", "Somebody else approves the difference of a shift.");
  }
  const approver = await row(
    tx,
    Prisma.sql`SELECT 1 FROM staff s JOIN staff_role r ON r.staff_id = s.id AND r.role IN ('finance-manager', 'cfo')
        WHERE s.code = ${command.staffCode} AND s.left_at IS NULL LIMIT 1`,
  );
  if (!approver) {
    return refuse("APPROVER_WITHOUT_ROLE", "差额要由财务经理批准。", "A finance manager approves the difference.");
  }
  const bookingDate = await bookingDatesOf(tx)(shift.entityId, closedOn);
  const postings = cashDifference({ entity: shift.entityId, bookingDate, valueDate: closedOn }, differenceFen);
  await postToLedger(tx, [{ eventType: "cash.difference", eventId: shift.id, postings }]);
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET state = 'resolved', resolved_with = 'post-difference', resolved_by = ${context.actor},
        resolved_at = now() WHERE kind = 'CASH_DIFFERENCE' AND subject_key = ${command.shiftNo}`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "shift.difference-approved",
      subjectKind: "cashier-shift",
      subjectId: shift.id,
      after: { shiftNo: command.shiftNo, differenceFen: toJsonInteger(differenceFen), note: command.note ?? null },
    },
  ]);
  const [posting] = postings;
  return {
    ok: true,
    shiftNo: command.shiftNo,
    differenceFen,
    debit: posting?.debit ?? "",
    credit: posting?.credit ?? "",
  };
}
