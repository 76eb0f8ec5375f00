import type { JsonValue } from "../../domain/charging/line.ts";
import { replayLine } from "../../domain/charging/run-plan/replay.ts";
import type { TimeBasedInputs } from "../../domain/charging/time-based.ts";
import { typeOf } from "../../domain/explanation/changes.ts";
import { figureOf } from "../../domain/explanation/explanation.ts";
import { formatNumber } from "../../domain/explanation/figures.ts";
import { readingsOfMonth, usageTerms } from "../../domain/explanation/metered.ts";
import { pricedTerms, totalArea } from "../../domain/explanation/time-based.ts";
import type { MeteredInputs } from "../../domain/metering/metered-inputs.ts";
import type { Fen } from "../../domain/money/fen.ts";
import {
  add,
  compare,
  formatRatio,
  integer,
  isNegative,
  multiply,
  negate,
  parseFormattedRatio,
  parseRatio,
  type Ratio,
  ratio,
  subtract,
  ZERO,
} from "../../domain/money/ratio.ts";
import type { LegacyRow } from "./legacy-csv.ts";

export type DifferenceCause = "rule" | "reading" | "price" | "area" | "rounding" | "missing";

/** A line of ours, as far as a comparison looks at it. */
export interface OurLine {
  readonly role: string;
  readonly correction: number;
  readonly periodFrom: string;
  readonly amountFen: Fen;
  readonly inputs: JsonValue;
}

/** What a line was computed from; several figures where price or area changed inside the period. */
interface Measures {
  readonly quantity?: readonly Ratio[];
  readonly price?: readonly Ratio[];
  readonly area?: readonly Ratio[];
  readonly reading?: readonly Ratio[];
}

/**
 * Why a charge differs, as far as the old system's file allows to tell: the first of area, reading, usage and price that it
 * names and that is another than ours; else rounding, when exact figure and amount are a rounding apart; else the rule.
 */
export function causeOf(
  lines: readonly OurLine[],
  theirs: LegacyRow,
): { readonly cause: Exclude<DifferenceCause, "missing">; readonly detail?: string } {
  const charges = lines.filter((line) => line.role === "charge" && line.correction === 0);
  const main = charges.reduce<OurLine | undefined>(
    (latest, line) => (latest === undefined || line.periodFrom > latest.periodFrom ? line : latest),
    undefined,
  );
  const ours = main ? measuresOf(main.inputs) : {};
  const differs = (name: keyof Measures): string | undefined => {
    const [own = [], other] = [ours[name], theirs[name]];
    if (own.length === 0 || !other || own.some((value) => compare(value, other) === 0)) return undefined;
    return `${own.map(formatNumber).join("、")} / ${formatNumber(other)}`;
  };
  const area = differs("area");
  if (area !== undefined) return { cause: "area", detail: area };
  const reading = differs("reading") ?? (main && isMetered(main.inputs) ? differs("quantity") : undefined);
  if (reading !== undefined) return { cause: "reading", detail: reading };
  const price = differs("price");
  if (price !== undefined) return { cause: "price", detail: price };
  return isRounding(lines, theirs.amountFen) ? { cause: "rounding" } : { cause: "rule" };
}

const isMetered = (inputs: JsonValue): boolean => ["metered", "usage-formula"].includes(typeOf(inputs) ?? "");

function measuresOf(inputs: JsonValue): Measures {
  const line = replayLine(inputs);
  if (!line?.ok) return {};
  if (isMetered(inputs)) {
    const stored = inputs as unknown as MeteredInputs;
    const values = readingsOfMonth(stored).at(-1)?.values ?? {};
    const [only, ...others] = Object.values(values);
    // Of several registers one figure can only be the total.
    const reading = others.length === 0 ? only : values.total;
    const prices =
      typeOf(inputs) === "metered" ? usageTerms(line.derivation).flatMap(({ args }) => args?.[1] ?? []) : [];
    return {
      quantity: line.metered ? [parseFormattedRatio(line.metered.usage)] : [],
      reading: reading === undefined ? [] : [parseRatio(reading)],
      price: onlyOf(prices.map(figureOf)),
    };
  }
  if (typeOf(inputs) !== "time-based") return {};
  const { rates, cells } = inputs as unknown as TimeBasedInputs;
  const used = pricedTerms(rates, cells, line.derivation);
  const areas = used.flatMap(({ rate: { quantity } }) =>
    quantity && "units" in quantity ? [totalArea(quantity.units)] : [],
  );
  const counts = used.flatMap(({ rate: { quantity } }) =>
    quantity && "count" in quantity ? [parseRatio(quantity.count)] : [],
  );
  const prices = used.flatMap(({ term }) => (term.args?.[0] ? [figureOf(term.args[0])] : []));
  return { area: distinct(areas), quantity: distinct(counts), price: distinct(prices) };
}

const distinct = (values: readonly Ratio[]): readonly Ratio[] => [
  ...new Map(values.map((value) => [formatRatio(value), value])).values(),
];

/** The prices of tiers and registers side by side are no price of the line: another system's file may say the average. */
function onlyOf(values: readonly Ratio[]): readonly Ratio[] {
  const found = distinct(values);
  return found.length === 1 ? found : [];
}

const STEPS_FEN = [1n, 10n, 100n] as const;

/** To fen, jiao or yuan in any direction, or line by line: each term's rounding may be a fen off. */
function isRounding(lines: readonly OurLine[], theirsFen: Fen): boolean {
  let exactFen = ZERO;
  let terms = 0n;
  let oursFen = 0n;
  for (const { inputs, amountFen } of lines) {
    const line = replayLine(inputs);
    exactFen = add(exactFen, line?.ok ? multiply(line.exactYuan, integer(100)) : integer(amountFen));
    oursFen += amountFen;
    terms += line?.ok ? BigInt(Math.max(1, usageTerms(line.derivation).length)) : 1n;
  }
  const off = subtract(integer(theirsFen), exactFen);
  const distance = isNegative(off) ? negate(off) : off;
  if (STEPS_FEN.some((step) => theirsFen % step === 0n && compare(distance, ratio(step)) < 0)) return true;
  const apart = oursFen > theirsFen ? oursFen - theirsFen : theirsFen - oursFen;
  return apart <= terms;
}
