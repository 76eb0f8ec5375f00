import { ByteReader } from "./byte-reader.ts";

/*
 * How a glyph of a variable font with one axis changes at a place on it (OpenType: fvar, avar, gvar). Deltas are numbered
 * like the points of the glyph, followed by its four phantom points.
 */

export interface Delta {
  x: number;
  y: number;
}

/** What one glyph's points move by; `iup`: points that a tuple does not name follow their neighbours on the contour. */
export type DeltasOf = (glyph: number, points: readonly Delta[], ends: readonly number[] | undefined) => Delta[];

/** Where a value of the axis lies between −1 and 1, with the font's own bends (avar). Throws for more than one axis. */
export function normalisedWeight(tables: ReadonlyMap<string, Buffer>, weight: number): number {
  const fvar = tables.get("fvar");
  if (fvar?.readUInt16BE(8) !== 1) throw new Error("not a font with one axis");
  const at = fvar.readUInt16BE(4) + 4;
  const [least, usual, most] = [0, 4, 8].map((offset) => fvar.readInt32BE(at + offset) / 65_536);
  if (least === undefined || usual === undefined || most === undefined) throw new Error("an axis without values");
  const value = Math.min(most, Math.max(least, weight));
  const plain =
    value === usual ? 0 : value < usual ? (value - usual) / (usual - least) : (value - usual) / (most - usual);
  const avar = tables.get("avar");
  return avar ? bent(avar, plain) : plain;
}

function bent(avar: Buffer, plain: number): number {
  const reader = new ByteReader(avar, 8);
  const count = reader.uint16();
  const map = Array.from({ length: count }, () => ({ from: reader.fraction(), to: reader.fraction() }));
  for (const [index, next] of map.entries()) {
    const before = map[index - 1];
    if (plain === next.from) return next.to;
    if (before && before.from < plain && plain < next.from) {
      return before.to + ((plain - before.from) / (next.from - before.from)) * (next.to - before.to);
    }
  }
  return plain;
}

/** The deltas of every glyph at a normalised place on the only axis. */
export function variationsAt(gvar: Buffer, place: number): DeltasOf {
  const head = new ByteReader(gvar, 4);
  if (head.uint16() !== 1) throw new Error("not a font with one axis");
  const sharedCount = head.uint16();
  const sharedAt = head.uint32();
  const glyphCount = head.uint16();
  const isLong = (head.uint16() & 1) === 1;
  const dataAt = head.uint32();
  const offsetsAt = head.position;
  const offset = (index: number): number =>
    dataAt + (isLong ? gvar.readUInt32BE(offsetsAt + index * 4) : gvar.readUInt16BE(offsetsAt + index * 2) * 2);
  const shared = Array.from({ length: sharedCount }, (_, index) => gvar.readInt16BE(sharedAt + index * 2) / 16_384);
  return (glyph, points, ends) => {
    const total = points.map((): Delta => ({ x: 0, y: 0 }));
    if (glyph >= glyphCount || offset(glyph) === offset(glyph + 1)) return total;
    addTuples(gvar.subarray(offset(glyph), offset(glyph + 1)), { shared, place, points, ends }, total);
    return total;
  };
}

interface TupleContext {
  readonly shared: readonly number[];
  readonly place: number;
  readonly points: readonly Delta[];
  readonly ends: readonly number[] | undefined;
}

function addTuples(data: Buffer, context: TupleContext, total: Delta[]): void {
  const head = new ByteReader(data);
  const countAndFlags = head.uint16();
  const body = new ByteReader(data, head.uint16());
  const sharedPoints = countAndFlags & 0x8000 ? readPointNumbers(body) : undefined;
  for (let tuple = countAndFlags & 0x0fff; tuple > 0; tuple -= 1) {
    const size = head.uint16();
    const index = head.uint16();
    const peak = index & 0x8000 ? head.fraction() : (context.shared[index & 0x0fff] ?? 0);
    const region = index & 0x4000 ? [head.fraction(), head.fraction()] : [Math.min(peak, 0), Math.max(peak, 0)];
    const end = body.position + size;
    const factor = scalarOf(context.place, peak, region[0] ?? 0, region[1] ?? 0);
    if (factor !== 0) {
      const named = index & 0x2000 ? readPointNumbers(body) : sharedPoints;
      addTuple(body, named, factor, context, total);
    }
    body.position = end;
  }
}

