import type { Derivation } from "../../../src/domain/charging/derivation.ts";

/*
 * An evaluator that shares no code with the engine: it believes only the constants of a derivation, works upwards with
 * plain fractions, and throws where a printed value is not what it finds.
 */

export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

function read(text: string): Fraction {
  const [top = "", bottom] = text.split("/");
  if (bottom !== undefined) return { n: BigInt(top), d: BigInt(bottom) };
  const [whole = "", decimals = ""] = top.split(".");
  return { n: BigInt(whole + decimals), d: 10n ** BigInt(decimals.length) };
}

const add = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
const times = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
const minus = (a: Fraction): Fraction => ({ n: -a.n, d: a.d });
const over = (a: Fraction, b: Fraction): Fraction => times(a, b.n < 0n ? { n: -b.d, d: -b.n } : { n: b.d, d: b.n });
const order = (a: Fraction, b: Fraction): bigint => a.n * b.d - b.n * a.d;

function toInteger(a: Fraction, how: string): bigint {
  const down = a.n >= 0n ? a.n / a.d : -((-a.n + a.d - 1n) / a.d);
  const exact = down * a.d === a.n;
  if (how === "floor" || exact) return down;
  if (how === "ceil") return down + 1n;
  const twice = 2n * (a.n < 0n ? -a.n : a.n) + a.d;
  const rounded = twice / (2n * a.d);
  return a.n < 0n ? -rounded : rounded;
}

function compute(node: Derivation, args: readonly Fraction[]): Fraction {
  const [first, second] = args;
  if (!first) throw new Error(`${node.op} without arguments`);
  switch (node.op) {
    case "sum":
      return args.reduce(add);
    case "product":
      return args.reduce(times);
    case "min":
      return args.reduce((a, b) => (order(a, b) <= 0n ? a : b));
    case "max":
      return args.reduce((a, b) => (order(a, b) >= 0n ? a : b));
    case "abs":
      return first.n < 0n ? minus(first) : first;
    case "round":
    case "floor":
    case "ceil": {
      const step = read(node.step ?? "1");
      return times({ n: toInteger(over(first, step), node.op), d: 1n }, step);
    }
    default:
      if (!second) throw new Error(`${node.op} needs two arguments`);
  }
  switch (node.op) {
    case "difference":
      return add(first, minus(second));
    case "quotient":
      return over(first, second);
    case "choose":
      return second;
    case "compare": {
      const o = order(first, second);
      const holds = { "<": o < 0n, "<=": o <= 0n, ">": o > 0n, ">=": o >= 0n, "==": o === 0n, "!=": o !== 0n };
      return { n: node.operator && holds[node.operator] ? 1n : 0n, d: 1n };
    }
    default:
      throw new Error(`unknown node ${node.op}`);
  }
}

export function evaluateDerivation(node: Derivation): Fraction {
  const printed = read(node.value);
  if (node.op === "constant") return printed;
  const value = compute(node, (node.args ?? []).map(evaluateDerivation));
  if (order(value, printed) !== 0n)
    throw new Error(`${node.label}: printed ${node.value}, found ${value.n}/${value.d}`);
  return value;
}
