import { createHash } from "node:crypto";
import { TextDecoder } from "node:util";
import type { TextEncoding } from "./csv-rows.ts";

/** What the bytes of a file are, whatever its name says. */
export type FileFormat =
  | { readonly kind: "text"; readonly encoding: TextEncoding }
  | { readonly kind: "xlsx" | "cut-xlsx" | "xls" | "html" | "pdf" | "gzip" | "empty" | "binary" };

export interface InspectedFile {
  /** Lower-case hex, of the bytes as received. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly format: FileFormat;
}

/** Reads a file once, in constant memory, and says what it is: GBK is what is no valid UTF-8 and has no BOM. */
export async function inspectFile(bytes: AsyncIterable<Uint8Array>): Promise<InspectedFile> {
  const hash = createHash("sha256");
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let validUtf8 = true;
  let zeros = false;
  let sizeBytes = 0;
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  for await (const piece of bytes) {
    hash.update(piece);
    sizeBytes += piece.byteLength;
    if (head.length < 512) head = Buffer.concat([head, piece.subarray(0, 512 - head.length)]);
    tail = Buffer.concat([tail, piece]).subarray(-END_BYTES);
    zeros ||= piece.includes(0);
    if (validUtf8) validUtf8 = decodes(utf8, piece);
  }
  validUtf8 &&= decodes(utf8, undefined);
  return { sha256: hash.digest("hex"), sizeBytes, format: formatOf(head, tail, sizeBytes, validUtf8, zeros) };
}

function decodes(decoder: TextDecoder, piece: Uint8Array | undefined): boolean {
  try {
    decoder.decode(piece, { stream: piece !== undefined });
    return true;
  } catch {
    return false;
  }
}

/** Where the directory of a ZIP file ends, a comment of its own included. */
const END_BYTES = 65_557;
const END_OF_DIRECTORY = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

function formatOf(head: Buffer, tail: Buffer, sizeBytes: number, validUtf8: boolean, zeros: boolean): FileFormat {
  if (sizeBytes === 0) return { kind: "empty" };
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  // Cut short, a workbook has lost the directory at its end.
  if (starts(0x50, 0x4b, 0x03, 0x04)) return { kind: tail.includes(END_OF_DIRECTORY) ? "xlsx" : "cut-xlsx" };
  if (starts(0xd0, 0xcf, 0x11, 0xe0)) return { kind: "xls" };
  if (starts(0x1f, 0x8b)) return { kind: "gzip" };
  if (starts(0x25, 0x50, 0x44, 0x46)) return { kind: "pdf" };
  if (starts(0xff, 0xfe)) return { kind: "text", encoding: "utf-16le" };
  if (zeros) return { kind: "binary" };
  if (/^\ufeff?\s*<(?:!doctype|html|table|\?xml|meta|head)/i.test(head.toString("utf8"))) return { kind: "html" };
  return { kind: "text", encoding: validUtf8 ? "utf-8" : "gb18030" };
}
