import { type Fen, toJsonInteger } from "../money/fen.ts";
import { ratio } from "../money/ratio.ts";
import { constant, differenceOf, fenOf } from "./derivation.ts";
import type { ComputedLine } from "./line.ts";

export type DepositInputs = {
  readonly type: "deposit";
  readonly depositFen: number;
  /** What the opening position holds of it. */
  readonly heldFen: number;
};

/** The deposit line (money-rules 2 "Deposit"): what was agreed, less what the opening position holds. */
export function computeDeposit(depositFen: Fen, heldFen: Fen): ComputedLine {
  const line = differenceOf(
    "应收押金（元）",
    constant("约定押金（元）", ratio(depositFen, 100n)),
    constant("期初已收押金（元）", ratio(heldFen, 100n)),
  );
  const inputs: DepositInputs = {
    type: "deposit",
    depositFen: toJsonInteger(depositFen),
    heldFen: toJsonInteger(heldFen),
  };
  return {
    ok: true,
    exactYuan: line.ratio,
    amountFen: fenOf(line.ratio),
    estimated: false,
    inputs,
    derivation: line.node,
  };
}
