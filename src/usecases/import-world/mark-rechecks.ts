import { Prisma } from "../../../generated/prisma/client.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { AreaChange } from "./write-areas.ts";

/** What an import changed, as far as lines that are already issued may have rested on it. */
export interface ChangedInputs {
  readonly leases: readonly { readonly leaseId: string; readonly from: CivilDate }[];
  readonly meters: readonly { readonly meterId: string; readonly from: CivilDate }[];
  readonly tariffs: readonly { readonly code: string; readonly from: CivilDate }[];
  readonly areas: readonly AreaChange[];
  /** Codes of pools whose months may come out differently: terms, given costs, members, or who leases them. */
  readonly pools: readonly string[];
}

/**
 * Marks every lease whose issued lines may be wrong now, so that the next run computes them again (money-rules 2,
 * "Corrections"). Marking too many costs time, marking too few costs money: a pool pulls in all its leases.
 */
export async function markRechecks(tx: Transaction, changed: ChangedInputs, reason: string): Promise<void> {
  const mark = (leases: Prisma.Sql) =>
    execute(
      tx,
      Prisma.sql`INSERT INTO billing_recheck (lease_id, from_date, reason)
        SELECT lease_id, min(from_date), ${reason} FROM (${leases}) AS found(lease_id, from_date)
        WHERE EXISTS (SELECT 1 FROM bill_line b WHERE b.lease_id = found.lease_id)
        GROUP BY lease_id
        ON CONFLICT (lease_id) DO UPDATE SET from_date = least(billing_recheck.from_date, EXCLUDED.from_date)`,
    );
  if (changed.leases.length > 0) {
    await mark(Prisma.sql`SELECT "leaseId", "from" FROM jsonb_to_recordset(${toRecordset(changed.leases)}::jsonb)
      AS t("leaseId" uuid, "from" date)`);
  }
  if (changed.areas.length > 0) {
    await mark(Prisma.sql`SELECT h.lease_id, coalesce(t."from", lower(h.held))
      FROM jsonb_to_recordset(${toRecordset(changed.areas)}::jsonb) AS t("unitId" uuid, "from" date)
      JOIN lease_unit h ON h.unit_id = t."unitId"`);
  }
  if (changed.meters.length > 0) {
    // A pool meter has no lease of its own: its pool's leases are marked below, through the pool's terms.
    await mark(Prisma.sql`SELECT c.lease_id, t."from"
      FROM jsonb_to_recordset(${toRecordset(changed.meters)}::jsonb) AS t("meterId" uuid, "from" date)
      JOIN meter m ON m.id = t."meterId" JOIN lease_charge c ON c.rule->>'meter' = m.code`);
    await mark(Prisma.sql`SELECT c.lease_id, t."from"
      FROM jsonb_to_recordset(${toRecordset(changed.meters)}::jsonb) AS t("meterId" uuid, "from" date)
      JOIN meter m ON m.id = t."meterId"
      JOIN pool p ON p.terms->'meters' ? m.code OR p.terms->'minusMeters' ? m.code OR p.terms->>'weight' = 'consumption'
      JOIN lease_charge c ON c.rule->>'pool' = p.code`);
  }
  if (changed.tariffs.length > 0) {
    await mark(Prisma.sql`SELECT c.lease_id, t."from"
      FROM jsonb_to_recordset(${toRecordset(changed.tariffs)}::jsonb) AS t(code text, "from" date)
      JOIN lease_charge c ON c.rule->>'tariff' = t.code
        OR c.rule->>'pool' IN (SELECT p.code FROM pool p WHERE p.terms->>'tariff' = t.code)`);
  }
  if (changed.pools.length > 0) {
    await mark(Prisma.sql`SELECT lease_id, lower(valid) FROM lease_charge
      WHERE rule->>'pool' = ANY (${[...changed.pools]}::text[])`);
  }
}
