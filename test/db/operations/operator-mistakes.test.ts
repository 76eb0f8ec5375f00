import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type CliContext, UsageError } from "../../../src/cli/command.ts";
import { backupCommand, restoreCommand, rotateKeysCommand } from "../../../src/cli/commands/operations.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { newId } from "../../../src/db/ids.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { createTestDatabase, withDatabase } from "../../support/database.ts";
import { insertRow } from "../../support/rows.ts";

const database = withDatabase();
const folder = mkdtempSync(join(tmpdir(), "parkledger-mistakes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stored = createFieldEncryption([randomBytes(32)]);
const configured = createFieldEncryption([randomBytes(32)]);
const contextOf = (over: Partial<CliContext> = {}) =>
  ({
    db: database.db,
    databaseUrl: database.url,
    encryption: configured,
    clock: { nowMs: () => 0, today: () => parseCivilDate("2026-09-01") },
    progress: () => {},
    ...over,
  }) as unknown as CliContext;

it("a backup into a folder that is not there is wrong usage", async () => {
  const out = join(folder, "nope/dir/x");
  const backup = backupCommand.run(contextOf(), [], { out });
  await expect(backup).rejects.toThrow(UsageError);
  await expect(backup).rejects.toThrow(`写不了文件 ${out}：没有这个文件或文件夹`);
  expect(existsSync(join(folder, "nope"))).toBe(false);
});

it("a restore from a file that is not there is wrong usage", async () => {
  const restore = restoreCommand.run(contextOf(), [join(folder, "nope")], {});
  await expect(restore).rejects.toThrow(UsageError);
  await expect(restore).rejects.toThrow("读不到文件");
});

it("values under a key that is not configured: rotation refuses, a restore warns", async () => {
  const phone = stored.encrypt("13800000001");
  const personId = newId();
  const hex = (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString("hex")}`;
  await inTransaction(database.db, async (tx) => {
    await insertRow(tx, "person", { id: personId, name: "张三" });
    await insertRow(tx, "person_phone", {
      phone_hash: hex(phone.hash),
      person_id: personId,
      phone_cipher: hex(phone.cipher),
      phone_key_id: phone.keyId,
    });
  });

  const rotated = await rotateKeysCommand.run(contextOf(), [], {});
  expect(rotated).toMatchObject({ exitCode: 1, json: { errors: [{ code: "KEY_UNKNOWN" }] } });
  expect(rotated.problems?.[0]).toContain(stored.keyId);

  const file = join(folder, "backup.gz");
  await backupCommand.run(contextOf(), [], { out: file });
  const warningsWith = async (encryption: CliContext["encryption"]) => {
    const copy = await createTestDatabase();
    try {
      const result = await restoreCommand.run(
        contextOf({ db: copy.db, databaseUrl: copy.url, encryption }),
        [file],
        {},
      );
      expect(result.exitCode).toBeUndefined();
      return result.problems ?? [];
    } finally {
      await copy.close();
    }
  };
  expect(await warningsWith(configured)).toEqual([expect.stringContaining("FIELD_ENCRYPTION_KEY")]);
  expect(await warningsWith(stored)).toEqual([]);
});
