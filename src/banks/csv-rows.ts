import { Readable } from "node:stream";
import { parse } from "csv-parse";
import iconv from "iconv-lite";
import type { TableRow } from "./bank-statement.ts";

export type TextEncoding = "utf-8" | "utf-16le" | "gb18030";

/** Bytes that decide what separates the columns. */
const SAMPLE_CHARACTERS = 64 * 1024;

/** The text of a file in pieces: a BOM is taken off, GBK is read as its superset GB18030. */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, encoding: TextEncoding): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding === "utf-16le" ? "utf-16le" : encoding, { stripBOM: true });
  for await (const piece of bytes) {
    const text = decoder.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    if (text !== "") yield text;
  }
  const rest = decoder.end();
  if (rest) yield rest;
}

/**
 * The rows of a CSV file (commas, tabs, semicolons or bars; quotes as Excel writes them), streaming. Throws CsvError when
 * a quotation mark is never closed.
 */
export async function* readCsvRows(bytes: Readable, encoding: TextEncoding): AsyncGenerator<TableRow> {
  const pieces = decodeText(bytes, encoding);
  let sample = "";
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    sample += next.value;
    if (sample.length >= SAMPLE_CHARACTERS) break;
  }
  const parser = parse({
    delimiter: delimiterOf(sample),
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    info: true,
  });
  const source = Readable.from(wholeText(sample, pieces));
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    yield { rowNo: info.lines, cells: record };
  }
}

async function* wholeText(sample: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (sample !== "") yield sample;
  yield* rest;
}

/** Of the usual separators the one that the fullest line of the sample has most often. */
export function delimiterOf(sample: string): string {
  const lines = sample.split(/\r?\n/, 80);
  const most = (separator: string) => Math.max(0, ...lines.map((line) => line.split(separator).length - 1));
  const [best] = [",", "\t", ";", "|"]
    .map((separator) => ({ separator, count: most(separator) }))
    .sort((a, b) => b.count - a.count);
  return best?.separator ?? ",";
}
