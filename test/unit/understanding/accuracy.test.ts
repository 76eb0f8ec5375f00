import { describe, expect, it } from "vitest";
import { understand } from "../../../bot/understanding/understand.ts";
import { measure, readFresh, readUtterances } from "../../understanding/accuracy.ts";

describe("labelled utterances", () => {
  const tuning = measure(readUtterances("tuning"));
  const test = measure(readUtterances("test"));
  const percent = (part: number, { count }: { count: number }) => (100 * part) / count;

  it("are at least 400 that the rules were written on, of every intent", () => {
    expect(tuning.count).toBeGreaterThanOrEqual(400);
  });

  it("of the tuning half are understood: 95 % of intents, 92 % of whole frames", () => {
    expect(percent(tuning.rightIntents, tuning)).toBeGreaterThanOrEqual(95);
    expect(percent(tuning.rightFrames, tuning)).toBeGreaterThanOrEqual(92);
  });

  it("of the test half, which was written blind, are understood as well as when the rules were last changed", () => {
    expect(percent(test.rightIntents, test)).toBeGreaterThanOrEqual(97.5);
    expect(percent(test.rightFrames, test)).toBeGreaterThanOrEqual(96.5);
  });

  it("written blind later, and healed by general rules, stay understood", () => {
    const fresh = measure(readFresh());
    expect(fresh.count).toBeGreaterThanOrEqual(1_600);
    expect(percent(fresh.rightIntents, fresh)).toBeGreaterThanOrEqual(98);
    expect(percent(fresh.rightFrames, fresh)).toBeGreaterThanOrEqual(97);
  });

  it("are understood the same way every time", () => {
    const all = readUtterances("tuning");
    expect(all.map((labelled) => understand(labelled))).toEqual(all.map((labelled) => understand(labelled)));
    console.log(`understanding: ${tuning.averageMs.toFixed(3)} ms a message over ${tuning.count} messages`);
  });
});
