import { describe, expect, it } from "vitest";
import { planSetOff, type SetOffLine, type SetOffTarget } from "../../../src/domain/allocation/set-off.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";

/* Money-rules 2 "Negative lines are never open". */

const april = { lease: "L1", charge: "rent", ordinal: 0, periodFrom: parseCivilDate("2026-04-01") };
const line = (lineId: string, role: "charge" | "discount", correction: number, amountFen: bigint): SetOffLine => ({
  ...april,
  lineId,
  role,
  correction,
  amountFen,
});
const earlier = (
  lineId: string,
  correction: number,
  amountFen: bigint,
  change: { setOffFen?: bigint; allocatedFen?: bigint } = {},
): SetOffTarget => ({ ...line(lineId, "charge", correction, amountFen), setOffFen: 0n, allocatedFen: 0n, ...change });

describe("negative lines are never open", () => {
  it("a discount lowers its charge line", () => {
    expect(planSetOff([line("rent", "charge", 0, 10_000n), line("less", "discount", 0, -1_000n)], [])).toEqual({
      setOffs: [{ lineId: "less", targetLineId: "rent", amountFen: 1_000n }],
      targets: [{ lineId: "rent", principalFen: 9_000n, openFen: 9_000n, freedFen: 0n }],
      credits: [],
    });
  });

  it("a correction of a part-paid line takes what is open first, the rest comes free", () => {
    // 100.00 with 10.00 set off before and 80.00 paid; −30.00 leaves 60.00, so 20.00 of the 80.00 is too much
    const paid = earlier("rent", 0, 10_000n, { setOffFen: 1_000n, allocatedFen: 8_000n });
    expect(planSetOff([line("fix", "charge", 1, -3_000n)], [paid]).targets).toEqual([
      { lineId: "rent", principalFen: 6_000n, openFen: 0n, freedFen: 2_000n },
    ]);
  });

  it("a further correction goes on to the positive corrections of the line", () => {
    const plan = planSetOff([line("fix 2", "charge", 2, -300n)], [earlier("fix 1", 1, 150n), earlier("rent", 0, 200n)]);
    expect(plan.setOffs).toEqual([
      { lineId: "fix 2", targetLineId: "rent", amountFen: 200n },
      { lineId: "fix 2", targetLineId: "fix 1", amountFen: 100n },
    ]);
  });

  it("a discount that grew lowers the charge line it is a discount of", () => {
    expect(planSetOff([line("less 2", "discount", 1, -30n)], [earlier("rent", 0, 100n)]).setOffs).toEqual([
      { lineId: "less 2", targetLineId: "rent", amountFen: 30n },
    ]);
  });

  it("what no line can take is a credit of the tenant", () => {
    const plan = planSetOff(
      [line("first", "charge", 1, -700n), line("second", "charge", 2, -700n)],
      [earlier("rent", 0, 1_000n)],
    );
    expect(plan.setOffs.map((setOff) => setOff.amountFen)).toEqual([700n, 300n]);
    expect(plan.credits).toEqual([{ lineId: "second", amountFen: 400n }]);
    expect(planSetOff([line("estimated month", "charge", 0, -50n)], []).credits).toEqual([
      { lineId: "estimated month", amountFen: 50n },
    ]);
  });

  it("leaves other charges, periods and leases alone", () => {
    const may = { ...earlier("rent", 0, 100n), periodFrom: parseCivilDate("2026-05-01") };
    const parking = { ...earlier("rent", 0, 100n), charge: "parking" };
    const neighbour = { ...earlier("rent", 0, 100n), lease: "L2" };
    for (const other of [may, parking, neighbour]) {
      expect(planSetOff([line("fix", "charge", 1, -30n)], [other]).credits).toEqual([
        { lineId: "fix", amountFen: 30n },
      ]);
    }
  });
});
