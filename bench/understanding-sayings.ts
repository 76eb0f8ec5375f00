import { readFileSync, writeFileSync } from "node:fs";
import { correctionAt, withoutTakenBack } from "../bot/understanding/negation.ts";
import { normalise } from "../bot/understanding/normalise.ts";
import { openSaying } from "../bot/understanding/sayings.ts";
import { businessDay } from "../bot/understanding/slots/dates.ts";
import { findAll } from "../bot/understanding/slots/fill.ts";
import { type Labelled, LEARNT_SETS, readFresh, readUtterances } from "../test/understanding/accuracy.ts";

/* Writes the known sayings (bot/understanding/lexicon/sayings-*.ts) from the tuning half, the learnt fresh sets and sayings.txt. */

const LINE_LENGTH = 110;

type Saying = Pick<Labelled, "text" | "role" | "now" | "expect">;

function openSayingOf({ text, role, now }: Saying): string {
  const { utterance } = withoutTakenBack(normalise(text));
  return openSaying(findAll(utterance, role, businessDay(now), correctionAt(utterance.plain)));
}

function table(utterances: readonly Saying[]): string {
  const byIntent = new Map<string, Set<string>>();
  for (const labelled of utterances) {
    const saying = openSayingOf(labelled);
    if (saying === "" || saying.includes("$")) continue;
    const { intent } = labelled.expect;
    byIntent.set(intent, (byIntent.get(intent) ?? new Set()).add(saying));
  }
  return [...byIntent]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([intent, sayings]) => `  ${JSON.stringify(intent)}: \`\n${wrapped([...sayings])}\`,`)
    .join("\n");
}

function wrapped(sayings: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const saying of sayings) {
    if (line !== "" && line.length + saying.length > LINE_LENGTH) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? saying : `/${saying}`;
  }
  return [...lines, line].join("\n").replaceAll("\\", "");
}

function write(side: "tenant" | "staff", utterances: readonly Saying[]): void {
  const text = `import type { Intent } from "../frame.ts";

/** Sayings by what they mean, their slots left open (sayings.ts); written by bench/understanding-sayings.ts. */
export const ${side.toUpperCase()}_SAYINGS: Readonly<Partial<Record<Intent, string>>> = {
${table(utterances)}
};
`;
  writeFileSync(new URL(`../bot/understanding/lexicon/sayings-${side}.ts`, import.meta.url), text);
}

/** Lines "side intent: saying/saying …"; their day does not matter. */
function readSayings(): Saying[] {
  const lines = readFileSync(new URL("../test/understanding/sayings.txt", import.meta.url), "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, side, intent = "", sayings = ""] = /^(tenant|staff) (\S+): (.*)$/.exec(line) ?? [];
    if (side === undefined) return [];
    const role = side === "tenant" ? "tenant" : "manager";
    return sayings
      .split("/")
      .map((text) => ({ text, role, now: "2026-10-15T10:00:00+08:00", expect: { intent, slots: {} } }));
  });
}

const all: readonly Saying[] = [...readUtterances("tuning"), ...readFresh(LEARNT_SETS), ...readSayings()];
write(
  "tenant",
  all.filter(({ role }) => role === "tenant"),
);
write(
  "staff",
  all.filter(({ role }) => role !== "tenant"),
);
