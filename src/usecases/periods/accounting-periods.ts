import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";
import { findMissing } from "./missing.ts";

export interface PeriodCommand extends Omit<Actor, "actor"> {
  /** Codes of the legal entity and of the person who does it. */
  readonly entity: string;
  readonly month: Month;
  readonly staff: string;
  readonly today: CivilDate;
  /** Reopening: the document that allowed it. */
  readonly approvalId?: string | undefined;
}

/** What has to be done before the month can be closed. */
export interface MissingForClose {
  readonly date: CivilDate;
  /** Ledger account that would still move, or the bank or merchant account whose day is open. */
  readonly account: string;
  readonly amountFen: Fen;
  readonly what: string;
}

export type PeriodResult =
  | { readonly ok: true; readonly closed: boolean; readonly missing: readonly MissingForClose[] }
  | {
      readonly ok: false;
      readonly code: "ENTITY_UNKNOWN" | "STAFF_UNKNOWN" | "MONTH_NOT_OVER" | "SAME_PERSON";
      readonly message: string;
    };

interface Parties {
  readonly entityId: string;
  readonly state: "open" | "locked";
  readonly changedBy: string | undefined;
}

const CLOSE_LIMIT_MS = 300_000;

/**
 * Locks a month of an entity: nothing is booked into it any more (the database refuses), later events of it go to the
 * first open month with their true value date. `closed: false` with what is missing when drafts of the month are not
 * issued, late fees not accrued to its end or days of a statement not closed; closing a closed month again changes nothing.
 */
export async function closePeriod(db: Database, command: PeriodCommand): Promise<PeriodResult> {
  return inTransaction(
    db,
    async (tx) => {
      const parties = await findParties(tx, command);
      if ("ok" in parties) return parties;
      if (parties.state === "locked") return { ok: true, closed: true, missing: [] };
      if (command.today.slice(0, 7) <= command.month) {
        return refuse("MONTH_NOT_OVER", `${command.month} 还没有结束，不能结账 / the month is not over`);
      }
      const missing = await findMissing(tx, parties.entityId, command.month);
      if (missing.length > 0) return { ok: true, closed: false, missing };
      await setState(tx, parties, command, "locked");
      return { ok: true, closed: true, missing: [] };
    },
    { timeoutMs: CLOSE_LIMIT_MS },
  );
}

/** Opens a locked month again, by another person than the one who closed it. Opening an open month changes nothing. */
export const reopenPeriod = (db: Database, command: PeriodCommand): Promise<PeriodResult> =>
  inTransaction(db, (tx) => reopenPeriodIn(tx, command));

/** The same in the transaction of its approval (`approvalId`), which stands for the other person. */
export async function reopenPeriodIn(tx: Transaction, command: PeriodCommand): Promise<PeriodResult> {
  const parties = await findParties(tx, command);
  if ("ok" in parties) return parties;
  if (parties.state === "open") return { ok: true, closed: false, missing: [] };
  if (command.approvalId === undefined && parties.changedBy === actorOf(command)) {
    return refuse("SAME_PERSON", "反结账要由结账人以外的人操作 / another person than the closer must reopen the month");
  }
  await setState(tx, parties, command, "open");
  return { ok: true, closed: false, missing: [] };
}

const actorOf = (command: PeriodCommand): string => `staff:${command.staff}`;

const refuse = (code: Extract<PeriodResult, { ok: false }>["code"], message: string): PeriodResult => ({
  ok: false,
  code,
  message,
});

/**
 * Entity, person and the state of the month. The entity's row is taken alone: whoever books for it holds it shared until the
 * commit (refuse_locked_period), so everything booked before is seen and nothing is booked while the month changes.
 */
async function findParties(tx: Transaction, command: PeriodCommand): Promise<Parties | (PeriodResult & { ok: false })> {
  const entity = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM legal_entity WHERE code = ${command.entity} FOR UPDATE`,
  );
  if (!entity) {
    return { ok: false, code: "ENTITY_UNKNOWN", message: `没有公司 ${command.entity} / no such legal entity` };
  }
  const staff = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM staff WHERE code = ${command.staff} AND left_at IS NULL`,
  );
  if (!staff) {
    return { ok: false, code: "STAFF_UNKNOWN", message: `没有在职员工 ${command.staff} / nobody of the staff` };
  }
  const period = await row<{ state: "open" | "locked"; changed_by: string }>(
    tx,
    Prisma.sql`SELECT state, changed_by FROM accounting_period
      WHERE entity_id = ${entity.id}::uuid AND month = ${command.month}`,
  );
  return { entityId: entity.id, state: period?.state ?? "open", changedBy: period?.changed_by };
}

async function setState(
  tx: Transaction,
  { entityId, state: before }: Parties,
  command: PeriodCommand,
  state: "open" | "locked",
): Promise<void> {
  const actor = actorOf(command);
  await execute(
    tx,
    Prisma.sql`INSERT INTO accounting_period (entity_id, month, state, changed_by, approval_id)
      VALUES (${entityId}::uuid, ${command.month}, ${state}, ${actor}, ${command.approvalId ?? null}::uuid)
      ON CONFLICT (entity_id, month) DO UPDATE SET state = EXCLUDED.state, changed_by = EXCLUDED.changed_by,
        changed_at = now(), approval_id = EXCLUDED.approval_id`,
  );
  await recordAudit(tx, [
    {
      actor,
      channel: command.channel,
      ip: command.ip,
      businessDate: command.today,
      action: state === "locked" ? "period.closed" : "period.reopened",
      subjectKind: "accounting-period",
      subjectId: `${command.entity}|${command.month}`,
      before: { state: before },
      after: { state },
    },
  ]);
}
