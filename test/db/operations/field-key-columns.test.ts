import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { findMissingKeyIds, rotateFieldKeys } from "../../../src/usecases/operations/rotate-field-keys.ts";
import { withDatabase } from "../../support/database.ts";
import { insertEveryTable } from "../../support/every-table.ts";

/*
 * Every column of the database that holds something encrypted, read from the catalogue: whoever adds one adds it to the
 * rotation, or this is red. `phone_cipher` has its key in `phone_key_id` and, if it can be looked up, `phone_hash`.
 */

interface CipherColumn {
  readonly table: string;
  readonly cipher: string;
  readonly keyId: string;
  readonly hash: string | null;
}

const database = withDatabase();
const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const before = createFieldEncryption([oldKey]);
const during = createFieldEncryption([newKey, oldKey]);
const after = createFieldEncryption([newKey]);
const context = { actor: "staff:S10", channel: "cli", today: parseCivilDate("2026-09-01") };
const secretOf = ({ table, cipher }: CipherColumn) => `secret of ${table}.${cipher}`;
let columns: CipherColumn[] = [];

beforeAll(async () => {
  await insertEveryTable(database.db);
  columns = await database.db.$queryRaw<CipherColumn[]>`
    SELECT c.table_name AS "table", c.column_name AS cipher, regexp_replace(c.column_name, 'cipher$', 'key_id') AS "keyId", h.column_name AS hash
    FROM information_schema.columns c LEFT JOIN information_schema.columns h ON h.table_schema = c.table_schema
      AND h.table_name = c.table_name AND h.column_name = regexp_replace(c.column_name, 'cipher$', 'hash')
    WHERE c.table_schema = 'public' AND c.column_name ~ '(^|_)cipher$' ORDER BY 1, 2`;
  for (const column of columns) {
    const field = before.encrypt(secretOf(column));
    const hash = column.hash === null ? "" : `, ${column.hash} = '\\x${field.hash.toString("hex")}'`;
    await database.db.$executeRawUnsafe(
      `UPDATE ${column.table} SET ${column.cipher} = '\\x${field.cipher.toString("hex")}', ${column.keyId} = '${field.keyId}'${hash}`,
    );
  }
});

const stored = ({ table, cipher, keyId, hash }: CipherColumn) =>
  database.db.$queryRawUnsafe<{ cipher: Uint8Array; keyId: string; hash: Uint8Array | null }[]>(
    `SELECT ${cipher} AS cipher, ${keyId} AS "keyId", ${hash ?? "NULL::bytea"} AS hash FROM ${table}`,
  );

describe("what is encrypted in the database", () => {
  it("is found in these places", () => {
    expect(columns.map(({ table, cipher }) => `${table}.${cipher}`)).toEqual([
      "bank_account.account_no_cipher",
      "counterparty_account.account_cipher",
      "document_file.content_cipher",
      "invoice_title.bank_account_cipher",
      "payout_account.account_no_cipher",
      "person_phone.phone_cipher",
      "statement_file_part.cipher",
      "vendor_token.token_cipher",
    ]);
  });

  it("is readable and findable by the new key alone after one rotation", async () => {
    await rotateFieldKeys(database.db, during, context);
    for (const column of columns) {
      const found = await stored(column);
      expect([column.table, found.length > 0]).toEqual([column.table, true]);
      for (const { cipher, keyId, hash } of found) {
        expect([column.table, keyId]).toEqual([column.table, after.keyId]);
        expect(after.decrypt(cipher, keyId)).toBe(secretOf(column));
        if (hash !== null) expect(Buffer.from(hash)).toEqual(after.hash(secretOf(column)));
      }
    }
    const again = await rotateFieldKeys(database.db, during, context);
    expect(Object.values(again).filter((count) => typeof count === "number" && count > 0)).toEqual([]);
  });

  it("is missed by a restore whose keys cannot read it, wherever it stands, but for tokens that are fetched again", async () => {
    for (const { table, keyId } of columns) {
      await database.db.$executeRawUnsafe(`UPDATE ${table} SET ${keyId} = 'lost'`);
      expect([table, await findMissingKeyIds(database.db, after)]).toEqual([
        table,
        table === "vendor_token" ? [] : ["lost"],
      ]);
      await database.db.$executeRawUnsafe(`UPDATE ${table} SET ${keyId} = '${after.keyId}'`);
    }
  });

  it("is forgotten when it is a token whose key is gone: the vendor gives another", async () => {
    await database.db.$executeRawUnsafe("UPDATE vendor_token SET token_key_id = 'lost'");
    expect(await rotateFieldKeys(database.db, after, context)).toMatchObject({ vendorTokens: 1 });
    expect(
      await database.db.$queryRaw`SELECT token_cipher AS cipher, token_key_id AS "keyId" FROM vendor_token`,
    ).toEqual([{ cipher: null, keyId: null }]);
  });
});
