import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { goodWorld } from "../../import/examples.ts";

/** Every place of a document, the document itself included. */
function placesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [path, ...keys.flatMap((key) => placesOf(Reflect.get(value, key), [...path, key]))];
}

function replaceAt(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (Array.isArray(value))
    return value.map((element, index) => (index === step ? replaceAt(element, rest, by) : element));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, key === step ? replaceAt(element, rest, by) : element]),
  );
}

const GOOD = goodWorld();
const READ = readWorld(GOOD);
const STORED = READ.ok ? READ.world : {};
const PLACES = placesOf(GOOD);
/** Values that are nearly right are the ones that break checks. */
const nearMiss = fc.constantFrom<unknown>(
  null,
  "",
  "~operator",
  "__proto__",
  "2026-02-30",
  "0000-01-01",
  "9999-12-31",
  "-0",
  "1e9",
  "1".repeat(400),
  "((((((",
  [],
  {},
  [null],
  [[]],
  JSON.parse('{"__proto__": {"code": "x"}, "constructor": "y"}'),
  -1,
  1e308,
);

describe("any document", () => {
  it("is answered, never thrown at: arbitrary JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (document) => {
        const result = readWorld(document);
        expect(result.ok).toBe(false);
      }),
    );
  });

  it("is answered, never thrown at: the good world with up to five places replaced", () => {
    const replacement = fc.tuple(fc.constantFrom(...PLACES), fc.oneof(nearMiss, fc.jsonValue({ maxDepth: 3 })));
    fc.assert(
      fc.property(fc.array(replacement, { minLength: 1, maxLength: 5 }), fc.boolean(), (replacements, isOnTop) => {
        const document = replacements.reduce((before, [path, by]) => replaceAt(before, path, by), GOOD);
        const result = readWorld(document, { known: isOnTop ? STORED : {} });
        for (const { path, message } of result.ok ? result.warnings : result.errors) {
          expect(path.startsWith("$")).toBe(true);
          expect(message).not.toBe("");
        }
        if (!result.ok) expect(result.errors.length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
  });

  it("is answered in reasonable time when it is deep or its formula is", () => {
    const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`) as unknown;
    expect(readWorld(deep).ok).toBe(false);
    const formula = `${"(".repeat(900)}1${")".repeat(900)}`;
    const path = ["leases", 0, "charges", 4, "rule", "expression"];
    expect(() => readWorld(replaceAt(GOOD, path, formula))).not.toThrow();
  });
});
