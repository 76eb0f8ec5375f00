/*
 * Computes a bill's figures again from what `bill show --explain --json` prints, with fractions of its own. It imports
 * nothing: not the engine, not its numbers, not its types. It believes the constants of a derivation and nothing else.
 */

export type Fraction = readonly [top: bigint, bottom: bigint];
interface Node {
  readonly op: string;
  readonly label: string;
  readonly value: string;
  readonly step?: string;
  readonly operator?: string;
  readonly args?: readonly Node[];
}
interface PrintedBill {
  readonly billNo: string;
  readonly totalFen: number;
  readonly lines: readonly { readonly charge: string; readonly amountFen: number; readonly derivation: Node }[];
}

/** "-12.50" or "7/3". Throws on anything else, so nothing is guessed. */
function read(text: string): Fraction {
  const [, sign, whole = "", decimals = "", bottom] = /^(-?)(\d+)(?:\.(\d+)|\/(\d+))?$/.exec(text) ?? [];
  if (whole === "") throw new Error(`not a number: ${text}`);
  const top = BigInt(whole + decimals);
  return [sign === "-" ? -top : top, bottom === undefined ? 10n ** BigInt(decimals.length) : BigInt(bottom)];
}

const plus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];
const minus = (a: Fraction, [c, d]: Fraction): Fraction => plus(a, [-c, d]);
const times = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * c, b * d];
function over(a: Fraction, [c, d]: Fraction): Fraction {
  if (c === 0n) throw new Error("division by zero");
  return times(a, c < 0n ? [-d, -c] : [d, c]);
}
/** Below, at or above zero as the first is less than, equal to or greater than the second. */
const order = ([a, b]: Fraction, [c, d]: Fraction): bigint => a * d - c * b;

function whole(op: string, [a, b]: Fraction): bigint {
  const rest = ((a % b) + b) % b;
  const below = (a - rest) / b;
  if (op === "floor" || rest === 0n) return below;
  if (op === "ceil") return below + 1n;
  // 四舍五入: halves go away from zero.
  return 2n * rest > b || (2n * rest === b && a > 0n) ? below + 1n : below;
}

function holds(operator: string | undefined, o: bigint): boolean {
  const table = new Map([
    ["<", o < 0n],
    ["<=", o <= 0n],
    [">", o > 0n],
    [">=", o >= 0n],
    ["==", o === 0n],
    ["!=", o !== 0n],
  ]);
  const found = table.get(operator ?? "");
  if (found === undefined) throw new Error(`unknown comparison ${operator}`);
  return found;
}

function compute(node: Node, [first, ...rest]: readonly Fraction[]): Fraction {
  if (!first) throw new Error(`${node.op} has no arguments`);
  const [second] = rest;
  if (node.op === "sum") return rest.reduce(plus, first);
  if (node.op === "product") return rest.reduce(times, first);
  if (node.op === "min") return rest.reduce((a, b) => (order(b, a) < 0n ? b : a), first);
  if (node.op === "max") return rest.reduce((a, b) => (order(b, a) > 0n ? b : a), first);
  if (node.op === "abs") return first[0] < 0n ? [-first[0], first[1]] : first;
  if (["round", "floor", "ceil"].includes(node.op)) {
    const step = read(node.step ?? "");
    return times([whole(node.op, over(first, step)), 1n], step);
  }
  if (!second) throw new Error(`${node.op} needs two arguments`);
  if (node.op === "difference") return minus(first, second);
  if (node.op === "quotient") return over(first, second);
  if (node.op === "choose") return second;
  if (node.op === "compare") return [holds(node.operator, order(first, second)) ? 1n : 0n, 1n];
  throw new Error(`unknown operation ${node.op}`);
}

/** The value of a tree; throws where a value printed anywhere in it is not what its arguments give. */
export function evaluate(node: Node): Fraction {
  const printed = read(node.value);
  if (node.op === "constant") return printed;
  const found = compute(node, (node.args ?? []).map(evaluate));
  if (order(found, printed) !== 0n) throw new Error(`${node.label}: printed ${node.value}, found ${found.join("/")}`);
  return found;
}

/** What is wrong with a printed bill, one sentence each: nothing, if every fen follows from the constants. */
export function problemsOf(bill: PrintedBill): string[] {
  const wrong = bill.lines.filter(
    (line) => order(times(evaluate(line.derivation), [100n, 1n]), [BigInt(line.amountFen), 1n]) !== 0n,
  );
  const total = bill.lines.reduce((sum, line) => sum + line.amountFen, 0);
  const sums = total === bill.totalFen ? [] : [`${bill.billNo}: the lines sum to ${total}, not ${bill.totalFen}`];
  return [...wrong.map((line) => `${bill.billNo} ${line.charge}: not ${line.amountFen} fen`), ...sums];
}
