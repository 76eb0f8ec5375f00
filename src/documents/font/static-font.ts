import { COMPONENT, type Glyph, type GlyphComponent, type OutlinePoint } from "./glyph.ts";
import { type Delta, normalisedWeight, variationsAt } from "./variation.ts";
import { openWoff2 } from "./woff2.ts";

/*
 * One weight of a variable font as a plain TrueType font. Chromium writes glyphs of a variable font into a PDF as drawings
 * (Type 3), a kilobyte each; those of a plain font as a subset of the font itself, a fifth of that and sharper.
 */

/** What a renderer of papers needs; hints, kerning and vertical writing are left behind. */
const KEPT_TABLES = ["cmap", "head", "hhea", "maxp", "OS/2", "post"] as const;

interface PlacedGlyph {
  readonly glyph: Glyph;
  readonly advance: number;
  /** Where the pen stands at the beginning: outlines are measured from here. */
  readonly originX: number;
}

interface Box {
  readonly xMin: number;
  readonly yMin: number;
  readonly xMax: number;
  readonly yMax: number;
}

/** A WOFF2 file with one axis, the weight, as a TrueType file of that weight. Throws on other fonts. */
export function staticFont(woff2: Buffer, weight: number): Buffer {
  const font = openWoff2(woff2);
  const gvar = font.tables.get("gvar");
  if (!gvar) throw new Error("not a variable font");
  const deltasOf = variationsAt(gvar, normalisedWeight(font.tables, weight));
  const placed = font.glyphs.map((glyph, index): PlacedGlyph => {
    const advance = font.advances[index] ?? 0;
    const points: Delta[] = [...pointsOf(glyph), { x: 0, y: 0 }, { x: advance, y: 0 }, { x: 0, y: 0 }, { x: 0, y: 0 }];
    const deltas = deltasOf(index, points, endsOf(glyph, points.length));
    const [left, right] = [deltas.at(-4), deltas.at(-3)];
    const originX = Math.round(left?.x ?? 0);
    return { glyph: moved(glyph, deltas), originX, advance: advance + Math.round((right?.x ?? 0) - (left?.x ?? 0)) };
  });
  return assemble(font.tables, placed, weight);
}

function pointsOf(glyph: Glyph): Delta[] {
  switch (glyph.kind) {
    case "empty":
      return [];
    case "simple":
      return glyph.points.map(({ x, y }) => ({ x, y }));
    case "composite":
      return glyph.components.map(({ x, y }) => ({ x, y }));
    default:
      return glyph satisfies never;
  }
}

/** Phantom points are contours of their own; the parts of a composite glyph do not follow each other. */
const endsOf = (glyph: Glyph, count: number): readonly number[] | undefined =>
  glyph.kind === "simple" ? [...glyph.ends, count - 4, count - 3, count - 2, count - 1] : undefined;

function moved(glyph: Glyph, deltas: readonly Delta[]): Glyph {
  const place = (point: { x: number; y: number }, index: number) => ({
    x: Math.round(point.x + (deltas[index]?.x ?? 0)),
    y: Math.round(point.y + (deltas[index]?.y ?? 0)),
  });
  switch (glyph.kind) {
    case "empty":
      return glyph;
    case "simple":
      return { ...glyph, points: glyph.points.map((point, index) => ({ ...point, ...place(point, index) })) };
    case "composite":
      return {
        ...glyph,
        components: glyph.components.map((part, index) =>
          part.flags & COMPONENT.offsets ? { ...part, ...place(part, index) } : part,
        ),
      };
    default:
      return glyph satisfies never;
  }
}

function assemble(tables: ReadonlyMap<string, Buffer>, placed: readonly PlacedGlyph[], weight: number): Buffer {
  const boxes = placed.map((_, index) => boxOf(placed, index, 0));
  const outlines = placed.map(({ glyph }, index) => writeGlyph(glyph, boxes[index]));
  const loca = Buffer.alloc((placed.length + 1) * 4);
  let offset = 0;
  for (const [index, outline] of outlines.entries()) {
    loca.writeUInt32BE(offset, index * 4);
    offset += outline.length;
  }
  loca.writeUInt32BE(offset, placed.length * 4);
  const hmtx = Buffer.alloc(placed.length * 4);
  for (const [index, { advance, originX }] of placed.entries()) {
    hmtx.writeUInt16BE(advance, index * 4);
    hmtx.writeInt16BE((boxes[index]?.xMin ?? 0) - originX, index * 4 + 2);
  }
  const written = new Map<string, Buffer>([
    ["glyf", Buffer.concat(outlines)],
    ["loca", loca],
    ["hmtx", hmtx],
  ]);
  for (const tag of KEPT_TABLES) {
    const table = tables.get(tag);
    if (!table) throw new Error(`a font without ${tag}`);
    written.set(tag, Buffer.from(table));
  }
  written.set("name", nameTable(weight));
  written.get("head")?.writeInt16BE(1, 50);
  written.get("hhea")?.writeUInt16BE(placed.length, 34);
  written.get("OS/2")?.writeUInt16BE(weight, 4);
  return sfnt(written);
}

/** The variable font is named after its thinnest weight, and viewers show the name. */
function nameTable(weight: number): Buffer {
  const style = weight < 500 ? "Regular" : "SemiBold";
  const names = [
    [1, `Noto Sans SC ${style}`],
    [2, style],
    [4, `Noto Sans SC ${style}`],
    [6, `NotoSansSC-${style}`],
  ] as const;
  const head = Buffer.alloc(6 + names.length * 12);
  head.writeUInt16BE(names.length, 2);
  head.writeUInt16BE(head.length, 4);
  const texts: Buffer[] = [];
  let offset = 0;
  for (const [index, [id, name]] of names.entries()) {
    const text = Buffer.from(name, "utf16le").swap16();
    // Windows, Unicode, American English.
    for (const [place, value] of [3, 1, 0x409, id, text.length, offset].entries()) {
      head.writeUInt16BE(value, 6 + index * 12 + place * 2);
    }
    offset += text.length;
    texts.push(text);
  }
  return Buffer.concat([head, ...texts]);
}