function scalarOf(place: number, peak: number, start: number, end: number): number {
  if (peak === 0 || place === peak) return 1;
  if (place <= start || place >= end) return 0;
  return place < peak ? (place - start) / (peak - start) : (end - place) / (end - peak);
}

function addTuple(
  body: ByteReader,
  named: readonly number[] | "all" | undefined,
  factor: number,
  { points, ends }: TupleContext,
  total: Delta[],
): void {
  const numbers = named === undefined || named === "all" ? points.map((_, index) => index) : named;
  const xs = readDeltas(body, numbers.length);
  const ys = readDeltas(body, numbers.length);
  const given = new Map(numbers.map((number, index) => [number, { x: xs[index] ?? 0, y: ys[index] ?? 0 }]));
  const all = given.size < points.length && ends ? interpolated(given, points, ends) : given;
  for (const [number, delta] of all) {
    const sum = total[number];
    if (!sum) continue;
    sum.x += delta.x * factor;
    sum.y += delta.y * factor;
  }
}

function readPointNumbers(body: ByteReader): readonly number[] | "all" {
  const first = body.uint8();
  const count = first & 0x80 ? ((first & 0x7f) << 8) | body.uint8() : first;
  if (count === 0) return "all";
  const numbers: number[] = [];
  let number = 0;
  while (numbers.length < count) {
    const control = body.uint8();
    for (let run = (control & 0x7f) + 1; run > 0 && numbers.length < count; run -= 1) {
      number += control & 0x80 ? body.uint16() : body.uint8();
      numbers.push(number);
    }
  }
  return numbers;
}

function readDeltas(body: ByteReader, count: number): number[] {
  const deltas: number[] = [];
  while (deltas.length < count) {
    const control = body.uint8();
    for (let run = (control & 0x3f) + 1; run > 0; run -= 1) {
      deltas.push(control & 0x80 ? 0 : control & 0x40 ? body.int16() : body.int8());
    }
  }
  return deltas;
}

/** Points that are not named move between the nearest named ones before and after them on their contour. */
function interpolated(
  given: ReadonlyMap<number, Delta>,
  points: readonly Delta[],
  ends: readonly number[],
): Map<number, Delta> {
  const all = new Map(given);
  let start = 0;
  for (const end of ends) {
    const named: number[] = [];
    for (let index = start; index <= end; index += 1) if (given.has(index)) named.push(index);
    for (const [place, before] of named.entries()) {
      const after = named[(place + 1) % named.length] ?? before;
      for (
        let index = before === end ? start : before + 1;
        index !== after;
        index = index === end ? start : index + 1
      ) {
        all.set(index, between(index, before, after, given, points));
      }
    }
    start = end + 1;
  }
  return all;
}

function between(
  index: number,
  before: number,
  after: number,
  given: ReadonlyMap<number, Delta>,
  points: readonly Delta[],
): Delta {
  const [point, one, two] = [points[index], points[before], points[after]];
  const [oneDelta, twoDelta] = [given.get(before), given.get(after)];
  if (!point || !one || !two || !oneDelta || !twoDelta) return { x: 0, y: 0 };
  return {
    x: along(point.x, one.x, two.x, oneDelta.x, twoDelta.x),
    y: along(point.y, one.y, two.y, oneDelta.y, twoDelta.y),
  };
}

function along(at: number, one: number, two: number, oneDelta: number, twoDelta: number): number {
  if (one === two) return oneDelta === twoDelta ? oneDelta : 0;
  const [low, high, lowDelta, highDelta] = one < two ? [one, two, oneDelta, twoDelta] : [two, one, twoDelta, oneDelta];
  if (at <= low) return lowDelta;
  if (at >= high) return highDelta;
  return lowDelta + ((at - low) / (high - low)) * (highDelta - lowDelta);
}
