import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute, row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type Risk, type RiskFacts, risksOf } from "../../domain/refund/risk.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { policyInForce } from "../approvals/policy-store.ts";
import { alertFinance, type RefundNotices } from "./notices.ts";
import type { StoredRefund } from "./stored-refund.ts";

/**
 * Looks at the risks of a refund and holds it for those that are new: alert to finance, audit. Called when it is asked for
 * and again when it is approved, since accounts and payers may have changed. Returns the new ones. The caller holds the
 * account of the tenant.
 */
export async function holdForRisks(
  tx: Transaction,
  refund: StoredRefund,
  context: { readonly nowMs: number; readonly today: CivilDate; readonly notices: RefundNotices },
): Promise<readonly Risk[]> {
  const risks = risksOf(await loadRiskFacts(tx, refund));
  const known = new Set(
    (
      await rows<{ kind: string }>(
        tx,
        Prisma.sql`SELECT kind FROM refund_hold WHERE refund_id = ${refund.refundId}::uuid`,
      )
    ).map(({ kind }) => kind),
  );
  const fresh = risks.filter(({ kind }) => !known.has(kind));
  if (fresh.length === 0) return [];
  const heldAt = new Date(context.nowMs).toISOString();
  const values = fresh.map(({ kind, facts }) => ({ id: newId(), kind, facts }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO refund_hold (id, refund_id, kind, facts, held_at)
      SELECT id, ${refund.refundId}::uuid, kind, facts, ${heldAt}::timestamptz
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, kind text, facts jsonb)`,
  );
  await recordAudit(tx, [
    {
      actor: "rules:refund-risk",
      channel: "rules",
      businessDate: context.today,
      action: "refund.held",
      subjectKind: "refund",
      subjectId: refund.refundId,
      after: { refundNo: refund.refundNo, risks: fresh },
    },
  ]);
  const kinds = fresh.map(({ kind }) => kind).join("+");
  await alertFinance(tx, { kind: "held", refund, risks: fresh }, context.notices, kinds);
  return fresh;
}

async function loadRiskFacts(tx: Transaction, refund: StoredRefund): Promise<RiskFacts> {
  const earlier = await rows<{ asked_ms: bigint; amountFen: Fen }>(
    tx,
    Prisma.sql`SELECT (extract(epoch FROM requested_at) * 1000)::bigint AS asked_ms, amount_fen AS "amountFen" FROM refund
      WHERE tenant_id = ${refund.tenantId}::uuid AND id <> ${refund.refundId}::uuid
        AND requested_at <= ${new Date(refund.requestedAtMs).toISOString()}::timestamptz
        AND state NOT IN ('rejected', 'cancelled')`,
  );
  // Money of banks and cash desks has a day only; when it was written down is the nearest that we know.
  const paid = await row<{ paid_ms: bigint }>(
    tx,
    Prisma.sql`SELECT (extract(epoch FROM coalesce(p.paid_at, r.known_at)) * 1000)::bigint AS paid_ms
      FROM receipt r LEFT JOIN receipt_payer p ON p.receipt_id = r.id WHERE r.id = ${refund.receiptId}::uuid`,
  );
  const changed = await row<{ changed_ms: bigint }>(
    tx,
    Prisma.sql`SELECT (extract(epoch FROM a.entered_at) * 1000)::bigint AS changed_ms FROM payout_account a
      WHERE a.id = ${refund.route === "bank" ? refund.payoutAccountId : null}::uuid AND EXISTS (SELECT 1
        FROM payout_account b WHERE b.tenant_id = a.tenant_id AND b.replaced_at IS NOT NULL
          AND b.account_no_hash <> a.account_no_hash AND b.replaced_at <= a.entered_at)`,
  );
  const policy = await policyInForce(tx, "refund");
  const firstTierFen = policy.rows.find(({ upToFen }) => upToFen !== undefined)?.upToFen ?? 0n;
  return {
    askedAtMs: refund.requestedAtMs,
    amountFen: refund.amountFen,
    paidAtMs: paid && Number(paid.paid_ms),
    earlierRefunds: earlier.map(({ asked_ms, amountFen }) => ({ askedAtMs: Number(asked_ms), amountFen })),
    firstTierFen,
    payoutAccountChangedAtMs: changed && Number(changed.changed_ms),
    otherTenantsOnAccount: await otherTenantsOn(tx, refund),
  };
}

/** Tenants besides the refund's own that paid from the account of its payment, or are paid to the account it goes to. */
async function otherTenantsOn(tx: Transaction, refund: StoredRefund): Promise<string[]> {
  const found = await rows<{ code: string }>(
    tx,
    Prisma.sql`SELECT t.code FROM receipt_payer mine JOIN receipt_payer theirs ON theirs.payer_key = mine.payer_key
        JOIN receipt r ON r.id = theirs.receipt_id AND r.state = 'counted' JOIN tenant t ON t.id = r.tenant_id
      WHERE mine.receipt_id = ${refund.receiptId}::uuid AND t.id IS DISTINCT FROM ${refund.tenantId}::uuid
      UNION SELECT t.code FROM payout_account mine JOIN payout_account theirs ON theirs.account_no_hash = mine.account_no_hash
        JOIN tenant t ON t.id = theirs.tenant_id
      WHERE mine.id = ${refund.route === "bank" ? refund.payoutAccountId : null}::uuid
        AND t.id IS DISTINCT FROM ${refund.tenantId}::uuid
      ORDER BY 1`,
  );
  return found.map(({ code }) => code);
}
