import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Addressee, Letterhead, Payee } from "../../domain/documents/paper.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

interface PartiesRow {
  readonly operatorName: string | null;
  readonly entityName: string;
  readonly entityTaxNo: string | null;
  readonly projectName: string | null;
  readonly tenantName: string;
  readonly tenantCode: string;
  readonly tenantTaxNo: string | null;
}

/** Both sides of a paper. The project is the one named, else that of the tenant's latest lease with the entity. */
export async function findParties(
  tx: Transaction,
  of: { readonly entityId: string; readonly tenantId: string; readonly projectId?: string | undefined },
): Promise<{ readonly letterhead: Letterhead; readonly addressee: Addressee }> {
  const found = await row<PartiesRow>(
    tx,
    Prisma.sql`SELECT (SELECT o.name FROM operator o ORDER BY o.code COLLATE "C" LIMIT 1) AS "operatorName",
        e.name AS "entityName", e.tax_no AS "entityTaxNo", t.name AS "tenantName", t.code AS "tenantCode",
        t.tax_no AS "tenantTaxNo", coalesce(
          (SELECT p.name FROM project p WHERE p.id = ${of.projectId ?? null}::uuid),
          (SELECT p.name FROM lease l JOIN project p ON p.id = l.project_id
            WHERE l.tenant_id = t.id ORDER BY (l.entity_id = e.id) DESC, l.start_date DESC, l.code COLLATE "C" LIMIT 1)
        ) AS "projectName"
      FROM legal_entity e, tenant t WHERE e.id = ${of.entityId}::uuid AND t.id = ${of.tenantId}::uuid`,
  );
  if (!found) throw new Error("a paper between parties that do not exist");
  return {
    letterhead: {
      operatorName: found.operatorName ?? found.entityName,
      entityName: found.entityName,
      entityTaxNo: found.entityTaxNo ?? undefined,
      projectName: found.projectName ?? "",
    },
    addressee: {
      tenantName: found.tenantName,
      tenantCode: found.tenantCode,
      tenantTaxNo: found.tenantTaxNo ?? undefined,
    },
  };
}

/** Where a transfer of this tenant to this entity goes: the tenant's own number, else the entity's first account by code. */
export async function findPayee(
  tx: Transaction,
  of: { readonly entityId: string; readonly tenantId: string },
  asOf: CivilDate,
  encryption: FieldEncryption,
): Promise<Payee | undefined> {
  const found = await row<{
    entityName: string;
    bank: string;
    cipher: Uint8Array;
    keyId: string;
    virtualNumber: string | null;
  }>(
    tx,
    Prisma.sql`SELECT e.name AS "entityName", a.bank, a.account_no_cipher AS cipher, a.account_no_key_id AS "keyId",
        v.number AS "virtualNumber"
      FROM legal_entity e
      LEFT JOIN virtual_account v ON v.entity_id = e.id AND v.tenant_id = ${of.tenantId}::uuid AND v.valid @> ${asOf}::date
      JOIN bank_account a ON a.entity_id = e.id AND (v.id IS NULL OR a.id = v.bank_account_id)
      WHERE e.id = ${of.entityId}::uuid ORDER BY v.number COLLATE "C", a.code COLLATE "C" LIMIT 1`,
  );
  if (!found) return undefined;
  const { entityName, bank, cipher, keyId, virtualNumber } = found;
  const accountNo = virtualNumber ?? encryption.decrypt(cipher, keyId);
  return { entityName, bank, accountNo, ownNumber: virtualNumber !== null };
}
