import { describe, expect, it } from "vitest";
import type { OpenLine } from "../../../src/domain/allocation/open-line.ts";
import { planSettlement, takeFromDeposits } from "../../../src/domain/moving-out/settlement-plan.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";

const day = parseCivilDate("2026-02-21");
const line = (lineId: string, principalFen: bigint, changes: Partial<OpenLine> = {}): OpenLine => ({
  lineId,
  billNo: "DG-202602-00001",
  tenant: "T1",
  entity: "E1",
  project: "DG",
  lease: "L1",
  charge: lineId,
  role: "charge",
  ordinal: 0,
  period: { from: day, to: day },
  correction: 0,
  kind: "rent",
  dueDate: parseCivilDate("2026-02-11"),
  position: 0,
  principalFen,
  lateFeeFen: 0n,
  disputed: false,
  ...changes,
});
const deposit = (heldFen: bigint, receiptId: string | null = null) => ({ lineId: null, receiptId, heldFen });
const prepayment = (prepaymentId: string, remainingFen: bigint) => ({
  prepaymentId,
  remainingFen,
  receivedOn: day,
  sequence: 0,
});
const plan = (changes: Partial<Parameters<typeof planSettlement>[0]>) =>
  planSettlement({ entity: "E1", asOf: day, openLines: [], prepayments: [], deposits: [], policies: {}, ...changes });

describe("what becomes of everything that is open and held", () => {
  it("prepayment pays before the deposit, and the deposit before the tenant", () => {
    // Owed 500.00 + 20.00 fee; prepayment 100.00 goes first, 420.00 of the deposit's 1,000.00 follow, 580.00 go back.
    const settled = plan({
      openLines: [line("rent", 50_000n, { lateFeeFen: 2_000n })],
      prepayments: [prepayment("p", 10_000n)],
      deposits: [deposit(100_000n)],
    });
    expect(settled).toMatchObject({
      owedFen: 52_000n,
      offsetFen: 42_000n,
      depositBackFen: 58_000n,
      prepaymentBackFen: 0n,
      stillOwedFen: 0n,
    });
    // The fee first, then principal (money-rules 8): 20.00 + 80.00 from the prepayment.
    expect(settled.prepaymentUses.map(({ part, amountFen }) => [part, amountFen])).toEqual([
      ["late-fee", 2_000n],
      ["principal", 8_000n],
    ]);
    expect(settled.offsets.map(({ part, amountFen }) => [part, amountFen])).toEqual([["principal", 42_000n]]);
  });

  it("a deposit that does not suffice goes whole, and the rest stays owed", () => {
    expect(plan({ openLines: [line("rent", 150_000n)], deposits: [deposit(100_000n)] })).toMatchObject({
      offsetFen: 100_000n,
      depositBackFen: 0n,
      stillOwedFen: 50_000n,
    });
  });

  it("what is disputed is not paid from the deposit", () => {
    expect(
      plan({ openLines: [line("rent", 50_000n, { disputed: true })], deposits: [deposit(100_000n)] }),
    ).toMatchObject({ owedFen: 50_000n, offsetFen: 0n, depositBackFen: 100_000n, stillOwedFen: 50_000n });
  });

  it("nothing owed: everything goes back, nothing is set off", () => {
    expect(plan({ prepayments: [prepayment("p", 700n)], deposits: [deposit(300n)] })).toMatchObject({
      offsets: [],
      offsetFrom: [],
      depositBackFen: 300n,
      prepaymentBackFen: 700n,
    });
  });

  it("takes deposits in their order, and never more than they hold", () => {
    expect(takeFromDeposits([deposit(300n, "a"), deposit(500n, "b")], 450n)).toEqual([
      { lineId: null, receiptId: "a", amountFen: 300n },
      { lineId: null, receiptId: "b", amountFen: 150n },
    ]);
    expect(() => takeFromDeposits([deposit(300n)], 301n)).toThrow(RangeError);
  });
});
