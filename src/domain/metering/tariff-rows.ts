import type { CivilDate, DateRange } from "../time/civil-date.ts";
import type { Tariff, TariffPrice } from "../world/property.ts";

/** A tariff that a charge follows from a day on; `from` undefined: from the beginning. */
export interface TariffSpan {
  readonly from?: CivilDate;
  readonly tariff: Tariff;
}

/** The prices that hold from a day on; `price` undefined: the tariff has none yet on that day. */
export interface TariffRow {
  /** Undefined: before the first row of the tariff. */
  readonly from?: CivilDate;
  readonly tariff: Tariff;
  readonly price?: TariffPrice;
}

/** The row of a tariff in force on a day: the last one from that day or before it. */
export const tariffPriceOn = (tariff: Tariff, day: CivilDate): TariffPrice | undefined =>
  tariff.prices.findLast((price) => price.from <= day);

/** The row in force on a day when the charge follows several tariffs one after the other (spans ascending by `from`). */
export function tariffRowOn(spans: readonly TariffSpan[], day: CivilDate): TariffRow | undefined {
  const span = spans.findLast(({ from }) => from === undefined || from <= day);
  if (!span) return undefined;
  const price = tariffPriceOn(span.tariff, day);
  if (!price) return { tariff: span.tariff };
  return { from: span.from && span.from > price.from ? span.from : price.from, tariff: span.tariff, price };
}

/** The days inside the range, after its first, from which another row holds. Ascending. */
export function tariffChangesIn(spans: readonly TariffSpan[], range: DateRange): readonly CivilDate[] {
  const days = new Set<CivilDate>();
  spans.forEach(({ from, tariff }, index) => {
    const next = spans[index + 1]?.from;
    const held = (day: CivilDate) => (from === undefined || day >= from) && (next === undefined || day < next);
    if (from !== undefined) days.add(from);
    for (const price of tariff.prices) if (held(price.from)) days.add(price.from);
  });
  return [...days].filter((day) => range.from < day && day <= range.to).sort();
}
