import type { Fen } from "../../money/fen.ts";
import { compare, parseRatio } from "../../money/ratio.ts";
import { addDays, type Month } from "../../time/civil-date.ts";
import type { Meter, Pool, PoolMembers, Reading, Register, RegisterValues, Tariff } from "../property.ts";
import { REGISTERS } from "../property.ts";
import {
  amountAtLeast,
  boolean,
  code,
  date,
  integer,
  month,
  notNegative,
  oneOf,
  positive,
  reference,
  text,
} from "./fields.ts";
import { nameOrCode, withoutDuplicates } from "./parties.ts";
import type { Place } from "./place.ts";
import { checked, list, mapped, object, optional, orElse, type Reader, required, table, variants } from "./shapes.ts";

/* What is measured and what it costs: tariffs, meters, readings, pools. */

const price = notNegative("NEGATIVE_PRICE");

const flatRow = mapped(object({ from: required(date), price: required(price) }), (row) => ({
  kind: "flat" as const,
  ...row,
}));

const touRow = mapped(
  object({
    from: required(date),
    sharp: optional(price),
    peak: optional(price),
    flat: optional(price),
    valley: optional(price),
    deep: optional(price),
  }),
  ({ from, ...prices }, place) => {
    if (!place.failed && Object.keys(prices).length === 0 && place.isSound("sharp", "peak", "flat", "valley", "deep")) {
      place.report("TARIFF_ROW_WITHOUT_PRICE");
    }
    return { kind: "tou" as const, from, prices };
  },
);

const tiers = checked(list(object({ upTo: optional(positive), price: required(price) })), (rows, place) => {
  if (rows.length === 0) place.report("TARIFF_ROW_WITHOUT_PRICE");
  rows.forEach((row, index) => {
    const previous = rows[index - 1];
    const at = place.child(index);
    if (previous === undefined || !at.isSound("upTo") || !place.child(index - 1).isSound("upTo")) return;
    if (previous.upTo === undefined) at.report("TIER_AFTER_OPEN_END");
    else if (row.upTo !== undefined && compare(parseRatio(row.upTo), parseRatio(previous.upTo)) <= 0) {
      at.child("upTo").report("TIERS_NOT_ASCENDING", { upTo: row.upTo, previous: previous.upTo });
    }
  });
});

const tieredRow = mapped(object({ from: required(date), tiers: required(tiers) }), (row) => ({
  kind: "tiered" as const,
  ...row,
}));

export const tariff: Reader<Tariff> = mapped(
  variants("kind", {
    flat: { code: required(code), name: optional(text()), prices: orElse(list(flatRow), []) },
    tou: { code: required(code), name: optional(text()), prices: orElse(list(touRow), []) },
    tiered: {
      code: required(code),
      name: optional(text()),
      basis: orElse(oneOf(["month", "year"]), "month"),
      prices: orElse(list(tieredRow), []),
    },
  }),
  (row, place) => {
    const at = place.child("prices");
    row.prices.forEach(({ from }, index) => {
      const first = row.prices.findIndex((other) => other.from === from);
      if (first < index && at.child(index).isSound("from") && at.child(first).isSound("from")) {
        at.child(index).child("from").report("TARIFF_ROW_TWICE", { tariff: row.code, from });
      }
    });
    return {
      code: row.code,
      kind: row.kind,
      basis: row.kind === "tiered" ? row.basis : "month",
      prices: [...row.prices].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0)),
    };
  },
);

const UTILITIES = ["electricity", "water", "gas"] as const;
const register = oneOf(REGISTERS, "REGISTER_NAME_UNKNOWN");
const digits = integer(1, 12);

export const meter: Reader<Meter> = checked(
  object({
    code: required(code),
    utility: required(oneOf(UTILITIES)),
    unit: optional(reference("unit")),
    building: optional(reference("building")),
    registers: orElse(
      checked(withoutDuplicates(list(register)), (rows, place) => {
        if (rows.length === 0) place.report("TEXT_EMPTY");
      }),
      ["total"] as readonly Register[],
    ),
    multiplier: orElse(positive, "1"),
    digits: orElse(digits, 6),
  }),
  (row, place) => {
    if (row.unit !== undefined && row.building !== undefined) {
      place.child("building").report("METER_IN_TWO_PLACES", { meter: row.code });
    }
  },
);

const registerValue = notNegative("NEGATIVE_READING");
const registerValues: Reader<RegisterValues> = mapped(
  table((place) => register(place), registerValue),
  (values) => values as RegisterValues,
);

/** A reading as it is written; check-readings.ts numbers the revisions. */
export type WrittenReading = Omit<Reading, "revision">;

export const reading: Reader<WrittenReading> = mapped(
  object({
    meter: required(reference("meter")),
    date: required(date),
    at: orElse(oneOf(["end", "start"]), "end"),
    kind: orElse(oneOf(["periodic", "estimated", "replacement"]), "periodic"),
    values: required(registerValues),
    final: optional(registerValues),
    multiplier: optional(positive),
    digits: optional(digits),
    rollover: orElse(boolean, false),
    corrects: optional(text(500)),
  }),
  (row, place) => {
    if (place.isSound("kind")) checkReplacement(row.kind, place);
    return { ...row, standsOn: row.at === "start" ? addDays(row.date, -1) : row.date };
  },
);

function checkReplacement(kind: Reading["kind"], place: Place): void {
  if (place.failed) return;
  if (kind === "replacement") {
    if (!place.has("final")) place.child("final").report("REPLACEMENT_WITHOUT_FINAL");
    return;
  }
  for (const key of ["final", "multiplier", "digits"]) {
    if (place.has(key)) place.child(key).report("REPLACEMENT_FIELD_ELSEWHERE", { key });
  }
}

const members: Reader<PoolMembers> = mapped(
  object({
    building: optional(reference("building")),
    floor: optional(text(32)),
    project: optional(reference("project")),
    units: optional(withoutDuplicates(list(reference("unit")))),
  }),
  ({ building, floor, project, units }, place) => {
    const named = ["building", "project", "units"].filter((key) => place.has(key));
    if (!place.failed && (named.length !== 1 || (place.has("floor") && !place.has("building")))) {
      place.report("POOL_MEMBERS_AMBIGUOUS");
    }
    if (building !== undefined) return { type: "building", building, ...(floor === undefined ? {} : { floor }) };
    if (project !== undefined) return { type: "project", project };
    return { type: "units", units: units ?? [] };
  },
);

const costs = table(month, amountAtLeast(0n, "NEGATIVE_NUMBER")) as Reader<Readonly<Record<Month, Fen>>>;

const pooledMeters = orElse(withoutDuplicates(list(reference("meter"))), []);

/** A pool whose utility is not written yet follows its first meter; read-world.ts knows the meters. */
export type WrittenPool = Omit<Pool, "utility"> & { readonly utility?: Pool["utility"] };

export const pool: Reader<WrittenPool> = mapped(
  object({
    code: required(code),
    name: optional(text()),
    utility: optional(oneOf(UTILITIES)),
    meters: pooledMeters,
    minusMeters: pooledMeters,
    tariff: optional(reference("tariff")),
    costs: orElse(costs, {}),
    members: required(members),
    weight: orElse(oneOf(["area", "equal", "consumption", "custom"]), "area"),
    customWeights: orElse(
      table((place) => reference("unit")(place), notNegative()),
      {},
    ),
    vacant: orElse(oneOf(["operator", "spread"]), "operator"),
  }),
  (row, place) => ({ ...row, name: nameOrCode(row, place) }),
);
