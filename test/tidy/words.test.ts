import { describe, expect, it } from "vitest";
import { type SourceFile, sourceFiles } from "./source-files.ts";

interface WordRule {
  readonly word: RegExp;
  readonly why: string;
  /** Paths from the root that the rule is about; default all. */
  readonly where?: RegExp;
}

const WORD_RULES: readonly WordRule[] = [
  { word: /\bparseFloat\b/, why: "money and measures are exact: fen, ratio or decimal.js" },
  // Where a cast ends, and not in a sentence; Biome sees every other any.
  { word: /\bas any\s*[;,)\].]/, why: "say what it is, or unknown" },
  { word: /@ts-(ignore|nocheck|expect-error)/, why: "make the types right" },
  { word: /\b(TODO|FIXME|XXX|HACK)\b/, why: "finish it, or write it down where plans are kept" },
  {
    word: /^export default\b/m,
    why: "a name is the same everywhere it is used",
    where: /^(?!test\/support\/database-server\.ts)/,
  },
  { word: /\b(describe|it|test)\.only\b/, why: "all tests count", where: /^test\// },
  { word: /\bvi\.mock\b/, why: "give the dependency as an argument", where: /^test\// },
  {
    word: /\b(Date\.now|Math\.random|performance\.now)\b|new Date\(\)|\bprocess\./,
    why: "domain is pure: time and chance are arguments",
    where: /^(src\/domain|cards)\//,
  },
  {
    word: /[!=]== "(viewer|owner|finance)"|"(viewer|owner|finance)" [!=]==/,
    why: "what a tenant's people may do is said in one table: mayTenant (src/domain/people/tenant-permissions.ts)",
    where: /^(src|bot|cards|jobs)\//,
  },
  { word: /\bawait\b|\basync\b/, why: "domain is pure: it waits for nobody", where: /^(src\/domain|cards)\// },
];

const LONGEST_FILE = 400;
const CATCH_ALL_NAME = /(^|\/)([a-z-]+-)?(utils?|helpers?|common|misc|shared|stuff)(\/|\.ts$)/;

function wordProblems(file: SourceFile, rules: readonly WordRule[] = WORD_RULES): string[] {
  const code = withoutComments(file.text);
  return rules.flatMap(({ word, why, where }) => {
    if (where !== undefined && !where.test(file.path)) return [];
    // Directives and plans live in comments, everything else only counts in code.
    const text = /@ts-|TODO/.test(word.source) ? file.text : code;
    const found = word.exec(text);
    return found === null ? [] : [`${file.path}: "${found[0].trim()}" (${why})`];
  });
}

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:])\/\/.*$/gm, "$1");

// This folder names the words in order to forbid them.
const files = sourceFiles().filter(({ path }) => !path.startsWith("test/tidy/"));

describe("the source", () => {
  it("does without words that hide a mistake", () => {
    expect(files.flatMap((file) => wordProblems(file))).toEqual([]);
  });

  it(`has no file longer than ${LONGEST_FILE} lines`, () => {
    const long = files
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > LONGEST_FILE);
    expect(long).toEqual([]);
  });

  it("has no file whose name says nothing", () => {
    expect(files.map(({ path }) => path).filter((path) => CATCH_ALL_NAME.test(path))).toEqual([]);
  });

  it.each([
    ["a float", "src/a.ts", "const x = parseFloat(y);"],
    ["a silenced type", "src/a.ts", "run(input as any);"],
    ["a silenced compiler", "src/a.ts", `// @ts-${"ignore"}\nx();`],
    ["a plan in a comment", "src/a.ts", `// ${"TO"}DO: later`],
    ["a mocked module", "test/unit/a.test.ts", `vi.mock("../src/a.ts");`],
    ["a clock in the domain", "src/domain/a.ts", "const now = Date.now();"],
  ])("would not pass with %s", (_name, path, text) => {
    expect(wordProblems({ path, text })).toHaveLength(1);
  });

  it.each([
    ["the word in a comment", "src/a.ts", "// never parseFloat\nexport const x = 1;"],
    ["a clock outside the domain", "src/http/a.ts", "const now = Date.now();"],
  ])("passes with %s", (_name, path, text) => {
    expect(wordProblems({ path, text })).toEqual([]);
  });
});
