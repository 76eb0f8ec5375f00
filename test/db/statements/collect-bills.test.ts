import { beforeAll, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { statementOf } from "../../../src/compose/statement-files.ts";
import { rows } from "../../../src/db/rows.ts";
import type { BillDownload, ChannelBills } from "../../../src/ports/channel-bills.ts";
import { collectBills } from "../../../src/usecases/statements/collect-bills.ts";
import { fundFlow, type Payment, textOf, tradeBill } from "../../independent/statement-files.ts";
import { withDatabase } from "../../support/database.ts";
import { at, date, importPark, TEST_ENCRYPTION } from "../../support/ledger-world.ts";

const database = withDatabase();
beforeAll(() => importPark(database.db, [{ code: "L1" }]));

const PAYMENTS: readonly Payment[] = [
  { at: "2026-09-01 08:00:01", orderNo: "PL1", transactionId: "4200000001", fen: 100_000, feeFen: 600 },
];

it("brings each day's bills once, asks again for what was not ready, and notes a day without trade", async () => {
  const asked: string[] = [];
  let ready = false;
  const answer = (kind: "trade" | "fund", day: string): BillDownload => {
    if (day !== "2026-09-01") return { state: "none" };
    if (kind === "trade" && !ready) return { state: "creating" };
    if (kind === "fund" && !ready) return { state: "unknown", reason: "TIMEOUT" };
    const bill = kind === "trade" ? tradeBill(PAYMENTS, "ALL") : fundFlow(PAYMENTS, 0, "gross");
    return { state: "ready", bytes: Buffer.from(textOf(bill)) };
  };
  const channel: ChannelBills = {
    merchantId: "1900000001",
    async download(kind, day) {
      asked.push(`${kind} ${day}`);
      return answer(kind, day);
    },
  };
  const run = () =>
    collectBills(database.db, date("2026-09-01"), {
      ...at("2026-09-02"),
      encryption: TEST_ENCRYPTION,
      bills: new Map([["1900000001", channel]]),
      openStatement: statementOf,
    });
  const outcomes = (bills: Awaited<ReturnType<typeof run>>) =>
    bills.map(({ kind, date: day, outcome }) => `${kind} ${day} ${outcome}`).filter((line) => !line.endsWith("none"));

  // A week is looked back: six days were empty, and are not asked for a second time.
  const first = await run();
  expect(first).toHaveLength(14);
  expect(outcomes(first)).toEqual(["trade 2026-09-01 creating", "fund 2026-09-01 failed"]);
  asked.length = 0;
  ready = true;
  expect(outcomes(await run())).toEqual(["trade 2026-09-01 imported", "fund 2026-09-01 imported"]);
  expect(asked).toEqual(["trade 2026-09-01", "fund 2026-09-01"]);
  expect(await run()).toEqual([]);
  const lines = await rows<{ source: string; kind: string; fen: bigint }>(
    database.db,
    Prisma.sql`SELECT source, kind, amount_fen AS fen FROM statement_line ORDER BY source DESC, ordinal`,
  );
  expect(lines).toEqual([
    { source: "wechat-trade", kind: "payment", fen: 100_000n },
    { source: "wechat-fund", kind: "payment", fen: 100_000n },
    { source: "wechat-fund", kind: "fee", fen: -600n },
  ]);
});
