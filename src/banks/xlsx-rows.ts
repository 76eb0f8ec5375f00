import { Readable } from "node:stream";
import type ExcelJS from "exceljs";
import type { TableRow } from "./bank-statement.ts";
import { isSoundZip } from "./check-zip.ts";

/** A workbook that can't be unpacked: cut short, damaged, or locked with a password. */
export class BrokenWorkbook extends Error {}

/** Excel keeps 15 significant digits; what a spreadsheet's arithmetic left behind them is no money. */
const EXCEL_DIGITS = 15;

/**
 * The rows of the first sheet that has any, streaming. Figures come as decimal text, dates as "YYYY-MM-DD HH:MM:SS",
 * formulas as their stored result. Memory: the packed file and its shared texts. Throws BrokenWorkbook.
 */
export async function* readXlsxRows(bytes: Readable): AsyncGenerator<TableRow> {
  const archive = Buffer.concat(await bytes.toArray());
  if (!(await isSoundZip(archive))) throw new BrokenWorkbook();
  // Loaded with the first workbook: every command would read it otherwise.
  const { default: excel } = await import("exceljs");
  const reader = new excel.stream.xlsx.WorkbookReader(Readable.from([archive]), {
    sharedStrings: "cache",
    styles: "cache",
    hyperlinks: "ignore",
    worksheets: "emit",
    entries: "ignore" as "emit",
  });
  let taken = false;
  for await (const sheet of reader) {
    for await (const row of sheet) {
      if (taken) continue;
      const cells: string[] = [];
      row.eachCell({ includeEmpty: true }, (cell, column) => {
        cells[column - 1] = cellText(cell.value);
      });
      yield { rowNo: row.number, cells: Array.from(cells, (cell) => cell ?? "") };
    }
    taken = true;
  }
}

function cellText(value: ExcelJS.CellValue): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return decimalText(value);
  if (typeof value === "boolean") return String(value);
  if (value instanceof Date) return dateText(value);
  if ("richText" in value) return value.richText.map(({ text }) => text).join("");
  if ("result" in value) return cellText(value.result as ExcelJS.CellValue);
  if ("text" in value) return cellText(value.text as ExcelJS.CellValue);
  return "";
}

/** 1234.5600000000001 → "1234.56": what Excel itself would show. */
export function decimalText(value: number): string {
  const text = value.toPrecision(EXCEL_DIGITS);
  if (text.includes("e")) return Number.isInteger(value) ? BigInt(value).toString() : text;
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A workbook's dates have no zone: the reader's UTC figures are the ones that were typed. */
function dateText(value: Date): string {
  if (Number.isNaN(value.getTime())) return "";
  const text = new Date(Math.round(value.getTime() / 1000) * 1000).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
}
