import type { CorrectionInputs } from "../charging/corrections.ts";
import type { DepositInputs } from "../charging/deposit.ts";
import type { Derivation } from "../charging/derivation.ts";
import type { DiscountInputs } from "../charging/discounts.ts";
import type { JsonValue } from "../charging/line.ts";
import type { TimeBasedInputs } from "../charging/time-based.ts";
import type { UsageFormulaInputs } from "../charging/usage-formula.ts";
import type { MeteredInputs } from "../metering/metered-inputs.ts";
import { type Fen, formatYuan } from "../money/fen.ts";
import { ratio } from "../money/ratio.ts";
import type { PoolInputs } from "../pools/pool-inputs.ts";
import { type DateRange, formatDate } from "../time/civil-date.ts";
import { changesBetween, typeOf } from "./changes.ts";
import { draftDiscount } from "./discount.ts";
import { argumentOf, type Draft, EXPLANATION_LINES_MAX, toLines } from "./explanation.ts";
import { draftMetered, draftUsageFormula } from "./metered.ts";
import { draftPool } from "./pool.ts";
import { draftTimeBased } from "./time-based.ts";

/** A bill line as it is stored, with what a person calls it. */
export interface ExplainableLine {
  /** "租金", "公摊电费" */
  readonly name: string;
  readonly amountFen: Fen;
  readonly period: DateRange;
  readonly inputs: JsonValue;
  readonly derivation: Derivation;
  /** "A栋电梯电费"; default 公摊 with its code. Lines of a pool only. */
  readonly poolName?: string | undefined;
  /** Of a correction: inputs of the line before it in its family, if they are still known. */
  readonly correctedInputs?: JsonValue | undefined;
}

const CHANGES_MAX = 3;
/** First line, what was billed, the difference. */
const CORRECTION_FRAME_LINES = 3;

/**
 * How a line came about, in at most 12 lines of Chinese for the tenant; the last one ends with the line's amount. It tells
 * what is in the stored derivation and inputs and nothing else, so it says the same after years.
 */
export function explainLine(line: ExplainableLine): readonly string[] {
  return explainWithin(line, EXPLANATION_LINES_MAX);
}

function explainWithin(line: ExplainableLine, linesMax: number): readonly string[] {
  if (typeOf(line.inputs) === "correction") return explainCorrection(line, linesMax);
  return toLines(line.name, line.amountFen, draftOf(line), linesMax);
}

function draftOf({ inputs, derivation, poolName }: ExplainableLine): Draft {
  switch (typeOf(inputs)) {
    case "time-based":
      return draftTimeBased(inputs as unknown as TimeBasedInputs, derivation);
    case "discount":
      return draftDiscount(inputs as unknown as DiscountInputs, derivation);
    case "metered":
      return draftMetered(inputs as unknown as MeteredInputs, derivation);
    case "usage-formula":
      return draftUsageFormula(inputs as unknown as UsageFormulaInputs, derivation);
    case "pool": {
      const pool = inputs as unknown as PoolInputs;
      return draftPool(pool, derivation, poolName ?? `公摊${pool.pool}`);
    }
    case "deposit":
      return draftDeposit(inputs as unknown as DepositInputs);
    case "one-off":
      return { facts: ["这是一笔一次性费用，由管家提出、另一位同事审批"], steps: [], rounding: "" };
    default:
      return draftOther(inputs);
  }
}

function draftDeposit({ depositFen, heldFen }: DepositInputs): Draft {
  const agreed = formatYuan(BigInt(depositFen));
  const text = heldFen === 0 ? "按合同约定" : `合同约定${agreed} − 已收${formatYuan(BigInt(heldFen))}`;
  const yuan = ratio(BigInt(depositFen) - BigInt(heldFen), 100n);
  return { facts: ["押金退租时按合同退还，不计违约金"], steps: [{ text, yuan }], rounding: "" };
}

/** Taken over from an earlier system, or written by hand: only the amount is known. */
function draftOther(inputs: JsonValue): Draft {
  const asOf = openingDateOf(inputs);
  const fact =
    asOf === undefined ? "这一笔没有计算过程，金额由园区录入" : `${asOf}从原系统结转的应收，计算过程在原系统`;
  return { facts: [fact], steps: [], rounding: "" };
}

function openingDateOf(inputs: JsonValue): string | undefined {
  const { opening } = (inputs ?? {}) as { readonly opening?: { readonly asOf?: string } };
  return opening?.asOf === undefined ? undefined : formatDate(opening.asOf as Parameters<typeof formatDate>[0]);
}

/** Was, is, difference; between them what changed and how the right amount comes about. */
function explainCorrection(line: ExplainableLine, linesMax: number): readonly string[] {
  const { name, period, derivation, correctedInputs } = line;
  const { right, issuedFen } = line.inputs as unknown as CorrectionInputs;
  const wasFen = issuedFen.reduce((total, fen) => total + BigInt(fen), 0n);
  const rightFen = wasFen + line.amountFen;
  const changes =
    right === null || correctedInputs === undefined
      ? []
      : changesBetween(rightInputsOf(correctedInputs), right).slice(0, CHANGES_MAX);
  const rightNode = argumentOf(derivation, 0);
  const room = linesMax - CORRECTION_FRAME_LINES - changes.length;
  const now =
    right === null || !rightNode
      ? [`现在：这段时间不再计费，应为${formatYuan(rightFen)}`]
      : explainWithin({ ...line, name: "现应收", inputs: right, derivation: rightNode, amountFen: rightFen }, room);
  const earlier = issuedFen.length > 1 ? `（原账单和之前${issuedFen.length - 1}次更正合计）` : "";
  return [
    `更正${formatDate(period.from)}至${formatDate(period.to)}的${name.replace(/更正$/, "")}`,
    `原来已开${formatYuan(wasFen)}${earlier}`,
    ...changes,
    ...now,
    `差额：${formatYuan(rightFen)} − ${formatYuan(wasFen)} = ${formatYuan(line.amountFen)}`,
  ];
}

/** A correction holds what was right when it was made; a line holds it itself. */
const rightInputsOf = (inputs: JsonValue): JsonValue =>
  typeOf(inputs) === "correction" ? (inputs as unknown as CorrectionInputs).right : inputs;
