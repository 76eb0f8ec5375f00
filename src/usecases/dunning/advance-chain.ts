import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { DunningAction } from "../../domain/dunning/ladder.ts";
import { isQuiet, timeOfDayAt } from "../../domain/dunning/time-of-day.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { recordStatedFigures } from "../reconciliation/stated-figures.ts";
import { type Portfolio, tenantInPortfolio } from "../staff/portfolio.ts";
import { findContacts } from "./contacts.ts";
import type { DunningContext, DunningWay } from "./context.ts";
import { ladderInForce } from "./ladder-store.ts";
import { claimsSaid, loadFacts, sumOpen } from "./load-facts.ts";
import { messageKey, noticesOf, toMessage } from "./notices.ts";
import { figuresOf, type TenantPlan } from "./plan.ts";
import { recordMessages } from "./run-dunning.ts";
import { newShortCode } from "./short-link.ts";

/**
 * The latest try to say a step has surely not arrived: refused, which holds for an equal one before it as well; put off
 * until it was given up (rate limits); or reported as not delivered. What had no answer, be it in an attempt before the one
 * that was put off (`resent`), may have arrived.
 */
const FAILED = Prisma.sql`(o.state = 'dead' AND (d.state = 'refused' OR d.state = 'later' AND NOT o.resent)
  OR o.state = 'sent' AND d.state = 'undelivered')`;
const LATEST_TRY = Prisma.sql`
  JOIN LATERAL (SELECT * FROM dunning_message x WHERE x.step_id = s.id ORDER BY x.ordinal DESC LIMIT 1) m ON true
  JOIN outbox o ON o.dedupe_key = m.dedupe_key
  LEFT JOIN LATERAL (SELECT * FROM delivery x WHERE x.outbox_id = o.id ORDER BY x.attempt DESC LIMIT 1) d ON true`;
const BATCH = 100;
/** A step that failed too late for its own day is said on another one; what is older than a long weekend is left to the list. */
const DAYS_LOOKED_BACK = 3;

interface FailedStep {
  readonly id: string;
  readonly tenantId: string;
  readonly dueDate: CivilDate;
  readonly offsetDays: number;
  readonly action: DunningAction;
  readonly daysOverdue: number;
  readonly ordinal: number;
  readonly tried: readonly string[];
  readonly isOfToday: boolean;
}

/**
 * Says by the next way what did not arrive by the last: official account, SMS, e-mail, in the tenant's order. On the day
 * of the step it is the same message; a step whose day ended first (quiet hours, a late report) is taken back, so that the
 * next run says it as the one message of that day, by a way that has not failed. What no way can say stands in the list of
 * those who were not reached. Returns how many were tried again.
 */
export async function advanceChain(db: Database, context: DunningContext): Promise<number> {
  let again = 0;
  for (;;) {
    if (isQuiet(timeOfDayAt(context.clock.nowMs()))) return again;
    const batch = await advanceBatch(db, context);
    again += batch.again;
    // Whatever was looked at is said, taken back or given up: no batch sees a step of the one before.
    if (batch.looked < BATCH) return again;
  }
}

async function advanceBatch(db: Database, context: DunningContext): Promise<{ looked: number; again: number }> {
  return inTransaction(db, async (tx) => {
    const date = context.clock.today();
    const failed = await rows<FailedStep>(
      tx,
      Prisma.sql`SELECT s.id, s.tenant_id AS "tenantId", s.due_date::text AS "dueDate", s.offset_days AS "offsetDays",
          s.action, s.days_overdue AS "daysOverdue", m.ordinal, s.handled_on = ${date}::date AS "isOfToday",
          ARRAY(SELECT y.way || '|' || y.person_id FROM dunning_message y WHERE y.step_id = s.id) AS tried
        FROM dunning_step s ${LATEST_TRY}
        WHERE s.handled_on BETWEEN ${date}::date - ${DAYS_LOOKED_BACK}::int AND ${date}::date AND s.said
          AND s.recalled_at IS NULL AND s.given_up_at IS NULL AND ${FAILED}
        ORDER BY s.handled_on DESC, s.id LIMIT ${BATCH} FOR UPDATE OF s SKIP LOCKED`,
    );
    const again = failed.length === 0 ? 0 : await tryNext(tx, failed, date, context);
    return { looked: failed.length, again };
  });
}

