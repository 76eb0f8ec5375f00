import { describe, expect, it } from "vitest";
import { APPROVAL_TYPES, type PolicyRow, stepsOf } from "../../../src/domain/approval/policy.ts";

const area = { role: "area-manager", count: 1 } as const;
const finance = { role: "finance-manager", count: 1 } as const;
const cfo = { role: "cfo", count: 1 } as const;

describe("the default policy (money-rules 11)", () => {
  it.each([
    // ≤ 500 yuan one area manager; ≤ 5,000 one finance manager; above: finance manager, then CFO.
    [1n, [area]],
    [50_000n, [area]],
    [50_001n, [finance]],
    [500_000n, [finance]],
    [500_001n, [finance, cfo]],
    [99_999_999n, [finance, cfo]],
  ])("asks %d fen of refund, waiver and write-off of %o", (amountFen, steps) => {
    for (const type of ["refund", "waiver", "write-off"] as const) {
      expect(stepsOf(type, [], { amountFen })).toEqual(steps);
    }
  });

  it("has steps for everything that needs approval, of any amount, each with at least one person", () => {
    for (const type of APPROVAL_TYPES) {
      for (const amountFen of [0n, 1n, -1n, 10n ** 12n]) {
        const steps = stepsOf(type, [], { amountFen });
        expect(steps.length, type).toBeGreaterThan(0);
        expect(Math.min(...steps.map(({ count }) => count)), type).toBeGreaterThan(0);
      }
    }
  });

  it("takes a credit for the money that it is", () => {
    expect(stepsOf("waiver", [], { amountFen: -500_001n })).toEqual([finance, cfo]);
  });
});

describe("a park's own policy", () => {
  const rows: readonly PolicyRow[] = [
    { project: "DG", upToFen: 100_000n, steps: [{ role: "area-manager", count: 2 }] },
    { upToFen: 100_000n, steps: [finance] },
    { project: "SZ", steps: [cfo] },
  ];

  it.each([
    ["the project's own row comes first in the list", "DG", 100_000n, [{ role: "area-manager", count: 2 }]],
    ["elsewhere the next row that fits", "SZ", 100_000n, [finance]],
    ["one fen more is beyond both", "SZ", 100_001n, [cfo]],
    ["what no row of the park fits has the default", "DG", 100_001n, [finance]],
    ["no project is no project's row", undefined, 50n, [finance]],
  ] as const)("%s", (_what, project, amountFen, steps) => {
    expect(stepsOf("refund", rows, { amountFen, project })).toEqual(steps);
  });
});
