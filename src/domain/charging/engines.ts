import { ratio } from "../money/ratio.ts";
import { constant } from "./derivation.ts";
import { ENGINE_VERSION, type JsonValue, type LineComputation } from "./line.ts";
import { replayLine } from "./run-plan/replay.ts";

/** Computes a line from the inputs stored with it; undefined for inputs that this engine never wrote. */
export type Engine = (inputs: JsonValue) => LineComputation | undefined;

/** Stored with the lines that were taken over from the system before us. */
export const OPENING_ENGINE = "opening";
/** Stored with the lines that give back what a refund by line was approved for. */
export const CREDIT_ENGINE = "credit";

/**
 * Every engine that ever wrote a line, by the version stored with it. A change that gives the same inputs another figure
 * or another derivation is a new version: the old code stays here under its number, so that old bills still replay. The
 * test of engine versions holds each of them to figures written down once.
 */
const ENGINES: ReadonlyMap<string, Engine> = new Map([
  [ENGINE_VERSION, replayLine],
  [OPENING_ENGINE, openingLine],
  [CREDIT_ENGINE, creditLine],
]);

export const engineOf = (version: string): Engine | undefined => ENGINES.get(version);

/** A line of the opening position is what the old system said. */
function openingLine(inputs: JsonValue): LineComputation | undefined {
  const { opening } = inputs as { readonly opening?: { readonly amountFen?: string } };
  if (opening?.amountFen === undefined) return undefined;
  const amountFen = BigInt(opening.amountFen);
  const amount = constant("期初应收", ratio(amountFen, 100n));
  return { ok: true, exactYuan: amount.ratio, amountFen, estimated: false, inputs, derivation: amount.node };
}

/** A credit line is what an approval said. */
export function creditLine(inputs: JsonValue): LineComputation | undefined {
  const { credit } = inputs as { readonly credit?: { readonly amountFen?: string } };
  if (credit?.amountFen === undefined) return undefined;
  const amountFen = BigInt(credit.amountFen);
  const amount = constant("退款红冲", ratio(amountFen, 100n));
  return { ok: true, exactYuan: amount.ratio, amountFen, estimated: false, inputs, derivation: amount.node };
}
