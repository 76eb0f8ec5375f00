import { describe, expect, it } from "vitest";
import { type Prepayment, planPrepaymentUse } from "../../../src/domain/allocation/prepayment.ts";
import { parseCivilDate as date } from "../../../src/domain/time/civil-date.ts";
import { openLine } from "./open-lines.ts";

const prepayment = (prepaymentId: string, change: Partial<Prepayment>): Prepayment => ({
  prepaymentId,
  receivedOn: date("2026-01-01"),
  sequence: 0,
  remainingFen: 1_000n,
  ...change,
});
const request = {
  entity: "E1",
  issueDate: date("2026-03-01"),
  excludedLeases: new Set<string>(),
  policies: {},
};
const used = (uses: ReturnType<typeof planPrepaymentUse>): string[] =>
  uses.map(({ prepaymentId, line, part, amountFen }) => `${prepaymentId}: ${line.lineId} ${part} ${amountFen}`);

describe("prepayments when a bill is issued", () => {
  it("bound before free, each oldest first; bound ones pay principal of their kind only", () => {
    const uses = planPrepaymentUse({
      ...request,
      openLines: [
        openLine({ lineId: "rent", principalFen: 2_500n, lateFeeFen: 100n }),
        openLine({ lineId: "water", kind: "water", position: 1, principalFen: 600n }),
      ],
      prepayments: [
        prepayment("free, old", { receivedOn: date("2025-01-01") }),
        prepayment("rent, young", { kind: "rent", receivedOn: date("2026-02-01") }),
        prepayment("rent, old", { kind: "rent", receivedOn: date("2026-01-01") }),
        prepayment("gas", { kind: "gas" }),
        prepayment("used up", { remainingFen: 0n, receivedOn: date("2024-01-01") }),
      ],
    });
    expect(used(uses)).toEqual([
      "rent, old: rent principal 1000",
      "rent, young: rent principal 1000",
      "free, old: rent late-fee 100",
      "free, old: water principal 600",
      "free, old: rent principal 300",
    ]);
    expect(uses.map((use) => use.rule).slice(0, 3)).toEqual([
      "prepayment-bound",
      "prepayment-bound",
      "prepayment-free",
    ]);
    expect(new Set(uses.map((use) => use.valueDate))).toEqual(new Set(["2026-03-01"]));
  });

  it("two prepayments of one day go in their sequence", () => {
    const uses = planPrepaymentUse({
      ...request,
      openLines: [openLine({ lineId: "rent", principalFen: 1_500n })],
      prepayments: [prepayment("second", { sequence: 2 }), prepayment("first", { sequence: 1 })],
    });
    expect(used(uses)).toEqual(["first: rent principal 1000", "second: rent principal 500"]);
  });

  it("leaves alone leases that want none, disputed lines and other entities", () => {
    const uses = planPrepaymentUse({
      ...request,
      excludedLeases: new Set(["L2"]),
      openLines: [
        openLine({ lineId: "not automatic", lease: "L2" }),
        openLine({ lineId: "disputed", disputed: true }),
        openLine({ lineId: "theirs", entity: "E2" }),
      ],
      prepayments: [prepayment("free", {})],
    });
    expect(uses).toEqual([]);
  });
});
