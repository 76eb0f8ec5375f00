import { expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { replayBill } from "../../../src/usecases/replay/replay-bill.ts";
import { issueRichWorld } from "../../independent/rich-world.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();

const billNos = async () =>
  (
    await rows<{ billNo: string }>(
      database.db,
      Prisma.sql`SELECT bill_no AS "billNo" FROM bill ORDER BY bill_no COLLATE "C"`,
    )
  ).map(({ billNo }) => billNo);

const replayAll = async () => Promise.all((await billNos()).map((billNo) => replayBill(database.db, billNo)));

it("replays every kind of line to the same bytes, whatever became of the master data", async () => {
  const { db } = database;
  await issueRichWorld(db);
  const kinds = await rows<{ type: string }>(
    db,
    Prisma.sql`SELECT DISTINCT inputs->>'type' AS type FROM bill_line ORDER BY 1`,
  );
  expect(kinds.map(({ type }) => type)).toEqual([
    "correction",
    "deposit",
    "discount",
    "metered",
    "pool",
    "time-based",
    "usage-formula",
  ]);
  const before = await replayAll();
  expect(before.filter((bill) => !bill?.same)).toEqual([]);

  await inTransaction(db, async (tx) => {
    // No import would change what is behind us; this is what a bad hand could do to the tables.
    await execute(tx, Prisma.sql`SET LOCAL session_replication_role = replica`);
    await execute(tx, Prisma.sql`UPDATE unit_area SET area_sqm = area_sqm * 2`);
    await execute(tx, Prisma.sql`UPDATE lease_version SET terms = '{}'`);
    for (const table of ["reading", "tariff_price", "tariff", "meter", "pool", "pool_share", "pool_allocation"]) {
      await execute(tx, Prisma.sql`DELETE FROM ${Prisma.raw(table)}`);
    }
  });
  expect(await replayAll()).toEqual(before);
});

it("sees a single fen", async () => {
  const { db } = database;
  const [line] = await rows<{ id: string; billNo: string }>(
    db,
    Prisma.sql`SELECT line.id, b.bill_no AS "billNo" FROM bill_line line JOIN bill b ON b.id = line.bill_id
      WHERE line.inputs->>'type' = 'pool' LIMIT 1`,
  );
  const untouched = await replayBill(db, line?.billNo ?? "");
  await inTransaction(db, async (tx) => {
    await execute(tx, Prisma.sql`SET LOCAL session_replication_role = replica`);
    await execute(
      tx,
      Prisma.sql`UPDATE bill_line SET amount_fen = amount_fen + 1, net_fen = net_fen + 1 WHERE id = ${line?.id}::uuid`,
    );
  });
  const replayed = await replayBill(db, line?.billNo ?? "");
  expect(replayed).toMatchObject({ same: false, different: [{ reason: "amount" }] });
  // What was computed has not changed, only what is stored.
  expect(replayed?.sha256).toBe(untouched?.sha256);
});

it("knows no bill that does not exist", async () => expect(await replayBill(database.db, "NO-1")).toBeUndefined());
