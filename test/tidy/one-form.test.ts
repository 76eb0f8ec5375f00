import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/*
 * Amounts and dates in one form everywhere: ¥1,234.50 and 2026年8月15日. Looked for in what the bot really said
 * (docs/conversations.md) and in the files that hold its words.
 */

const WRONG_FORMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["an amount without two decimals", /¥-?[\d,]*\d(?![\d,]*\.\d{2})(?![\d,])/],
  ["an amount without its separators", /¥-?\d{4,}/],
  ["an amount with more than one sign", /¥\s|￥|¥¥/],
  ["an amount in yuan with a sign as well", /¥[\d,.]+\s*元/],
  ["a date with dashes", /(?<![\d-])20\d\d-\d{1,2}-\d{1,2}(?!\d)/],
  ["a date with strokes", /(?<![\d/])20\d\d\/\d{1,2}\/\d{1,2}/],
  ["a date with padded figures", /20\d\d年0\d月|月0\d日/],
  ["a raw value", /undefined|NaN|\[object|null(?![a-z])/],
];

// How a calculation is shown keeps the figures before they are rounded: money-rules 2.
const CALCULATION = /[×÷]|[=＝] ?¥[\d,]+\.\d{3,}|四舍五入/;

const linesOf = (file: string) =>
  readFileSync(file, "utf8")
    .split("\n")
    .map((text, index) => ({ where: `${file}:${index + 1}`, text }));

function wrongLines(lines: readonly { readonly where: string; readonly text: string }[]): string[] {
  return lines.flatMap(({ where, text }) =>
    WRONG_FORMS.filter(([, pattern]) => pattern.test(text)).map(([name]) => `${where} ${name}: ${text.trim()}`),
  );
}

describe("amounts and dates have one form", () => {
  it("in everything the bot says in the conversations", () => {
    // "> " is the bot; what people type is theirs.
    const said = linesOf("docs/conversations.md").filter(({ text }) => /^> /.test(text) && !CALCULATION.test(text));
    expect(said.length).toBeGreaterThan(500);
    expect(wrongLines(said)).toEqual([]);
  });

  it("in the files of wording", () => {
    const files = ["bot/text", "cards"].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".zh-CN.ts"))
        .map((name) => `${folder}/${name}`),
    );
    expect(files.length).toBeGreaterThan(10);
    // Only strings: code and comments have dashes and undefined of their own.
    const strings = files.flatMap(linesOf).flatMap(({ where, text }) =>
      [...text.replace(/\/\/.*|^\s*\/?\*.*/, "").matchAll(/"([^"]*)"|`([^`]*)`/g)].map((match) => ({
        where,
        text: (match[1] ?? match[2] ?? "").replace(/\$\{[^}]*\}/g, ""),
      })),
    );
    const people = strings.filter(({ text }) => /[一-鿿]/.test(text));
    expect(wrongLines(people)).toEqual([]);
  });

  it("and no answer is longer than one screen", () => {
    const answers = readFileSync("docs/conversations.md", "utf8")
      .split(/\n\n(?!>)/)
      .filter((block) => block.startsWith("> "))
      .map((block) => block.split("\n").filter((line) => line.replace(/[>\s]/g, "") !== ""));
    const tooLong = answers
      .filter((lines) => lines.length > 26 || lines.join("").length > 900)
      .map((lines) => lines.slice(0, 3).join(" / "));
    expect(tooLong).toEqual([]);
  });
});
