import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { amendmentJson, baseTermsJson } from "../../db/lease-terms.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { StoredLease } from "../../db/stored-leases.ts";
import type { Transaction } from "../../db/transaction.ts";
import { buildLeaseTimeline } from "../../domain/charging/lease-timeline.ts";
import { fromDayNumber } from "../../domain/time/civil-date.ts";
import type { LeaseTerms } from "../../domain/world/lease.ts";
import type { CodeBook } from "./code-book.ts";

export interface LeaseChange {
  readonly code: string;
  /** Amendments that the database does not hold yet come after those that it does. */
  readonly merged: LeaseTerms;
  readonly newAmendments: LeaseTerms["amendments"];
  /** The base terms are new, or differ while nothing of them is in force yet. */
  readonly writeBase: boolean;
}

/** Writes new leases and new versions, and renews the projections (holdings, charges) of every lease that changed. */
export async function writeLeases(
  tx: Transaction,
  changes: readonly LeaseChange[],
  stored: ReadonlyMap<string, StoredLease>,
  book: CodeBook,
): Promise<void> {
  const leases = changes.map(({ merged }) => ({
    id: book.idOf("lease", merged.code),
    entity_id: book.idOf("legal_entity", merged.entity),
    project_id: book.idOf("project", merged.project),
    tenant_id: book.idOf("tenant", merged.tenant),
    code: merged.code,
    start_date: merged.start,
    end_date: buildLeaseTimeline(merged).end,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO lease (id, entity_id, project_id, tenant_id, code, start_date, end_date)
      SELECT * FROM jsonb_to_recordset(${toRecordset(leases)}::jsonb) AS t(id uuid, entity_id uuid, project_id uuid,
        tenant_id uuid, code text, start_date date, end_date date)
      ON CONFLICT (code) DO UPDATE SET entity_id = EXCLUDED.entity_id, project_id = EXCLUDED.project_id,
        tenant_id = EXCLUDED.tenant_id, start_date = EXCLUDED.start_date, end_date = EXCLUDED.end_date`,
  );
  const versions = changes.flatMap((change) => {
    const leaseId = book.idOf("lease", change.code);
    const lastVersion = stored.get(change.code)?.version ?? 1;
    const base = change.writeBase
      ? [{ version: 1, effective_from: change.merged.start, reason: "签约", terms: baseTermsJson(change.merged) }]
      : [];
    const amendments = change.newAmendments.map((amendment, index) => ({
      version: lastVersion + 1 + index,
      effective_from: amendment.effective,
      reason: amendment.reason,
      terms: amendmentJson(amendment),
    }));
    return [...base, ...amendments].map((version) => ({ id: newId(), lease_id: leaseId, ...version }));
  });
  await execute(
    tx,
    Prisma.sql`INSERT INTO lease_version (id, lease_id, version, effective_from, reason, terms)
      SELECT id, lease_id, version, effective_from, reason, terms::jsonb
      FROM jsonb_to_recordset(${toRecordset(versions)}::jsonb) AS t(id uuid, lease_id uuid, version integer,
        effective_from date, reason text, terms text)
      ON CONFLICT (lease_id, version) DO UPDATE SET terms = EXCLUDED.terms, effective_from = EXCLUDED.effective_from`,
  );
  await writeProjections(tx, changes, book);
}

async function writeProjections(tx: Transaction, changes: readonly LeaseChange[], book: CodeBook): Promise<void> {
  const leaseIds = changes.map(({ code }) => book.idOf("lease", code));
  await execute(tx, Prisma.sql`DELETE FROM lease_unit WHERE lease_id = ANY (${leaseIds}::uuid[])`);
  await execute(tx, Prisma.sql`DELETE FROM lease_charge WHERE lease_id = ANY (${leaseIds}::uuid[])`);
  const timelines = changes.map(({ merged }) => ({ merged, timeline: buildLeaseTimeline(merged) }));
  const holdings = timelines.flatMap(({ merged, timeline }) =>
    timeline.holdings.map((holding) => ({
      id: newId(),
      lease_id: book.idOf("lease", merged.code),
      unit_id: book.idOf("unit", holding.unit),
      first_day: fromDayNumber(holding.from),
      last_day: fromDayNumber(holding.to),
    })),
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO lease_unit (id, lease_id, unit_id, held)
      SELECT id, lease_id, unit_id, daterange(first_day, last_day, '[]')
      FROM jsonb_to_recordset(${toRecordset(holdings)}::jsonb) AS t(id uuid, lease_id uuid, unit_id uuid, first_day date,
        last_day date)`,
  );
  const charges = timelines.flatMap(({ merged, timeline }) =>
    timeline.charges.flatMap((charge) =>
      charge.segments.map((segment) => ({
        id: newId(),
        lease_id: book.idOf("lease", merged.code),
        entity_id: book.idOf("legal_entity", segment.terms.entity ?? merged.entity),
        code: charge.code,
        kind: segment.terms.kind,
        period_anchor: segment.terms.periodAnchor,
        rule: segment.terms.rule,
        first_day: fromDayNumber(segment.from),
        last_day: fromDayNumber(segment.to),
      })),
    ),
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO lease_charge (id, lease_id, entity_id, code, kind, period_anchor, rule, valid)
      SELECT id, lease_id, entity_id, code, kind, period_anchor, rule, daterange(first_day, last_day, '[]')
      FROM jsonb_to_recordset(${toRecordset(charges)}::jsonb) AS t(id uuid, lease_id uuid, entity_id uuid, code text,
        kind text, period_anchor text, rule jsonb, first_day date, last_day date)`,
  );
}
