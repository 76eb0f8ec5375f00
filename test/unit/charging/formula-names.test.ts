import { describe, expect, it } from "vitest";
import { formulaVariable } from "../../../src/domain/charging/time-based-inputs.ts";
import { parseCivilDate, toDayNumber } from "../../../src/domain/time/civil-date.ts";
import type { LeaseTerms } from "../../../src/domain/world/lease.ts";

/* What a name of a formula stands for (money-rules 3.5). */
const lease = {
  headcount: "25",
  inputs: { desks: "30", area: "1", usage: "2", "usage.peak": "3", months: "4", headcount: "5" },
} as unknown as LeaseTerms;
const period = { from: toDayNumber(parseCivilDate("2026-01-20")), to: toDayNumber(parseCivilDate("2026-03-02")) };

describe("a name in a formula", () => {
  it.each([
    ["desks", "30"],
    // January, February and March are touched.
    ["months", "3"],
    ["headcount", "25"],
    // Found elsewhere: an input of that name is hidden.
    ["area", undefined],
    ["usage", undefined],
    ["usage.peak", undefined],
    ["toString", undefined],
    ["unknown", undefined],
  ])("%s", (name, value) => expect(formulaVariable(name, lease, period)).toBe(value));
});
