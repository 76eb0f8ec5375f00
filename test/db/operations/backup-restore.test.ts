import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordAudit } from "../../../src/db/audit.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { auditRoot } from "../../../src/usecases/audit/audit-root.ts";
import { sealAudit } from "../../../src/usecases/audit/seal-audit.ts";
import { verifyAudit } from "../../../src/usecases/audit/verify-audit.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { backupDatabase } from "../../../src/usecases/operations/backup-database.ts";
import { restoreDatabase } from "../../../src/usecases/operations/restore-database.ts";
import { closePeriod } from "../../../src/usecases/periods/accounting-periods.ts";
import { createTestDatabase, withDatabase } from "../../support/database.ts";
import { insertEveryTable } from "../../support/every-table.ts";
import { LIVED_UNTIL, liveInWorld } from "../../support/lived-in-world.ts";

const original = withDatabase();
const folder = mkdtempSync(join(tmpdir(), "parkledger-backup-"));
const file = join(folder, "backup.gz");

beforeAll(async () => {
  await liveInWorld(original.db);
  await sealAudit(original.db, LIVED_UNTIL);
  // A locked month must not stand in the way of its own rows.
  const closed = await closePeriod(original.db, {
    entity: "E1",
    month: parseMonth("2026-08"),
    staff: "S06",
    today: LIVED_UNTIL,
    channel: "cli",
  });
  expect(closed).toMatchObject({ ok: true, closed: true });
  await awkwardRow();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a text format could trip over: line ends, tabs, backslashes, quotes, the end mark itself, NULL, microseconds. */
const AWKWARD = "a\tb\nc\r\n\\.\n\\N\"'{},中文\u0001";
const awkwardRow = () =>
  inTransaction(original.db, (tx) =>
    recordAudit(tx, [
      {
        actor: AWKWARD,
        channel: "\\.",
        businessDate: LIVED_UNTIL,
        action: "\\N",
        subjectKind: "",
        subjectId: "x".repeat(200_000),
        after: { text: AWKWARD.replaceAll("\u0001", "") },
      },
    ]),
  );

/** Every row of every table as text, in one order: what must be the same in the copy. */
async function contentOf(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations' ORDER BY relname COLLATE \"C\"",
    );
    const content: Record<string, string> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ hash: string; count: string }>(
        `SELECT count(*) AS count, md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C"), '')) AS hash FROM ${name} t`,
      );
      content[name] = `${rows[0]?.count} ${rows[0]?.hash}`;
    }
    return content;
  } finally {
    await client.end();
  }
}

describe("a backup", () => {
  it("restored into an empty database is the same to the last row, and its books and audit chain hold", async () => {
    const summary = await backupDatabase(original.url, file);
    expect(summary.sha256).toBe(createHash("sha256").update(readFileSync(file)).digest("hex"));
    expect(summary.bytes).toBe(statSync(file).size);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["backup.gz"]);

    const copy = await createTestDatabase();
    try {
      expect(await restoreDatabase(copy.url, file)).toMatchObject({
        ok: true,
        tables: summary.tables,
        rows: summary.rows,
      });
      expect(await contentOf(copy.url)).toEqual(await contentOf(original.url));
      expect(await checkLedger(copy.db, { today: LIVED_UNTIL })).toEqual(
        await checkLedger(original.db, { today: LIVED_UNTIL }),
      );
      expect(await verifyAudit(copy.db, await auditRoot(original.db))).toMatchObject({ ok: true });

      // Life goes on in the copy: sequences continue, triggers are awake.
      await inTransaction(copy.db, (tx) =>
        recordAudit(tx, [
          {
            actor: "staff:S01",
            channel: "cli",
            businessDate: LIVED_UNTIL,
            action: "restored",
            subjectKind: "database",
            subjectId: "copy",
          },
        ]),
      );
      expect((await sealAudit(copy.db, LIVED_UNTIL)).root?.batch).toBe(2);
      expect(await verifyAudit(copy.db)).toMatchObject({ ok: true });
      await expect(copy.db.$executeRawUnsafe("DELETE FROM bill_line")).rejects.toThrow("append-only");
      await expect(
        copy.db.$executeRawUnsafe(`INSERT INTO ledger_transaction (id, entity_id, event_type, event_id, period, booking_date, value_date)
          SELECT gen_random_uuid(), id, 'x', gen_random_uuid(), '2026-08', '2026-08-31', '2026-08-31' FROM legal_entity WHERE code = 'E1'`),
      ).rejects.toThrow("locked");
    } finally {
      await copy.close();
    }
  });

  it("is of one moment, whatever is written meanwhile", async () => {
    const moving = join(folder, "moving.gz");
    const writing = (async () => {
      for (let round = 0; round < 20; round++) await awkwardRow();
    })();
    const summary = await backupDatabase(original.url, moving);
    await writing;
    const copy = await createTestDatabase();
    try {
      expect(await restoreDatabase(copy.url, moving)).toMatchObject({ ok: true, rows: summary.rows });
      expect(await checkLedger(copy.db, { today: LIVED_UNTIL })).toMatchObject({ ok: true });
      expect(await verifyAudit(copy.db)).toMatchObject({ ok: true });
    } finally {
      await copy.close();
    }
  });

  it("leaves no file behind when it cannot be written", async () => {
    await expect(backupDatabase(original.url, join(folder, "no", "such", "folder.gz"))).rejects.toThrow("ENOENT");
    expect(readdirSync(folder).filter((name) => name.includes("unfinished"))).toEqual([]);
  });
});

