/** The largest photo that is kept. A phone's own camera stays below it; WeCom and the official account take no larger one. */
export const PHOTO_MAX_BYTES = 10 * 1024 * 1024;

export interface ImageType {
  readonly mediaType: "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "image/heic";
  readonly extension: "jpg" | "png" | "gif" | "webp" | "heic";
}

const JPEG = { mediaType: "image/jpeg", extension: "jpg" } as const;
const PNG = { mediaType: "image/png", extension: "png" } as const;
const GIF = { mediaType: "image/gif", extension: "gif" } as const;
const WEBP = { mediaType: "image/webp", extension: "webp" } as const;
const HEIC = { mediaType: "image/heic", extension: "heic" } as const;

/** Brands of ISO base media files that are still pictures (ISO/IEC 23008-12, annex B). */
const HEIC_BRANDS: ReadonlySet<string> = new Set(["heic", "heix", "mif1", "heim", "heis"]);

/**
 * What a file is by its first bytes, whatever it is called and whatever its sender says it is; undefined: no picture that
 * we keep. SVG is none: it is a document that runs scripts.
 */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes.length < 12) return undefined;
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return JPEG;
  if (text(0, 8) === "\u0089PNG\r\n\u001a\n") return PNG;
  if (text(0, 6) === "GIF87a" || text(0, 6) === "GIF89a") return GIF;
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return WEBP;
  if (text(4, 8) === "ftyp" && HEIC_BRANDS.has(text(8, 12))) return HEIC;
  return undefined;
}
