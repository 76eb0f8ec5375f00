import { describe, expect, it } from "vitest";
import { CHART_OF_ACCOUNTS, INCOME_ACCOUNTS } from "../../../src/domain/ledger/accounts.ts";
import { planDeferral } from "../../../src/domain/ledger/deferral.ts";
import {
  claimWaived,
  claimWrittenOff,
  deferredIncomeReleased,
  lateFeeAccrued,
  lineIssued,
  openingPosition,
  operatorShareBorne,
} from "../../../src/domain/ledger/line-events.ts";
import {
  channelFeeTaken,
  channelSettled,
  depositForfeited,
  depositOffset,
  depositPaidBack,
  freedToPrepayment,
  moneyReceived,
  prepaymentApplied,
  refundApproved,
  refundPaidOut,
  unclaimedMoneyClaimed,
  unclaimedMoneyReceived,
} from "../../../src/domain/ledger/money-events.ts";
import { type Posting, type PostingContext, reversePostings } from "../../../src/domain/ledger/posting.ts";
import { integer } from "../../../src/domain/money/ratio.ts";
import { parseCivilDate as date, parseMonth as month } from "../../../src/domain/time/civil-date.ts";

const CONTEXT: PostingContext = {
  entity: "E1",
  tenant: "T1",
  bookingDate: date("2026-09-01"),
  valueDate: date("2026-09-01"),
};
/** "1122→6001 683761": how these tests read postings. */
const spoken = (postings: readonly Posting[]): string[] =>
  postings.map(({ debit, credit, amountFen }) => `${debit}→${credit} ${amountFen}`);

