import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import { type LineClaim, loadClaims, openLineOf } from "../../db/line-claims.ts";
import { execute, rows } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { addDays, type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** Reminders rest at most so long; whoever needs more time speaks with a person. */
export const LONGEST_PROMISE_DAYS = 30;

/** What a promise would be about: everything overdue and undisputed of a tenant. */
export interface Promisable {
  readonly billNos: readonly string[];
  /** With the late fee of today. */
  readonly overdueFen: Fen;
  /** A promise that still runs; undefined: none. */
  readonly promisedUntil: CivilDate | undefined;
}

export interface PromiseToPay {
  readonly tenantId: string;
  /** The last day on which the money comes: reminders rest through it (money-rules 12). */
  readonly until: CivilDate;
  /** What the person spoke of; absent: all of it. */
  readonly amountFen?: Fen | undefined;
}

export async function findPromisable(tx: Transaction, tenantId: string, today: CivilDate): Promise<Promisable> {
  const overdue = await overdueClaims(tx, tenantId, today);
  const standing = await rows<{ until: CivilDate }>(
    tx,
    Prisma.sql`SELECT DISTINCT promise_until::text AS until FROM receivable
      WHERE line_id = ANY (${overdue.map((claim) => claim.lineId)}::uuid[]) AND promise_until >= ${today}::date
      ORDER BY until`,
  );
  return {
    billNos: [...new Set(overdue.map((claim) => claim.billNo))],
    overdueFen: overdue.reduce((sum, claim) => sum + owedOn(claim, today), 0n),
    promisedUntil: standing[0]?.until,
  };
}

/**
 * Writes down until when a tenant will pay what is overdue: dunning rests through that day and is taken up again the day
 * after, late fees run on. A promise that stands may be brought forward but not put off here.
 */
export async function promiseToPay(
  tx: Transaction,
  promise: PromiseToPay,
  context: Actor & { readonly today: CivilDate },
): Promise<({ readonly ok: true } & Promisable) | Refusal> {
  const { tenantId, until } = promise;
  const { today } = context;
  const before = await overdueClaims(tx, tenantId, today);
  await lockTenantAccounts(
    tx,
    before.map(({ entityId }) => ({ tenantId, entityId })),
  );
  const claims = await overdueClaims(tx, tenantId, today);
  const promisable = await findPromisable(tx, tenantId, today);
  if (claims.length === 0) {
    return refuse(
      "NOTHING_OVERDUE",
      "目前没有逾期的账单，不需要登记付款日。",
      "Nothing is overdue; no promise is needed.",
    );
  }
  const latest = addDays(today, LONGEST_PROMISE_DAYS);
  if (until < today || until > latest) {
    return refuse(
      "PROMISE_OUT_OF_RANGE",
      `付款日须在今天到${formatDate(latest)}之间；需要更长时间请回复“转人工”。`,
      `A promise lies between today and ${latest}.`,
    );
  }
  const { promisedUntil } = promisable;
  if (promisedUntil !== undefined && until > promisedUntil) {
    return refuse(
      "PROMISE_STANDS",
      `您已登记${formatDate(promisedUntil)}前付款，在这里只能提前，不能再推迟；要推迟请回复“转人工”。`,
      `A promise until ${promisedUntil} stands; it can be brought forward but not put off.`,
    );
  }
  const lineIds = claims.map((claim) => claim.lineId);
  await execute(
    tx,
    Prisma.sql`UPDATE receivable SET promise_until = ${until}::date WHERE line_id = ANY (${lineIds}::uuid[])`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: today,
      action: "promise.made",
      subjectKind: "tenant",
      subjectId: tenantId,
      before: promisedUntil === undefined ? undefined : { until: promisedUntil },
      after: {
        until,
        lineIds,
        overdueFen: toJsonInteger(promisable.overdueFen),
        ...(promise.amountFen === undefined ? {} : { said: formatYuan(promise.amountFen) }),
      },
    },
  ]);
  return { ok: true, ...promisable, promisedUntil: until };
}

async function overdueClaims(tx: Transaction, tenantId: string, today: CivilDate): Promise<LineClaim[]> {
  const claims = await loadClaims(tx, { tenantId, publishedOnly: true });
  return claims.filter((claim) => !claim.disputed && claim.lateFeeFacts.dueDate < today && owedOn(claim, today) > 0n);
}

function owedOn(claim: LineClaim, today: CivilDate): Fen {
  const line = openLineOf(claim, today);
  return line.principalFen + line.lateFeeFen;
}
