import fc from "fast-check";
import { expect, it } from "vitest";
import { compareMonths } from "../../../src/domain/explanation/compare-months.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { anyLine, anyOfOneKind } from "./any-line.ts";

const period = (month: string) => ({ from: parseCivilDate(`${month}-01`), to: parseCivilDate(`${month}-28`) });

const compared = (line: { readonly amountFen: bigint; readonly inputs: never }, month: string) => ({
  role: "charge",
  correction: 0,
  period: period(month),
  amountFen: line.amountFen,
  inputs: line.inputs,
});

it("splits the difference of any two lines into effects that sum to it", () => {
  const pair = fc.oneof(anyOfOneKind, fc.tuple(anyLine, anyLine));
  const extra = fc.record({
    role: fc.constantFrom("charge", "discount"),
    correction: fc.nat(2),
    fen: fc.bigInt(-9999n, 9999n),
  });
  fc.assert(
    fc.property(pair, fc.array(extra, { maxLength: 3 }), ([before, after], extras) => {
      fc.pre(before.ok && after.ok);
      if (!before.ok || !after.ok) return;
      const more = extras.map(({ role, correction, fen }) => ({
        ...compared(after as never, "2026-08"),
        role,
        correction: role === "charge" ? correction + 1 : correction,
        amountFen: fen,
      }));
      const result = compareMonths(
        [compared(before as never, "2026-08")],
        [compared(after as never, "2026-09"), ...more],
      );
      const effects = result.effects.reduce((total, effect) => total + effect.amountFen, 0n);
      const totalFen = after.amountFen + more.reduce((total, line) => total + line.amountFen, 0n);
      expect(result.differenceFen).toBe(totalFen - before.amountFen);
      expect(effects).toBe(result.differenceFen);
      for (const { label } of result.effects) expect(label).not.toMatch(/undefined|NaN/);
    }),
  );
});
