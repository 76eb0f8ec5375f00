import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveSceneKey, openBindScene, signBindScene } from "../../../src/usecases/people/bind-scene.ts";
import { findJoiningCode, newJoiningCode } from "../../../src/usecases/people/joining-code.ts";

const KEY = deriveSceneKey(Buffer.alloc(32, 1));
const OLD_KEY = deriveSceneKey(Buffer.alloc(32, 2));
const NOW_MS = Date.parse("2026-09-05T09:00:00+08:00");
const SOON_MS = NOW_MS + 60_000;
const billIds = fc.uuid({ version: 7 });

describe("the scene of a paper bill", () => {
  it("opens as it was signed, within what the account takes", () => {
    fc.assert(
      fc.property(billIds, (billId) => {
        const scene = signBindScene(KEY, billId, SOON_MS);
        expect(scene.length).toBeLessThanOrEqual(64);
        expect(scene).toMatch(/^[\w-]+$/);
        expect(openBindScene([KEY], scene, NOW_MS)).toEqual({ state: "bill", billId });
        expect(openBindScene([OLD_KEY, KEY], scene, NOW_MS)).toEqual({ state: "bill", billId });
      }),
    );
  });

  it("is forged when a single character is another one, longer or shorter", () => {
    fc.assert(
      fc.property(billIds, fc.nat(49), fc.constantFrom(..."ABCabc019-_"), (billId, place, character) => {
        const scene = signBindScene(KEY, billId, SOON_MS);
        const at = 2 + place;
        fc.pre(at < scene.length && scene[at] !== character);
        const changed = scene.slice(0, at) + character + scene.slice(at + 1);
        expect(openBindScene([KEY], changed, NOW_MS)).toEqual({ state: "forged" });
        expect(openBindScene([KEY], `${scene}A`, NOW_MS)).toEqual({ state: "forged" });
        expect(openBindScene([KEY], scene.slice(0, -1), NOW_MS)).toEqual({ state: "forged" });
        expect(openBindScene([OLD_KEY], scene, NOW_MS)).toEqual({ state: "forged" });
      }),
    );
  });

  it("ends by itself, and leaves other codes alone", () => {
    const scene = signBindScene(KEY, "0198f0a0-0000-7000-8000-000000000001", SOON_MS);
    expect(openBindScene([KEY], scene, SOON_MS)).toEqual({ state: "expired" });
    expect(openBindScene([KEY], "unit:A-301", NOW_MS)).toEqual({ state: "foreign" });
    expect(() => signBindScene(KEY, "A-301", SOON_MS)).toThrow(RangeError);
  });
});

describe("a joining code", () => {
  it("is found in what people type, and never taken for an SMS code, a word or a bill's number", () => {
    for (let made = 0; made < 200; made += 1) {
      const code = newJoiningCode();
      expect(findJoiningCode(`加入 ${code.toLowerCase()}。`)).toBe(code);
      expect(findJoiningCode(code)).toBe(code);
    }
    for (const text of ["123456", "ABCDEF", "DG-202609-00001", "加入", "K7M2QXA", "K7M2Q0"]) {
      expect(findJoiningCode(text)).toBeUndefined();
    }
  });
});
