import { Prisma } from "../../generated/prisma/client.ts";
import type { Amendment, LeaseTerms } from "../domain/world/lease.ts";
import { leaseTermsFrom, type StoredBaseTerms } from "./lease-terms.ts";
import { rows } from "./rows.ts";
import type { Transaction } from "./transaction.ts";

export interface StoredLease {
  readonly leaseId: string;
  /** The latest version: what a bill computed now refers to. */
  readonly versionId: string;
  readonly version: number;
  readonly terms: LeaseTerms;
}

/** Leases with all their versions, by code order; `leaseIds` undefined = all. */
export async function loadLeases(tx: Transaction, leaseIds?: readonly string[]): Promise<StoredLease[]> {
  const found = await rows<{
    lease_id: string;
    version_id: string;
    version: number;
    base: StoredBaseTerms;
    amendments: Amendment[] | null;
  }>(
    tx,
    Prisma.sql`
      SELECT l.id AS lease_id, last.id AS version_id, last.version, first.terms AS base,
        (SELECT jsonb_agg(v.terms ORDER BY v.version) FROM lease_version v WHERE v.lease_id = l.id AND v.version > 1) AS amendments
      FROM lease l
      JOIN lease_version first ON first.lease_id = l.id AND first.version = 1
      JOIN LATERAL (SELECT id, version FROM lease_version v WHERE v.lease_id = l.id ORDER BY version DESC LIMIT 1) last ON true
      WHERE ${leaseIds === undefined ? Prisma.sql`true` : Prisma.sql`l.id = ANY (${[...leaseIds]}::uuid[])`}
      ORDER BY l.code COLLATE "C"`,
  );
  return found.map((row) => ({
    leaseId: row.lease_id,
    versionId: row.version_id,
    version: row.version,
    terms: leaseTermsFrom(row.base, row.amendments ?? []),
  }));
}
