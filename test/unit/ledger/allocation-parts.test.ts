import { describe, expect, it } from "vitest";
import { planAllocation } from "../../../src/domain/allocation/receipt-allocation.ts";
import { moneyPartsOf } from "../../../src/domain/ledger/allocation-parts.ts";
import { balancesOf } from "../../../src/domain/ledger/balances.ts";
import { moneyReceived } from "../../../src/domain/ledger/money-events.ts";
import { parseCivilDate as date } from "../../../src/domain/time/civil-date.ts";
import { openLine } from "../allocation/open-lines.ts";

const VALUE_DATE = date("2026-02-20");
const CONTEXT = { entity: "E1", tenant: "T1", bookingDate: VALUE_DATE, valueDate: VALUE_DATE };

describe("from an allocation plan to the books", () => {
  // 1.00 fee + 100.00 rent on 1122, 50.00 deposit on 2241.01, 49.00 left over of 200.00
  const plan = planAllocation({
    entity: "E1",
    amountFen: 20_000n,
    valueDate: VALUE_DATE,
    openLines: [
      openLine({ lineId: "rent", lateFeeFen: 100n }),
      openLine({ lineId: "deposit", kind: "deposit", role: "deposit", position: 1, principalFen: 5_000n }),
    ],
    policies: {},
  });

  it("fee and rent go to 1122, the deposit line to 2241.01, the rest to 2203, each with its line's dimensions", () => {
    const postings = moneyReceived(CONTEXT, "1002", moneyPartsOf(plan.allocations, plan.prepaymentFen));
    expect(postings.map(({ credit, amountFen, lineId, lease }) => [credit, amountFen, lineId, lease])).toEqual([
      ["1122", 100n, "rent", "L1"],
      ["1122", 10_000n, "rent", "L1"],
      ["2241.01", 5_000n, "deposit", "L1"],
      ["2203", 4_900n, undefined, undefined],
    ]);
  });

  it("I17: undone, every balance is back where it was", () => {
    const done = moneyReceived(CONTEXT, "1002", moneyPartsOf(plan.allocations, plan.prepaymentFen));
    const undone = moneyReceived(CONTEXT, "1002", moneyPartsOf(plan.allocations, plan.prepaymentFen, -1n));
    expect(balancesOf([...done, ...undone])).toEqual([]);
  });
});
