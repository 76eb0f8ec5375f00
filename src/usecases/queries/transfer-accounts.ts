import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** Where a tenant's bank transfer to one legal entity goes. */
export interface TransferAccount {
  readonly entityId: string;
  readonly entityName: string;
  readonly bank: string;
  /** The whole number: the tenant's own virtual one where there is one. */
  readonly accountNo: string;
  /** The number is the tenant's own, so that a transfer to it needs no code. */
  readonly ownNumber: boolean;
  /** 附言: the code of the oldest bill that is open. */
  readonly paymentCode: string | undefined;
}

/**
 * One account for each entity to which the tenant owes something, else for each that it rents from. An entity's first
 * account by code counts. The number is decrypted here, so callers must have established that a member asks.
 */
export async function findTransferAccounts(
  tx: Transaction,
  tenantId: string,
  today: CivilDate,
  encryption: FieldEncryption,
): Promise<TransferAccount[]> {
  const found = await rows<{
    entityId: string;
    entityName: string;
    bank: string;
    cipher: Uint8Array;
    keyId: string;
    virtualNumber: string | null;
    paymentCode: string | null;
  }>(
    tx,
    Prisma.sql`WITH owed AS (
        SELECT b.entity_id, (array_agg(b.payment_code ORDER BY b.due_date, b.bill_no COLLATE "C"))[1] AS payment_code
        FROM legal_entity owner JOIN bill b ON b.entity_id = owner.id WHERE b.tenant_id = ${tenantId}::uuid AND b.state = 'published' AND EXISTS (
          SELECT 1 FROM receivable r WHERE r.bill_id = b.id AND (r.open_fen > 0 OR r.late_fee_open_fen > 0))
        GROUP BY b.entity_id
      ), wanted AS (
        SELECT entity_id, payment_code FROM owed
        UNION ALL
        SELECT DISTINCT l.entity_id, NULL FROM lease l
          WHERE l.tenant_id = ${tenantId}::uuid AND l.end_date >= ${today}::date AND NOT EXISTS (SELECT 1 FROM owed)
      )
      SELECT e.id AS "entityId", e.name AS "entityName", a.bank, a.account_no_cipher AS cipher, a.account_no_key_id AS "keyId",
        v.number AS "virtualNumber", w.payment_code AS "paymentCode"
      FROM wanted w
      JOIN legal_entity e ON e.id = w.entity_id
      LEFT JOIN virtual_account v ON v.entity_id = w.entity_id AND v.tenant_id = ${tenantId}::uuid
        AND v.valid @> ${today}::date
      JOIN LATERAL (SELECT * FROM bank_account b WHERE b.entity_id = w.entity_id
        AND (v.id IS NULL OR b.id = v.bank_account_id) ORDER BY b.code COLLATE "C" LIMIT 1) a ON true
      ORDER BY e.name COLLATE "C"`,
  );
  return found.map((account) => ({
    entityId: account.entityId,
    entityName: account.entityName,
    bank: account.bank,
    ownNumber: account.virtualNumber !== null,
    accountNo: account.virtualNumber ?? encryption.decrypt(account.cipher, account.keyId),
    paymentCode: account.virtualNumber === null ? (account.paymentCode ?? undefined) : undefined,
  }));
}
