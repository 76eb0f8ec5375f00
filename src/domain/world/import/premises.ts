import { compare, parseRatio, ratio, integer as wholeNumber } from "../../money/ratio.ts";
import type { LateFeeTerms } from "../lease.ts";
import { ALLOCATION_KEYS, type AllocationKey } from "../property.ts";
import { code, decimal, integer, isNegativeText, isZeroText, notNegative, oneOf, reference, text } from "./fields.ts";
import { nameOrCode } from "./parties.ts";
import {
  checked,
  list,
  mapped,
  object,
  optional,
  orElse,
  orNull,
  type Read,
  type Reader,
  required,
  table,
} from "./shapes.ts";

/* What stands where: projects, their buildings, the units in them. */

/** Between 0 and 100; "more than all of it" is always a mistake (money-rules 3.4). */
export const percent = checked(notNegative(), (value, place) => {
  if (compare(parseRatio(value), wholeNumber(100)) > 0) place.report("PERCENT_ABOVE_100", { value });
});

const dailyRate = checked(decimal, (value, place) => {
  const rate = parseRatio(value);
  if (isNegativeText(value) || compare(rate, ratio(1n, 10n)) > 0) place.report("DAILY_RATE_OUT_OF_RANGE", { value });
  else if (compare(rate, ratio(1n, 1000n)) > 0) place.report("DAILY_RATE_HIGH", { value });
});

/** money-rules 7, with its defaults. */
export const lateFeeTerms: Reader<LateFeeTerms> = object({
  dailyRate: required(dailyRate),
  graceDays: orElse(integer(0, 365), 0),
  graceMode: orElse(oneOf(["free", "retroactive"]), "free"),
  capPercent: orElse(percent, "30"),
});

/** money-rules 8. */
const DEFAULT_ORDER: readonly AllocationKey[] = ["due-date", "bill", "late-fee", "kind", "position"];

const allocationOrder = checked(list(oneOf(ALLOCATION_KEYS)), (order, place) => {
  const wanted = new Set(order.map((key) => (key === "principal" ? "late-fee" : key)));
  const intact = order.every((_, index) => place.isSound() && !place.child(index).failed);
  if (intact && (order.length !== DEFAULT_ORDER.length || wanted.size !== DEFAULT_ORDER.length)) {
    place.report("ALLOCATION_ORDER_INCOMPLETE", { value: order.join("、") });
  }
});

/** An area of 0 is no area: charging by it must park the line, not bill 0 (money-rules 2). */
const area = checked(notNegative(), (value, place) => {
  if (isZeroText(value)) place.report("AREA_ZERO");
});

const unit = mapped(
  object({
    code: required(code),
    floor: optional(text(32)),
    areaSqm: optional(area),
    areas: orElse(table(code, area), {}),
  }),
  ({ code: unitCode, floor, areaSqm, areas }) => ({
    code: unitCode,
    ...(floor === undefined ? {} : { floor }),
    areas: [...(areaSqm === undefined ? [] : [["", areaSqm] as const]), ...Object.entries(areas)]
      .filter(([, sqm]) => !isZeroText(sqm))
      .map(([kind, sqm]) => ({ kind, areaSqm: sqm })),
  }),
);

const building = mapped(
  object({ code: required(code), name: optional(text()), units: orElse(list(unit), []) }),
  (row, place) => ({ ...row, name: nameOrCode(row, place) }),
);

/** A project as the file nests it; read-world.ts takes buildings and units out into lists of their own. */
export const project = mapped(
  object({
    code: required(code),
    name: optional(text()),
    region: optional(text()),
    entity: required(reference("entity")),
    mode: orElse(oneOf(["off", "shadow", "live"]), "live"),
    lateFee: orElse(orNull(lateFeeTerms), null),
    allocationOrder: orElse(allocationOrder, DEFAULT_ORDER),
    buildings: orElse(list(building), []),
  }),
  (row, place) => ({ ...row, name: nameOrCode(row, place) }),
);
export type NestedProject = Read<typeof project>;
