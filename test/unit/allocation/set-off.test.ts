import { describe, expect, it } from "vitest";
import { planSetOff } from "../../../src/domain/allocation/set-off.ts";

const target = (amountFen: bigint, change: { setOffFen?: bigint; allocatedFen?: bigint } = {}) => ({
  lineId: "rent",
  amountFen,
  setOffFen: 0n,
  allocatedFen: 0n,
  ...change,
});
const negative = (lineId: string, amountFen: bigint) => ({ lineId, amountFen, targetLineId: "rent" });

describe("negative lines are never open", () => {
  it("a discount lowers its charge line", () => {
    expect(planSetOff([target(10_000n)], [negative("discount", -1_000n)])).toEqual({
      setOffs: [{ lineId: "discount", targetLineId: "rent", amountFen: 1_000n }],
      targets: [{ lineId: "rent", principalFen: 9_000n, openFen: 9_000n, freedFen: 0n }],
      credits: [],
    });
  });

  it("a correction of a part-paid line takes what is open first, the rest comes free", () => {
    // 100.00 with 10.00 set off before and 80.00 paid; −30.00 leaves 60.00, so 20.00 of the 80.00 is too much
    const paid = target(10_000n, { setOffFen: 1_000n, allocatedFen: 8_000n });
    expect(planSetOff([paid], [negative("correction", -3_000n)]).targets).toEqual([
      { lineId: "rent", principalFen: 6_000n, openFen: 0n, freedFen: 2_000n },
    ]);
  });

  it("what no line can take is a credit of the tenant", () => {
    const plan = planSetOff([target(1_000n)], [negative("first", -700n), negative("second", -700n)]);
    expect(plan.setOffs.map((setOff) => setOff.amountFen)).toEqual([700n, 300n]);
    expect(plan.credits).toEqual([{ lineId: "second", amountFen: 400n }]);
    expect(planSetOff([], [{ lineId: "estimated month", amountFen: -50n }])).toEqual({
      setOffs: [],
      targets: [],
      credits: [{ lineId: "estimated month", amountFen: 50n }],
    });
  });

  it("refuses a line that is not negative", () => {
    expect(() => planSetOff([target(1n)], [negative("zero", 0n)])).toThrow(RangeError);
  });
});
