import jsep from "jsep";
import type { ComparisonOperator } from "../charging/derivation.ts";
import type { DecimalText } from "../world/lease.ts";

/** What a formula may consist of (money-rules 3.5); everything else is refused when it is read. */
export type FormulaNode =
  | { readonly type: "number"; readonly text: DecimalText }
  /** "area", "headcount", "usage", "usage.peak", an input of the lease. */
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "negate"; readonly argument: FormulaNode }
  | {
      readonly type: "arithmetic";
      readonly operator: "+" | "-" | "*" | "/";
      readonly left: FormulaNode;
      readonly right: FormulaNode;
    }
  | {
      readonly type: "comparison";
      readonly operator: ComparisonOperator;
      readonly left: FormulaNode;
      readonly right: FormulaNode;
    }
  | {
      readonly type: "choice";
      readonly condition: FormulaNode;
      readonly whenTrue: FormulaNode;
      readonly whenFalse: FormulaNode;
    }
  /** An unknown function is a name that is not known: it parses, and is FORMULA_ERROR when it is computed. */
  | { readonly type: "call"; readonly name: string; readonly args: readonly FormulaNode[] };

export interface Formula {
  readonly text: string;
  readonly root: FormulaNode;
  /** Every variable in the whole text, whichever branch is taken. */
  readonly names: ReadonlySet<string>;
  /** Functions that are none of ours. */
  readonly unknownFunctions: readonly string[];
  /** true: names `usage` or a register of it, so the charge is in arrears and by calendar month (money-rules 2). */
  readonly namesUsage: boolean;
}

export type FormulaParse =
  | { readonly ok: true; readonly formula: Formula }
  | { readonly ok: false; readonly message: string };

const MAX_LENGTH = 2000;
const ARITHMETIC = ["+", "-", "*", "/"] as const;
const COMPARISONS = ["<", "<=", ">", ">=", "==", "!="] as const;
/** Function → how many arguments it takes, at least and at most. */
const FUNCTIONS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["min", [1, 100]],
  ["max", [1, 100]],
  ["abs", [1, 1]],
  ["round", [1, 2]],
  ["floor", [1, 1]],
  ["ceil", [1, 1]],
]);

/**
 * Reads a formula into a tree of our own, so that nothing but money-rules 3.5 can ever be evaluated. Import refuses what
 * does not parse; the message is Chinese and says where it stops. Never throws.
 */
export function parseFormula(text: string): FormulaParse {
  if (text.length > MAX_LENGTH) return { ok: false, message: `公式超过 ${MAX_LENGTH} 个字符` };
  const names = new Set<string>();
  const unknownFunctions: string[] = [];
  try {
    const root = convert(jsep(text), names, unknownFunctions);
    const namesUsage = [...names].some((name) => name === "usage" || name.startsWith("usage."));
    return { ok: true, formula: { text, root, names, unknownFunctions, namesUsage } };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `公式“${text}”无法解析：${detail}` };
  }
}

/** Names of the formula that nothing stands for, in the order of the text; functions with "()" behind them. */
export function unknownNames(formula: Formula, isKnown: (name: string) => boolean): readonly string[] {
  return [
    ...[...formula.names].filter((name) => !isKnown(name)),
    ...formula.unknownFunctions.map((name) => `${name}()`),
  ];
}

function convert(node: jsep.Expression, names: Set<string>, unknownFunctions: string[]): FormulaNode {
  const read = (part: unknown): FormulaNode => convert(part as jsep.Expression, names, unknownFunctions);
  switch (node.type) {
    case "Literal":
      return { type: "number", text: decimalOf(String(node.raw)) };
    case "Identifier":
    case "MemberExpression": {
      const name = nameOf(node);
      names.add(name);
      return { type: "name", name };
    }
    case "UnaryExpression": {
      const argument = read(node.argument);
      if (node.operator === "-") return { type: "negate", argument };
      if (node.operator === "+") return argument;
      throw new SyntaxError(`不支持运算符 ${String(node.operator)}`);
    }
    case "BinaryExpression":
      return binary(String(node.operator), read(node.left), read(node.right));
    case "ConditionalExpression":
      return {
        type: "choice",
        condition: read(node.test),
        whenTrue: read(node.consequent),
        whenFalse: read(node.alternate),
      };
    case "CallExpression":
      return call(node, read, unknownFunctions);
    case "Compound":
      throw new SyntaxError("需要一个完整的算式");
    default:
      throw new SyntaxError(`不支持的写法 ${node.type}`);
  }
}

function binary(operator: string, left: FormulaNode, right: FormulaNode): FormulaNode {
  const arithmetic = ARITHMETIC.find((known) => known === operator);
  if (arithmetic) return { type: "arithmetic", operator: arithmetic, left, right };
  const comparison = COMPARISONS.find((known) => known === operator);
  if (comparison) return { type: "comparison", operator: comparison, left, right };
  throw new SyntaxError(`不支持运算符 ${operator}`);
}

function call(node: jsep.Expression, read: (part: unknown) => FormulaNode, unknownFunctions: string[]): FormulaNode {
  const callee = node.callee as jsep.Expression;
  if (callee.type !== "Identifier") throw new SyntaxError("函数名无效");
  const name = String(callee.name);
  const args = (node.arguments as jsep.Expression[]).map(read);
  const arity = FUNCTIONS.get(name);
  if (!arity) unknownFunctions.push(name);
  else if (args.length < arity[0] || args.length > arity[1]) throw new SyntaxError(`函数 ${name} 的参数个数不对`);
  return { type: "call", name, args };
}

/** A plain decimal; ".5" is one too. Booleans, texts and exponents are literals to jsep and refused here. */
function decimalOf(raw: string): DecimalText {
  const text = raw.startsWith(".") ? `0${raw}` : raw;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new SyntaxError(`${raw} 不是十进制数`);
  return text;
}

function nameOf(node: jsep.Expression): string {
  if (node.type === "Identifier") return String(node.name);
  const object = node.object as jsep.Expression;
  const property = node.property as jsep.Expression;
  const plain = node.computed === false && !node.optional && property.type === "Identifier";
  if (!plain || object.type !== "Identifier" || object.name !== "usage") {
    throw new SyntaxError("点号只能用于 usage，例如 usage.peak");
  }
  return `usage.${String(property.name)}`;
}
