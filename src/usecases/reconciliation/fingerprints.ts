import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { compactName } from "../../domain/reconciliation/remark.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/**
 * A match that is certain, or that a person confirmed, says who pays for whom. The same line confirms once; two lines
 * make a fingerprint that matching trusts (money-rules 10). A line without payer teaches nothing.
 */
export async function confirmPayer(
  tx: Transaction,
  line: {
    readonly id: string;
    readonly counterpartyName: string | null;
    readonly counterpartyAccountId: string | null;
  },
  tenantId: string,
  confirmedBy: string,
): Promise<void> {
  const nameKey = line.counterpartyName === null ? "" : compactName(line.counterpartyName);
  if (nameKey === "" && line.counterpartyAccountId === null) return;
  await execute(
    tx,
    Prisma.sql`INSERT INTO payer_fingerprint (id, counterparty_account_id, name_key, tenant_id)
      VALUES (${newId()}::uuid, ${line.counterpartyAccountId}::uuid, ${nameKey}, ${tenantId}::uuid) ON CONFLICT DO NOTHING`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO payer_confirmation (fingerprint_id, statement_line_id, confirmed_by)
      SELECT id, ${line.id}::uuid, ${confirmedBy} FROM payer_fingerprint
      WHERE counterparty_account_id IS NOT DISTINCT FROM ${line.counterpartyAccountId}::uuid AND name_key = ${nameKey}
        AND tenant_id = ${tenantId}::uuid AND revoked_at IS NULL
      ON CONFLICT (fingerprint_id, statement_line_id) DO UPDATE SET withdrawn = false`,
  );
}

/** A match was undone: what it taught is forgotten. */
export const withdrawConfirmations = (tx: Transaction, lineId: string): Promise<number> =>
  execute(tx, Prisma.sql`UPDATE payer_confirmation SET withdrawn = true WHERE statement_line_id = ${lineId}::uuid`);

export interface PayerFingerprint {
  readonly id: string;
  readonly payer: string;
  readonly accountTail: string | null;
  readonly tenant: string;
  readonly tenantName: string;
  readonly confirmations: number;
  readonly revokedBy: string | null;
}

/** Every fingerprint, revoked ones last; `tenant` is a code. */
export const listFingerprints = (tx: Transaction, tenant?: string): Promise<PayerFingerprint[]> =>
  rows<PayerFingerprint>(
    tx,
    Prisma.sql`SELECT f.id, f.name_key AS payer, c.tail AS "accountTail", t.code AS tenant, t.name AS "tenantName",
        (SELECT count(*)::int FROM payer_confirmation p WHERE p.fingerprint_id = f.id AND NOT p.withdrawn) AS confirmations,
        f.revoked_by AS "revokedBy"
      FROM payer_fingerprint f JOIN tenant t ON t.id = f.tenant_id
      LEFT JOIN counterparty_account c ON c.id = f.counterparty_account_id
      WHERE ${tenant ?? null}::text IS NULL OR t.code = ${tenant ?? null}
      ORDER BY f.revoked_at NULLS FIRST, t.code COLLATE "C", f.id`,
  );

/** Takes a fingerprint out of use. What it had matched stays; later lines of this payer are learnt anew. */
export const revokeFingerprint = (
  db: Database,
  id: string,
  context: Actor & { readonly today: CivilDate },
): Promise<{ readonly ok: true; readonly id: string } | Refusal> =>
  inTransaction(db, async (tx) => {
    const found = await row<{ id: string; tenant: string }>(
      tx,
      Prisma.sql`UPDATE payer_fingerprint f SET revoked_by = ${context.actor}, revoked_at = now() FROM tenant t
        WHERE t.id = f.tenant_id AND f.id::text = ${id} AND f.revoked_at IS NULL RETURNING f.id, t.code AS tenant`,
    );
    if (!found) {
      return refuse(
        "FINGERPRINT_UNKNOWN",
        `没有在用的付款指纹 ${id}，请用 recon fingerprints list 查看编号。`,
        `There is no active fingerprint ${id}.`,
      );
    }
    await recordAudit(tx, [
      {
        actor: context.actor,
        channel: context.channel,
        ip: context.ip,
        businessDate: context.today,
        action: "fingerprint.revoked",
        subjectKind: "payer-fingerprint",
        subjectId: found.id,
        after: { tenant: found.tenant },
      },
    ]);
    return { ok: true, id: found.id };
  });
