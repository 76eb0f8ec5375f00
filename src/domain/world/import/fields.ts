import { type Fen, parseYuan } from "../../money/fen.ts";
import { type CivilDate, isCivilDate, type Month } from "../../time/civil-date.ts";
import type { DecimalText } from "../lease.ts";
import type { RowKind } from "./code-index.ts";
import type { Place } from "./place.ts";
import { checked, describe, type Reader, shorten } from "./shapes.ts";

/* Readers of single values. What they give when a value cannot be read is stated once: "", "0", 0n, 1970-01-01, false. */

const NOTHING: CivilDate = "1970-01-01" as CivilDate;

/** Text that says something, without surrounding blanks. */
export const text =
  (limit = 200): Reader<string> =>
  (place) => {
    if (typeof place.value !== "string") {
      reportWrongType(place, "NOT_TEXT");
      return "";
    }
    const words = place.value.trim();
    if (words === "") place.report("TEXT_EMPTY");
    if (words.length > limit) place.report("TEXT_TOO_LONG", { length: words.length, limit });
    return words;
  };

export const boolean: Reader<boolean> = (place) => {
  if (typeof place.value !== "boolean") reportWrongType(place, "NOT_A_BOOLEAN");
  return place.value === true;
};

const CODE = /^[^\s,，~"'`<>\\\p{Cc}]{1,64}$/u;

/** A code as people type it on the command line: no blanks, no commas, and not the operator's "~operator" (money-rules 1). */
export const code: Reader<string> = (place) => {
  if (typeof place.value !== "string") {
    reportWrongType(place, "NOT_TEXT");
    return "";
  }
  if (!CODE.test(place.value)) place.report("CODE_FORMAT", { value: describe(place.value) });
  return place.value;
};

const UNKNOWN_ROW = {
  entity: "UNKNOWN_ENTITY",
  project: "UNKNOWN_PROJECT",
  building: "UNKNOWN_BUILDING",
  unit: "UNKNOWN_UNIT",
  tenant: "UNKNOWN_TENANT",
  meter: "UNKNOWN_METER",
  tariff: "UNKNOWN_TARIFF",
  pool: "UNKNOWN_POOL",
  lease: "UNKNOWN_LEASE",
} as const satisfies Record<RowKind, string>;

/** The code of a row that is in the document or already stored. */
export const reference = (kind: RowKind): Reader<string> =>
  checked(code, (value, place) => {
    if (!place.scope.codes[kind].has(value)) place.report(UNKNOWN_ROW[kind], { code: shorten(value) });
  });

type ChoiceCode =
  | "UNKNOWN_VALUE"
  | "CHARGE_KIND_UNKNOWN"
  | "PREPAYMENT_KIND_UNKNOWN"
  | "CYCLE_MONTHS_NOT_ALLOWED"
  | "CONTACT_ROLE_UNKNOWN"
  | "STAFF_ROLE_UNKNOWN"
  | "REGISTER_NAME_UNKNOWN";

/** One of a few values, exactly as listed. */
export const oneOf =
  <const Values extends readonly [string | number, ...(string | number)[]]>(
    values: Values,
    problem: ChoiceCode = "UNKNOWN_VALUE",
  ): Reader<Values[number]> =>
  (place) => {
    const found = values.find((value) => value === place.value);
    if (found !== undefined) return found;
    if (place.value === null) place.report("NULL_NOT_ALLOWED");
    else place.report(problem, { value: describe(place.value), allowed: values.join("、") });
    return values[0];
  };

/** A small JSON integer, both ends included. */
export const integer =
  (least: number, most: number): Reader<number> =>
  (place) => {
    const { value } = place;
    if (typeof value !== "number" || !Number.isInteger(value)) {
      reportWrongType(place, "NOT_AN_INTEGER");
      return least;
    }
    if (value < least || value > most) place.report("INTEGER_OUT_OF_RANGE", { value, least, most });
    return value;
  };

export const dayOfMonth: Reader<number> = (place) => {
  const { value } = place;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    reportWrongType(place, "NOT_AN_INTEGER");
    return 1;
  }
  if (value < 1 || value > 31) place.report("DAY_OF_MONTH_OUT_OF_RANGE", { value });
  return value;
};

