/*
 * How answers look: one screen at most, amounts as ¥1,234.50 and dates as 2026年8月15日, everywhere. What stands in “” is an
 * example of what a person may type, and may look as people type; a price that is multiplied (0.6123元 × 300) is no amount.
 */

/** About what a phone shows at once. */
const SCREEN_LINES = 24;
const SCREEN_CHARACTERS = 600;

const FORMS: readonly (readonly [name: string, wrong: RegExp])[] = [
  [
    "an amount without its sign or its two decimals",
    /(?<!× ?[\d.]*)\d(?:[\d,]*\d)?(?:\.\d+)?\s?元(?!旦| ×|\/)|[¥￥]\s|￥|[¥]\d[\d,]*(?![\d,.])|[¥]\d[\d,]*\.\d(?!\d)/,
  ],
  ["an amount without separators of thousands", /[¥]\d{4}/],
  ["a date as machines write it", /(?<![\w-])20\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?![\w-])/],
  ["a date without its year", /(?<![\d年])\d{1,2}月\d{1,2}日/],
];

/** What is wrong with the form of an answer; empty where nothing is. */
export function formProblems(answer: string): string[] {
  const own = answer.replace(/“[^”]*”/g, "“”").replace(/https?:\S+/g, "");
  const problems = FORMS.flatMap(([name, wrong]) => {
    const found = wrong.exec(own)?.[0];
    return found === undefined ? [] : [`${name}: ${found} in ${JSON.stringify(answer.slice(0, 200))}`];
  });
  const lines = answer.split("\n").length;
  if (lines > SCREEN_LINES || answer.length > SCREEN_CHARACTERS) {
    problems.push(`more than a screen (${lines} lines, ${answer.length} characters): ${answer.slice(0, 120)}`);
  }
  return problems;
}
