import { describe, expect, it } from "vitest";
import type { OpenLine } from "../../../src/domain/allocation/open-line.ts";
import type { AllocationPolicy } from "../../../src/domain/allocation/payment-order.ts";
import { type Designation, planAllocation } from "../../../src/domain/allocation/receipt-allocation.ts";
import { planUndo } from "../../../src/domain/allocation/undo.ts";
import {
  type LateFeeFacts,
  lateFeeThrough,
  owedOn,
  type PrincipalMovement,
} from "../../../src/domain/late-fee/late-fee.ts";
import { parseYuan } from "../../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { openLine, spoken } from "./open-lines.ts";

const VALUE_DATE = parseCivilDate("2026-02-20");
const UTILITIES: LateFeeFacts = {
  principalFen: parseYuan("3120.40"),
  dueDate: parseCivilDate("2026-01-25"),
  terms: { dailyRate: "0.0005", graceDays: 0, graceMode: "free", capPercent: "30" },
  payments: [],
  disputes: [],
};

/** The open lines of virtual-accounts.md; rent and management stand on one bill unless the test says otherwise. */
function openOnValueDate(billOfManagement = "B2"): OpenLine[] {
  const utilities = owedOn(UTILITIES, VALUE_DATE);
  return [
    openLine({ lineId: "rent", billNo: "B2", principalFen: parseYuan("12888.00") }),
    openLine({
      lineId: "management",
      billNo: billOfManagement,
      kind: "management",
      position: 1,
      principalFen: parseYuan("1718.40"),
    }),
    openLine({ lineId: "utilities", billNo: "B1", kind: "electricity", dueDate: UTILITIES.dueDate, ...utilities }),
  ];
}

const transfer = (
  yuan: string,
  change: { lines?: OpenLine[]; designated?: Designation; policy?: AllocationPolicy } = {},
) =>
  planAllocation({
    entity: "E1",
    amountFen: parseYuan(yuan),
    valueDate: VALUE_DATE,
    openLines: change.lines ?? openOnValueDate(),
    policies: change.policy ? { P1: change.policy } : {},
    ...(change.designated ? { designated: change.designated } : {}),
  });

describe("virtual-accounts.md", () => {
  it("V1: a transfer of all that is owed settles everything", () => {
    const plan = transfer("17765.81");
    expect(plan.prepaymentFen).toBe(0n);
    expect(spoken(plan.allocations)).toEqual([
      "utilities late-fee 3901",
      "utilities principal 312040",
      "management principal 171840",
      "rent principal 1288800",
    ]);
  });

  it("V2: what is left of 20,000.00 is prepayment, 2,234.19", () => {
    const plan = transfer("20000.00");
    expect(plan.prepaymentFen).toBe(223_419n);
    expect(plan.allocations).toHaveLength(4);
  });

  it("V3: 39.00 pays late fee only, 0.01 of it stays open", () => {
    const plan = transfer("39.00");
    expect(spoken(plan.allocations)).toEqual(["utilities late-fee 3900"]);
    expect(owedOn(UTILITIES, VALUE_DATE).lateFeeFen - parseYuan("39.00")).toBe(1n);
  });

  it("V6: the reversal of V2 takes prepayment first, then allocations latest first; the late fee as if never paid", () => {
    const plan = transfer("20000.00");
    const booked = plan.allocations.map((allocation, sequence) => ({
      allocationId: `${allocation.line.lineId} ${allocation.part}`,
      sequence,
      valueDate: allocation.valueDate,
      remainingFen: allocation.amountFen,
    }));
    const undo = planUndo({
      amountFen: parseYuan("20000.00"),
      unusedPrepaymentFen: plan.prepaymentFen,
      allocations: booked,
      reason: { type: "bounce" },
    });
    expect(undo.prepaymentTakenFen).toBe(223_419n);
    expect(undo.shortfallFen).toBe(0n);
    expect(undo.counterAllocations.map((counter) => `${counter.allocationId} ${counter.amountFen}`)).toEqual([
      "rent principal 1288800",
      "management principal 171840",
      "utilities principal 312040",
      "utilities late-fee 3901",
    ]);

    const paid: PrincipalMovement[] = [{ valueDate: VALUE_DATE, amountFen: parseYuan("3120.40") }];
    const restored = undo.counterAllocations
      .filter((counter) => counter.allocationId === "utilities principal")
      .map((counter) => ({ valueDate: counter.restoredFrom, amountFen: -counter.amountFen }));
    const throughDate = parseCivilDate("2026-02-28");
    // 01-26 … 02-28 are 34 days × 1.5602 = 53.0468
    expect(lateFeeThrough({ ...UTILITIES, payments: [...paid, ...restored], throughDate }).totalFen).toBe(5_305n);
    expect(lateFeeThrough({ ...UTILITIES, payments: paid, throughDate }).totalFen).toBe(3_901n);
  });

  // 10,000.00 − 39.01 − 3,120.40 = 6,840.59
  it.each([
    {
      name: "default, one bill: management comes before rent, 6,840.59 − 1,718.40 = 5,122.19",
      change: {},
      paid: [
        "utilities late-fee 3901",
        "utilities principal 312040",
        "management principal 171840",
        "rent principal 512219",
      ],
    },
    {
      name: "default, rent on the bill with the lower number: rent 6,840.59, management nothing",
      change: { lines: openOnValueDate("B3") },
      paid: ["utilities late-fee 3901", "utilities principal 312040", "rent principal 684059"],
    },
    {
      name: "one bill and a kind priority that puts rent first: rent 6,840.59, management nothing",
      change: {
        policy: {
          order: ["due-date", "bill", "late-fee", "kind", "position"],
          kindPriority: [["electricity"], ["rent"], ["management"]],
        } satisfies AllocationPolicy,
      },
      paid: ["utilities late-fee 3901", "utilities principal 312040", "rent principal 684059"],
    },
    {
      name: "the tenant names February's rent: rent 10,000.00",
      change: { designated: { billNos: [], lineIds: ["rent"] } },
      paid: ["rent principal 1000000"],
    },
  ])("10,000.00: $name", ({ change, paid }) => {
    const plan = transfer("10000.00", change);
    expect(spoken(plan.allocations)).toEqual(paid);
    expect(plan.prepaymentFen).toBe(0n);
  });
});