const DECIMAL = /^-?(\d+)(?:\.(\d+))?$/;

/** An exact decimal as text: plain, at most 12 digits before and 8 after the point. JSON numbers are floats and refused. */
export const decimal: Reader<DecimalText> = (place) => {
  const { value } = place;
  if (typeof value === "number") {
    place.report("NUMBER_NOT_TEXT", { value: String(value) });
    return "0";
  }
  if (typeof value !== "string") {
    reportWrongType(place, "NOT_TEXT");
    return "0";
  }
  const match = DECIMAL.exec(value);
  const [, whole = "", decimals = ""] = match ?? [];
  if (match === null) place.report("NOT_A_DECIMAL", { value: describe(value) });
  else if (decimals.length > 8) place.report("TOO_MANY_DECIMALS", { value: shorten(value) });
  else if (whole.replace(/^0+/, "").length > 12) place.report("NUMBER_TOO_LARGE", { value: shorten(value) });
  else return value;
  return "0";
};

export const isNegativeText = (value: DecimalText): boolean => value.startsWith("-") && !isZeroText(value);
export const isZeroText = (value: DecimalText): boolean => !/[1-9]/.test(value);

/** 0 or more; the code says of what. */
export const notNegative = (
  problem: "NEGATIVE_NUMBER" | "NEGATIVE_PRICE" | "NEGATIVE_READING" = "NEGATIVE_NUMBER",
): Reader<DecimalText> =>
  checked(decimal, (value, place) => {
    if (isNegativeText(value)) place.report(problem, { value });
  });

export const positive: Reader<DecimalText> = checked(decimal, (value, place) => {
  if (isNegativeText(value) || isZeroText(value)) place.report("NOT_POSITIVE", { value });
});

/** An amount of yuan, at most two decimals. */
export const amount: Reader<Fen> = (place) => {
  const value = decimal(place);
  if (place.failed) return 0n;
  if (/\.\d\d\d*[1-9]/.test(value)) {
    place.report("AMOUNT_BELOW_FEN", { value });
    return 0n;
  }
  return parseYuan(value);
};

/** An amount of yuan that is not below zero (or, strictly, above it); the code says of what. */
export const amountAtLeast = (
  leastFen: 0n | 1n,
  problem: "NEGATIVE_NUMBER" | "NEGATIVE_DEPOSIT" | "AMOUNT_NOT_POSITIVE" | "NOT_POSITIVE",
): Reader<Fen> =>
  checked(amount, (value, place) => {
    if (value < leastFen) place.report(problem, { value: String(place.value) });
  });

/** An existing civil date of the years in which leases live. */
export const date: Reader<CivilDate> = (place) => {
  const { value } = place;
  if (typeof value !== "string") {
    reportWrongType(place, "NOT_TEXT");
    return NOTHING;
  }
  if (!isCivilDate(value)) {
    place.report("NOT_A_DATE", { value: describe(value) });
    return NOTHING;
  }
  if (value < "1970" || value >= "2200") place.report("DATE_OUT_OF_RANGE", { value });
  return value;
};

export const month: Reader<Month> = (place) => {
  const { value } = place;
  if (typeof value === "string" && /^\d{4}-(0[1-9]|1[0-2])$/.test(value)) return value as Month;
  place.report("NOT_A_MONTH", { value: describe(value) });
  return "1970-01" as Month;
};

function reportWrongType(place: Place, problem: "NOT_TEXT" | "NOT_A_BOOLEAN" | "NOT_AN_INTEGER"): void {
  if (place.value === null) place.report("NULL_NOT_ALLOWED");
  else place.report(problem, { found: describe(place.value) });
}
