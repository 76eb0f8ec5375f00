import { Prisma } from "../../../generated/prisma/client.ts";
import { type LineClaim, loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { KnownTenant, OpenBill } from "../../domain/reconciliation/bank-line.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** Everybody who has, or had, a lease or a bill at an entity. */
export const loadTenantsOf = (tx: Transaction, entityId: string): Promise<KnownTenant[]> =>
  rows<KnownTenant>(
    tx,
    Prisma.sql`SELECT t.id AS "tenantId", t.code, t.name FROM tenant t
      WHERE EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = t.id AND l.entity_id = ${entityId}::uuid)
        OR EXISTS (SELECT 1 FROM bill b WHERE b.tenant_id = t.id AND b.entity_id = ${entityId}::uuid)
      ORDER BY t.code COLLATE "C"`,
  );

/** What is owed bill by bill, as money of a value date meets it; disputed lines are left out. */
export function openBillsOf(
  claims: readonly LineClaim[],
  tenants: ReadonlyMap<string, KnownTenant>,
  valueDate: CivilDate,
): OpenBill[] {
  const bills = new Map<string, OpenBill>();
  for (const claim of claims) {
    if (claim.disputed) continue;
    const line = openLineOf(claim, valueDate);
    const tenant = tenants.get(claim.tenantId);
    if (!tenant) continue;
    const before = bills.get(claim.billNo);
    const owedFen = (before?.owedFen ?? 0n) + line.principalFen + line.lateFeeFen;
    bills.set(claim.billNo, { ...tenant, billNo: claim.billNo, dueDate: line.dueDate, owedFen });
  }
  return [...bills.values()];
}

/**
 * The open claims of an entity while a run goes through its lines: loaded once, and again for each tenant whose money
 * moved. Only the claims that were read under a tenant's lock decide about that tenant.
 */
export class OpenClaims {
  readonly #entityId: string;
  #claims: Map<string, readonly LineClaim[]> | undefined;

  constructor(entityId: string) {
    this.#entityId = entityId;
  }

  async all(tx: Transaction): Promise<readonly LineClaim[]> {
    if (this.#claims === undefined) {
      const found = new Map<string, LineClaim[]>();
      for (const claim of await loadClaims(tx, { entityId: this.#entityId })) {
        const ofTenant = found.get(claim.tenantId);
        if (ofTenant) ofTenant.push(claim);
        else found.set(claim.tenantId, [claim]);
      }
      this.#claims = found;
    }
    return [...this.#claims.values()].flat();
  }

  async fresh(tx: Transaction, tenantIds: readonly string[]): Promise<readonly LineClaim[]> {
    const claims: LineClaim[] = [];
    for (const tenantId of tenantIds) {
      const found = await loadClaims(tx, { entityId: this.#entityId, tenantId });
      this.#claims?.set(tenantId, found);
      claims.push(...found);
    }
    return claims;
  }

  /** The tenant's money has moved, or an attempt was rolled back: look again. */
  forget(): void {
    this.#claims = undefined;
  }

  async remember(tx: Transaction, tenantId: string): Promise<void> {
    await this.fresh(tx, [tenantId]);
  }
}
