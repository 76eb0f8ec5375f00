import { describe, expect, it } from "vitest";
import { type AllocationPolicy, isAllocationOrder } from "../../../src/domain/allocation/payment-order.ts";
import { planAllocation } from "../../../src/domain/allocation/receipt-allocation.ts";
import { compareCodes } from "../../../src/domain/charging/code-order.ts";
import { parseCivilDate as date } from "../../../src/domain/time/civil-date.ts";
import { openLine, spoken } from "./open-lines.ts";

const request = { entity: "E1", amountFen: 100_000n, valueDate: date("2026-03-01"), policies: {} };
const order = (...keys: AllocationPolicy["order"]): AllocationPolicy => ({ order: keys });

describe("where a receipt goes", () => {
  it("default order: due date, bill, late fee before principal, kind group, position", () => {
    const openLines = [
      openLine({ lineId: "deposit", billNo: "B2", kind: "deposit", role: "deposit", position: 0 }),
      openLine({ lineId: "rent", billNo: "B2", position: 1, lateFeeFen: 7n }),
      openLine({ lineId: "management", billNo: "B2", kind: "management", position: 2 }),
      openLine({ lineId: "shared-water", billNo: "B2", kind: "shared-water", position: 3, lateFeeFen: 3n }),
      openLine({ lineId: "electricity", billNo: "B2", kind: "electricity", position: 4 }),
      openLine({ lineId: "parking", billNo: "B1", kind: "parking", position: 9 }),
      openLine({ lineId: "older", billNo: "B9", dueDate: date("2026-01-05"), lateFeeFen: 1n }),
    ];
    expect(spoken(planAllocation({ ...request, openLines }).allocations)).toEqual([
      "older late-fee 1",
      "older principal 10000",
      "parking principal 10000",
      "shared-water late-fee 3",
      "rent late-fee 7",
      // one group: position decides between shared water and electricity
      "shared-water principal 10000",
      "electricity principal 10000",
      "management principal 10000",
      "rent principal 10000",
      "deposit principal 10000",
    ]);
  });

  it("a project's permutation holds in both halves: principal before late fee, kind before all else", () => {
    const openLines = [
      openLine({ lineId: "rent", dueDate: date("2026-01-05"), lateFeeFen: 5n }),
      openLine({ lineId: "water", kind: "water", lateFeeFen: 2n }),
    ];
    const policies = { P1: order("kind", "principal", "due-date", "bill", "position") };
    expect(spoken(planAllocation({ ...request, openLines, policies }).allocations)).toEqual([
      "water principal 10000",
      "water late-fee 2",
      "rent principal 10000",
      "rent late-fee 5",
    ]);
  });

  it("projects with different orders: each keeps its own, the earlier head by the default order goes next", () => {
    const openLines = [
      openLine({ lineId: "P1 old rent", dueDate: date("2026-01-01") }),
      openLine({ lineId: "P1 new rent", dueDate: date("2026-03-01") }),
      openLine({ lineId: "P2 old rent", project: "P2", billNo: "B2", dueDate: date("2026-02-01") }),
      openLine({ lineId: "P2 new water", project: "P2", billNo: "B3", kind: "water", dueDate: date("2026-02-20") }),
    ];
    const policies = { P2: order("kind", "due-date", "bill", "late-fee", "position") };
    // P2 wants its water (02-20) before its rent (02-01), so 02-20 is what stands against P1's rents.
    expect(spoken(planAllocation({ ...request, openLines, policies }).allocations)).toEqual([
      "P1 old rent principal 10000",
      "P2 new water principal 10000",
      "P2 old rent principal 10000",
      "P1 new rent principal 10000",
    ]);
  });

  it("a named bill comes first with its late fees, then the others by age", () => {
    const openLines = [
      openLine({ lineId: "old", billNo: "B1", dueDate: date("2026-01-05"), lateFeeFen: 9n }),
      openLine({ lineId: "named", billNo: "B2", lateFeeFen: 4n }),
    ];
    const plan = planAllocation({
      ...request,
      amountFen: 15_000n,
      openLines,
      designated: { billNos: ["B2"], lineIds: [] },
    });
    expect(spoken(plan.allocations)).toEqual([
      "named late-fee 4",
      "named principal 10000",
      "old late-fee 9",
      "old principal 4987",
    ]);
    expect(plan.allocations.map((allocation) => allocation.rule)).toEqual([
      "designated",
      "designated",
      "order",
      "order",
    ]);
  });

  it("a disputed line is passed over, unless the payer names it", () => {
    const openLines = [openLine({ lineId: "disputed", disputed: true }), openLine({ lineId: "other", position: 1 })];
    const passedOver = planAllocation({ ...request, openLines });
    expect(spoken(passedOver.allocations)).toEqual(["other principal 10000"]);
    expect(passedOver.prepaymentFen).toBe(90_000n);
    const named = planAllocation({ ...request, openLines, designated: { billNos: [], lineIds: ["disputed"] } });
    expect(spoken(named.allocations)).toEqual(["disputed principal 10000", "other principal 10000"]);
  });

  it("never pays a line of another entity, not even a named one", () => {
    const openLines = [openLine({ lineId: "theirs", entity: "E2" })];
    const plan = planAllocation({ ...request, openLines, designated: { billNos: [], lineIds: ["theirs"] } });
    expect(plan).toEqual({ allocations: [], prepaymentFen: 100_000n });
  });

  it("refuses a receipt of nothing", () => {
    expect(() => planAllocation({ ...request, amountFen: 0n, openLines: [] })).toThrow(RangeError);
  });
});

describe("the order itself", () => {
  it.each([
    { keys: ["due-date", "bill", "late-fee", "kind", "position"], allowed: true },
    { keys: ["principal", "position", "kind", "bill", "due-date"], allowed: true },
    { keys: ["due-date", "bill", "late-fee", "principal", "position"], allowed: false },
    { keys: ["due-date", "bill", "kind", "position"], allowed: false },
    { keys: ["due-date", "bill", "late-fee", "kind", "kind"], allowed: false },
    { keys: ["due-date", "bill", "late-fee", "kind", "amount"], allowed: false },
    { keys: ["due-date", "bill", "late-fee", "kind", "position", "principal"], allowed: false },
  ])("$keys is a permutation: $allowed", ({ keys, allowed }) => {
    expect(isAllocationOrder(keys)).toBe(allowed);
  });

  it.each([
    { a: "A-10", b: "A-9" },
    { a: "A", b: "A-1" },
    { a: "Z", b: "a" },
    { a: "a", b: "~operator" },
    // UTF-8 bytes: EF BC A1 before F0 9F 8F A0; UTF-16 has it the other way round
    { a: "\uFF21", b: "\u{1F3E0}" },
  ])("$a comes before $b, as UTF-8 bytes", ({ a, b }) => {
    expect(compareCodes(a, b)).toBeLessThan(0);
    expect(compareCodes(b, a)).toBeGreaterThan(0);
    expect(compareCodes(a, a)).toBe(0);
  });
});
