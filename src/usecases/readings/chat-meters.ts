import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { Register, RegisterValues, Utility } from "../../domain/world/property.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";

/** A meter as it is talked about. */
export interface ChatMeter {
  readonly code: string;
  readonly utility: Utility;
  /** Absent for meters of buildings. */
  readonly unit?: string | undefined;
  readonly registers: readonly Register[];
  readonly lastOn?: CivilDate | undefined;
  readonly lastValues?: RegisterValues | undefined;
}

/** Narrowed by what was said; nothing said means all. */
export interface MeterFilter {
  readonly utility?: Utility | undefined;
  /** In the person's words: "A301" is A-301, "301" whatever ends so. */
  readonly unit?: string | undefined;
  readonly codes?: readonly string[] | undefined;
}

export interface ReportedReading {
  readonly meter: string;
  readonly standsOn: CivilDate;
  readonly values: RegisterValues;
  readonly rollover: boolean;
}

/** Longer lists are nothing to choose from in a chat. */
const METERS_MAX = 20;

/** The meters of a tenant's leases of today, by unit and code. */
export const findMetersOfTenant = (
  tx: Transaction,
  tenantId: string,
  filter: MeterFilter,
  today: CivilDate,
): Promise<ChatMeter[]> =>
  load(
    tx,
    Prisma.sql`m.code IN (SELECT c.rule->>'meter' FROM lease_charge c JOIN lease l ON l.id = c.lease_id
      WHERE l.tenant_id = ${tenantId}::uuid AND c.valid @> ${today}::date)`,
    filter,
  );

/** The meters in a colleague's projects and buildings. */
export const findMetersOfStaff = (tx: Transaction, member: StaffMember, filter: MeterFilter): Promise<ChatMeter[]> =>
  load(
    tx,
    Prisma.sql`EXISTS (SELECT 1 FROM building b WHERE b.id = coalesce(m.building_id, u.building_id)
      AND b.project_id = ANY (${[...member.projectIds]}::uuid[])
      AND (${member.buildingIds.length === 0} OR b.id = ANY (${[...member.buildingIds]}::uuid[])))`,
    filter,
  );

async function load(tx: Transaction, condition: Prisma.Sql, filter: MeterFilter): Promise<ChatMeter[]> {
  const conditions = [condition];
  if (filter.utility !== undefined) conditions.push(Prisma.sql`m.utility = ${filter.utility}`);
  if (filter.codes !== undefined) conditions.push(Prisma.sql`m.code = ANY (${[...filter.codes]}::text[])`);
  const said = filter.unit === undefined ? "" : plainName(filter.unit);
  if (said !== "") {
    const unit = Prisma.sql`regexp_replace(upper(coalesce(u.code, m.code)), '[^A-Z0-9]', '', 'g')`;
    conditions.push(
      Prisma.sql`(${unit} = ${said} OR ${unit} LIKE '%' || ${said}
        OR regexp_replace(upper(m.code), '[^A-Z0-9]', '', 'g') = ${said})`,
    );
  }
  const found = await rows<{
    code: string;
    utility: Utility;
    unit: string | null;
    registers: Register[];
    lastOn: CivilDate | null;
    lastValues: RegisterValues | null;
  }>(
    tx,
    Prisma.sql`SELECT m.code, m.utility, u.code AS unit, m.registers, last.on AS "lastOn", last.values AS "lastValues"
      FROM meter m
      LEFT JOIN meter_assignment a ON a.meter_id = m.id AND upper_inf(a.held) LEFT JOIN unit u ON u.id = a.unit_id
      LEFT JOIN LATERAL (SELECT r.stands_on::text AS on, r.value->'values' AS values FROM reading r
        WHERE r.meter_id = m.id AND r.superseded_by IS NULL ORDER BY r.stands_on DESC LIMIT 1) last ON true
      WHERE ${Prisma.join(conditions, " AND ")}
      ORDER BY u.code COLLATE "C" NULLS LAST, m.utility, m.code COLLATE "C" LIMIT ${METERS_MAX}`,
  );
  return found.map(({ unit, lastOn, lastValues, ...meter }) => ({
    ...meter,
    ...(unit === null ? {} : { unit }),
    ...(lastOn === null ? {} : { lastOn }),
    ...(lastValues === null ? {} : { lastValues }),
  }));
}

/** "A座 301" and "a-301" alike: letters and figures only. */
const plainName = (text: string): string =>
  text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
