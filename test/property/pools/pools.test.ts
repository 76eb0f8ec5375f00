import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  compare,
  divide,
  integer,
  isZero,
  multiply,
  parseRatio,
  type Ratio,
  ratio,
  subtract,
  sum,
  ZERO,
} from "../../../src/domain/money/ratio.ts";
import type { LeasedUnit } from "../../../src/domain/pools/leased-days.ts";
import { packPoolMonth } from "../../../src/domain/pools/packed-pool-month.ts";
import { poolLineOf } from "../../../src/domain/pools/pool-line.ts";
import { type ComputedPoolMonth, OPERATOR } from "../../../src/domain/pools/pool-month.ts";
import { provenFen } from "../../unit/metering/derivation-check.ts";
import { compute, leased, type PoolCase, poolOf, unitOf } from "../../unit/pools/pool-fixtures.ts";

/** Up to twelve units with areas to the hundredth; each let for up to three stretches of the month, to one of six leases. */
const stretches = fc.array(
  fc.record({
    lease: fc.integer({ min: 1, max: 6 }),
    days: fc.integer({ min: 1, max: 20 }),
    gap: fc.integer({ min: 0, max: 8 }),
  }),
  { maxLength: 3 },
);
const unit = fc.record({ area: fc.integer({ min: 0, max: 500_000 }), stretches });
const park = fc.record({
  costFen: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100_000_000 })),
  units: fc.array(unit, { minLength: 1, maxLength: 12 }),
  vacant: fc.constantFrom("operator" as const, "spread" as const),
  weight: fc.constantFrom("area" as const, "equal" as const),
});

type Park = typeof park extends fc.Arbitrary<infer Value> ? Value : never;

function caseOf({ costFen, units, vacant, weight }: Park): PoolCase {
  const rows: LeasedUnit[] = [];
  units.forEach(({ stretches: parts }, index) => {
    let from = 1;
    for (const { lease, days, gap } of parts) {
      from += gap;
      const to = Math.min(31, from + days - 1);
      if (from <= to) rows.push(leased(`A-${index}`, `L${lease}`, from, to));
      from = to + 1;
    }
  });
  const yuan = `${Math.floor(costFen / 100)}.${String(costFen % 100).padStart(2, "0")}`;
  return {
    pool: poolOf(yuan, { vacant, weight }),
    units: units.map(({ area }, index) => unitOf(`A-${index}`, (area / 100).toFixed(2))),
    leased: rows,
  };
}

function computed(given: PoolCase): ComputedPoolMonth | undefined {
  const month = compute(given);
  if (month.ok) return month;
  // The only way in which these cases can fail: every area is 0.
  expect(month.code).toBe("POOL_INCOMPLETE");
  expect(given.units.every((row) => row.areas.every(({ areaSqm }) => areaSqm === "0.00"))).toBe(true);
  return undefined;
}

describe("pool shares (I3)", () => {
  it("sum to the cost, each within 1 fen of exact", () => {
    fc.assert(
      fc.property(park, (given) => {
        const month = computed(caseOf(given));
        if (!month) return;
        expect(month.shares.reduce((total, share) => total + share.amountFen, 0n)).toBe(BigInt(given.costFen));
        expect(compare(sum(month.shares.map((share) => share.exactYuan)), ratio(BigInt(given.costFen), 100n))).toBe(0);
        for (const share of month.shares) {
          const off = subtract(ratio(share.amountFen), multiply(share.exactYuan, integer(100)));
          expect(compare(multiply(off, off), integer(1))).toBeLessThan(0);
        }
      }),
    );
  });

  it("give to nobody who has less of a fen than another who got none", () => {
    fc.assert(
      fc.property(park, (given) => {
        const month = computed(caseOf(given));
        if (!month) return;
        const rest = month.shares.map((share) => {
          const exactFen = multiply(share.exactYuan, integer(100));
          const floored = exactFen.numerator / exactFen.denominator;
          return { got: share.amountFen - floored, rest: subtract(exactFen, integer(floored)) };
        });
        for (const [index, winner] of rest.entries()) {
          if (winner.got !== 1n) continue;
          for (const [other, loser] of rest.entries()) {
            if (loser.got !== 0n) continue;
            const order = compare(winner.rest, loser.rest);
            expect(order > 0 || (order === 0 && index < other)).toBe(true);
          }
        }
      }),
    );
  });

  it("are the rule read day by day", () => {
    fc.assert(
      fc.property(park, (given) => {
        const poolCase = caseOf(given);
        const month = computed(poolCase);
        if (!month) return;
        // Every unit-day claims its unit's weight for whoever leases it that day, or for the operator.
        const claims = new Map<string, Ratio>();
        const claim = (key: string, weight: Ratio) => claims.set(key, add(claims.get(key) ?? ZERO, weight));
        for (const row of poolCase.units) {
          const weight = given.weight === "equal" ? integer(1) : parseRatio(row.areas[0]?.areaSqm ?? "0");
          for (let date = 1; date <= 31; date += 1) {
            const text = `2026-08-${String(date).padStart(2, "0")}`;
            const holder = (poolCase.leased ?? []).find((l) => l.unit === row.code && l.from <= text && text <= l.to);
            if (holder) claim(`${row.code} ${holder.lease}`, weight);
            else if (given.vacant === "operator") claim(OPERATOR, weight);
          }
        }
        const total = sum(claims.values());
        const cost = ratio(BigInt(given.costFen), 100n);
        for (const share of month.shares) {
          const key = share.lease === OPERATOR ? OPERATOR : `${share.unit} ${share.lease}`;
          const alone = share.lease === OPERATOR ? cost : ZERO;
          const exact = isZero(total) ? alone : divide(multiply(cost, claims.get(key) ?? ZERO), total);
          expect(compare(share.exactYuan, exact)).toBe(0);
        }
      }),
    );
  });

  it("come out of a packed month as they went in, and so do the lines", () => {
    fc.assert(
      fc.property(park, (given) => {
        const month = computed(caseOf(given));
        if (!month) return;
        const packed = packPoolMonth(month);
        if (!packed.ok) throw new Error(packed.message);
        expect(packed).not.toBe(month);
        expect(packed.shares).toEqual(month.shares);
        for (const lease of [...month.shares.map((share) => share.lease), "L99"]) {
          expect(poolLineOf(packed, lease)).toEqual(poolLineOf(month, lease));
        }
      }),
    );
  });

  it("are not there where a month cannot be computed, packed or not", () => {
    const failed = compute({ pool: poolOf("100.00"), units: [unitOf("A-1", "0.00")], leased: [] });
    expect(failed.ok).toBe(false);
    expect(packPoolMonth(failed)).toBe(failed);
  });

  it("do not depend on the order of units and leases, and every line is proven from its leaves", () => {
    fc.assert(
      fc.property(park, (given) => {
        const poolCase = caseOf(given);
        const month = computed(poolCase);
        if (!month) return;
        const turned = compute({
          ...poolCase,
          units: [...poolCase.units].reverse(),
          leased: [...(poolCase.leased ?? [])].reverse(),
        });
        expect(turned.ok && turned.shares.map((s) => [s.unit, s.lease, s.amountFen])).toEqual(
          month.shares.map((s) => [s.unit, s.lease, s.amountFen]),
        );
        let billed = 0n;
        for (const lease of new Set(month.shares.map((share) => share.lease))) {
          const line = poolLineOf(month, lease);
          if (!line.ok) throw new Error(line.message);
          expect(provenFen(line.derivation)).toBe(line.amountFen);
          billed += line.amountFen;
        }
        expect(billed).toBe(BigInt(given.costFen));
      }),
    );
  });
});