async function tryNext(
  tx: Transaction,
  failed: readonly FailedStep[],
  date: CivilDate,
  context: DunningContext,
): Promise<number> {
  const contacts = await findContacts(tx, failed, date, context);
  const ladder = await ladderInForce(tx);
  const at = { date, timeOfDay: timeOfDayAt(context.clock.nowMs()), ladder: ladder.steps };
  const facts = new Map(
    (
      await loadFacts(
        tx,
        failed.map(({ tenantId }) => tenantId),
        at,
      )
    ).map((tenant) => [tenant.tenantId, tenant]),
  );
  const [recalled, givenUp]: [string[], string[]] = [[], []];
  const next = failed.flatMap((step) => {
    const { tenantId, dueDate, daysOverdue, action, offsetDays } = step;
    const contact = contacts.get(tenantId)?.find(({ way, personId }) => !step.tried.includes(`${way}|${personId}`));
    const claims = claimsSaid(facts.get(tenantId)?.claims ?? [], dueDate, date);
    if (contact === undefined) givenUp.push(step.id);
    else if (!step.isOfToday || claims.length === 0) recalled.push(step.id);
    if (contact === undefined || !step.isOfToday || claims.length === 0) return [];
    const say = { action, offsetDays };
    const openFen = sumOpen(claims);
    const plan: TenantPlan = { tenantId, dueDate, daysOverdue, say, tasks: [], passedOver: [], claims, openFen };
    return [{ step, contact, plan, shortCode: newShortCode() }];
  });
  await endChains(tx, { recalled, givenUp }, context);
  const notices = await noticesOf(
    tx,
    next.map(({ plan }) => plan),
    date,
    new Set(next.flatMap(({ contact, plan }) => (contact.way === "email" ? [plan.tenantId] : []))),
    context,
  );
  await enqueueMessages(
    tx,
    next.flatMap(({ step, contact, shortCode }) => {
      const notice = notices.get(step.tenantId);
      return notice ? [toMessage(notice, contact, messageKey(step.id, step.ordinal + 1), shortCode, context)] : [];
    }),
  );
  await recordStatedFigures(
    tx,
    next.flatMap(({ plan }) => figuresOf(plan)),
    date,
    "dunning",
  );
  await recordMessages(
    tx,
    next.map(({ step, contact, shortCode }) => ({ stepId: step.id, ordinal: step.ordinal + 1, contact, shortCode })),
  );
  return next.length;
}

/** Taken back: due again, since nobody heard of it. Given up: no way is left, so nobody need look at it again. */
async function endChains(
  tx: Transaction,
  { recalled, givenUp }: { readonly recalled: readonly string[]; readonly givenUp: readonly string[] },
  { clock }: DunningContext,
): Promise<void> {
  const at = new Date(clock.nowMs()).toISOString();
  await execute(
    tx,
    Prisma.sql`UPDATE dunning_step SET recalled_at = CASE WHEN id = ANY (${[...recalled]}::uuid[]) THEN ${at}::timestamptz END,
        given_up_at = CASE WHEN id = ANY (${[...givenUp]}::uuid[]) THEN ${at}::timestamptz END
      WHERE id = ANY (${[...recalled, ...givenUp]}::uuid[])`,
  );
}

/** A step that reached nobody. */
export interface Unreached {
  readonly tenantCode: string;
  readonly tenantName: string;
  readonly on: CivilDate;
  readonly action: DunningAction;
  readonly openFen: Fen;
  /** The ways that were tried, in order; empty: there is none. */
  readonly tried: readonly DunningWay[];
  readonly failure: string | null;
}

/** Who was not reached since a date: no way at all, or every way failed; also what OUTBOUND held back. */
export const findUnreached = (tx: Transaction, since: CivilDate, portfolio?: Portfolio): Promise<Unreached[]> =>
  rows<Unreached>(
    tx,
    Prisma.sql`SELECT t.code AS "tenantCode", t.name AS "tenantName", s.handled_on::text AS on, s.action,
        s.open_fen AS "openFen",
        ARRAY(SELECT y.way FROM dunning_message y WHERE y.step_id = s.id ORDER BY y.ordinal) AS tried,
        coalesce(o.failure, CASE WHEN o.state = 'withheld' THEN 'OUTBOUND' END, nullif(d.detail, '')) AS failure
      FROM dunning_step s JOIN tenant t ON t.id = s.tenant_id
      LEFT JOIN LATERAL (SELECT * FROM dunning_message x WHERE x.step_id = s.id ORDER BY x.ordinal DESC LIMIT 1) m ON true
      LEFT JOIN outbox o ON o.dedupe_key = m.dedupe_key
      LEFT JOIN LATERAL (SELECT * FROM delivery x WHERE x.outbox_id = o.id ORDER BY x.attempt DESC LIMIT 1) d ON true
      WHERE s.said AND s.recalled_at IS NULL AND s.handled_on >= ${since}::date
        AND (m.id IS NULL OR o.state IN ('dead', 'withheld') OR d.state = 'undelivered')
        AND ${portfolio ? tenantInPortfolio(Prisma.sql`s.tenant_id`, portfolio) : Prisma.sql`true`}
      ORDER BY s.handled_on, t.code COLLATE "C"`,
  );

/** "T001 华星电子 2026年9月5日" for lists. */
export const unreachedLabel = ({ tenantCode, tenantName, on }: Unreached): string =>
  `${tenantCode} ${tenantName} ${formatDate(on)}`;
