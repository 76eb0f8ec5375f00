import type { Fen } from "../money/fen.ts";
import type { Ratio } from "../money/ratio.ts";
import type { DecimalText } from "../world/lease.ts";
import type { Derivation } from "./derivation.ts";

/*
 * What every charge computation answers, whether it is time-based, metered, a share of a pool or a usage formula. The
 * run plan turns these answers into bill lines; it does not care how they came about.
 */

/** Stored with every line: which engine computed it. Raise it when the same inputs would give another figure. */
export const ENGINE_VERSION = "1";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** Why a line could not be computed (money-rules 2 "Parked"), in the order in which the first that holds is reported. */
export const PARKED_CODES = [
  "UNIT_WITHOUT_AREA",
  "READING_MISSING",
  "READING_WENT_BACK",
  "REGISTER_SUM_MISMATCH",
  "TARIFF_MISSING",
  "POOL_INCOMPLETE",
  "FORMULA_ERROR",
  "NEGATIVE_RESULT",
] as const;
export type ParkedCode = (typeof PARKED_CODES)[number];

export interface ComputedLine {
  readonly ok: true;
  /** The exact amount in yuan before rounding (money-rules 1). */
  readonly exactYuan: Ratio;
  /** Rounded once, HALF_UP, to the charge's `roundTo`. */
  readonly amountFen: Fen;
  /** true: it rests on an estimated closing reading (money-rules 4). */
  readonly estimated: boolean;
  /** Everything the amount was computed from; same inputs, same bytes (I14). Keys always in the same order. */
  readonly inputs: JsonValue;
  /** How it was computed; its root's value is amountFen in yuan. */
  readonly derivation: Derivation;
  /** Metered and usage lines: what the anomalies of money-rules 2 look at. */
  readonly metered?: {
    readonly meter: string;
    /** Consumption of the service month after the multiplier, all priced registers together. */
    readonly usage: DecimalText;
    /** The day on which the opening reading stands. */
    readonly openingStandsOn: string;
  };
}

export interface ParkedLine {
  readonly ok: false;
  readonly code: ParkedCode;
  /** A Chinese sentence that says what is missing and where, so that a person can put it right. */
  readonly message: string;
}

export type LineComputation = ComputedLine | ParkedLine;

export const parked = (code: ParkedCode, message: string): ParkedLine => ({ ok: false, code, message });
