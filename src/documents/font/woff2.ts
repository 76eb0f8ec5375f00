import { brotliDecompressSync } from "node:zlib";
import { ByteReader } from "./byte-reader.ts";
import { COMPONENT, type Glyph, type GlyphComponent, type OutlinePoint } from "./glyph.ts";

/*
 * WOFF2 (https://www.w3.org/TR/WOFF2/): as much as a TrueType font of one file needs. Outlines are read from their
 * transformed form straight into glyphs; they are written again anyway.
 */

const SIGNATURE = 0x774f4632;
const KNOWN_TAGS =
  "cmap head hhea hmtx maxp name OS/2 post cvt_ fpgm glyf loca prep CFF_ VORG EBDT EBLC gasp hdmx kern LTSH PCLT VDMX vhea vmtx BASE GDEF GPOS GSUB EBSC JSTF MATH CBDT CBLC COLR CPAL SVG_ sbix acnt avar bdat bloc bsln cvar fdsc feat fmtx fvar gvar hsty just lcar mort morx opbd prop trak Zapf Silf Glat Gloc Feat Sill"
    .split(" ")
    .map((tag) => tag.replace("_", " "));

export interface OpenedFont {
  /** By tag, as they were before the compression; glyf, loca and hmtx only as `glyphs` and `advances`. */
  readonly tables: ReadonlyMap<string, Buffer>;
  readonly glyphs: readonly Glyph[];
  readonly advances: readonly number[];
}

interface TableEntry {
  readonly tag: string;
  readonly length: number;
  readonly transformed: boolean;
}

/** Opens a WOFF2 file with TrueType outlines. Throws on anything else. */
export function openWoff2(file: Buffer): OpenedFont {
  const head = new ByteReader(file);
  if (head.uint32() !== SIGNATURE) throw new Error("not a WOFF2 file");
  head.position = 12;
  const count = head.uint16();
  head.position = 20;
  const compressedLength = head.uint32();
  head.position = 48;
  const entries = Array.from({ length: count }, () => readEntry(head));
  const data = new ByteReader(brotliDecompressSync(head.take(compressedLength)));
  const tables = new Map<string, Buffer>();
  const transformed = new Map<string, Buffer>();
  for (const entry of entries) {
    (entry.transformed ? transformed : tables).set(entry.tag, data.take(entry.length));
  }
  const glyf = transformed.get("glyf");
  if (!glyf) throw new Error("a font whose outlines are not in the transformed form");
  const glyphs = readGlyphs(glyf);
  return { tables, glyphs, advances: readAdvances(tables, transformed.get("hmtx"), glyphs.length) };
}

function readEntry(reader: ByteReader): TableEntry {
  const flags = reader.uint8();
  const known = KNOWN_TAGS[flags & 0x3f];
  const tag = known ?? reader.take(4).toString("latin1");
  const version = flags >> 6;
  const length = reader.base128();
  const transformed = tag === "glyf" || tag === "loca" ? version === 0 : version !== 0;
  return { tag, transformed, length: transformed ? reader.base128() : length };
}

/** Of the plain table, or of its transformed form, which begins with a byte of flags. */
function readAdvances(tables: ReadonlyMap<string, Buffer>, transformed: Buffer | undefined, glyphs: number): number[] {
  const hhea = tables.get("hhea");
  const source = transformed ?? tables.get("hmtx");
  if (!hhea || !source) throw new Error("a font without widths");
  const metrics = hhea.readUInt16BE(34);
  const stride = transformed ? 2 : 4;
  const start = transformed ? 1 : 0;
  return Array.from({ length: glyphs }, (_, index) =>
    source.readUInt16BE(start + Math.min(index, metrics - 1) * stride),
  );
}

/** Section 5.1 of the recommendation. */
function readGlyphs(table: Buffer): Glyph[] {
  const head = new ByteReader(table, 4);
  const count = head.uint16();
  head.uint16();
  const sizes = Array.from({ length: 7 }, () => head.uint32());
  const streams = sizes.map((size) => new ByteReader(head.take(size)));
  const [contours, pointCounts, flags, outlines, composites] = streams;
  if (!contours || !pointCounts || !flags || !outlines || !composites) throw new Error("a font without outlines");
  return Array.from({ length: count }, (): Glyph => {
    const contourCount = contours.int16();
    if (contourCount === 0) return { kind: "empty" };
    if (contourCount < 0) return { kind: "composite", components: readComponents(composites, outlines) };
    const ends: number[] = [];
    let total = 0;
    for (let contour = 0; contour < contourCount; contour += 1) {
      total += pointCounts.short255();
      ends.push(total - 1);
    }
    const points = readPoints(total, flags, outlines);
    // Hints are left behind: papers are not hinted.
    outlines.short255();
    return { kind: "simple", ends, points };
  });
}

function readComponents(composites: ByteReader, outlines: ByteReader): GlyphComponent[] {
  const components: GlyphComponent[] = [];
  let flags: number;
  let hasInstructions = false;
  do {
    flags = composites.uint16();
    const glyphIndex = composites.uint16();
    const isWords = (flags & COMPONENT.words) !== 0;
    const isOffset = (flags & COMPONENT.offsets) !== 0;
    const argument = () =>
      isWords
        ? isOffset
          ? composites.int16()
          : composites.uint16()
        : isOffset
          ? composites.int8()
          : composites.uint8();
    const x = argument();
    const y = argument();
    const scale = flags & COMPONENT.matrix ? 8 : flags & COMPONENT.twoScales ? 4 : flags & COMPONENT.scale ? 2 : 0;
    components.push({ flags, glyphIndex, x, y, transform: composites.take(scale) });
    hasInstructions ||= (flags & COMPONENT.instructions) !== 0;
  } while (flags & COMPONENT.more);
  if (hasInstructions) outlines.short255();
  return components;
}

/** The triplets of section 5.2. */
function readPoints(count: number, flags: ByteReader, outlines: ByteReader): OutlinePoint[] {
  const points: OutlinePoint[] = [];
  let x = 0;
  let y = 0;
  for (let index = 0; index < count; index += 1) {
    const byte = flags.uint8();
    const flag = byte & 0x7f;
    const [dx, dy] = readTriplet(flag, outlines);
    x += dx;
    y += dy;
    points.push({ x, y, onCurve: byte < 0x80 });
  }
  return points;
}

const signed = (flag: number, value: number): number => (flag & 1 ? value : -value);

function readTriplet(flag: number, from: ByteReader): readonly [number, number] {
  const first = from.uint8();
  if (flag < 10) return [0, signed(flag, ((flag & 14) << 7) + first)];
  if (flag < 20) return [signed(flag, (((flag - 10) & 14) << 7) + first), 0];
  if (flag < 84) {
    const base = flag - 20;
    return [
      signed(flag, 1 + (base & 0x30) + (first >> 4)),
      signed(flag >> 1, 1 + ((base & 0x0c) << 2) + (first & 0x0f)),
    ];
  }
  const second = from.uint8();
  if (flag < 120) {
    const base = flag - 84;
    return [
      signed(flag, 1 + (Math.floor(base / 12) << 8) + first),
      signed(flag >> 1, 1 + (((base % 12) >> 2) << 8) + second),
    ];
  }
  const third = from.uint8();
  if (flag < 124) {
    return [signed(flag, (first << 4) + (second >> 4)), signed(flag >> 1, ((second & 0x0f) << 8) + third)];
  }
  return [signed(flag, (first << 8) + second), signed(flag >> 1, (third << 8) + from.uint8())];
}
