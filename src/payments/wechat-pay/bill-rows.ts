import type { Fen } from "../../domain/money/fen.ts";

/** A row of a bill: a plain header, or values that each begin with a back-quote. */
export interface BillRow {
  readonly rowNo: number;
  readonly cells: readonly string[];
  /** Only values are written with back-quotes; headers of table and summary are plain. */
  readonly quoted: boolean;
}

/** The rows of a bill's text: CRLF or LF, a BOM, blank lines at the end. Streaming. */
export async function* readBillRows(text: AsyncIterable<string>): AsyncGenerator<BillRow> {
  let rest = "";
  let rowNo = 0;
  for await (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      rowNo += 1;
      const row = rowOf(rowNo, line);
      if (row !== undefined) yield row;
    }
  }
  const last = rowOf(rowNo + 1, rest);
  if (last !== undefined) yield last;
}

/** Merchants' texts hold no commas (they come as "\ "), so values end at the comma before the next back-quote. */
function rowOf(rowNo: number, line: string): BillRow | undefined {
  const text = line.replace(/^\ufeff/, "").replace(/\r$/, "");
  if (text.trim() === "") return undefined;
  if (text.startsWith("`")) {
    return {
      rowNo,
      cells: text
        .slice(1)
        .split(",`")
        .map((cell) => cell.replace(/,+$/, "").trim()),
      quoted: true,
    };
  }
  const cells = text.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  // Saved again by a spreadsheet, values keep their back-quotes inside quotation marks.
  const quoted = cells[0]?.startsWith("`") === true;
  return { rowNo, cells: quoted ? cells.map((cell) => cell.replace(/^`/, "")) : cells, quoted };
}

/** Amounts of bills in 1/100,000 yuan: fees are printed with five decimals. */
export type Unit = bigint;
export const UNITS_PER_FEN = 1000n;

/** "0.32000", "-0.27000", "1234.5" → units; undefined for anything else. */
export function readUnits(text: string): Unit | undefined {
  const match = /^(-?)(\d+)(?:\.(\d{1,5})0*)?$/.exec(text);
  if (match === null) return undefined;
  const units = BigInt((match[2] ?? "0") + (match[3] ?? "").padEnd(5, "0"));
  return match[1] === "-" ? -units : units;
}

/** HALF_UP (away from zero), as WeChat Pay rounds a fee before it prints it. */
export function unitsToFen(units: Unit): Fen {
  const size = units < 0n ? -units : units;
  const fen = (size + UNITS_PER_FEN / 2n) / UNITS_PER_FEN;
  return units < 0n ? -fen : fen;
}

/** A count; spreadsheets turn 45 into 45.0. */
export function readCount(text: string): number | undefined {
  const count = /^(\d{1,9})(?:\.0+)?$/.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** "2026-09-01 09:15:00" in Shanghai → its parts, or undefined. Spreadsheets write 2026/9/1 9:15. */
export function readBillTime(text: string): { readonly date: string; readonly time: string } | undefined {
  const match = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", hours = "", minutes = "", seconds = "00"] = match;
  return {
    date: `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`,
    time: `${hours.padStart(2, "0")}:${minutes}:${seconds}`,
  };
}
