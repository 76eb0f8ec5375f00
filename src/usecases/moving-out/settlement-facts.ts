import { Prisma } from "../../../generated/prisma/client.ts";
import { type LineClaim, loadClaims, openLineOf } from "../../db/line-claims.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Prepayment } from "../../domain/allocation/prepayment.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type HeldDeposit, planSettlement, type SettlementPlan } from "../../domain/moving-out/settlement-plan.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";
import { loadAllocationPolicies } from "../receipts/plan-receipt.ts";
import { findRefundableSources, type RefundableSource } from "../refunds/refundable-sources.ts";
import type { StoredMoveOut } from "./stored-move-out.ts";

type Parties = Pick<StoredMoveOut, "leaseId" | "tenantId" | "entityId" | "entityCode">;

export interface LoadedSettlement {
  readonly claims: readonly LineClaim[];
  readonly plan: SettlementPlan;
}

/** Everything open and held of a lease on a date, with what becomes of it. The caller holds the account where it will write. */
export async function loadSettlement(tx: Transaction, of: Parties, asOf: CivilDate): Promise<LoadedSettlement> {
  const claims = await loadLeaseClaims(tx, of);
  const plan = planSettlement({
    entity: of.entityCode,
    asOf,
    openLines: claims.map((claim) => openLineOf(claim, asOf)),
    prepayments: await loadOwnPrepayments(tx, of),
    deposits: await loadHeldDeposits(tx, of),
    policies: await loadAllocationPolicies(tx),
  });
  return { claims, plan };
}

/** What the lease owes its entity, without deposit lines. Lines of other entities stay with them: money never crosses. */
export const loadLeaseClaims = async (tx: Transaction, of: Parties): Promise<LineClaim[]> =>
  (await loadClaims(tx, { tenantId: of.tenantId, entityId: of.entityId })).filter(
    ({ leaseId, kind }) => leaseId === of.leaseId && kind !== "deposit",
  );

/** Free money that goes with the lease: all of the tenant's at the entity, unless it has another running lease there. */
export async function loadOwnPrepayments(tx: Transaction, of: Parties): Promise<Prepayment[]> {
  if (await hasOtherLease(tx, of)) return [];
  const found = await rows<{ prepaymentId: string; kind: LineKind | ""; remainingFen: Fen; receivedOn: CivilDate }>(
    tx,
    Prisma.sql`SELECT id AS "prepaymentId", bound_kind AS kind, remaining_fen AS "remainingFen", value_date::text AS "receivedOn"
      FROM prepayment WHERE tenant_id = ${of.tenantId}::uuid AND entity_id = ${of.entityId}::uuid AND remaining_fen > 0
      ORDER BY value_date, id`,
  );
  return found.map(({ kind, ...prepayment }, sequence) => ({
    ...prepayment,
    sequence,
    ...(kind === "" ? {} : { kind }),
  }));
}

/** Another lease of the tenant at the entity that is not being given back or is not settled yet. */
const hasOtherLease = async (tx: Transaction, of: Parties): Promise<boolean> =>
  (
    await row<{ other: boolean }>(
      tx,
      Prisma.sql`SELECT EXISTS (SELECT 1 FROM lease l JOIN lease own ON own.id = ${of.leaseId}::uuid
        WHERE l.tenant_id = ${of.tenantId}::uuid AND l.entity_id = ${of.entityId}::uuid AND l.id <> own.id
          AND l.end_date >= own.end_date) AS other`,
    )
  )?.other ?? false;

/** No other lease of the tenant goes on, with whatever entity. */
const isLastLease = async (tx: Transaction, of: Parties): Promise<boolean> =>
  (
    await row<{ last: boolean }>(
      tx,
      Prisma.sql`SELECT NOT EXISTS (SELECT 1 FROM lease l JOIN lease own ON own.id = ${of.leaseId}::uuid
        WHERE l.tenant_id = ${of.tenantId}::uuid AND l.id <> own.id AND l.end_date >= own.end_date) AS last`,
    )
  )?.last ?? false;

/** What the lease owes other entities on a date: paid to them, before the lease can be closed. */
export const loadOwedToOthers = async (tx: Transaction, of: Parties, asOf: CivilDate): Promise<Fen> =>
  (await loadClaims(tx, { tenantId: of.tenantId }))
    .filter(({ leaseId, entityId, kind }) => leaseId === of.leaseId && entityId !== of.entityId && kind !== "deposit")
    .map((claim) => openLineOf(claim, asOf))
    .reduce((sum, { principalFen, lateFeeFen }) => sum + principalFen + lateFeeFen, 0n);

/** Sources of refunds that belong to the lease: its deposits, and prepayment where it goes with the lease. */
export async function findOwnSources(tx: Transaction, of: Parties): Promise<RefundableSource[]> {
  const other = await hasOtherLease(tx, of);
  const last = await isLastLease(tx, of);
  return (await findRefundableSources(tx, { tenantId: of.tenantId })).filter((source) => {
    if (source.refundableFen === 0n) return false;
    if (source.source === "deposit") return source.leaseId === of.leaseId && source.entityId === of.entityId;
    // What was paid to another entity for this lease (a service company) goes back when the tenant leaves for good.
    return source.entityId === of.entityId ? !other : last;
  });
}

/** Deposits that are held and free: neither used nor asked back. */
export const loadHeldDeposits = async (tx: Transaction, of: Parties): Promise<HeldDeposit[]> =>
  (await findOwnSources(tx, of))
    .filter(({ source }) => source === "deposit")
    .map(({ lineId, receiptId, refundableFen }) => ({ lineId, receiptId, heldFen: refundableFen }));

/** Of a deposit that was kept for cause, with approval. */
export const loadForfeitedFen = async (tx: Transaction, moveOutId: string): Promise<Fen> =>
  (
    await row<{ fen: Fen }>(
      tx,
      Prisma.sql`SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM deposit_use
        WHERE move_out_id = ${moveOutId}::uuid AND kind = 'forfeit'`,
    )
  )?.fen ?? 0n;
