import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "../../../src/domain/canonical-json.ts";
import type { JsonValue } from "../../../src/domain/charging/line.ts";
import { replayLine } from "../../../src/domain/charging/run-plan/replay.ts";
import { anyLine } from "../explanation/any-line.ts";

it("I14: any line comes out the same, to the byte, from nothing but the inputs stored with it", () => {
  fc.assert(
    fc.property(anyLine, (line) => {
      fc.pre(line.ok);
      if (!line.ok) return;
      // As the database gives them back: through JSON.
      const again = replayLine(JSON.parse(JSON.stringify(line.inputs)) as JsonValue);
      expect(again?.ok && again.amountFen).toBe(line.amountFen);
      expect(again?.ok && canonicalJson(again.derivation)).toBe(canonicalJson(line.derivation));
      expect(again?.ok && canonicalJson(again.inputs)).toBe(canonicalJson(line.inputs));
    }),
    { numRuns: 300 },
  );
});
