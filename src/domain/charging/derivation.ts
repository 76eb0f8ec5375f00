import {
  add,
  compare,
  divide,
  floor,
  formatRatio,
  integer,
  isNegative,
  max,
  min,
  multiply,
  negate,
  ONE,
  parseRatio,
  type Ratio,
  roundHalfUp,
  subtract,
  ZERO,
} from "../money/ratio.ts";
import type { DecimalText } from "../world/lease.ts";

/**
 * The proof of a figure: a self-contained JSON tree. Whoever evaluates it from the constants up must reach every `value`
 * again, with exact rational arithmetic and nothing else. Values are exact: decimal text, or "n/d" where no finite
 * decimal exists (formatRatio). Amounts of money are yuan.
 *
 * | op         | value |
 * |------------|-------|
 * | constant   | as it stands |
 * | sum, product, min, max | of all args, at least one |
 * | difference, quotient   | first − second, first ÷ second |
 * | abs        | magnitude of the only arg |
 * | round, floor, ceil | the only arg to a multiple of `step` (decimal text): HALF_UP away from zero, down, up |
 * | compare    | "1" when `first operator second` holds, else "0" |
 * | choose     | args: [condition, taken branch]; the value of the second. The branch not taken is not kept |
 */
export type DerivationOp =
  | "constant"
  | "sum"
  | "difference"
  | "product"
  | "quotient"
  | "min"
  | "max"
  | "abs"
  | "round"
  | "floor"
  | "ceil"
  | "compare"
  | "choose";

export type ComparisonOperator = "<" | "<=" | ">" | ">=" | "==" | "!=";

export interface Derivation {
  readonly op: DerivationOp;
  /** Short and Chinese: what this figure is. */
  readonly label: string;
  readonly value: string;
  /** round, floor, ceil only. */
  readonly step?: DecimalText;
  /** compare only. */
  readonly operator?: ComparisonOperator;
  /** Absent on constants. */
  readonly args?: readonly Derivation[];
}

/** A figure together with its proof; what the computations pass around. */
export interface Traced {
  readonly ratio: Ratio;
  readonly node: Derivation;
}

export const constant = (label: string, value: Ratio | DecimalText): Traced => {
  const ratio = typeof value === "string" ? parseRatio(value) : value;
  return { ratio, node: { op: "constant", label, value: formatRatio(ratio) } };
};

const combined = (op: DerivationOp, label: string, ratio: Ratio, args: readonly Traced[]): Traced => ({
  ratio,
  node: { op, label, value: formatRatio(ratio), args: args.map((arg) => arg.node) },
});

/** The sum of the terms; of none it is the constant 0, of one the term itself. */
export function sumOf(label: string, terms: readonly Traced[]): Traced {
  const [only] = terms;
  if (only === undefined) return constant(label, ZERO);
  if (terms.length === 1) return only;
  return combined(
    "sum",
    label,
    terms.reduce((total, term) => add(total, term.ratio), ZERO),
    terms,
  );
}

export const productOf = (label: string, ...factors: readonly Traced[]): Traced =>
  combined(
    "product",
    label,
    factors.reduce((total, factor) => multiply(total, factor.ratio), ONE),
    factors,
  );

export const differenceOf = (label: string, from: Traced, less: Traced): Traced =>
  combined("difference", label, subtract(from.ratio, less.ratio), [from, less]);

/** Throws RangeError("division by zero"). */
export const quotientOf = (label: string, dividend: Traced, divisor: Traced): Traced =>
  combined("quotient", label, divide(dividend.ratio, divisor.ratio), [dividend, divisor]);

/** Throws RangeError without a term. */
export const minOf = (label: string, ...terms: readonly Traced[]): Traced =>
  combined("min", label, terms.map((term) => term.ratio).reduce(min), terms);

/** Throws RangeError without a term. */
export const maxOf = (label: string, ...terms: readonly Traced[]): Traced =>
  combined("max", label, terms.map((term) => term.ratio).reduce(max), terms);

export const absOf = (label: string, term: Traced): Traced =>
  combined("abs", label, isNegative(term.ratio) ? negate(term.ratio) : term.ratio, [term]);

const TO_INTEGER = {
  round: roundHalfUp,
  floor,
  ceil: (value: Ratio): bigint => -floor(negate(value)),
} as const;

/** To a multiple of `step`, e.g. "0.01" for fen out of yuan; "round" is HALF_UP away from zero (money-rules 1). */
export function roundedTo(op: "round" | "floor" | "ceil", label: string, term: Traced, step: DecimalText): Traced {
  const unit = parseRatio(step);
  const ratio = multiply(integer(TO_INTEGER[op](divide(term.ratio, unit))), unit);
  return { ratio, node: { op, label, value: formatRatio(ratio), step, args: [term.node] } };
}

export function comparisonOf(label: string, first: Traced, operator: ComparisonOperator, second: Traced): Traced {
  const order = compare(first.ratio, second.ratio);
  const holds = {
    "<": order < 0,
    "<=": order <= 0,
    ">": order > 0,
    ">=": order >= 0,
    "==": order === 0,
    "!=": order !== 0,
  }[operator];
  return {
    ratio: holds ? ONE : ZERO,
    node: { op: "compare", label, value: holds ? "1" : "0", operator, args: [first.node, second.node] },
  };
}

export const choiceOf = (label: string, condition: Traced, taken: Traced): Traced =>
  combined("choose", label, taken.ratio, [condition, taken]);

/** Yuan to fen; the value must be a whole number of fen. Throws RangeError otherwise. */
export function fenOf(yuan: Ratio): bigint {
  const hundredfold = yuan.numerator * 100n;
  if (hundredfold % yuan.denominator !== 0n) throw new RangeError(`not whole fen: ${formatRatio(yuan)}`);
  return hundredfold / yuan.denominator;
}
