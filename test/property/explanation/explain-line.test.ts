import fc from "fast-check";
import { expect, it } from "vitest";
import { computeCorrection } from "../../../src/domain/charging/corrections.ts";
import { computeDiscount, type DiscountInputs } from "../../../src/domain/charging/discounts.ts";
import type { ComputedLine, LineComputation } from "../../../src/domain/charging/line.ts";
import { computeTimeBased } from "../../../src/domain/charging/time-based.ts";
import { explainLine } from "../../../src/domain/explanation/explain-line.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { anyLine, anyTimeBased } from "./any-line.ts";

const PERIOD = { from: parseCivilDate("2026-08-01"), to: parseCivilDate("2026-08-31") };

type Figure = Pick<ComputedLine, "amountFen" | "inputs" | "derivation">;

function expectReadable({ amountFen, inputs, derivation }: Figure, name = "租金"): void {
  const lines = explainLine({ name, amountFen, period: PERIOD, inputs, derivation });
  expect(lines.length).toBeLessThanOrEqual(12);
  // The last line ends with the line's amount, sign included: nothing but "= " or "→ " stands before it.
  expect(lines.at(-1)).toMatch(new RegExp(`(?:= |→ )${formatYuan(amountFen).replace(/[.$]/g, "\\$&")}$`));
  for (const text of lines) expect(text).not.toMatch(/undefined|NaN|Infinity|\d\/\d{5,}/);
}

const computed = (line: LineComputation): ComputedLine => {
  fc.pre(line.ok);
  if (!line.ok) throw new Error("unreachable");
  return line;
};

it("explains any line in at most 12 lines that end with its amount", () => {
  fc.assert(fc.property(anyLine, (line) => expectReadable(computed(line))));
});

it("explains any correction of any line", () => {
  fc.assert(
    fc.property(
      anyLine,
      fc.array(fc.bigInt(-1_000_000n, 1_000_000n), { minLength: 1, maxLength: 4 }),
      (line, issued) => {
        const right = computed(line);
        expectReadable(computeCorrection(right, issued));
        expectReadable(computeCorrection(undefined, issued));
      },
    ),
  );
});

it("explains any discount of any time-based line", () => {
  fc.assert(
    fc.property(anyTimeBased, fc.integer({ min: 1, max: 100 }), fc.boolean(), (inputs, size, isPercent) => {
      const charge = computed(computeTimeBased(inputs));
      const piece = {
        from: inputs.period.from,
        to: inputs.period.to,
        cells: inputs.cells,
        ...(isPercent ? { percent: String(size) } : { amountPerMonth: `${size * 100}.55` }),
      };
      const discount: DiscountInputs = {
        type: "discount",
        charge: "rent",
        ordinal: 0,
        period: inputs.period,
        roundTo: inputs.roundTo,
        rates: inputs.rates,
        pieces: [piece],
        left: String(Number(charge.amountFen) / 100),
      };
      expectReadable(computed(computeDiscount(discount)), "优惠");
    }),
  );
});
