import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { type Cashier, findCashier } from "./find-cashier.ts";

export interface ShiftContext extends Actor {
  readonly today: CivilDate;
}

export interface OpenedShift {
  readonly ok: true;
  readonly shiftNo: string;
  readonly entityCode: string;
  readonly openingFen: Fen;
}

export interface ClosedShift {
  readonly ok: true;
  readonly shiftNo: string;
  readonly entityCode: string;
  readonly openingFen: Fen;
  /** Cash of the shift by receipt; below zero: paid back for a receipt of an earlier shift that was undone. */
  readonly receipts: readonly { readonly receiptNo: string; readonly amountFen: Fen }[];
  readonly cashFen: Fen;
  /** Opening + cash. */
  readonly expectedFen: Fen;
  readonly countedFen: Fen;
  /** Counted − expected. Other than 0: an exception that somebody else approves. */
  readonly differenceFen: Fen;
}

/** MOST_DRAWER: more than that in a drawer is a slip of the hand. */
const MOST_DRAWER_FEN: Fen = 1_000_000_000n;

export interface ShiftOpening {
  readonly staffCode: string;
  readonly entityCode?: string | undefined;
  readonly openingFen: Fen;
}

export interface ShiftClosing {
  readonly staffCode: string;
  readonly entityCode?: string | undefined;
  readonly countedFen: Fen;
  readonly note?: string | undefined;
}

/** Begins a person's time at the cash desk of an entity, with what lies in the drawer. One open shift a person and entity. */
export const openShift = (db: Database, command: ShiftOpening, context: ShiftContext): Promise<OpenedShift | Refusal> =>
  inTransaction(db, (tx) => openShiftIn(tx, command, context));

