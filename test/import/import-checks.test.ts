import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { readWorld } from "../../src/domain/world/read-world.ts";
import { STORED_READING } from "./broken-worlds.ts";
import { applyChanges, EXAMPLES, goodWorld, REPOSITORY, readJson, renderChecksPage } from "./examples.ts";

const STORED = parseCivilDate(STORED_READING.date);
const options = {
  today: parseCivilDate("2026-09-01"),
  known: {
    readings: [
      {
        meter: STORED_READING.meter,
        date: STORED,
        standsOn: STORED,
        at: "end" as const,
        kind: "periodic" as const,
        values: { total: STORED_READING.total },
        rollover: false,
        revision: 0,
      },
    ],
  },
};

describe("a world file without a mistake", () => {
  it("is read, and nothing about it is doubtful", () => {
    const result = readWorld(goodWorld(), options);
    expect(result).toMatchObject({ ok: true, warnings: [] });
  });
});

describe.each(EXAMPLES)("$code", ({ code, severity, file, path, changes }) => {
  const result = readWorld(readJson(join(REPOSITORY, file)), options);
  const problems = result.ok ? result.warnings : severity === "error" ? result.errors : result.warnings;

  it(`is the only ${severity} of its example, at ${path}`, () => {
    expect(result.ok).toBe(severity === "warning");
    expect(problems.map((problem) => `${problem.code} ${problem.path}`)).toEqual([`${code} ${path}`]);
  });

  it("says in Chinese what is wrong, with every word filled in", () => {
    for (const { message } of problems) {
      expect(message).toMatch(/\p{Script=Han}{2}/u);
      expect(message).not.toMatch(/\{\w+\}|undefined|\[object/);
    }
  });

  it("has an example file that is the good world with its changes", () => {
    expect(readJson(join(REPOSITORY, file))).toEqual(applyChanges(goodWorld(), changes));
  });
});

describe("the examples", () => {
  it("are all there and no others", () => {
    const files = ["broken", "doubtful"].flatMap((directory) =>
      readdirSync(join(REPOSITORY, "test/import", directory)).map((name) => `test/import/${directory}/${name}`),
    );
    expect(files.toSorted()).toEqual(EXAMPLES.map(({ file }) => file).toSorted());
  });

  it("make docs/import-checks.md as it stands (npm run examples)", () => {
    expect(readFileSync(join(REPOSITORY, "docs/import-checks.md"), "utf8")).toBe(renderChecksPage());
  });
});
