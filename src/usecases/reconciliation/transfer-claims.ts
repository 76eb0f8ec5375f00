import { Prisma } from "../../../generated/prisma/client.ts";
import { enqueueMessages, type OutboxMessage } from "../../db/outbox/enqueue.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { Candidate } from "../../domain/reconciliation/candidates.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { keepPhoto, type SentPhoto } from "../photos/keep-photo.ts";

/** A claim older than this is nobody's evidence any more. */
export const CLAIM_DAYS = 60;
/** Somebody who claimed sends the photo in the same hour, or the next morning; not next week. */
const SLIP_DAYS = 1;

export const claimCandidate = (tenant: { readonly code: string; readonly name: string }): Candidate => ({
  tenant: tenant.code,
  tenantName: tenant.name,
  confidence: 0.9,
  reasons: ["租户在聊天里认领了这笔转账"],
});

/** Tenants of an entity who said, before the statement came, that they had transferred exactly this. */
export const findClaimants = (
  tx: Transaction,
  money: { readonly entityId: string; readonly amountFen: Fen; readonly valueDate: CivilDate },
): Promise<{ code: string; name: string }[]> =>
  rows(
    tx,
    Prisma.sql`SELECT DISTINCT t.code COLLATE "C" AS code, t.name FROM transfer_claim c JOIN tenant t ON t.id = c.tenant_id
      WHERE c.state = 'open' AND c.amount_fen = ${money.amountFen} AND c.exception_id IS NULL
        AND c.claimed_on >= ${addDays(money.valueDate, -CLAIM_DAYS)}::date
        AND EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = c.tenant_id AND l.entity_id = ${money.entityId}::uuid)
      ORDER BY 1`,
  );

/** The claims that waited for this money now wait for a person who decides about it. */
export const tieClaims = (
  tx: Transaction,
  exceptionId: string,
  money: { readonly amountFen: Fen; readonly codes: readonly string[] },
): Promise<number> =>
  execute(
    tx,
    Prisma.sql`UPDATE transfer_claim c SET exception_id = ${exceptionId}::uuid FROM tenant t
      WHERE t.id = c.tenant_id AND t.code = ANY (${[...money.codes]}) AND c.state = 'open' AND c.exception_id IS NULL
        AND c.amount_fen = ${money.amountFen}`,
  );

/** The photo of a slip belongs to what its sender claimed last. `false`: nothing was claimed lately. */
export async function attachSlip(tx: Transaction, slip: SentPhoto, today: CivilDate): Promise<boolean> {
  const claim = await row<{ id: string }>(
    tx,
    Prisma.sql`UPDATE transfer_claim SET slip_media_id = ${slip.mediaId} WHERE id = (SELECT id FROM transfer_claim
        WHERE person_id = ${slip.personId}::uuid AND state = 'open' AND slip_media_id IS NULL
          AND claimed_on >= ${addDays(today, -SLIP_DAYS)}::date ORDER BY recorded_at DESC, id DESC LIMIT 1)
      RETURNING id`,
  );
  if (!claim) return false;
  await keepPhoto(tx, { kind: "transfer-claim", id: claim.id }, slip);
  return true;
}

/** What the claimants of money hear when it turned out to be somebody else's. */
export type ClaimRefusedMessages = (
  tx: Transaction,
  claim: { readonly claimId: string; readonly tenantId: string; readonly amountFen: Fen },
) => Promise<readonly OutboxMessage[]>;

/** A person has said whose money it is: that tenant's claim is confirmed, the others' are refused, and they are told. */
export async function decideClaims(
  tx: Transaction,
  exceptionId: string,
  tenantCode: string,
  messages: ClaimRefusedMessages | undefined,
): Promise<void> {
  const decided = await rows<{ claimId: string; tenantId: string; amountFen: Fen | null; state: string }>(
    tx,
    Prisma.sql`UPDATE transfer_claim c SET state = CASE WHEN t.code = ${tenantCode} THEN 'confirmed' ELSE 'refused' END
      FROM tenant t WHERE t.id = c.tenant_id AND c.exception_id = ${exceptionId}::uuid AND c.state = 'open'
      RETURNING c.id AS "claimId", c.tenant_id AS "tenantId", c.amount_fen AS "amountFen", c.state`,
  );
  for (const { claimId, tenantId, amountFen, state } of decided)
    if (state === "refused" && amountFen !== null)
      await enqueueMessages(tx, (await messages?.(tx, { claimId, tenantId, amountFen })) ?? []);
}

/** The decision was taken back: everybody's claim waits again. */
export const reopenClaims = (tx: Transaction, exceptionId: string): Promise<number> =>
  execute(tx, Prisma.sql`UPDATE transfer_claim SET state = 'open' WHERE exception_id = ${exceptionId}::uuid`);
