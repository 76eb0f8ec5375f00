import { describe, expect, it } from "vitest";
import { type CardPayment, matchCardSettlement } from "../../../src/domain/reconciliation/card-settlement.ts";
import { date } from "../../support/ledger-world.ts";

const card = (key: string, amountFen: bigint, day: string, shiftNo?: string): CardPayment => ({
  key: `+${key}`,
  amountFen,
  valueDate: date(day),
  shiftNo,
});
/** Friday 1,000.00 and 500.00 in two shifts, Saturday 300.00, Monday 250.00. */
const CARDS = [
  card("a", 100_000n, "2026-03-06", "BC-1"),
  card("b", 50_000n, "2026-03-06", "BC-2"),
  card("c", 30_000n, "2026-03-07", "BC-3"),
  card("d", 25_000n, "2026-03-09", "BC-4"),
];
const settled = (amountFen: bigint, remark = "银联商务", day = "2026-03-09", cards: readonly CardPayment[] = CARDS) => {
  const result = matchCardSettlement({ amountFen, valueDate: date(day), remark }, cards);
  return result.found === "match" ? [result.keys.join(""), result.feeFen] : [result.expectedFen];
};

describe("what an acquirer's settlement pays", () => {
  it.each([
    ["the oldest day", 150_000n, ["+a+b", 0n]],
    ["Friday to Saturday in one", 180_000n, ["+a+b+c", 0n]],
    // 0.38 % of 1,800.00 are 6.84.
    ["less a fee of 0.38 %", 179_316n, ["+a+b+c", 684n]],
    ["a day that is not the oldest", 30_000n, ["+c", 0n]],
    ["one shift of a day", 50_000n, ["+b", 0n]],
    // 0.6 % of 1,500.00 are 9.00, and a fen for each of two payments.
    ["the most that an acquirer keeps", 149_098n, ["+a+b", 902n]],
    // A fen more is nobody's fee: 1,800.00 were to be expected of the days before the 9th.
    ["a fen above it", 149_097n, [180_000n]],
    ["more than was taken", 300_000n, [180_000n]],
  ])("%s", (_what, amountFen, expected) => {
    expect(settled(amountFen)).toEqual(expected);
  });

  it("believes the fee that the line states, however high", () => {
    expect(settled(148_000n, "POS清算 手续费：20.00")).toEqual(["+a+b", 2_000n]);
  });

  it("pays nothing that was taken after it", () => {
    expect(settled(25_000n, "POS结算", "2026-03-08")).toEqual([180_000n]);
  });

  it("takes back what was undone at the desk after it had been paid in", () => {
    const undone: CardPayment = { key: "-x", amountFen: -20_000n, valueDate: date("2026-03-06"), shiftNo: undefined };
    // Friday 1,500.00 less the 200.00 of a card that was credited again.
    expect(settled(130_000n, "银联商务", "2026-03-09", [...CARDS, undone])).toEqual(["+a+b-x", 0n]);
  });
});
