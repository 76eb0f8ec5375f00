import { type Fen, toJsonInteger } from "../money/fen.ts";
import { ratio } from "../money/ratio.ts";
import { constant, fenOf } from "./derivation.ts";
import type { ComputedLine } from "./line.ts";

export type OneOffInputs = {
  readonly type: "one-off";
  readonly amountFen: number;
};

/** The line of a charge that a person raised and another approved: its amount is what they agreed on. */
export function computeOneOff(amountFen: Fen): ComputedLine {
  const amount = constant("一次性费用（元）", ratio(amountFen, 100n));
  const inputs: OneOffInputs = { type: "one-off", amountFen: toJsonInteger(amountFen) };
  return {
    ok: true,
    exactYuan: amount.ratio,
    amountFen: fenOf(amount.ratio),
    estimated: false,
    inputs,
    derivation: amount.node,
  };
}
