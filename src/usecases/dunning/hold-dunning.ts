import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { addDays, type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** Longer than this nobody leaves a tenant alone without looking again. */
export const LONGEST_HOLD_DAYS = 90;

/**
 * Leaves a tenant alone through a day, for a reason that is written down; a new hold takes the place of the one that
 * stands. Nothing is lost: the steps are still due when it ends, late fees run on.
 */
export async function holdDunning(
  tx: Transaction,
  hold: { readonly tenantId: string; readonly until: CivilDate; readonly reason: string },
  context: Actor & { readonly today: CivilDate },
): Promise<{ readonly ok: true } | Refusal> {
  const { tenantId, until, reason } = hold;
  const { today, actor } = context;
  const latest = addDays(today, LONGEST_HOLD_DAYS);
  if (until < today || until > latest) {
    return refuse(
      "HOLD_OUT_OF_RANGE",
      `暂停催缴的最后一天须在今天到${formatDate(latest)}之间。`,
      `A hold ends between today and ${latest}.`,
    );
  }
  if (reason.trim() === "") return refuse("REASON_MISSING", "请写明暂停催缴的原因。", "A hold needs a reason.");
  await endHolds(tx, tenantId, today);
  await execute(
    tx,
    Prisma.sql`INSERT INTO dunning_hold (id, tenant_id, held, reason, set_by)
      VALUES (${newId()}::uuid, ${tenantId}::uuid, daterange(${today}::date, ${until}::date, '[]'), ${reason}, ${actor})`,
  );
  await audit(tx, "dunning.held", tenantId, { until, reason }, context);
  return { ok: true };
}

/** Takes a tenant up again from today on. Returns whether there was a hold. */
export async function liftDunningHold(
  tx: Transaction,
  tenantId: string,
  context: Actor & { readonly today: CivilDate },
): Promise<boolean> {
  const ended = await endHolds(tx, tenantId, context.today);
  if (ended > 0) await audit(tx, "dunning.hold-lifted", tenantId, {}, context);
  return ended > 0;
}

/** What was held until yesterday stays on record; what began today or later goes. */
async function endHolds(tx: Transaction, tenantId: string, today: CivilDate): Promise<number> {
  await execute(tx, Prisma.sql`SELECT 1 FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`);
  const shortened = await execute(
    tx,
    Prisma.sql`UPDATE dunning_hold SET held = daterange(lower(held), ${today}::date)
      WHERE tenant_id = ${tenantId}::uuid AND held @> ${today}::date AND lower(held) < ${today}::date`,
  );
  const removed = await execute(
    tx,
    Prisma.sql`DELETE FROM dunning_hold WHERE tenant_id = ${tenantId}::uuid AND lower(held) >= ${today}::date`,
  );
  return shortened + removed;
}

const audit = (
  tx: Transaction,
  action: string,
  tenantId: string,
  after: object,
  { actor, channel, ip, today: businessDate }: Actor & { readonly today: CivilDate },
): Promise<void> =>
  recordAudit(tx, [{ actor, channel, ip, businessDate, action, subjectKind: "tenant", subjectId: tenantId, after }]);
