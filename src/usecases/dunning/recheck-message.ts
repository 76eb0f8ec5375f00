import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { dunningStage } from "../../domain/dunning/dunning-stage.ts";
import type { DunningAction } from "../../domain/dunning/ladder.ts";
import { timeOfDayAt } from "../../domain/dunning/time-of-day.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { BusinessClock } from "../../ports/clock.ts";
import { ladderInForce } from "./ladder-store.ts";
import { claimsSaid, loadFacts, sumOpen } from "./load-facts.ts";
import { DUNNING_KEY } from "./notices.ts";

interface StoredStep {
  readonly id: string;
  readonly tenantId: string;
  readonly dueDate: CivilDate;
  readonly offsetDays: number;
  readonly action: DunningAction;
  readonly handledOn: CivilDate;
  readonly openFen: Fen;
}

/**
 * Whether a message of the outbox may still leave. A dunning message is looked at again right before: paid, disputed or
 * promised meanwhile, another sum, another day or night, and it is taken back. So paying stops everything at once, by
 * whatever way the money came, and a relay that slept over the evening wakes nobody. A step that nobody has heard of is
 * recalled and said again when it is due.
 */
export async function stillHolds(
  db: Database,
  message: { readonly id: string; readonly dedupe_key: string; readonly resent: boolean },
  clock: BusinessClock,
): Promise<boolean> {
  if (!message.dedupe_key.startsWith(DUNNING_KEY)) return true;
  return inTransaction(db, async (tx) => {
    // Under the step's lock, so that of two messages that are taken back the second one sees the first.
    const step = await row<StoredStep>(
      tx,
      Prisma.sql`SELECT s.id, s.tenant_id AS "tenantId", s.due_date::text AS "dueDate", s.offset_days AS "offsetDays",
          s.action, s.handled_on::text AS "handledOn", s.open_fen AS "openFen"
        FROM dunning_step s JOIN dunning_message m ON m.step_id = s.id
        WHERE m.dedupe_key = ${message.dedupe_key} AND s.recalled_at IS NULL FOR UPDATE OF s`,
    );
    if (step && (await isStillDue(tx, step, clock))) return true;
    await withdraw(tx, message.id);
    if (step && !message.resent) await recallUnheard(tx, step.id, clock);
    return false;
  });
}

async function isStillDue(tx: Transaction, step: StoredStep, clock: BusinessClock): Promise<boolean> {
  const date = clock.today();
  if (date !== step.handledOn) return false;
  const ladder = await ladderInForce(tx);
  const at = { date, timeOfDay: timeOfDayAt(clock.nowMs()), ladder: ladder.steps, exceptStepId: step.id };
  const [tenant] = await loadFacts(tx, [step.tenantId], at);
  if (!tenant) return false;
  const stage = dunningStage(tenant.facts);
  return (
    stage.pause === undefined &&
    stage.dueDate === step.dueDate &&
    stage.say.offsetDays === step.offsetDays &&
    stage.say.action === step.action &&
    sumOpen(claimsSaid(tenant.claims, stage.dueDate, date)) === step.openFen
  );
}

const withdraw = (tx: Transaction, outboxId: string): Promise<number> =>
  execute(
    tx,
    Prisma.sql`UPDATE outbox SET state = 'withdrawn', claimed_by = NULL, claimed_until = NULL, failure = 'WITHDRAWN'
      WHERE id = ${outboxId}::uuid AND state IN ('pending', 'claimed')`,
  );

/** A step of which no message has left, nor may have, counts as not handled. */
const recallUnheard = (tx: Transaction, stepId: string, clock: BusinessClock): Promise<number> =>
  execute(
    tx,
    Prisma.sql`UPDATE dunning_step SET recalled_at = ${new Date(clock.nowMs()).toISOString()}::timestamptz
      WHERE id = ${stepId}::uuid AND NOT EXISTS (
        SELECT 1 FROM dunning_message m JOIN outbox o ON o.dedupe_key = m.dedupe_key
        WHERE m.step_id = ${stepId}::uuid AND (o.state IN ('pending', 'claimed', 'sent') OR o.resent))`,
  );
