import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays } from "../../domain/time/civil-date.ts";
import { findExceptions } from "../exceptions/exception.ts";
import { tellOfExceptions } from "../exceptions/tell-of-exceptions.ts";
import type { ReconciliationContext } from "./context.ts";
import { CLAIM_DAYS, claimCandidate } from "./transfer-claims.ts";

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
  const tenant = await row<{ code: string; name: string }>(
    tx,
    Prisma.sql`SELECT code, name FROM tenant WHERE id = ${claim.tenantId}::uuid`,
  );
  if (!tenant) throw new Error(`no tenant ${claim.tenantId}`);
  const fitting =
    claim.amountFen === undefined
      ? []
      : await rows<{ id: string }>(
          tx,
          Prisma.sql`SELECT x.id::text FROM exception_item x JOIN receipt r ON r.id = x.receipt_id AND r.tenant_id IS NULL
              AND r.state = 'counted'
            WHERE x.state = 'open' AND x.kind IN ('UNKNOWN_PAYER', 'MULTI_TENANT_PAYER') AND r.amount_fen = ${claim.amountFen}
              AND r.value_date >= ${addDays(context.today, -CLAIM_DAYS)}::date
              AND EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = ${claim.tenantId}::uuid AND l.entity_id = x.entity_id)
            ORDER BY x.id FOR UPDATE OF x`,
        );
  const only = fitting.length === 1 ? fitting[0]?.id : undefined;
  const claimId = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO transfer_claim (id, tenant_id, person_id, amount_fen, said, slip_media_id, exception_id, claimed_on, state)
      VALUES (${claimId}::uuid, ${claim.tenantId}::uuid, ${claim.personId}::uuid, ${claim.amountFen ?? null},
        ${claim.said.slice(0, 500)}, ${claim.slipMediaId ?? null}, ${only ?? null}::uuid, ${context.today}::date, 'open')`,
  );
  const candidate = claimCandidate(tenant);
  for (const { id } of fitting) {
    await execute(
      tx,
      Prisma.sql`UPDATE exception_item SET version = version + 1, facts = jsonb_set(facts, '{candidates}',
          ${JSON.stringify([candidate])}::jsonb || coalesce((SELECT jsonb_agg(c) FROM jsonb_array_elements(
            coalesce(facts->'candidates', '[]'::jsonb)) c WHERE c->>'tenant' <> ${tenant.code}), '[]'::jsonb))
        WHERE id = ${id}::uuid`,
    );
  }
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
