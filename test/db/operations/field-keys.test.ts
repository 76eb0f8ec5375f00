import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { createFieldEncryption, type FieldEncryption } from "../../../src/db/field-encryption.ts";
import { newId } from "../../../src/db/ids.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { EMPTY_TITLE } from "../../../src/domain/invoice/title.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { readFile, storeFile } from "../../../src/usecases/documents/file-store.ts";
import { findTitles, saveTitle } from "../../../src/usecases/invoices/invoice-titles.ts";
import { findMissingKeyIds, rotateFieldKeys } from "../../../src/usecases/operations/rotate-field-keys.ts";
import { withDatabase } from "../../support/database.ts";
import { insertRow } from "../../support/rows.ts";

const database = withDatabase();
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const before = createFieldEncryption([oldKey]);
const during = createFieldEncryption([newKey, oldKey]);
const after = createFieldEncryption([newKey]);
const context = { actor: "staff:S10", channel: "cli", today: parseCivilDate("2026-09-01") };

const hex = (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString("hex")}`;
const insertPhone = async (encryption: FieldEncryption, phone: string): Promise<void> => {
  const field = encryption.encrypt(phone);
  const personId = newId();
  await inTransaction(database.db, async (tx) => {
    await insertRow(tx, "person", { id: personId, name: "张三" });
    await insertRow(tx, "person_phone", {
      phone_hash: hex(field.hash),
      person_id: personId,
      phone_cipher: hex(field.cipher),
      phone_key_id: field.keyId,
    });
  });
};
const insertAccount = (encryption: FieldEncryption, accountNo: string): Promise<void> => {
  const field = encryption.encrypt(accountNo);
  const entityId = newId();
  return inTransaction(database.db, async (tx) => {
    await insertRow(tx, "legal_entity", { id: entityId, code: entityId, name: "公司", taxpayer: "general" });
    await insertRow(tx, "bank_account", {
      id: newId(),
      entity_id: entityId,
      code: entityId,
      bank: "招商银行",
      account_no_cipher: hex(field.cipher),
      account_no_key_id: field.keyId,
      account_no_hash: hex(field.hash),
    });
  });
};
const storedPhones = () =>
  rows<{ hash: Uint8Array; cipher: Uint8Array; key_id: string }>(
    database.db,
    Prisma.sql`SELECT phone_hash AS hash, phone_cipher AS cipher, phone_key_id AS key_id FROM person_phone`,
  );
const storedAccounts = () =>
  rows<{ hash: Uint8Array; cipher: Uint8Array; key_id: string }>(
    database.db,
    Prisma.sql`SELECT account_no_hash AS hash, account_no_cipher AS cipher, account_no_key_id AS key_id FROM bank_account`,
  );

const PHONES = ["13800000001", "13800000002", "13800000003", "13800000004", "13800000005"];

beforeEach(async () => {
  await database.db.$executeRawUnsafe("DELETE FROM person_phone");
  await database.db.$executeRawUnsafe("DELETE FROM bank_account");
  for (const phone of PHONES) await insertPhone(before, phone);
  await insertAccount(before, "6225000000000001");
});

describe("rotating the field keys", () => {
  it("makes every value readable and findable with the new key alone", async () => {
    expect(await rotateFieldKeys(database.db, during, { ...context, batchSize: 2 })).toMatchObject({
      keyId: after.keyId,
      phones: 5,
      bankAccounts: 1,
    });
    for (const [stored, plain] of [
      [await storedPhones(), PHONES],
      [await storedAccounts(), ["6225000000000001"]],
    ] as const) {
      expect(stored.map((row) => after.decrypt(row.cipher, row.key_id)).sort()).toEqual(plain);
      for (const row of stored) {
        expect(Buffer.from(row.hash)).toEqual(after.hash(after.decrypt(row.cipher, row.key_id)));
      }
    }
  });

  it("makes files that we send readable with the new key alone, whatever their size", async () => {
    const bytes = Buffer.alloc(150_000, "账单");
    const file = { fileName: "账单.pdf", mediaType: "application/pdf", bytes };
    const ids = [await storeFile(database.db, before, file), await storeFile(database.db, before, file)];
    expect(await rotateFieldKeys(database.db, during, context)).toMatchObject({ files: 2 });
    for (const id of ids) expect(await readFile(database.db, after, id)).toEqual(file);
    expect(await rotateFieldKeys(database.db, during, context)).toMatchObject({ files: 0 });
    await database.db.$executeRawUnsafe("DELETE FROM document_file");
  });

  it("again changes nothing and says nothing to the audit", async () => {
    await rotateFieldKeys(database.db, during, context);
    const stored = await storedPhones();
    const audited = () => database.db.auditEvent.count({ where: { action: "keys.rotated" } });
    const events = await audited();
    expect(events).toBeGreaterThan(0);
    expect(await rotateFieldKeys(database.db, during, context)).toMatchObject({ phones: 0, bankAccounts: 0 });
    expect(await storedPhones()).toEqual(stored);
    expect(await audited()).toBe(events);
  });

  it("goes on where it was stopped", async () => {
    const stopped: FieldEncryption = { ...during, encrypt: stopAfter(3, during.encrypt) };
    await expect(rotateFieldKeys(database.db, stopped, { ...context, batchSize: 2 })).rejects.toThrow("stopped");
    // Batches of two: the first is done, the second was taken back.
    expect((await storedPhones()).filter((row) => row.key_id === after.keyId)).toHaveLength(2);
    expect(await rotateFieldKeys(database.db, during, { ...context, batchSize: 2 })).toMatchObject({ phones: 3 });
  });

  it("keeps the newer row of a phone that was bound again meanwhile", async () => {
    await insertPhone(during, PHONES[0] ?? "");
    await rotateFieldKeys(database.db, during, context);
    const stored = await storedPhones();
    expect(stored.map((row) => after.decrypt(row.cipher, row.key_id)).sort()).toEqual(PHONES);
  });

  it("without the old key stops before it changes anything", async () => {
    await expect(rotateFieldKeys(database.db, after, context)).rejects.toThrow("FIELD_ENCRYPTION_OLD_KEYS");
    expect((await storedPhones()).every((row) => row.key_id === before.keyId)).toBe(true);
  });
});

function stopAfter(times: number, encrypt: FieldEncryption["encrypt"]): FieldEncryption["encrypt"] {
  let done = 0;
  return (plain) => {
    if (done === times) throw new Error("stopped");
    done += 1;
    return encrypt(plain);
  };
}

describe("rotating the keys of invoice titles", () => {
  it("makes the buyer's bank account readable with the new key alone, and a missing key is named", async () => {
    const tenantId = newId();
    await inTransaction(database.db, (tx) =>
      insertRow(tx, "tenant", { id: tenantId, code: tenantId, name: "一号电子", kind: "company" }),
    );
    const title = { ...EMPTY_TITLE, name: "一号电子", taxNo: "91350100M000100Y43", bankAccount: "755900001111" };
    await inTransaction(database.db, (tx) => saveTitle(tx, { tenantId, title }, { ...context, encryption: before }));
    expect(await findMissingKeyIds(database.db, after)).toContain(before.keyId);
    expect(await rotateFieldKeys(database.db, during, context)).toMatchObject({ titleAccounts: 1 });
    expect(await rotateFieldKeys(database.db, during, context)).toMatchObject({ titleAccounts: 0 });
    const [stored] = await inTransaction(database.db, (tx) => findTitles(tx, tenantId, after));
    expect(stored?.bankAccount).toBe("755900001111");
  });
});
