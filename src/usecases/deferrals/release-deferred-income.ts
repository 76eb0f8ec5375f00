import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { openBookingDate } from "../../db/ledger/period.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { DEFERRED_INCOME } from "../../domain/ledger/accounts.ts";
import { daysByMonth, planDeferral } from "../../domain/ledger/deferral.ts";
import { deferredIncomeReleased } from "../../domain/ledger/line-events.ts";
import type { Fen } from "../../domain/money/fen.ts";
import {
  type CivilDate,
  firstDayOf,
  type Month,
  monthOf,
  parseMonth,
  shiftMonth,
} from "../../domain/time/civil-date.ts";
import type { ChargeKind } from "../../domain/world/lease.ts";

/** A line of which income of later months was kept back when it was issued. */
interface DeferredLine {
  readonly line_id: string;
  readonly project_id: string;
  readonly tenant_id: string;
  readonly lease_id: string;
  readonly kind: ChargeKind;
  readonly net_fen: Fen;
  readonly booked_in: Month;
  readonly service_from: CivilDate;
  readonly service_to: CivilDate;
}

export interface ReleasedMonth {
  readonly entityId: string;
  readonly month: Month;
  readonly amountFen: Fen;
}

const RELEASE_LIMIT_MS = 300_000;
const DEFERRED = "bill.issued";
const RELEASED = "deferral.released";

/**
 * Releases to income what falls into the months up to that of `today` (money-rules 9: entities that defer income), one
 * event per entity and month, each once. A month that was missed is made up for. Lines of a month are complete when it
 * begins, because a line defers only to months after its own booking.
 */
export async function releaseDeferredIncome(db: Database, today: CivilDate): Promise<readonly ReleasedMonth[]> {
  const entities = await rows<{ id: string; first: Month }>(
    db,
    Prisma.sql`SELECT t.entity_id AS id, min(t.period) AS first FROM ledger_transaction t
      JOIN ledger_posting p ON p.transaction_id = t.id
      WHERE t.event_type = ${DEFERRED} AND (p.credit_account = ${DEFERRED_INCOME} OR p.debit_account = ${DEFERRED_INCOME})
      GROUP BY 1 ORDER BY 1`,
  );
  const released: ReleasedMonth[] = [];
  for (const entity of entities) {
    for (let month = shiftMonth(entity.first, 1); month <= monthOf(today); month = parseMonth(shiftMonth(month, 1))) {
      const amountFen = await inTransaction(db, (tx) => releaseMonth(tx, entity.id, month), {
        timeoutMs: RELEASE_LIMIT_MS,
      });
      if (amountFen !== undefined) released.push({ entityId: entity.id, month, amountFen });
    }
  }
  return released;
}

/** undefined: released before, or nothing to release. */
async function releaseMonth(tx: Transaction, entityId: string, month: Month): Promise<Fen | undefined> {
  const eventId = releaseId(entityId, month);
  await tx.$queryRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtext(${eventId}))::text AS locked`);
  const done = await row(
    tx,
    Prisma.sql`SELECT id FROM ledger_transaction WHERE event_type = ${RELEASED} AND event_id = ${eventId}::uuid`,
  );
  if (done) return undefined;
  const bookingDate = await openBookingDate(tx, entityId, firstDayOf(month));
  let amountFen = 0n;
  const postings = (await deferredLines(tx, entityId, month)).flatMap((line) => {
    const servicePeriod = { from: line.service_from, to: line.service_to };
    const { later } = planDeferral(line.net_fen, line.booked_in, daysByMonth(servicePeriod));
    const part = later.find((one) => one.month === month);
    if (!part) return [];
    amountFen += part.amountFen;
    const context = {
      entity: entityId,
      project: line.project_id,
      tenant: line.tenant_id,
      lease: line.lease_id,
      lineId: line.line_id,
      servicePeriod,
      bookingDate,
      valueDate: firstDayOf(month),
    };
    return deferredIncomeReleased(context, { kind: line.kind, amountFen: part.amountFen });
  });
  if (postings.length === 0) return undefined;
  await postToLedger(tx, [{ eventType: RELEASED, eventId, postings }]);
  return amountFen;
}

/** Lines booked before the month whose service reaches into it; a discount counts to its charge's income. */
const deferredLines = (tx: Transaction, entityId: string, month: Month): Promise<DeferredLine[]> =>
  rows<DeferredLine>(
    tx,
    Prisma.sql`SELECT line.id AS line_id, b.project_id, b.tenant_id, b.lease_id, line.net_fen, t.period AS booked_in,
        line.period_from::text AS service_from, line.period_to::text AS service_to,
        CASE WHEN line.kind <> 'discount' THEN line.kind ELSE (SELECT c.kind FROM bill_line c
          WHERE c.lease_id = line.lease_id AND c.charge_code = line.charge_code AND c.role = 'charge' LIMIT 1) END AS kind
      FROM ledger_transaction t JOIN bill b ON b.id = t.event_id JOIN bill_line line ON line.bill_id = b.id
      WHERE t.event_type = ${DEFERRED} AND t.entity_id = ${entityId}::uuid AND t.period < ${month}
        AND line.kind <> 'deposit' AND line.period_to >= ${firstDayOf(month)}::date
        AND EXISTS (SELECT 1 FROM ledger_posting p WHERE p.transaction_id = t.id AND p.line_id = line.id
          AND ${DEFERRED_INCOME} IN (p.credit_account, p.debit_account))
      ORDER BY b.bill_no, line.position`,
  );

/** The same entity and month is the same event, whoever releases it. */
function releaseId(entityId: string, month: Month): string {
  const hex = createHash("sha256").update(`${RELEASED}|${entityId}|${month}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
