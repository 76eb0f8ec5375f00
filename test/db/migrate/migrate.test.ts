import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Migration, migrate, pendingMigrations, readMigrations } from "../../../prisma/migrate.ts";
import { administer, withName } from "../../support/database-server.ts";

const migration = (name: string, sql: string): Migration => ({ name, sql, checksum: `checksum of ${sql}` });
const first = migration("0001_a", "create table a (id int); insert into a values (1)");
const second = migration("0002_b", "alter table a add column b int");

describe("migrations", () => {
  const adminUrl = inject("databaseAdminUrl");
  let name = "";
  let url = "";
  let client: pg.Client;

  async function emptyDatabase(): Promise<void> {
    name = `parkledger_migrate_${randomBytes(6).toString("hex")}`;
    await administer(adminUrl, `create database ${name}`);
    url = withName(adminUrl, name);
    client = new pg.Client({ connectionString: url });
    await client.connect();
  }

  async function dropDatabase(): Promise<void> {
    await client.end();
    await administer(adminUrl, `drop database ${name} with (force)`);
  }

  describe("on an empty database", () => {
    beforeAll(emptyDatabase);
    afterAll(dropDatabase);

    it("are all pending", async () => {
      expect(await pendingMigrations(url, [first, second])).toEqual(["0001_a", "0002_b"]);
    });

    it("are applied once, in order, with rows as Prisma writes them", async () => {
      expect(await migrate(url, [first])).toEqual(["0001_a"]);
      expect(await migrate(url, [first, second])).toEqual(["0002_b"]);
      expect(await migrate(url, [first, second])).toEqual([]);
      expect(await pendingMigrations(url, [first, second])).toEqual([]);
      const { rows } = await client.query("select * from _prisma_migrations order by started_at");
      expect(rows).toEqual(
        [first, second].map(({ name, checksum }) => ({
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          migration_name: name,
          checksum,
          started_at: expect.any(Date),
          finished_at: expect.any(Date),
          logs: null,
          rolled_back_at: null,
          applied_steps_count: 1,
        })),
      );
    });

    it("are refused when an applied file was changed", async () => {
      const changed = { ...first, checksum: "another" };
      await expect(migrate(url, [changed, second])).rejects.toMatchObject({ code: "MIGRATION_CHANGED" });
      await expect(pendingMigrations(url, [changed, second])).rejects.toMatchObject({ code: "MIGRATION_CHANGED" });
    });

    it("are refused when the database is newer than the code", async () => {
      await expect(migrate(url, [first])).rejects.toMatchObject({
        code: "SCHEMA_NEWER",
        message: expect.stringContaining("0002_b"),
      });
    });

    it("leave nothing behind when one fails", async () => {
      const broken = migration("0003_c", "create table c (id int);\ncreate tabel d (id int)");
      await expect(migrate(url, [first, second, broken])).rejects.toMatchObject({
        code: "MIGRATION_FAILED",
        message: expect.stringContaining("line 2"),
      });
      const { rows } = await client.query("select to_regclass('c') as c");
      expect(rows).toEqual([{ c: null }]);
      expect(await pendingMigrations(url, [first, second, broken])).toEqual(["0003_c"]);
    });
  });

  describe("run by two processes at once", () => {
    beforeAll(emptyDatabase);
    afterAll(dropDatabase);

    it("are applied by one of them", async () => {
      const applied = await Promise.all([1, 2, 3].map(() => migrate(url, [first, second])));
      expect(applied.flat().sort()).toEqual(["0001_a", "0002_b"]);
      expect((await client.query("select * from a")).rowCount).toBe(1);
    });
  });

  it("in the repository have the SHA-256 of their file, in hex", () => {
    for (const { checksum } of readMigrations()) expect(checksum).toMatch(/^[0-9a-f]{64}$/);
  });
});
