import { describe, expect, it } from "vitest";
import { type EarlierLine, type IssuingLine, setOffAtIssue } from "../../../src/domain/charging/run-plan/set-off.ts";
import { day } from "./facts.ts";

/* Money-rules 2 "Negative lines are never open". */

const identity = { lease: "L1", charge: "rent", period: { from: day("2026-04-01"), to: day("2026-04-30") } };
const line = (id: string, role: "charge" | "discount", correction: number, amountFen: bigint): IssuingLine => ({
  ...identity,
  id,
  role,
  ordinal: 0,
  correction,
  amountFen,
});
const open = (id: string, correction: number, openFen: bigint): EarlierLine => ({
  ...identity,
  id,
  role: "charge",
  ordinal: 0,
  correction,
  openFen,
});

describe("set-off at issue", () => {
  it("sets a discount off against its charge line", () => {
    expect(setOffAtIssue([line("c", "charge", 0, 1000n), line("d", "discount", 0, -100n)], [])).toEqual({
      principalFen: new Map([["c", 900n]]),
      setOffs: [{ fromLine: "d", toLine: "c", amountFen: 100n }],
      prepaymentFen: 0n,
    });
  });

  it("sets a negative correction off against the line it corrects; the rest becomes prepayment", () => {
    expect(setOffAtIssue([line("x", "charge", 1, -300n)], [open("c", 0, 120n)])).toEqual({
      principalFen: new Map(),
      setOffs: [{ fromLine: "x", toLine: "c", amountFen: 120n }],
      prepaymentFen: 180n,
    });
  });

  it("makes all of it prepayment where the line is paid", () => {
    expect(setOffAtIssue([line("x", "charge", 1, -300n)], [])).toMatchObject({ setOffs: [], prepaymentFen: 300n });
  });

  it("sets a further correction off against earlier ones that are still open", () => {
    const plan = setOffAtIssue([line("y", "charge", 2, -300n)], [open("x", 1, 50n), open("c", 0, 200n)]);
    expect(plan.setOffs).toEqual([
      { fromLine: "y", toLine: "c", amountFen: 200n },
      { fromLine: "y", toLine: "x", amountFen: 50n },
    ]);
    expect(plan.prepaymentFen).toBe(50n);
  });

  it("sets a discount that grew off against the charge line it is a discount of", () => {
    expect(setOffAtIssue([line("d", "discount", 1, -30n)], [open("c", 0, 100n)]).setOffs).toEqual([
      { fromLine: "d", toLine: "c", amountFen: 30n },
    ]);
  });

  it("leaves other charges, periods and leases alone", () => {
    const other = { ...open("c", 0, 100n), period: { from: day("2026-05-01"), to: day("2026-05-31") } };
    expect(setOffAtIssue([line("x", "charge", 1, -30n)], [other]).prepaymentFen).toBe(30n);
  });
});
