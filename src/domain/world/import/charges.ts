import { parseFormula } from "../../formula/formula.ts";
import { compare, parseRatio, integer as wholeNumber } from "../../money/ratio.ts";
import type { Escalation } from "../lease.ts";
import { CHARGE_KINDS, type ChargeAmendment, type ChargeRule, type ChargeTerms, type Discount } from "../lease.ts";
import {
  amountAtLeast,
  code,
  date,
  dayOfMonth,
  decimal,
  integer,
  notNegative,
  oneOf,
  reference,
  text,
} from "./fields.ts";
import { taxRate } from "./parties.ts";
import type { Place } from "./place.ts";
import { percent } from "./premises.ts";
import {
  checked,
  list,
  mapped,
  object,
  optional,
  orElse,
  partially,
  type Reader,
  required,
  variants,
} from "./shapes.ts";

/* One charge of a lease, in full or as an amendment names it. */

const price = notNegative("NEGATIVE_PRICE");

const expression = checked(text(2000), (value, place) => {
  const problem = place.scope.checkFormula(value);
  if (problem !== undefined) place.report("FORMULA_INVALID", { problem });
});

const rule: Reader<ChargeRule> = checked(
  variants("type", {
    fixed: {
      price: required(price),
      quantity: orElse(notNegative(), "1"),
      per: orElse(oneOf(["month"]), "month"),
    },
    area: {
      price: required(price),
      area: optional(code),
      per: orElse(oneOf(["sqm-month", "sqm-day"]), "sqm-month"),
    },
    metered: { meter: required(reference("meter")), tariff: required(reference("tariff")) },
    pool: { pool: required(reference("pool")) },
    formula: { expression: required(expression), meter: optional(reference("meter")), area: optional(code) },
  }),
  (row, place) => {
    if (row.type !== "formula" || place.has("meter") || !place.isSound("expression")) return;
    const parse = parseFormula(row.expression);
    if (parse.ok && parse.formula.namesUsage) place.child("meter").report("FORMULA_METER_MISSING");
  },
);

/** Both ends included. Checks the order of the ends when both could be read. */
export function checkRange(row: { readonly from?: string; readonly to?: string }, place: Place): void {
  if (row.from === undefined || row.to === undefined || !place.isSound("from", "to")) return;
  if (row.to < row.from) place.child("to").report("END_BEFORE_START", { start: row.from, end: row.to });
}

export const dateRange = checked(object({ from: required(date), to: required(date) }), checkRange);

const discount: Reader<Discount> = mapped(
  checked(
    object({
      from: required(date),
      to: required(date),
      percent: optional(percent),
      amountPerMonth: optional(
        // Read as an amount for its checks, kept as the exact text it is.
        mapped(amountAtLeast(0n, "NEGATIVE_NUMBER"), (_, place) => String(place.value)),
      ),
    }),
    checkRange,
  ),
  (row, place) => {
    if (!place.failed && place.has("percent") === place.has("amountPerMonth")) place.report("DISCOUNT_AMBIGUOUS");
    return row;
  },
);

/** Rents also step down, but not by more than all of it. */
const stepPercent = checked(decimal, (value, place) => {
  const step = parseRatio(value);
  if (compare(step, wholeNumber(100)) > 0) place.report("PERCENT_ABOVE_100", { value });
  if (compare(step, wholeNumber(-100)) < 0) place.report("PERCENT_BELOW_MINUS_100", { value });
});

const escalation: Reader<Escalation> = mapped(
  object({
    everyMonths: optional(integer(1, 1200)),
    percent: optional(stepPercent),
    firstAfterMonths: optional(integer(0, 1200)),
    from: optional(date),
    price: optional(price),
  }),
  ({ everyMonths = 12, percent: step = "0", firstAfterMonths, from, price: set }, place) => {
    const byPercent = place.has("everyMonths") && place.has("percent");
    const bySetPrice = place.has("from") && place.has("price");
    const written = ["everyMonths", "percent", "firstAfterMonths", "from", "price"].filter((key) => place.has(key));
    const strangers = written.filter((key) => bySetPrice === (key !== "from" && key !== "price"));
    if (!place.failed && (byPercent === bySetPrice || strangers.length > 0)) place.report("ESCALATION_AMBIGUOUS");
    if (from !== undefined && set !== undefined) return { from, price: set };
    return { everyMonths, percent: step, firstAfterMonths: firstAfterMonths ?? everyMonths };
  },
);

/** A charge's code; "deposit" is the code of deposit lines (money-rules 2). */
const chargeCode = checked(code, (value, place) => {
  if (value === "deposit" || value === "late-fee") place.report("CODE_RESERVED", { value });
});

export const cycleMonths = oneOf([1, 3, 6, 12], "CYCLE_MONTHS_NOT_ALLOWED");

const chargeShape = {
  code: required(chargeCode),
  kind: required(oneOf(CHARGE_KINDS, "CHARGE_KIND_UNKNOWN")),
  rule: required(rule),
  mode: optional(oneOf(["advance", "arrears"])),
  proration: orElse(oneOf(["actual", "thirty", "year365", "whole"]), "actual"),
  periodAnchor: orElse(oneOf(["calendar", "lease"]), "calendar"),
  cycleMonths: optional(cycleMonths),
  taxRate: optional(taxRate),
  entity: optional(reference("entity")),
  dueDay: optional(dayOfMonth),
  roundTo: orElse(oneOf(["0.01", "0.1", "1"]), "0.01"),
  from: optional(date),
  to: optional(date),
  rentFree: orElse(list(dateRange), []),
  priceScale: orElse(integer(0, 8), 4),
  escalations: orElse(list(escalation), []),
  discounts: orElse(list(discount), []),
} as const;

export const charge: Reader<ChargeTerms> = checked(object(chargeShape), checkRange);

type AmendmentShape = ReturnType<typeof partially<typeof chargeShape>>;
const amendmentShape: Omit<AmendmentShape, "code"> & Pick<typeof chargeShape, "code"> = {
  ...partially(chargeShape),
  code: chargeShape.code,
};

export const chargeAmendment: Reader<ChargeAmendment> = checked(
  object({ ...amendmentShape, price: optional(price) }),
  checkRange,
);

/** What a charge has when nothing else is said (money-rules 2 and 3): for charges that begin with an amendment. */
export const CHARGE_DEFAULTS: Pick<
  ChargeTerms,
  "proration" | "periodAnchor" | "roundTo" | "rentFree" | "priceScale" | "escalations" | "discounts"
> = {
  proration: "actual",
  periodAnchor: "calendar",
  roundTo: "0.01",
  rentFree: [],
  priceScale: 4,
  escalations: [],
  discounts: [],
};
