import type { MonthEndPack } from "./month-end-pack.ts";

/** The pack as JSON: the same names, fen as whole numbers. Throws RangeError beyond what a JSON number holds. */
export const packDocument = (pack: MonthEndPack): unknown => plain(pack);

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return exact(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[key, plain(one)]])),
  );
}

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} fen is no exact number in JSON`);
  return number;
}
