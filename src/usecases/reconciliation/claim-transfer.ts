import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays } from "../../domain/time/civil-date.ts";
import { findExceptions } from "../exceptions/exception.ts";
import { tellOfExceptions } from "../exceptions/tell-of-exceptions.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { ReconciliationContext } from "./context.ts";
import { CLAIM_DAYS, claimCandidate } from "./transfer-claims.ts";

const SAID_MAX = 500;

export interface TransferClaim {
  readonly tenantId: string;
  readonly personId: string;
  readonly amountFen?: Fen | undefined;
  readonly said: string;
  /** The platform's id of the photo of the slip: kept as evidence. */
  readonly slipMediaId?: string | undefined;
}

export interface ClaimedTransfer {
  readonly ok: true;
  readonly claimId: string;
  /** Whether money of that amount waits; what it is stays with finance until they confirm. */
  readonly found: boolean;
}

interface Fitting {
  readonly id: string;
}

/** Money of this amount that nobody could be named for, of an entity that the tenant has a lease with. */
async function fittingExceptions(
  tx: Transaction,
  { tenantId, amountFen }: Pick<TransferClaim, "tenantId" | "amountFen">,
  context: ReconciliationContext,
): Promise<readonly Fitting[]> {
  if (amountFen === undefined) return [];
  return rows<Fitting>(
    tx,
    Prisma.sql`SELECT x.id::text FROM exception_item x JOIN receipt r ON r.id = x.receipt_id AND r.tenant_id IS NULL
        AND r.state = 'counted'
      WHERE x.state = 'open' AND x.kind IN ('UNKNOWN_PAYER', 'MULTI_TENANT_PAYER') AND r.amount_fen = ${amountFen}
        AND r.value_date >= ${addDays(context.today, -CLAIM_DAYS)}::date
        AND EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = ${tenantId}::uuid AND l.entity_id = x.entity_id)
      ORDER BY x.id FOR UPDATE OF x`,
  );
}

/** The tenant becomes the first candidate of what fits. */
async function nameClaimant(tx: Transaction, tenantId: string, fitting: readonly Fitting[]): Promise<void> {
  const tenant = await row<{ code: string; name: string }>(
    tx,
    Prisma.sql`SELECT code, name FROM tenant WHERE id = ${tenantId}::uuid`,
  );
  if (!tenant) throw new Error(`no tenant ${tenantId}`);
  if (fitting.length === 0) return;
  const candidate = claimCandidate(tenant);
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET version = version + 1, facts = jsonb_set(facts, '{candidates}',
        ${JSON.stringify([candidate])}::jsonb || coalesce((SELECT jsonb_agg(c) FROM jsonb_array_elements(
          coalesce(facts->'candidates', '[]'::jsonb)) c WHERE c->>'tenant' <> ${tenant.code}), '[]'::jsonb))
      WHERE id = ANY (${fitting.map(({ id }) => id)}::uuid[])`,
  );
}

/**
 * A tenant says that a transfer was theirs. Money of that amount that nobody could be named for gets this tenant as its
 * first candidate and a new card goes out; nothing is booked before a person confirms. The tenant learns only whether
 * something fits, never what else waits.
 */
export async function claimTransfer(
  tx: Transaction,
  claim: TransferClaim,
  context: ReconciliationContext,
): Promise<ClaimedTransfer> {
  const fitting = await fittingExceptions(tx, claim, context);
  const only = fitting.length === 1 ? fitting[0]?.id : undefined;
  const claimId = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO transfer_claim (id, tenant_id, person_id, amount_fen, said, slip_media_id, exception_id, claimed_on, state)
      VALUES (${claimId}::uuid, ${claim.tenantId}::uuid, ${claim.personId}::uuid, ${claim.amountFen ?? null},
        ${claim.said.slice(0, SAID_MAX)}, ${claim.slipMediaId ?? null}, ${only ?? null}::uuid, ${context.today}::date, 'open')`,
  );
  await nameClaimant(tx, claim.tenantId, fitting);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "transfer.claimed",
      subjectKind: "transfer-claim",
      subjectId: claimId,
      after: { tenantId: claim.tenantId, amountFen: claim.amountFen ?? null, fitting: fitting.length },
    },
  ]);
  if (fitting.length > 0) {
    await tellOfExceptions(tx, await findExceptions(tx, { ids: fitting.map((one) => one.id) }), context);
  }
  return { ok: true, claimId, found: fitting.length > 0 };
}

export interface MoreOfClaim {
  readonly claimId: string;
  readonly tenantId: string;
  readonly personId: string;
  /** Put right; undefined: as it was. */
  readonly amountFen: Fen | undefined;
  readonly said: string;
}

/**
 * More about what was claimed: day and payer go to finance with the rest; another amount is looked for as if it had been
 * said at once. Refused when the claim is not this person's, or was decided meanwhile.
 */
export async function amendClaim(
  tx: Transaction,
  more: MoreOfClaim,
  context: ReconciliationContext,
): Promise<ClaimedTransfer | Refusal> {
  const before = await row<{ said: string; amountFen: Fen | null }>(
    tx,
    Prisma.sql`SELECT said, amount_fen AS "amountFen" FROM transfer_claim WHERE id = ${more.claimId}::uuid
        AND tenant_id = ${more.tenantId}::uuid AND person_id = ${more.personId}::uuid AND state = 'open'
        ${more.amountFen === undefined ? Prisma.empty : Prisma.sql`AND exception_id IS NULL`} FOR UPDATE`,
  );
  if (!before) return refuse("CLAIM_DECIDED", "财务已经在处理这笔转账，请回复“转人工”说明。", "Already decided.");
  const fitting = more.amountFen === undefined ? [] : await fittingExceptions(tx, more, context);
  const only = fitting.length === 1 ? fitting[0]?.id : undefined;
  const said = [before.said, more.said].filter((one) => one !== "").join("；");
  await execute(
    tx,
    Prisma.sql`UPDATE transfer_claim SET said = ${said.slice(0, SAID_MAX)},
        amount_fen = ${more.amountFen ?? before.amountFen}, exception_id = coalesce(${only ?? null}::uuid, exception_id)
      WHERE id = ${more.claimId}::uuid`,
  );
  await nameClaimant(tx, more.tenantId, fitting);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "transfer.claim-amended",
      subjectKind: "transfer-claim",
      subjectId: more.claimId,
      before: { amountFen: before.amountFen },
      after: { amountFen: more.amountFen ?? before.amountFen, fitting: fitting.length },
    },
  ]);
  if (fitting.length > 0) {
    await tellOfExceptions(tx, await findExceptions(tx, { ids: fitting.map((one) => one.id) }), context);
  }
  return { ok: true, claimId: more.claimId, found: fitting.length > 0 };
}
