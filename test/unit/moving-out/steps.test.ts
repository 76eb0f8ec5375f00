import { describe, expect, it } from "vitest";
import { currentStep, type MoveOutFacts, stepsOf } from "../../../src/domain/moving-out/steps.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";

const FRESH: MoveOutFacts = {
  today: parseCivilDate("2026-02-21"),
  lastDay: parseCivilDate("2026-02-20"),
  leaseEnd: parseCivilDate("2026-02-20"),
  earlyEndPending: false,
  parkedLines: 0,
  billed: false,
  redLettersMissing: 0,
  forfeitPending: false,
  disputedLines: 0,
  sheetVersion: 0,
  sheetHolds: false,
  consent: undefined,
  toRefundFen: 0n,
  payoutAccountMissing: false,
  refunds: [],
  openFen: 0n,
  closed: false,
};
const BILLED = { billed: true };
const ASKED = { ...BILLED, sheetVersion: 1, sheetHolds: true, consent: "asked" } as const;
const CONFIRMED = { ...ASKED, consent: "confirmed" } as const;

describe("where a settlement stands", () => {
  it.each<[string, Partial<MoveOutFacts>, string, string]>([
    ["the lease ends later", { leaseEnd: parseCivilDate("2026-12-31") }, "notice", "early-end-request"],
    [
      "its early end is asked for",
      { leaseEnd: parseCivilDate("2026-12-31"), earlyEndPending: true },
      "notice",
      "early-end-approval",
    ],
    ["the day has not come", { today: parseCivilDate("2026-02-19") }, "readings", "last-day"],
    ["a reading is missing", { parkedLines: 1 }, "readings", "missing-readings"],
    ["all is read", {}, "final-bill", "now"],
    ["billed", BILLED, "sheet", "now"],
    ["a part of the deposit is to be kept", { ...BILLED, forfeitPending: true }, "deposit", "forfeit-approval"],
    ["a line is disputed", { ...BILLED, disputedLines: 1 }, "sheet", "disputes"],
    ["the tenant is asked", ASKED, "consent", "tenant-consent"],
    ["the books have moved since the sheet", { ...ASKED, sheetHolds: false }, "sheet", "now"],
    ["the tenant objects", { ...ASKED, consent: "objected", disputedLines: 2 }, "sheet", "objection"],
    ["the objection is dealt with", { ...ASKED, consent: "objected" }, "sheet", "now"],
    ["confirmed, something goes back", { ...CONFIRMED, toRefundFen: 1n }, "refund", "now"],
    [
      "nobody knows where to",
      { ...CONFIRMED, toRefundFen: 1n, payoutAccountMissing: true },
      "refund",
      "payout-account",
    ],
    ["a refund waits", { ...CONFIRMED, refunds: ["paid", "waiting"] }, "refund", "refund-approval"],
    ["a refund is on its way", { ...CONFIRMED, refunds: ["on-its-way"] }, "refund", "refund-payout"],
    ["something is still owed", { ...CONFIRMED, openFen: 1n }, "close", "open-claims"],
    ["an invoice says too much", { ...CONFIRMED, redLettersMissing: 1 }, "close", "red-letters"],
    ["nothing is left to do but to close", { ...CONFIRMED, refunds: ["paid"] }, "close", "now"],
  ])("%s", (_case, changes, step, what) => {
    const now = currentStep(stepsOf({ ...FRESH, ...changes }));
    expect([now?.step, now?.why ?? now?.state]).toEqual([step, what]);
  });

  it("closed: every step is done", () => {
    const steps = stepsOf({ ...FRESH, closed: true });
    expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(["done"]));
    expect(currentStep(steps)).toBeUndefined();
  });

  it("red letters are shown from the bill on and hold up nothing before the end", () => {
    const steps = stepsOf({ ...FRESH, ...ASKED, redLettersMissing: 1 });
    expect(steps.find(({ step }) => step === "invoices")).toMatchObject({ state: "waits", why: "red-letters" });
    expect(currentStep(steps)?.step).toBe("consent");
  });
});
