import { describe, expect, it } from "vitest";
import { balancesOf } from "../../../src/domain/ledger/balances.ts";
import { lateFeeAccrued, lineIssued } from "../../../src/domain/ledger/line-events.ts";
import { moneyReceived } from "../../../src/domain/ledger/money-events.ts";
import type { Posting, PostingContext } from "../../../src/domain/ledger/posting.ts";
import { type BookFact, compareBalances, recomputeBalances } from "../../../src/domain/ledger/recompute.ts";
import { parseCivilDate as date } from "../../../src/domain/time/civil-date.ts";

const CONTEXT: PostingContext = {
  entity: "E1",
  tenant: "T1",
  bookingDate: date("2026-02-20"),
  valueDate: date("2026-02-20"),
};
const of = { entity: "E1", tenant: "T1" } as const;

/** V2 of virtual-accounts.md in the books: 17,765.81 owed, 20,000.00 transferred, 2,234.19 left over. */
const POSTINGS: readonly Posting[] = [
  ...lineIssued(CONTEXT, { kind: "electricity", netFen: 276_142n, taxFen: 35_898n }),
  ...lineIssued(CONTEXT, { kind: "rent", netFen: 1_182_385n, taxFen: 106_415n }),
  ...lineIssued(CONTEXT, { kind: "management", netFen: 162_113n, taxFen: 9_727n }),
  ...lateFeeAccrued(CONTEXT, { previousFen: 0n, cumulativeFen: 3_901n, taxRate: "0.13" }),
  ...moneyReceived(CONTEXT, "1002", [
    { purpose: "receivable", amountFen: 1_776_581n },
    { purpose: "prepayment", amountFen: 223_419n },
  ]),
];
const FACTS: readonly BookFact[] = [
  { ...of, type: "line-issued", kind: "electricity", amountFen: 312_040n },
  { ...of, type: "line-issued", kind: "rent", amountFen: 1_288_800n },
  { ...of, type: "line-issued", kind: "management", amountFen: 171_840n },
  { ...of, type: "late-fee-accrued", amountFen: 3_901n },
  { ...of, type: "receipt", account: "1002", amountFen: 2_000_000n },
  { ...of, type: "allocation", kind: "electricity", amountFen: 315_941n },
  { ...of, type: "allocation", kind: "management", amountFen: 171_840n },
  { ...of, type: "allocation", kind: "rent", amountFen: 1_288_800n },
];

describe("the ledger against what happened (I6)", () => {
  it("V2 leaves 20,000.00 on the bank and 2,234.19 of prepayment, nothing on 1122", () => {
    expect(recomputeBalances(FACTS)).toEqual([
      { entity: "E1", account: "1002", balanceFen: 2_000_000n },
      { entity: "E1", account: "2203", tenant: "T1", balanceFen: -223_419n },
    ]);
    expect(compareBalances(balancesOf(POSTINGS), recomputeBalances(FACTS))).toEqual([]);
  });

  it("names a posting that is missing and a fact that is missing", () => {
    const withoutFee = POSTINGS.filter((posting) => posting.credit !== "6301");
    expect(compareBalances(balancesOf(withoutFee), recomputeBalances(FACTS))).toEqual([
      { entity: "E1", account: "1122", tenant: "T1", ledgerFen: -3_452n, expectedFen: 0n },
    ]);
    const withoutReceipt = FACTS.filter((fact) => fact.type !== "receipt");
    expect(compareBalances(balancesOf(POSTINGS), recomputeBalances(withoutReceipt))).toEqual([
      { entity: "E1", account: "1002", ledgerFen: 2_000_000n, expectedFen: 0n },
      { entity: "E1", account: "2203", tenant: "T1", ledgerFen: -223_419n, expectedFen: 1_776_581n },
    ]);
  });

  it("keeps tenants and entities apart: the same sums on the wrong tenant are a problem", () => {
    const wrongTenant = POSTINGS.map((posting) => ({ ...posting, tenant: "T2" }));
    const accounts = compareBalances(balancesOf(wrongTenant), recomputeBalances(FACTS)).map(
      (problem) => `${problem.account} ${problem.tenant}`,
    );
    expect(accounts).toEqual(["2203 T2", "2203 T1"]);
    const wrongEntity = POSTINGS.map((posting) => ({ ...posting, entity: "E2" }));
    expect(compareBalances(balancesOf(wrongEntity), recomputeBalances(FACTS))).toHaveLength(4);
  });

  it("a deposit line claims nothing until it is paid", () => {
    const issued: BookFact = { ...of, type: "line-issued", kind: "deposit", amountFen: 500n };
    expect(recomputeBalances([issued])).toEqual([]);
    const paid: BookFact[] = [
      issued,
      { ...of, type: "receipt", account: "1001", amountFen: 500n },
      { ...of, type: "allocation", kind: "deposit", amountFen: 500n },
    ];
    const postings = moneyReceived(CONTEXT, "1001", [{ purpose: "deposit", amountFen: 500n }]);
    expect(compareBalances(balancesOf(postings), recomputeBalances(paid))).toEqual([]);
  });
});
