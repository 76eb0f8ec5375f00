import type { ChargeTerms, DecimalText, LeaseTerms } from "../../../src/domain/world/lease.ts";

/*
 * A second, slow reading of money-rules 3.1 to 3.4 that walks single days with JavaScript dates and plain fractions and
 * shares no code with the engine: what it finds for a period is what the engine has to bill.
 */

type Fraction = readonly [bigint, bigint];
const decimal = (text: DecimalText): Fraction => {
  const [whole = "", decimals = ""] = text.replace("-", "").split(".");
  const magnitude = BigInt(whole + decimals);
  return [text.startsWith("-") ? -magnitude : magnitude, 10n ** BigInt(decimals.length)];
};
const add = (a: Fraction, b: Fraction): Fraction => [a[0] * b[1] + b[0] * a[1], a[1] * b[1]];
const times = (a: Fraction, b: Fraction): Fraction => [a[0] * b[0], a[1] * b[1]];
const half = (a: Fraction, unit: bigint): bigint => (2n * a[0] * unit + a[1]) / (2n * a[1]); // not below zero here

const iso = (date: Date): string => date.toISOString().slice(0, 10);
const utc = (text: string): Date => new Date(`${text}T00:00:00Z`);
const next = (text: string): string => iso(new Date(utc(text).getTime() + 86_400_000));
function monthsLater(text: string, months: number): string {
  const date = utc(text);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0));
  const day = Math.min(date.getUTCDate(), last.getUTCDate());
  return iso(new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), day)));
}

function priceOn(lease: LeaseTerms, charge: ChargeTerms, day: string): Fraction {
  if (charge.rule.type !== "fixed" && charge.rule.type !== "area") throw new Error("no price");
  const first = charge.from !== undefined && charge.from > lease.start ? charge.from : lease.start;
  const sets = charge.escalations.flatMap((step) =>
    "price" in step ? [{ on: step.from as string, price: step.price }] : [],
  );
  for (const { effective, charges } of lease.amendments) {
    for (const change of charges) if (change.price !== undefined) sets.push({ on: effective, price: change.price });
  }
  let price = decimal(charge.rule.price);
  let dated = "";
  for (const set of sets) {
    if (set.on > first || set.on < dated) continue;
    price = decimal(set.price);
    dated = set.on;
  }
  for (let today = next(first); today <= day; today = next(today)) {
    for (const step of charge.escalations) {
      if (!("percent" in step)) continue;
      for (let months = step.firstAfterMonths; monthsLater(lease.start, months) <= today; months += step.everyMonths) {
        if (monthsLater(lease.start, months) !== today) continue;
        const raised = times(price, add([1n, 1n], times(decimal(step.percent), [1n, 100n])));
        const scale = 10n ** BigInt(charge.priceScale);
        price = [half(raised, scale), scale];
      }
    }
    for (const set of sets) if (set.on === today) price = decimal(set.price);
  }
  return price;
}

function quantityOn(lease: LeaseTerms, charge: ChargeTerms, areas: ReadonlyMap<string, string>, day: string): Fraction {
  if (charge.rule.type === "fixed") return decimal(charge.rule.quantity);
  const units = lease.amendments.reduce(
    (held, change) => (change.units && change.effective <= day ? change.units : held),
    lease.units,
  );
  return units.reduce<Fraction>((total, unit) => add(total, decimal(areas.get(unit) ?? "0")), [0n, 1n]);
}

function fractionOf(charge: ChargeTerms, counted: number, all: number): Fraction {
  if (charge.proration === "whole" || counted === all) return [1n, 1n];
  if (charge.proration === "actual") return [BigInt(counted), BigInt(all)];
  if (charge.proration === "thirty") return [BigInt(Math.min(counted, 30)), 30n];
  return [BigInt(counted * 12), 365n];
}

/** Fen of the charge on the days of its period from..to that `counts` lets through; months by calendar or by the lease. */
export function chargeFen(
  lease: LeaseTerms,
  charge: ChargeTerms,
  areas: ReadonlyMap<string, string>,
  period: { readonly from: string; readonly to: string },
): bigint {
  const free = (day: string) => charge.rentFree.some(({ from, to }) => from <= day && day <= to);
  const monthOf = (day: string): { begin: string; end: string } => {
    if (charge.periodAnchor === "calendar")
      return { begin: `${day.slice(0, 7)}-01`, end: monthsLater(`${day.slice(0, 7)}-01`, 1) };
    let index = 0;
    while (monthsLater(lease.start, index + 1) <= day) index += 1;
    return { begin: monthsLater(lease.start, index), end: monthsLater(lease.start, index + 1) };
  };
  let total: Fraction = [0n, 1n];
  for (let { begin, end } = monthOf(period.from); begin <= period.to; { begin, end } = monthOf(end)) {
    const all = (utc(end).getTime() - utc(begin).getTime()) / 86_400_000;
    const days: string[] = [];
    for (let day = begin; day < end; day = next(day))
      if (day >= period.from && day <= period.to && !free(day)) days.push(day);
    const rates = days.map((day) => {
      const asOf = charge.proration === "whole" ? (days[0] ?? day) : day;
      return times(priceOn(lease, charge, asOf), quantityOn(lease, charge, areas, asOf));
    });
    const groups: { rate: Fraction; days: number }[] = [];
    for (const rate of rates) {
      const group = groups.find((other) => other.rate[0] * rate[1] === rate[0] * other.rate[1]);
      if (group) group.days += 1;
      else groups.push({ rate, days: 1 });
    }
    for (const group of groups) {
      const split = days.length === all && groups.length > 1;
      const byDay = charge.rule.type === "area" && charge.rule.per === "sqm-day";
      const part: Fraction = byDay
        ? [BigInt(group.days), 1n]
        : split
          ? [BigInt(group.days), BigInt(all)]
          : fractionOf(charge, group.days, all);
      total = add(total, times(group.rate, part));
    }
  }
  return half(total, 100n);
}