/** Undefined: nothing is drawn. Scaled parts are measured unscaled, which only makes the box a little large. */
function boxOf(placed: readonly PlacedGlyph[], index: number, depth: number): Box | undefined {
  const glyph = placed[index]?.glyph;
  if (!glyph || glyph.kind === "empty" || depth > 8) return undefined;
  if (glyph.kind === "simple") return boxAround(glyph.points.flatMap(({ x, y }) => [{ x, y }]));
  const corners = glyph.components.flatMap((part) => {
    const box = boxOf(placed, part.glyphIndex, depth + 1);
    const isOffset = (part.flags & COMPONENT.offsets) !== 0;
    const [dx, dy] = isOffset ? [part.x, part.y] : [0, 0];
    return box
      ? [
          { x: box.xMin + dx, y: box.yMin + dy },
          { x: box.xMax + dx, y: box.yMax + dy },
        ]
      : [];
  });
  return boxAround(corners);
}

function boxAround(points: readonly { readonly x: number; readonly y: number }[]): Box | undefined {
  if (points.length === 0) return undefined;
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  return { xMin: Math.min(...xs), yMin: Math.min(...ys), xMax: Math.max(...xs), yMax: Math.max(...ys) };
}

function writeGlyph(glyph: Glyph, box: Box | undefined): Buffer {
  if (glyph.kind === "empty" || !box) return Buffer.alloc(0);
  const head = Buffer.alloc(10);
  head.writeInt16BE(glyph.kind === "simple" ? glyph.ends.length : -1, 0);
  for (const [index, value] of [box.xMin, box.yMin, box.xMax, box.yMax].entries()) {
    head.writeInt16BE(value, 2 + index * 2);
  }
  const body = glyph.kind === "simple" ? simpleBody(glyph.ends, glyph.points) : compositeBody(glyph.components);
  const length = head.length + body.length;
  return Buffer.concat([head, body, Buffer.alloc((4 - (length % 4)) % 4)]);
}

function simpleBody(ends: readonly number[], points: readonly OutlinePoint[]): Buffer {
  const head = Buffer.alloc(ends.length * 2 + 2);
  for (const [index, end] of ends.entries()) head.writeUInt16BE(end, index * 2);
  const flags: number[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  let before = { x: 0, y: 0 };
  for (const point of points) {
    const x = writeStep(point.x - before.x, 0x02, 0x10, xs);
    const y = writeStep(point.y - before.y, 0x04, 0x20, ys);
    flags.push((point.onCurve ? 1 : 0) | x | y);
    before = point;
  }
  return Buffer.concat([head, Buffer.from(flags), Buffer.from(xs), Buffer.from(ys)]);
}

/** Writes a difference in as few bytes as it takes and returns the flags that say how. */
function writeStep(step: number, isShort: number, isSameOrPositive: number, to: number[]): number {
  if (step === 0) return isSameOrPositive;
  if (Math.abs(step) < 256) {
    to.push(Math.abs(step));
    return step > 0 ? isShort | isSameOrPositive : isShort;
  }
  to.push((step >> 8) & 0xff, step & 0xff);
  return 0;
}

function compositeBody(components: readonly GlyphComponent[]): Buffer {
  return Buffer.concat(
    components.flatMap(({ flags, glyphIndex, x, y, transform }) => {
      const head = Buffer.alloc(8);
      // Moved offsets may need two bytes where one was enough; hints are gone.
      head.writeUInt16BE((flags | COMPONENT.words) & ~COMPONENT.instructions, 0);
      head.writeUInt16BE(glyphIndex, 2);
      head.writeInt16BE(x, 4);
      head.writeInt16BE(y, 6);
      return [head, transform];
    }),
  );
}

function sfnt(tables: ReadonlyMap<string, Buffer>): Buffer {
  const sorted = [...tables].sort(([a], [b]) => (a < b ? -1 : 1));
  const head = Buffer.alloc(12 + sorted.length * 16);
  const power = 2 ** Math.floor(Math.log2(sorted.length));
  head.writeUInt32BE(0x00010000, 0);
  head.writeUInt16BE(sorted.length, 4);
  head.writeUInt16BE(power * 16, 6);
  head.writeUInt16BE(Math.log2(power), 8);
  head.writeUInt16BE(sorted.length * 16 - power * 16, 10);
  const bodies: Buffer[] = [];
  let offset = head.length;
  for (const [index, [tag, table]] of sorted.entries()) {
    const padded = Buffer.concat([table, Buffer.alloc((4 - (table.length % 4)) % 4)]);
    head.write(tag, 12 + index * 16, "latin1");
    head.writeUInt32BE(checksumOf(padded), 16 + index * 16);
    head.writeUInt32BE(offset, 20 + index * 16);
    head.writeUInt32BE(table.length, 24 + index * 16);
    offset += padded.length;
    bodies.push(padded);
  }
  return Buffer.concat([head, ...bodies]);
}

function checksumOf(padded: Buffer): number {
  let sum = 0;
  for (let at = 0; at < padded.length; at += 4) sum = (sum + padded.readUInt32BE(at)) >>> 0;
  return sum;
}
