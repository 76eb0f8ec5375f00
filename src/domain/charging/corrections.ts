import { type Fen, toJsonInteger } from "../money/fen.ts";
import { ratio } from "../money/ratio.ts";
import { constant, type Derivation, differenceOf, sumOf } from "./derivation.ts";
import type { ComputedLine, JsonValue } from "./line.ts";

export type CorrectionInputs = {
  readonly type: "correction";
  /** Inputs of what is right today; null: nothing remains of the line. */
  readonly right: JsonValue;
  /** Of the lines issued so far for the identity: the original first, then its corrections in order. */
  readonly issuedFen: readonly number[];
};

/** A correction (money-rules 2): what is right today (0 if nothing remains) − Σ issued. `issuedFen` is never empty. */
export function computeCorrection(
  right: Pick<ComputedLine, "amountFen" | "derivation" | "inputs"> | undefined,
  issuedFen: readonly Fen[],
): { readonly amountFen: Fen; readonly inputs: CorrectionInputs; readonly derivation: Derivation } {
  const rightFen = right?.amountFen ?? 0n;
  const today = right
    ? { ratio: ratio(rightFen, 100n), node: right.derivation }
    : constant("今日应收（元）", ratio(0n, 100n));
  const before = sumOf(
    "已开账单合计（元）",
    issuedFen.map((fen, index) => constant(index === 0 ? "原账单行" : `第${index}次更正`, ratio(fen, 100n))),
  );
  return {
    amountFen: rightFen - issuedFen.reduce((total, fen) => total + fen, 0n),
    inputs: { type: "correction", right: right?.inputs ?? null, issuedFen: issuedFen.map(toJsonInteger) },
    derivation: differenceOf("更正金额（元）", today, before).node,
  };
}