describe("a restore is refused and leaves nothing", () => {
  const damaged = join(folder, "damaged.gz");
  const rewrite = (change: (content: string) => string): void =>
    writeFileSync(damaged, gzipSync(change(gunzipSync(readFileSync(file)).toString("utf8"))));

  it.each<[string, string, () => void]>([
    ["of another file", "NOT_A_BACKUP", () => writeFileSync(damaged, "no gzip")],
    ["of another gzip", "NOT_A_BACKUP", () => writeFileSync(damaged, gzipSync("hello\n"))],
    ["of another format", "NOT_A_BACKUP", () => rewrite((text) => text.replace("parkledger-backup/1", "other/1"))],
    ["of a file cut off", "BACKUP_DAMAGED", () => writeFileSync(damaged, readFileSync(file).subarray(0, -2_000))],
    [
      "of a file without its end",
      "BACKUP_DAMAGED",
      () => rewrite((text) => `${text.trimEnd().split("\n").slice(0, -1).join("\n")}\n`),
    ],
    ["of an altered row", "BACKUP_DAMAGED", () => rewrite((text) => text.replace("抄错一位", "抄错两位"))],
    ["of a row that breaks a rule", "BACKUP_DAMAGED", () => rewrite((text) => text.replace("counted", "guessed"))],
    ["of another schema", "OTHER_SCHEMA", () => rewrite((text) => text.replace("0005_control", "0005_other"))],
  ])("%s", async (_name, code, prepare) => {
    prepare();
    const copy = await createTestDatabase();
    try {
      const before = await contentOf(copy.url);
      expect(await restoreDatabase(copy.url, damaged)).toMatchObject({ ok: false, code });
      expect(await contentOf(copy.url)).toEqual(before);
    } finally {
      await copy.close();
    }
  });

  it("into a database that is in use", async () => {
    const before = await contentOf(original.url);
    expect(await restoreDatabase(original.url, file)).toMatchObject({ ok: false, code: "NOT_EMPTY" });
    expect(await contentOf(original.url)).toEqual(before);
  });
});

describe("a backup of a row in every table", () => {
  const database = withDatabase();

  it("has all of them but short-lived secrets, and gives them back", async () => {
    await insertEveryTable(database.db);
    const whole = join(folder, "whole.gz");
    await backupDatabase(database.url, whole);
    const copy = await createTestDatabase();
    try {
      expect(await restoreDatabase(copy.url, whole)).toMatchObject({ ok: true });
      const [before, after] = [await contentOf(database.url), await contentOf(copy.url)];
      expect(Object.keys(before).filter((table) => before[table]?.startsWith("0 "))).toEqual([]);
      expect(Object.keys(before).filter((table) => before[table] !== after[table])).toEqual([
        "rate_count",
        "vendor_token",
      ]);
      // What is derived comes with the schema and says the same.
      const views = (db: typeof copy.db) => db.$queryRaw`SELECT * FROM line_invoiced ORDER BY line_id, component`;
      expect(await views(copy.db)).toEqual(await views(database.db));
    } finally {
      await copy.close();
    }
  });
});
