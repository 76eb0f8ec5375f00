import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formProblems } from "../../support/form-of-answers.ts";

/** Every answer of the transcripts, as a phone shows it. */
const answers = (): string[] => {
  const document = readFileSync(new URL("../../../docs/conversations.md", import.meta.url), "utf8");
  return [...document.matchAll(/(?:^>.*\n?)+/gm)].map(([quoted]) =>
    quoted.replaceAll(/^> ?/gm, "").replaceAll(/ {2}$/gm, "").trim(),
  );
};

describe("answers of the transcripts", () => {
  it("fit on one screen; amounts and dates have one form everywhere", () => {
    expect(answers().length).toBeGreaterThan(500);
    expect(answers().flatMap(formProblems)).toEqual([]);
  });
});

describe("the form of an answer", () => {
  it.each([
    ["应付¥1,234.50，最晚2026年8月15日。", 0],
    ["想预存多少钱？例如“5000元”“9月15日”。", 0],
    ["租金：58.00元 × 130.00㎡；0.6123元/度", 0],
    ["应付1234.5元", 1],
    ["应付¥1234.50", 1],
    ["应付¥12", 1],
    ["最晚2026-08-15", 1],
    ["最晚8月15日", 1],
    ["行\n".repeat(30), 1],
    ["字".repeat(601), 1],
  ])("%s has %i problems", (answer, count) => {
    expect(formProblems(answer)).toHaveLength(count);
  });
});
