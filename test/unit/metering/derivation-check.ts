import type { Derivation } from "../../../src/domain/charging/derivation.ts";

/* A second, independent evaluator: it believes the constants and nothing else, and computes with its own fractions. */

type Fraction = readonly [numerator: bigint, denominator: bigint];

function read(text: string): Fraction {
  const [numerator = "", denominator] = text.split("/");
  if (denominator !== undefined) return [BigInt(numerator), BigInt(denominator)];
  const [whole = "", decimals = ""] = text.split(".");
  return [BigInt(whole + decimals), 10n ** BigInt(decimals.length)];
}

const plus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];
const times = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d];
const minus = (a: Fraction, [c, d]: Fraction): Fraction => plus(a, [-c, d]);
const over = ([a, b]: Fraction, [c, d]: Fraction): Fraction => (c < 0n ? [-a * d, -c * b] : [a * d, b * c]);
const same = ([a, b]: Fraction, [c, d]: Fraction): boolean => a * d === c * b;

function toWhole(op: "round" | "floor", [a, b]: Fraction): bigint {
  if (op === "round") return a < 0n ? -toWhole("round", [-a, b]) : (2n * a + b) / (2n * b);
  return a < 0n && a % b !== 0n ? a / b - 1n : a / b;
}

/** Recomputes the tree from its constants; throws where a printed value is not what its arguments give. */
export function recompute(node: Derivation): Fraction {
  const printed = read(node.value);
  const found = evaluate(node, (node.args ?? []).map(recompute), printed);
  if (!same(found, printed)) throw new Error(`${node.label}: printed ${node.value}, found ${found.join("/")}`);
  return printed;
}

function evaluate(node: Derivation, args: readonly Fraction[], printed: Fraction): Fraction {
  const [first = printed, second = printed] = args;
  switch (node.op) {
    case "constant":
      return printed;
    case "sum":
      return args.reduce(plus);
    case "product":
      return args.reduce(times);
    case "difference":
      return minus(first, second);
    case "quotient":
      return over(first, second);
    case "round":
    case "floor": {
      const step = read(node.step ?? "");
      return times([toWhole(node.op, over(first, step)), 1n], step);
    }
    default:
      throw new Error(`metering and pools do not use ${node.op}`);
  }
}

/** The amount in fen that the tree proves. */
export function provenFen(root: Derivation): bigint {
  const [numerator, denominator] = recompute(root);
  if ((numerator * 100n) % denominator !== 0n) throw new Error(`not whole fen: ${root.value}`);
  return (numerator * 100n) / denominator;
}