/** The same inside the caller's transaction. */
export async function openShiftIn(
  tx: Transaction,
  command: ShiftOpening,
  context: ShiftContext,
): Promise<OpenedShift | Refusal> {
  const cashier = await findCashier(tx, command.staffCode, command.entityCode);
  if (!cashier.ok) return cashier;
  const problem = drawerProblem(command.openingFen);
  if (problem) return problem;
  const open = await findOpen(tx, cashier);
  if (open)
    return refuse("SHIFT_OPEN", `班次 ${open.shiftNo} 还没有交班，请先交班。`, `Shift ${open.shiftNo} is still open.`);
  const number = await takeNumbers(tx, `shift|${cashier.entityCode}|${context.today.slice(0, 4)}`, 1);
  const shiftNo = `BC-${cashier.entityCode}-${context.today.slice(0, 4)}-${number.toString().padStart(5, "0")}`;
  const id = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO cashier_shift (id, entity_id, staff_id, shift_no, state, opened_on, opened_at, opening_fen)
        VALUES (${id}::uuid, ${cashier.entityId}::uuid, ${cashier.staffId}::uuid, ${shiftNo}, 'open', ${context.today}::date,
          clock_timestamp(), ${command.openingFen})`,
  );
  await audit(tx, context, "shift.opened", id, { shiftNo, openingFen: command.openingFen });
  return { ok: true, shiftNo, entityCode: cashier.entityCode, openingFen: command.openingFen };
}

/**
 * Ends the shift with what was counted. Expected is the opening plus the cash that this person took since; a receipt belongs
 * to one shift only. A difference changes no books by itself: it is put before people as CASH_DIFFERENCE.
 */
export const closeShift = (
  db: Database,
  command: ShiftClosing,
  context: ShiftContext,
): Promise<ClosedShift | Refusal> => inTransaction(db, (tx) => closeShiftIn(tx, command, context));

/** The same inside the caller's transaction. */
export async function closeShiftIn(
  tx: Transaction,
  command: ShiftClosing,
  context: ShiftContext,
): Promise<ClosedShift | Refusal> {
  const cashier = await findCashier(tx, command.staffCode, command.entityCode);
  if (!cashier.ok) return cashier;
  const problem = drawerProblem(command.countedFen);
  if (problem) return problem;
  const shift = await findOpen(tx, cashier);
  if (!shift) return refuse("SHIFT_NOT_OPEN", "没有开着的班次，请先开班。", "No shift is open. Open one first.");
  const receipts = await takeReceipts(tx, shift.id, cashier);
  const cashFen = receipts.reduce((total, { amountFen }) => total + amountFen, 0n);
  const expectedFen = shift.openingFen + cashFen;
  const differenceFen = command.countedFen - expectedFen;
  await execute(
    tx,
    Prisma.sql`UPDATE cashier_shift SET state = 'closed', closed_on = ${context.today}::date, closed_at = clock_timestamp(),
        expected_fen = ${expectedFen}, counted_fen = ${command.countedFen}, note = ${command.note ?? null}
        WHERE id = ${shift.id}::uuid`,
  );
  if (differenceFen !== 0n)
    await raiseDifference(tx, cashier, shift, { expectedFen, ...command, differenceFen }, context);
  await audit(tx, context, "shift.closed", shift.id, {
    shiftNo: shift.shiftNo,
    expectedFen,
    countedFen: command.countedFen,
    differenceFen,
  });
  return {
    ok: true,
    shiftNo: shift.shiftNo,
    entityCode: cashier.entityCode,
    openingFen: shift.openingFen,
    receipts,
    cashFen,
    expectedFen,
    countedFen: command.countedFen,
    differenceFen,
  };
}

interface OpenShift {
  readonly id: string;
  readonly shiftNo: string;
  readonly openingFen: Fen;
}

const findOpen = (tx: Transaction, cashier: Cashier): Promise<OpenShift | undefined> =>
  row<OpenShift>(
    tx,
    Prisma.sql`SELECT id, shift_no AS "shiftNo", opening_fen AS "openingFen" FROM cashier_shift
      WHERE entity_id = ${cashier.entityId}::uuid AND staff_id = ${cashier.staffId}::uuid AND state = 'open' FOR UPDATE`,
  );

/** What this person took in cash since the shift began, and what of earlier shifts was paid back meanwhile. */
async function takeReceipts(tx: Transaction, shiftId: string, cashier: Cashier) {
  await execute(
    tx,
    Prisma.sql`INSERT INTO cashier_shift_receipt (receipt_id, sign, shift_id)
      SELECT r.id, 1, s.id FROM receipt r, cashier_shift s
        WHERE s.id = ${shiftId}::uuid AND r.channel = 'cash' AND r.entity_id = s.entity_id AND r.state = 'counted'
          AND r.recorded_by = ${`staff:${cashier.staffCode}`} AND r.known_at >= s.opened_at
          AND NOT EXISTS (SELECT 1 FROM cashier_shift_receipt t WHERE t.receipt_id = r.id AND t.sign = 1)
      UNION ALL SELECT r.id, -1, ${shiftId}::uuid FROM receipt r JOIN cashier_shift_receipt t ON t.receipt_id = r.id AND t.sign = 1
        JOIN cashier_shift earlier ON earlier.id = t.shift_id AND earlier.staff_id = ${cashier.staffId}::uuid
        WHERE r.channel = 'cash' AND r.entity_id = ${cashier.entityId}::uuid AND r.state = 'undone'
          AND NOT EXISTS (SELECT 1 FROM cashier_shift_receipt u WHERE u.receipt_id = r.id AND u.sign = -1)`,
  );
  return rows<{ receiptNo: string; amountFen: Fen }>(
    tx,
    Prisma.sql`SELECT r.receipt_no AS "receiptNo", r.amount_fen * t.sign AS "amountFen"
      FROM cashier_shift_receipt t JOIN receipt r ON r.id = t.receipt_id WHERE t.shift_id = ${shiftId}::uuid
      ORDER BY r.receipt_no, t.sign DESC`,
  );
}

async function raiseDifference(
  tx: Transaction,
  cashier: Cashier,
  shift: OpenShift,
  found: {
    readonly expectedFen: Fen;
    readonly countedFen: Fen;
    readonly differenceFen: Fen;
    readonly note?: string | undefined;
  },
  context: ShiftContext,
): Promise<void> {
  const facts = {
    shiftNo: shift.shiftNo,
    cashier: cashier.staffCode,
    entity: cashier.entityCode,
    date: context.today,
    openingFen: toJsonInteger(shift.openingFen),
    expectedFen: toJsonInteger(found.expectedFen),
    countedFen: toJsonInteger(found.countedFen),
    amountFen: toJsonInteger(found.differenceFen),
    note: found.note ?? null,
  };
  await execute(
    tx,
    Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state)
      VALUES (${newId()}::uuid, ${cashier.entityId}::uuid, 'CASH_DIFFERENCE', ${shift.shiftNo},
        ${JSON.stringify(facts)}::jsonb, 'open')`,
  );
}

function drawerProblem(amountFen: Fen): Refusal | undefined {
  if (amountFen >= 0n && amountFen <= MOST_DRAWER_FEN) return undefined;
  const amount = formatYuan(amountFen);
  return refuse(
    "AMOUNT_OUT_OF_RANGE",
    `钱箱里不可能有 ${amount}，请核对金额。`,
    `A drawer can't hold ${amount}. Check the amount.`,
  );
}

const audit = (
  tx: Transaction,
  context: ShiftContext,
  action: string,
  id: string,
  after: Record<string, string | Fen>,
) =>
  recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action,
      subjectKind: "cashier-shift",
      subjectId: id,
      after: Object.fromEntries(
        Object.entries(after).map(([key, value]) => [key, typeof value === "bigint" ? toJsonInteger(value) : value]),
      ),
    },
  ]);
