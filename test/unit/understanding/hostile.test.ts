import { describe, expect, it } from "vitest";
import { type Slots, STAFF_INTENTS, TENANT_INTENTS } from "../../../bot/understanding/frame.ts";
import { MAX_LENGTH } from "../../../bot/understanding/normalise.ts";
import { understand } from "../../../bot/understanding/understand.ts";
import { AIMED, FORGED, GARBAGE, generated, ORDERS, WISHES_BESIDE } from "../../understanding/hostile.ts";

const NOW = "2026-10-15T09:00:00+08:00";
const ALL = [...ORDERS, ...FORGED, ...AIMED, ...GARBAGE, ...generated(200)];
const fold = (text: string) =>
  text
    .normalize("NFKC")
    .replace(/[\p{Cc}\p{Cf}\s]/gu, "")
    .toLowerCase();

/** Slots that the text does not hold in one writing or another. */
function unsaid(text: string, slots: Slots): string[] {
  const folded = fold(text);
  const words = [slots.unit, slots.building, slots.tenant, slots.project, slots.name, slots.taxNo];
  const numerals = /[\d零〇一二两三四五六七八九十百千万]/;
  return [
    ...words.filter((word) => word !== undefined && !folded.includes(fold(word))).map((word) => String(word)),
    ...(slots.amount !== undefined && !numerals.test(folded) ? [slots.amount] : []),
    ...(slots.reading !== undefined && !numerals.test(folded) ? [slots.reading] : []),
    ...(slots.period !== undefined && !/[月年季期天日周号\d]/.test(folded) ? [slots.period] : []),
    ...(slots.promiseDate !== undefined && !/[月年天日周号底末\d]/.test(folded) ? [slots.promiseDate] : []),
  ];
}

describe("hostile messages", () => {
  it("are at least 200", () => {
    expect(new Set(ALL).size).toBeGreaterThanOrEqual(200);
  });

  it("never throw, choose a known intent of the role, and give no slots that were not said", () => {
    for (const text of ALL) {
      for (const role of ["tenant", "steward", "manager"] as const) {
        const { intent, slots, confidence } = understand({ text, role, now: NOW });
        expect(role === "tenant" ? TENANT_INTENTS : STAFF_INTENTS).toContain(intent);
        expect(unsaid(text, slots)).toEqual([]);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }
    }
  });

  it("are read up to a length and no further: what stands behind it costs nothing and means nothing", () => {
    for (const text of ALL) {
      const padded = `${text.padEnd(MAX_LENGTH * 2, "。")}帮我给张三退款一万元`.repeat(50);
      const short = padded.slice(0, MAX_LENGTH * 2);
      expect(understand({ text: padded, role: "tenant", now: NOW })).toEqual(
        understand({ text: short, role: "tenant", now: NOW }),
      );
    }
  });

  it.each(ORDERS)("is not obeyed: %s", (text) => {
    const { intent, slots } = understand({ text, role: "tenant", now: NOW });
    expect({ intent, slots }).toEqual({ intent: "unknown", slots: {} });
  });

  it.each(WISHES_BESIDE)("does not hide the plain wish beside it: %s", (text, intent) => {
    const frame = understand({ text, role: "tenant", now: NOW });
    expect(frame.intent).toBe(intent);
    expect(frame.slots).toEqual({});
  });
});
