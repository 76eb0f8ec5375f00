import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { toRecordset } from "../../../src/db/recordset.ts";
import { execute, row, rows } from "../../../src/db/rows.ts";
import { inTransaction, type Transaction } from "../../../src/db/transaction.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();

const balances = () =>
  rows<{ name: string; fen: bigint }>(database.db, Prisma.sql`SELECT name, fen FROM account ORDER BY name`);
const add = (tx: Transaction, name: string, fen: bigint) =>
  execute(tx, Prisma.sql`UPDATE account SET fen = fen + ${fen} WHERE name = ${name}`);

/** Lets each of `count` callers go on only when all of them have come; later callers pass. */
function meetingOf(count: number): () => Promise<void> {
  let open = () => {};
  const everybody = new Promise<void>((resolve) => {
    open = resolve;
  });
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === count) open();
    return everybody;
  };
}

beforeEach(async () => {
  await database.db.$executeRawUnsafe("DROP TABLE IF EXISTS account");
  await database.db.$executeRawUnsafe("CREATE TABLE account (name text PRIMARY KEY, fen bigint NOT NULL)");
  await database.db.$executeRawUnsafe("INSERT INTO account VALUES ('a', 100), ('b', 100)");
});

describe("a transaction", () => {
  it("commits what it did, or nothing of it", async () => {
    await inTransaction(database.db, (tx) => add(tx, "a", 1n));
    const refused = inTransaction(database.db, async (tx) => {
      await add(tx, "b", 1n);
      throw new Error("refused");
    });
    await expect(refused).rejects.toThrow("refused");
    expect(await balances()).toEqual([
      { name: "a", fen: 101n },
      { name: "b", fen: 100n },
    ]);
  });

  it("that loses a deadlock is run again", async () => {
    const bothHoldOne = meetingOf(2);
    let runs = 0;
    const transfer = (from: string, to: string) =>
      inTransaction(database.db, async (tx) => {
        runs += 1;
        await add(tx, from, -10n);
        await bothHoldOne();
        await add(tx, to, 10n);
      });
    await Promise.all([transfer("a", "b"), transfer("b", "a")]);
    expect(runs).toBe(3);
    expect(await balances()).toEqual([
      { name: "a", fen: 100n },
      { name: "b", fen: 100n },
    ]);
  });

  it("that another one made untrue is run again when it asked to be serializable", async () => {
    const bothHaveRead = meetingOf(2);
    let runs = 0;
    // Each may take 150 while the sum of both accounts allows it; together they may not.
    const take = (name: string) =>
      inTransaction(
        database.db,
        async (tx) => {
          runs += 1;
          const sum = await row<{ fen: bigint }>(tx, Prisma.sql`SELECT sum(fen)::bigint AS fen FROM account`);
          await bothHaveRead();
          if ((sum?.fen ?? 0n) >= 150n) await add(tx, name, -150n);
        },
        { isolation: "Serializable" },
      );
    await Promise.all([take("a"), take("b")]);
    expect(runs).toBe(3);
    expect((await balances()).reduce((sum, { fen }) => sum + fen, 0n)).toBe(50n);
  });

  it("that breaks a rule is not run again", async () => {
    let runs = 0;
    const duplicate = inTransaction(database.db, (tx) => {
      runs += 1;
      return execute(tx, Prisma.sql`INSERT INTO account VALUES ('a', 1)`);
    });
    await expect(duplicate).rejects.toThrow();
    expect(runs).toBe(1);
  });

  it("ends at its time limit and leaves nothing behind", async () => {
    const slow = inTransaction(
      database.db,
      async (tx) => {
        await add(tx, "a", 1n);
        await tx.$queryRaw(Prisma.sql`SELECT pg_sleep(0.4)::text`);
        await add(tx, "a", 1n);
      },
      { timeoutMs: 200 },
    );
    await expect(slow).rejects.toMatchObject({ code: "P2028" });
    expect((await balances())[0]).toEqual({ name: "a", fen: 100n });
  });
});

describe("rows", () => {
  it("keep fen exact beyond what a float can hold", async () => {
    const fen = 2n ** 53n + 1n;
    const values = toRecordset([{ name: "c", fen }]);
    await execute(
      database.db,
      Prisma.sql`INSERT INTO account SELECT * FROM jsonb_to_recordset(${values}::jsonb) AS t(name text, fen bigint)`,
    );
    expect(await row(database.db, Prisma.sql`SELECT fen FROM account WHERE name = 'c'`)).toEqual({ fen });
  });

  it("give dates and numerics as the text that SQL casts them to", async () => {
    const found = await row(
      database.db,
      Prisma.sql`SELECT date '2026-08-15'::text AS day, 0.10::numeric::text AS rate`,
    );
    expect(found).toEqual({ day: "2026-08-15", rate: "0.10" });
  });

  it("are none or one where one is asked for", async () => {
    expect(await row(database.db, Prisma.sql`SELECT 1 AS one FROM account WHERE name = 'x'`)).toBeUndefined();
    await expect(row(database.db, Prisma.sql`SELECT 1 AS one FROM account`)).rejects.toThrow(
      "at most one row, found 2",
    );
  });

  it("are counted when a statement changes them", async () => {
    expect(await execute(database.db, Prisma.sql`UPDATE account SET fen = 0`)).toBe(2);
  });
});
