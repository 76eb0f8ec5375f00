import { Prisma } from "../../generated/prisma/client.ts";
import { newId } from "../../src/db/ids.ts";
import { toRecordset } from "../../src/db/recordset.ts";
import { execute } from "../../src/db/rows.ts";
import type { Transaction } from "../../src/db/transaction.ts";

/*
 * Rows put straight into the tables, for tests of what the database itself guarantees and for states that no use case
 * would make. Tests of use cases make their rows with use cases.
 */

/** Inserts one row; columns that are not named take their defaults. Ranges, bytea and numerics as PostgreSQL text. */
export async function insertRow(tx: Transaction, table: string, values: Record<string, unknown>): Promise<void> {
  const columns = Prisma.raw(Object.keys(values).join(", "));
  const one = toRecordset([values]).slice(1, -1);
  const name = Prisma.raw(table);
  await execute(
    tx,
    Prisma.sql`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM jsonb_populate_record(NULL::${name}, ${one}::jsonb)`,
  );
}

/** One lease of one tenant with what stands around it. */
export interface Estate {
  readonly entityId: string;
  readonly projectId: string;
  readonly buildingId: string;
  readonly unitId: string;
  readonly tenantId: string;
  readonly leaseId: string;
  readonly versionId: string;
}

/** Entity E<mark>, project P<mark>, unit U<mark>, tenant T<mark>, lease L<mark> of the year 2026. */
export async function insertEstate(
  tx: Transaction,
  mark: string,
  options: { readonly lateFee?: object | null } = {},
): Promise<Estate> {
  const estate: Estate = {
    entityId: newId(),
    projectId: newId(),
    buildingId: newId(),
    unitId: newId(),
    tenantId: newId(),
    leaseId: newId(),
    versionId: newId(),
  };
  await insertRow(tx, "legal_entity", { id: estate.entityId, code: `E${mark}`, name: "园区公司", taxpayer: "general" });
  await insertRow(tx, "project", {
    id: estate.projectId,
    entity_id: estate.entityId,
    code: `P${mark}`,
    name: "园区",
    mode: "live",
    late_fee: options.lateFee ?? null,
    allocation_order: ["due-date", "bill", "late-fee", "kind", "position"],
  });
  await insertRow(tx, "building", {
    id: estate.buildingId,
    project_id: estate.projectId,
    code: `B${mark}`,
    name: "A栋",
  });
  await insertRow(tx, "unit", { id: estate.unitId, building_id: estate.buildingId, code: `U${mark}` });
  await insertRow(tx, "tenant", { id: estate.tenantId, code: `T${mark}`, name: "租户", kind: "company" });
  await insertRow(tx, "lease", {
    id: estate.leaseId,
    entity_id: estate.entityId,
    project_id: estate.projectId,
    tenant_id: estate.tenantId,
    code: `L${mark}`,
    start_date: "2026-01-01",
    end_date: "2026-12-31",
  });
  await insertRow(tx, "lease_version", {
    id: estate.versionId,
    lease_id: estate.leaseId,
    version: 1,
    effective_from: "2026-01-01",
    reason: "签约",
    terms: {},
  });
  return estate;
}

export interface BillRow {
  readonly billId: string;
  readonly billNo: string;
}

/** A bill of August 2026 without lines; everything may be set otherwise. */
export async function insertBill(
  tx: Transaction,
  estate: Estate,
  values: Record<string, unknown> = {},
): Promise<BillRow> {
  const billId = newId();
  const row = {
    id: billId,
    entity_id: estate.entityId,
    project_id: estate.projectId,
    tenant_id: estate.tenantId,
    lease_id: estate.leaseId,
    lease_version_id: estate.versionId,
    origin: "run",
    state: "issued",
    bill_no: `BILL-${billId}`,
    payment_code: billId,
    period: "2026-08",
    issue_date: "2026-08-01",
    due_date: "2026-08-11",
    total_fen: 0n,
    ...values,
  };
  await insertRow(tx, "bill", row);
  return { billId, billNo: String(row.bill_no) };
}

/** A line of 109.00 (net 100.00, tax 9.00, rent of August 2026); returns its id. */
export async function insertLine(
  tx: Transaction,
  estate: Estate,
  billId: string,
  values: Record<string, unknown> = {},
): Promise<string> {
  const id = newId();
  await insertRow(tx, "bill_line", {
    id,
    bill_id: billId,
    entity_id: estate.entityId,
    lease_id: estate.leaseId,
    charge_code: "rent",
    role: "charge",
    ordinal: 0,
    kind: "rent",
    period_from: "2026-08-01",
    period_to: "2026-08-31",
    correction_no: 0,
    position: 0,
    amount_fen: 10_900n,
    net_fen: 10_000n,
    tax_fen: 900n,
    tax_rate: "0.09",
    engine_version: "test",
    input_hash: "",
    inputs: {},
    derivation: {},
    ...values,
  });
  return id;
}

/** Runs statements as nobody should be able to: triggers and foreign keys are off for this transaction. */
export async function withoutGuards(tx: Transaction, ...statements: readonly string[]): Promise<void> {
  await tx.$executeRawUnsafe("SET LOCAL session_replication_role = replica");
  for (const statement of statements) await tx.$executeRawUnsafe(statement);
  await tx.$executeRawUnsafe("SET LOCAL session_replication_role = DEFAULT");
}
