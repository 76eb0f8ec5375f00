/** A point of an outline. */
export interface OutlinePoint {
  readonly x: number;
  readonly y: number;
  readonly onCurve: boolean;
}

/** A part of a composite glyph, as it is stored but for its place. */
export interface GlyphComponent {
  readonly flags: number;
  readonly glyphIndex: number;
  /** Offsets, or numbers of points where the flags say so. */
  readonly x: number;
  readonly y: number;
  /** Scale, as stored. */
  readonly transform: Buffer;
}

export type Glyph =
  | { readonly kind: "empty" }
  | {
      readonly kind: "simple";
      /** Index of the last point of each contour. */
      readonly ends: readonly number[];
      readonly points: readonly OutlinePoint[];
    }
  | { readonly kind: "composite"; readonly components: readonly GlyphComponent[] };

/** Flags of a component (OpenType, glyf). */
export const COMPONENT = {
  words: 0x0001,
  offsets: 0x0002,
  scale: 0x0008,
  more: 0x0020,
  twoScales: 0x0040,
  matrix: 0x0080,
  instructions: 0x0100,
} as const;
