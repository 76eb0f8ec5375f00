import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { addDays, type CivilDate } from "../../../src/domain/time/civil-date.ts";
import { accrueNightly } from "../../../src/usecases/late-fees/accrue-nightly.ts";
import { waiveLateFee } from "../../../src/usecases/late-fees/waive-late-fee.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import {
  accepted,
  at,
  balances,
  correctLine,
  date,
  expectBooksInOrder,
  importPark,
  issueBill,
  standing,
} from "../../support/ledger-world.ts";

const TODAY = date("2026-03-15");
const database = withDatabase();
let lineIds: string[] = [];
let bills = 0;

/** Three more bills: with a fee, with grace days, and none; two of them long overdue. */
async function issueMore(): Promise<void> {
  lineIds = [];
  for (const [lease, dueDate] of [
    ["L1", "2026-02-01"],
    ["L2", "2026-02-10"],
    ["L3", "2026-03-20"],
  ] as const) {
    bills += 1;
    const made = await issueBill(database.db, {
      billNo: `P-${String(bills).padStart(4, "0")}`,
      lease,
      issueDate: "2026-01-20",
      dueDate,
      lines: [
        { charge: `rent-${bills}`, kind: "rent", amountFen: 120_000n },
        { charge: `water-${bills}`, kind: "water", amountFen: 7_777n },
      ],
    });
    lineIds.push(...made.values());
  }
}

beforeAll(() =>
  importPark(database.db, [
    { code: "L1", lateFee: { dailyRate: "0.0007" } },
    { code: "L2", lateFee: { dailyRate: "0.0011", graceDays: 3, capPercent: "2" } },
    { code: "L3" },
  ]),
);

const picture = async () => ({ standing: await standing(database.db), balances: await balances(database.db) });

const pay = async (amountFen: bigint, daysAgo: number) =>
  accepted(
    await recordReceipt(
      database.db,
      { channel: "bank", tenantCode: "T1", entityCode: "E1", amountFen, valueDate: addDays(TODAY, -daysAgo) },
      at(TODAY),
    ),
  );

/** What happens to the account before the receipt that is done and undone. */
type Step =
  | { readonly type: "pay"; readonly amountFen: bigint; readonly daysAgo: number }
  | { readonly type: "accrue"; readonly daysAgo: number }
  | { readonly type: "waive"; readonly line: number; readonly amountFen: bigint }
  | { readonly type: "correct"; readonly line: number; readonly amountFen: bigint; readonly on: CivilDate }
  | { readonly type: "undo-any"; readonly index: number };

const daysAgo = fc.integer({ min: 0, max: 60 });
const line = fc.integer({ min: 0, max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("pay" as const), amountFen: fc.bigInt(1n, 200_000n), daysAgo }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("accrue" as const), daysAgo: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("waive" as const), line, amountFen: fc.bigInt(1n, 3_000n) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("correct" as const),
      line,
      amountFen: fc.bigInt(1n, 7_000n),
      on: fc.constant(date("2026-03-10")),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("undo-any" as const), index: fc.nat(100) }) },
);

async function take(one: Step, corrected: Set<string>): Promise<void> {
  switch (one.type) {
    case "pay":
      await pay(one.amountFen, one.daysAgo);
      return;
    case "accrue":
      await accrueNightly(database.db, addDays(TODAY, -one.daysAgo));
      return;
    case "waive": {
      const people = { requestedBy: "S01", approvedBy: "S02", reason: "商定" };
      // Refused where less is open: that is part of the story.
      await waiveLateFee(
        database.db,
        { lineId: lineIds[one.line] ?? "", amountFen: one.amountFen, ...people },
        at(TODAY),
      );
      return;
    }
    case "correct": {
      const lineId = lineIds[one.line] ?? "";
      if (corrected.has(lineId)) return;
      corrected.add(lineId);
      await correctLine(database.db, lineId, one.amountFen, one.on);
      return;
    }
    case "undo-any": {
      const counted = await rows<{ no: string }>(
        database.db,
        Prisma.sql`SELECT receipt_no AS no FROM receipt WHERE state = 'counted' ORDER BY receipt_no`,
      );
      const chosen = counted[one.index % Math.max(counted.length, 1)];
      if (chosen) accepted(await undoReceipt(database.db, { receiptNo: chosen.no }, at(TODAY)));
      return;
    }
  }
}

describe("I17: do, then undo, restores every balance and every open amount", () => {
  it("whatever happened before, however far back-dated", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.bigInt(1n, 500_000n),
        daysAgo,
        async (steps, amountFen, back) => {
          await issueMore();
          const corrected = new Set<string>();
          for (const one of steps) await take(one, corrected);
          // A receipt also posts the fee of its lines through the day before; tonight's run has done so already.
          await accrueNightly(database.db, addDays(TODAY, -1));
          await expectBooksInOrder(database.db);
          const before = await picture();
          const receipt = await pay(amountFen, back);
          await expectBooksInOrder(database.db);
          accepted(await undoReceipt(database.db, { receiptNo: receipt.receiptNo ?? "" }, at(TODAY)));
          await expectBooksInOrder(database.db);
          expect(await picture()).toEqual(before);
        },
      ),
      { numRuns: 12 },
    );
  });
});