describe("what each event posts (money-rules 9)", () => {
  it.each<{ event: string; postings: Posting[]; says: string[] }>([
    {
      // 7,453.00 with 9 % inside: 7,453.00 ÷ 1.09 = 6,837.61…, tax 615.39
      event: "a rent line issued",
      postings: lineIssued(CONTEXT, { kind: "rent", netFen: 683_761n, taxFen: 61_539n }),
      says: ["1122→6001 683761", "1122→2221.01 61539"],
    },
    {
      event: "an electricity line issued",
      postings: lineIssued(CONTEXT, { kind: "electricity", netFen: 10_000n, taxFen: 1_300n }),
      says: ["1122→6051 10000", "1122→2221.01 1300"],
    },
    {
      event: "a discount or a negative correction: the reverse",
      postings: lineIssued(CONTEXT, { kind: "rent", netFen: -1_000n, taxFen: -90n }),
      says: ["6001→1122 1000", "2221.01→1122 90"],
    },
    {
      event: "a line of nothing",
      postings: lineIssued(CONTEXT, { kind: "rent", netFen: 0n, taxFen: 0n }),
      says: [],
    },
    {
      event: "the operator's share of a pool",
      postings: operatorShareBorne(CONTEXT, 1_234n),
      says: ["6601→2241.09 1234"],
    },
    {
      event: "a WeChat Pay receipt: a line, the rest, a deposit line",
      postings: moneyReceived(CONTEXT, "1012.01", [
        { purpose: "receivable", amountFen: 100n },
        { purpose: "prepayment", amountFen: 20n },
        { purpose: "deposit", amountFen: 3n },
      ]),
      says: ["1012.01→1122 100", "1012.01→2203 20", "1012.01→2241.01 3"],
    },
    {
      event: "a bank receipt",
      postings: moneyReceived(CONTEXT, "1002", [{ purpose: "receivable", amountFen: 100n }]),
      says: ["1002→1122 100"],
    },
    {
      event: "cash, undone",
      postings: moneyReceived(CONTEXT, "1001", [{ purpose: "receivable", amountFen: -100n }]),
      says: ["1122→1001 100"],
    },
    {
      event: "an unidentified bank receipt",
      postings: unclaimedMoneyReceived(CONTEXT, "1002", 500n),
      says: ["1002→2241.02 500"],
    },
    {
      event: "claimed",
      postings: unclaimedMoneyClaimed(CONTEXT, [
        { purpose: "receivable", amountFen: 300n },
        { purpose: "prepayment", amountFen: 200n },
      ]),
      says: ["2241.02→1122 300", "2241.02→2203 200"],
    },
    { event: "the channel's fee", postings: channelFeeTaken(CONTEXT, "1012.01", 6n), says: ["6603→1012.01 6"] },
    { event: "the channel settles", postings: channelSettled(CONTEXT, "1012.01", 994n), says: ["1002→1012.01 994"] },
    {
      event: "prepayment applied, to a line and to a deposit line",
      postings: prepaymentApplied(CONTEXT, [
        { purpose: "receivable", amountFen: 70n },
        { purpose: "deposit", amountFen: 30n },
      ]),
      says: ["2203→1122 70", "2203→2241.01 30"],
    },
    {
      event: "money freed to prepayment",
      postings: freedToPrepayment(CONTEXT, [{ purpose: "receivable", amountFen: 70n }]),
      says: ["1122→2203 70"],
    },
    { event: "a deposit offset", postings: depositOffset(CONTEXT, 40n), says: ["2241.01→1122 40"] },
    {
      event: "a deposit forfeited, with 6 % inside: 106 = 100 + 6",
      postings: depositForfeited(CONTEXT, { amountFen: 106n, taxRate: "0.06" }),
      says: ["2241.01→6301 100", "2241.01→2221.01 6"],
    },
    { event: "a deposit paid back", postings: depositPaidBack(CONTEXT, "1002", 40n), says: ["2241.01→1002 40"] },
    {
      event: "a refund approved, of each source",
      postings: (["prepayment", "deposit", "unclaimed"] as const).flatMap((from) => refundApproved(CONTEXT, from, 9n)),
      says: ["2203→2241.03 9", "2241.01→2241.03 9", "2241.02→2241.03 9"],
    },
    { event: "a refund paid out", postings: refundPaidOut(CONTEXT, "1012.01", 9n), says: ["2241.03→1012.01 9"] },
    {
      // 39.01 ÷ 1.13 = 34.522… → 34.52, tax 4.49
      event: "a late fee accrued from nothing",
      postings: lateFeeAccrued(CONTEXT, { previousFen: 0n, cumulativeFen: 3_901n, taxRate: "0.13" }),
      says: ["1122→6301 3452", "1122→2221.01 449"],
    },
    {
      // 20.00 ÷ 1.13 = 17.699… → 17.70 + 2.30; the difference to 34.52 + 4.49 is 16.82 + 2.19
      event: "a late fee that a back-dated receipt lowers",
      postings: lateFeeAccrued(CONTEXT, { previousFen: 3_901n, cumulativeFen: 2_000n, taxRate: "0.13" }),
      says: ["6301→1122 1682", "2221.01→1122 219"],
    },
    {
      event: "a waiver of rent: 1.09 = 1.00 + 0.09",
      postings: claimWaived(CONTEXT, { of: { type: "principal", kind: "rent" }, amountFen: 109n, taxRate: "0.09" }),
      says: ["6001→1122 100", "2221.01→1122 9"],
    },
    {
      event: "a waiver of late fee",
      postings: claimWaived(CONTEXT, { of: { type: "late-fee" }, amountFen: 113n, taxRate: "0.13" }),
      says: ["6301→1122 100", "2221.01→1122 13"],
    },
    { event: "a write-off", postings: claimWrittenOff(CONTEXT, 55n), says: ["1231→1122 55"] },
    {
      event: "opening positions",
      postings: (["receivable", "prepayment", "deposit"] as const).flatMap((type) =>
        openingPosition(CONTEXT, { type, amountFen: 8n }),
      ),
      says: ["1122→4104.09 8", "4104.09→2203 8", "4104.09→2241.01 8"],
    },
  ])("$event", ({ postings, says }) => {
    expect(spoken(postings)).toEqual(says);
  });

  it("income that belongs to later months waits on 2203.09 and is released in its month", () => {
    // a quarter of 100.00 net, booked in August, by days 31 + 30 + 31 = 92: 3,369.565…, 3,260.869…, 3,369.565… fen
    const days = [
      { month: month("2026-08"), weight: integer(31) },
      { month: month("2026-09"), weight: integer(30) },
      { month: month("2026-10"), weight: integer(31) },
    ];
    const deferral = planDeferral(10_000n, month("2026-08"), days);
    // floors leave 2 fen: September has the largest fraction, then August as the earlier of two equals
    expect(deferral).toEqual({
      nowFen: 3_370n,
      later: [
        { month: "2026-09", amountFen: 3_261n },
        { month: "2026-10", amountFen: 3_369n },
      ],
    });
    expect(spoken(lineIssued(CONTEXT, { kind: "rent", netFen: 10_000n, taxFen: 900n, deferral }))).toEqual([
      "1122→6001 3370",
      "1122→2203.09 6630",
      "1122→2221.01 900",
    ]);
    expect(spoken(deferredIncomeReleased(CONTEXT, { kind: "rent", amountFen: 3_261n }))).toEqual(["2203.09→6001 3261"]);
  });

  it("a part carries the dimensions of the line that it pays", () => {
    const [posting] = moneyReceived({ ...CONTEXT, valueDate: date("2026-08-30") }, "1002", [
      { purpose: "receivable", amountFen: 1n, project: "P1", lease: "L1", lineId: "line" },
    ]);
    expect(posting).toEqual({
      ...CONTEXT,
      valueDate: "2026-08-30",
      project: "P1",
      lease: "L1",
      lineId: "line",
      debit: "1002",
      credit: "1122",
      amountFen: 1n,
    });
  });

  it("a reversal swaps the pairs and has dates of its own", () => {
    const dates = { bookingDate: date("2026-09-05"), valueDate: date("2026-09-04") };
    expect(reversePostings(claimWrittenOff(CONTEXT, 55n), dates)).toEqual([
      { ...CONTEXT, ...dates, debit: "1122", credit: "1231", amountFen: 55n },
    ]);
  });

  it("every account that is posted to is in the chart, once", () => {
    const codes = CHART_OF_ACCOUNTS.map((account) => account.code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const account of Object.values(INCOME_ACCOUNTS)) expect(codes).toContain(account);
  });
});
