import {
  absOf,
  choiceOf,
  comparisonOf,
  constant,
  differenceOf,
  maxOf,
  minOf,
  productOf,
  quotientOf,
  roundedTo,
  sumOf,
  type Traced,
} from "../charging/derivation.ts";
import { integer, isZero, type Ratio } from "../money/ratio.ts";
import type { DecimalText } from "../world/lease.ts";
import { type Formula, type FormulaNode, unknownNames } from "./formula.ts";

export type Evaluation =
  | { readonly ok: true; readonly result: Traced }
  /** Becomes FORMULA_ERROR; the message is Chinese. */
  | { readonly ok: false; readonly message: string };

const MAX_DIGITS = 20;
const MINUS_ONE = integer(-1);

class FormulaFailure extends Error {}

/**
 * Evaluates a formula with exact rational numbers (money-rules 3.5). Names are checked in the whole text first; then only
 * the branch of `?:` that is taken is evaluated. A comparison counts as 1 or 0 where a number is wanted, and any number
 * but 0 holds where a condition is wanted.
 */
export function evaluateFormula(formula: Formula, variables: ReadonlyMap<string, Traced>): Evaluation {
  const unknown = unknownNames(formula, (name) => variables.has(name));
  if (unknown.length > 0) {
    return { ok: false, message: `公式“${formula.text}”中的 ${unknown.join("、")} 没有取值，请补录或修改公式` };
  }
  try {
    return { ok: true, result: evaluate(formula.root, variables) };
  } catch (error) {
    if (!(error instanceof FormulaFailure)) throw error;
    return { ok: false, message: `公式“${formula.text}”无法计算：${error.message}` };
  }
}

function evaluate(node: FormulaNode, variables: ReadonlyMap<string, Traced>): Traced {
  switch (node.type) {
    case "number":
      return constant("常数", node.text);
    case "name": {
      const value = variables.get(node.name);
      if (!value) throw new FormulaFailure(`${node.name} 没有取值`);
      return value;
    }
    case "negate":
      return productOf("取负", constant("负号", MINUS_ONE), evaluate(node.argument, variables));
    case "arithmetic":
      return arithmetic(node.operator, evaluate(node.left, variables), evaluate(node.right, variables));
    case "comparison":
      return comparisonOf("比较", evaluate(node.left, variables), node.operator, evaluate(node.right, variables));
    case "choice": {
      const condition = evaluate(node.condition, variables);
      const holds = !isZero(condition.ratio);
      const taken = evaluate(holds ? node.whenTrue : node.whenFalse, variables);
      return choiceOf(holds ? "条件成立" : "条件不成立", condition, taken);
    }
    case "call":
      return call(
        node.name,
        node.args.map((argument) => evaluate(argument, variables)),
      );
    default:
      return node satisfies never;
  }
}

function arithmetic(operator: "+" | "-" | "*" | "/", left: Traced, right: Traced): Traced {
  switch (operator) {
    case "+":
      return sumOf("相加", [left, right]);
    case "-":
      return differenceOf("相减", left, right);
    case "*":
      return productOf("相乘", left, right);
    case "/":
      if (isZero(right.ratio)) throw new FormulaFailure("除数为零");
      return quotientOf("相除", left, right);
    default:
      return operator satisfies never;
  }
}

function call(name: string, args: readonly Traced[]): Traced {
  const [first, second] = args;
  if (!first) throw new FormulaFailure(`函数 ${name} 缺少参数`);
  switch (name) {
    case "min":
      return minOf("取最小", ...args);
    case "max":
      return maxOf("取最大", ...args);
    case "abs":
      return absOf("绝对值", first);
    case "floor":
      return roundedTo("floor", "向下取整", first, "1");
    case "ceil":
      return roundedTo("ceil", "向上取整", first, "1");
    case "round":
      return roundedTo("round", "四舍五入", first, second ? stepOfDigits(second.ratio) : "1");
    default:
      throw new FormulaFailure(`没有函数 ${name}`);
  }
}

/** 2 → "0.01" */
function stepOfDigits({ numerator, denominator }: Ratio): DecimalText {
  const digits = numerator % denominator === 0n ? Number(numerator / denominator) : -1;
  if (digits < 0 || digits > MAX_DIGITS) throw new FormulaFailure(`小数位数应为 0 到 ${MAX_DIGITS} 的整数`);
  return digits === 0 ? "1" : `0.${"0".repeat(digits - 1)}1`;
}
