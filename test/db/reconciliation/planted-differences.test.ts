import { beforeAll, describe, expect, it } from "vitest";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import { type PlantedPark, plant, type Truth } from "../../independent/statements/planted.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, date, expectBooksInOrder, importPark, issueBill } from "../../support/ledger-world.ts";
import { expectRestored, hireFinanceManager, openDesk, type StatementDesk } from "./statement-world.ts";

const SEEDS = [1, 2, 3];
const TODAY = "2026-03-06";
const key = (one: Truth): string => `${one.account} ${one.day} ${one.kind} ${one.amountFen}`;

/** Every planted difference is found, and none is invented: precision and recall are 1 for each kind. */
describe.each(SEEDS)("books and statements planted with seed %i", (seed) => {
  const database = withDatabase();
  const park: PlantedPark = plant(seed);
  let desk: StatementDesk;
  const found: (Truth & { readonly id: string; readonly proposals: readonly { readonly code: string }[] })[] = [];

  beforeAll(async () => {
    const leases = [{ code: "L1" }, { code: "L2", tenant: "T2" }, { code: "L3", entity: "E2" }];
    await importPark(database.db, leases);
    await hireFinanceManager(database.db);
    for (const bill of park.bills) {
      const lease = bill.entity === "E2" ? "L3" : bill.tenant === "T1" ? "L1" : "L2";
      await issueBill(database.db, {
        billNo: bill.billNo,
        lease,
        issueDate: "2026-03-01",
        dueDate: "2026-03-10",
        lines: [{ charge: bill.billNo, kind: "rent", amountFen: BigInt(bill.amountFen) }],
      });
    }
    desk = await openDesk(database.db);
  });

  it("is reconciled without a difference too few or too many", async () => {
    for (const receipt of park.receipts.filter((one) => one.channel === "wechat")) await book(receipt);
    for (const receipt of park.receipts.filter((one) => one.channel === "bank")) await book(receipt);
    for (const { day, text } of park.bank) await desk.importText("bank", "CMB1", day, text);
    for (const { day, text } of park.trade) await desk.importText("wechat-trade", "WX1", day, text);
    for (const [account, files] of [
      ["CMB1", park.bank],
      ["WX1", park.trade],
    ] as const) {
      for (const { day } of files) {
        for (const one of (await desk.run(day, { account })).exceptions) found.push({ ...one, account, day });
      }
    }
    const kinds = [...new Set([...park.truth, ...found].map((one) => one.kind))].sort();
    const planted = new Set(park.truth.map(key));
    const told = new Set(found.map(key));
    for (const kind of kinds) {
      const mine = found.filter((one) => one.kind === kind);
      const theirs = park.truth.filter((one) => one.kind === kind);
      const right = mine.filter((one) => planted.has(key(one))).length;
      const seen = theirs.filter((one) => told.has(key(one))).length;
      console.log(`${kind}: precision ${right}/${mine.length}, recall ${seen}/${theirs.length}`);
    }
    expect([...told].sort()).toEqual([...planted].sort());
    await expectBooksInOrder(database.db);
  });

  it("every proposal is done and undone without a trace in any balance (I17), and does the same the second time", async () => {
    for (const one of found.filter((_, index) => index % SEEDS.length === seed % SEEDS.length)) {
      for (const { code } of one.proposals) {
        let first: readonly object[] | undefined;
        for (const _time of ["first", "second"]) {
          await expectRestored(database.db, async () => {
            const { postings } = await desk.resolve(one.id, code);
            expect(postings, `${one.kind} ${code}`).toEqual(first ?? postings);
            first = postings;
            await desk.undo(one.id);
          });
        }
      }
    }
    await expectBooksInOrder(database.db);
  });

  async function book(receipt: PlantedPark["receipts"][number]): Promise<void> {
    const recorded = accepted(
      await recordReceipt(
        database.db,
        {
          channel: receipt.channel,
          accountCode: receipt.channel === "bank" ? "CMB1" : "WX1",
          channelNo: receipt.number,
          tenantCode: receipt.tenant,
          entityCode: "E1",
          amountFen: BigInt(receipt.amountFen),
          valueDate: date(receipt.day),
        },
        at(TODAY),
      ),
    );
    if (receipt.undone) accepted(await undoReceipt(database.db, { receiptNo: recorded.receiptNo ?? "" }, at(TODAY)));
  }
});
