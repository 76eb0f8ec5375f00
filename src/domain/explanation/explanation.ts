import type { Derivation } from "../charging/derivation.ts";
import { type Fen, formatYuan } from "../money/fen.ts";
import { compare, parseFormattedRatio, type Ratio, ratio, sum } from "../money/ratio.ts";
import { formatExactYuan } from "./figures.ts";

/** Nobody reads more than this in a chat. */
export const EXPLANATION_LINES_MAX = 12;

/** One term of the amount: what it is made of, and what it comes to in yuan, exact. */
export interface Step {
  readonly text: string;
  readonly yuan: Ratio;
  /** Between text and amount; default " = ". An arrow where the amount is more than the text's plain result. */
  readonly leadsTo?: " → ";
}

/** What is said about a line before it is cut to length: facts, then the terms, then what to expect later. */
export interface Draft {
  readonly facts: readonly string[];
  readonly steps: readonly Step[];
  readonly outlook?: readonly string[];
  /** How the sum became the amount, where it was rounded: "四舍五入到分". */
  readonly rounding: string;
}

/**
 * A draft as lines, at most `linesMax` (2 or more); the last one ends with the amount. Terms that do not fit are summed up
 * in one line, so that what is shown still adds up; facts that do not fit are left out from the end.
 */
export function toLines(name: string, amountFen: Fen, draft: Draft, linesMax: number): readonly string[] {
  const { facts, steps, outlook = [], rounding } = draft;
  const amount = formatYuan(amountFen);
  const [only] = steps;
  if (!only) return [...fitting([...facts, ...outlook], linesMax - 1), `${name} = ${amount}`];
  const exact = compare(sum(steps.map((step) => step.yuan)), ratio(amountFen, 100n)) === 0;
  if (steps.length === 1 && exact) {
    return [...fitting([...facts, ...outlook], linesMax - 1), `${name}：${only.text}${only.leadsTo ?? " = "}${amount}`];
  }
  const terms = summedUp(steps, linesMax - 1);
  const room = linesMax - 1 - terms.length;
  const shownFacts = fitting(facts, Math.max(0, room - outlook.length));
  const shownOutlook = fitting(outlook, room - shownFacts.length);
  const last = exact
    ? `${name}合计 = ${amount}`
    : `${steps.length > 1 ? "合计后" : ""}${rounding}，${name} = ${amount}`;
  return [...shownFacts, ...terms, ...shownOutlook, last];
}

const fitting = (lines: readonly string[], count: number): readonly string[] => lines.slice(0, Math.max(0, count));

function summedUp(steps: readonly Step[], count: number): readonly string[] {
  const line = (step: Step) => `${step.text}${step.leadsTo ?? " = "}${formatExactYuan(step.yuan)}`;
  if (steps.length <= count) return steps.map(line);
  const rest = steps.slice(count - 1);
  return [
    ...steps.slice(0, count - 1).map(line),
    `其余${rest.length}项合计 = ${formatExactYuan(sum(rest.map((step) => step.yuan)))}`,
  ];
}

export const ROUNDING: Readonly<Record<string, string>> = {
  "0.01": "四舍五入到分",
  "0.1": "四舍五入到角",
  "1": "四舍五入到元",
};

/** The value that a derivation prints. Throws RangeError on what no derivation prints. */
export const figureOf = (node: Derivation): Ratio => parseFormattedRatio(node.value);

export const argumentOf = (node: Derivation | undefined, index: number): Derivation | undefined => node?.args?.[index];
