import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { addDays, type CivilDate, type DateRange } from "../../domain/time/civil-date.ts";
import type { StaffRole } from "../../domain/world/property.ts";

/** One person stands in for another, in one or several roles. */
export interface Delegation {
  /** Of its first role's row; names the whole. */
  readonly id: string;
  readonly delegatorId: string;
  readonly delegatorName: string;
  readonly delegateId: string;
  readonly delegateName: string;
  readonly roles: readonly StaffRole[];
  readonly days: DateRange;
}

/** Delegations that hold on a day or will, of which a further condition on `d` is true; by first day. */
export async function findDelegationsWhere(
  tx: Transaction,
  condition: Prisma.Sql,
  today: CivilDate,
): Promise<Delegation[]> {
  const found = await rows<Omit<Delegation, "days"> & { readonly first: CivilDate; readonly after: CivilDate }>(
    tx,
    Prisma.sql`SELECT (array_agg(d.id ORDER BY d.role, d.id))[1] AS id, d.delegator_id AS "delegatorId", p.name AS "delegatorName",
        d.delegate_id AS "delegateId", q.name AS "delegateName", array_agg(d.role ORDER BY d.role) AS roles,
        lower(d.valid)::text AS first, upper(d.valid)::text AS after
      FROM approval_delegation d JOIN person p ON p.id = d.delegator_id JOIN person q ON q.id = d.delegate_id
      WHERE upper(d.valid) > ${today}::date AND (d.revoked_on IS NULL OR d.revoked_on > ${today}::date) AND ${condition}
      GROUP BY d.delegator_id, p.name, d.delegate_id, q.name, d.valid ORDER BY lower(d.valid), q.name COLLATE "C", 1`,
  );
  return found.map(({ first, after, ...delegation }) => ({
    ...delegation,
    days: { from: first, to: addDays(after, -1) },
  }));
}

/** What a person has given away, and what others have given to them, from today on. */
export async function findDelegationsOf(
  tx: Transaction,
  personId: string,
  today: CivilDate,
): Promise<{ readonly given: readonly Delegation[]; readonly received: readonly Delegation[] }> {
  const all = await findDelegationsWhere(
    tx,
    Prisma.sql`(d.delegator_id = ${personId}::uuid OR d.delegate_id = ${personId}::uuid)`,
    today,
  );
  return {
    given: all.filter((one) => one.delegatorId === personId),
    received: all.filter((one) => one.delegateId === personId),
  };
}
