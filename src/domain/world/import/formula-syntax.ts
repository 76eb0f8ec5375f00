import jsep from "jsep";

/** The names that a formula uses, or why it is none (money-rules 3.5). */
export type FormulaSyntax =
  | { readonly ok: true; readonly variables: ReadonlySet<string>; readonly usesUsage: boolean }
  | { readonly ok: false; readonly problem: string };

const OPERATORS = new Set(["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!="]);
/** Fewest and most arguments. */
const FUNCTIONS: Readonly<Record<string, readonly [number, number]>> = {
  min: [1, 99],
  max: [1, 99],
  abs: [1, 1],
  round: [1, 2],
  floor: [1, 1],
  ceil: [1, 1],
};
/** Names that the engine gives a value; a lease's inputs must not take them. */
export const BUILT_IN_NAMES: ReadonlySet<string> = new Set([
  "area",
  "months",
  "headcount",
  "usage",
  "true",
  "false",
  "null",
  "this",
  ...Object.keys(FUNCTIONS),
]);

/**
 * Parses a formula as far as import must: money-rules 3.5 refuses there what does not parse. An unknown name does parse; it
 * parks the line later, so it is only listed here.
 */
export function readFormulaSyntax(expression: string): FormulaSyntax {
  const variables = new Set<string>();
  try {
    visit(jsep(expression), variables);
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
  const usesUsage = [...variables].some((name) => name === "usage" || name.startsWith("usage."));
  return { ok: true, variables, usesUsage };
}

function visit(node: jsep.Expression, variables: Set<string>): void {
  const is = <T extends jsep.Expression>(candidate: jsep.Expression, type: T["type"]): candidate is T =>
    candidate.type === type;
  if (is<jsep.Literal>(node, "Literal")) {
    if (typeof node.value !== "number" || !/^(\d+(\.\d+)?|\.\d+)$/.test(node.raw)) {
      throw new SyntaxError(`${node.raw} 不是十进制数`);
    }
    return;
  }
  if (is<jsep.Identifier>(node, "Identifier")) {
    variables.add(node.name);
    return;
  }
  if (is<jsep.MemberExpression>(node, "MemberExpression")) {
    const { object, property } = node;
    const isRegister =
      !node.computed && is<jsep.Identifier>(object, "Identifier") && is<jsep.Identifier>(property, "Identifier");
    if (!isRegister || object.name !== "usage") throw new SyntaxError("“.” 只能用于 usage，如 usage.peak");
    variables.add(`usage.${property.name}`);
    return;
  }
  if (is<jsep.UnaryExpression>(node, "UnaryExpression")) {
    if (node.operator !== "-" && node.operator !== "+") throw new SyntaxError(`不支持 ${node.operator}`);
    visit(node.argument, variables);
    return;
  }
  if (is<jsep.BinaryExpression>(node, "BinaryExpression")) {
    if (!OPERATORS.has(node.operator)) throw new SyntaxError(`不支持 ${node.operator}`);
    visit(node.left, variables);
    visit(node.right, variables);
    return;
  }
  if (is<jsep.ConditionalExpression>(node, "ConditionalExpression")) {
    for (const part of [node.test, node.consequent, node.alternate]) visit(part, variables);
    return;
  }
  if (is<jsep.CallExpression>(node, "CallExpression")) {
    visitCall(node, variables);
    return;
  }
  throw new SyntaxError(node.type === "Compound" ? "有多余的内容或缺少运算符" : `不支持 ${node.type}`);
}

function visitCall(node: jsep.CallExpression, variables: Set<string>): void {
  const name = node.callee.type === "Identifier" ? String(node.callee.name) : "";
  const bounds = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (bounds === undefined) throw new SyntaxError(`没有函数 ${name}`);
  if (node.arguments.length < bounds[0] || node.arguments.length > bounds[1]) {
    throw new SyntaxError(`函数 ${name} 的参数个数不对`);
  }
  for (const argument of node.arguments) visit(argument, variables);
}
