import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type ExcelJS from "exceljs";
import { type Fen, toYuanText } from "../domain/money/fen.ts";
import { withFixedZipTimes } from "./zip-times.ts";

/** A text, an amount (a number with two decimals in a spreadsheet) or a whole number. */
export type Cell = string | { readonly amountFen: Fen } | { readonly integer: number };

export interface Table {
  /** At most 31 characters, as spreadsheets allow. */
  readonly sheetName: string;
  /** One header row, or two where a program's import wants keys and captions. */
  readonly headers: readonly (readonly string[])[];
  readonly rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>;
}

export interface TableFile {
  readonly file: string;
  /** Without the header rows. */
  readonly rows: number;
  readonly sha256: string;
}

export type TableFormat = "csv" | "xlsx";

/**
 * Writes a table row by row. The same table gives the same bytes: a file can be compared by its hash. CSV is UTF-8 with
 * the mark that Excel needs to see it (BOM) and CRLF. Throws what the file system throws.
 */
export async function writeTableFile(file: string, format: TableFormat, table: Table): Promise<TableFile> {
  const rows = format === "csv" ? await writeCsv(file, table) : await writeXlsx(file, [table]);
  return describeFile(file, rows);
}

/** Several tables as the sheets of one spreadsheet, in their order; `rows` is their sum. Throws what the file system throws. */
export const writeWorkbookFile = async (file: string, tables: readonly Table[]): Promise<TableFile> =>
  describeFile(file, await writeXlsx(file, tables));

async function describeFile(file: string, rows: number): Promise<TableFile> {
  const bytes = await readFile(file);
  return { file, rows, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** The format that the name of a file asks for. */
export const formatOfName = (file: string): TableFormat => (/\.xlsx$/i.test(file) ? "xlsx" : "csv");

async function writeCsv(file: string, table: Table): Promise<number> {
  const out = createWriteStream(file);
  const write = async (text: string): Promise<void> => {
    if (!out.write(text)) await once(out, "drain");
  };
  const failed = once(out, "error").then(([error]) => Promise.reject(error));
  failed.catch(() => undefined);
  const finished = once(out, "finish");
  // Rejects with the same error; nobody waits for it when the work never gets as far.
  finished.catch(() => undefined);
  const work = async (): Promise<number> => {
    await write("\uFEFF");
    for (const header of table.headers) await write(csvLine(header));
    let count = 0;
    for await (const row of table.rows) {
      await write(csvLine(row));
      count += 1;
    }
    out.end();
    await finished;
    return count;
  };
  return Promise.race([work(), failed]);
}

const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(",")}\r\n`;

function csvCell(cell: Cell): string {
  if (typeof cell !== "string") return "amountFen" in cell ? toYuanText(cell.amountFen) : String(cell.integer);
  const safe = withoutFormula(cell);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A tenant called "=cmd|…" must not become a formula when a spreadsheet opens the file. */
const withoutFormula = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** Spreadsheets keep amounts as binary fractions; fifteen digits are exact, so larger ones are written as text. */
const MOST_EXACT_FEN = 10n ** 15n;
const AMOUNT_FORMAT = "#,##0.00";
/** Any fixed moment: the file says when it was written by its name, not by its bytes. */
const FIXED_DATE = new Date(Date.UTC(2000, 0, 1));

async function writeXlsx(file: string, tables: readonly Table[]): Promise<number> {
  // Loaded with the first workbook: every command would read it otherwise.
  const { default: excel } = await import("exceljs");
  const workbook = new excel.stream.xlsx.WorkbookWriter({ filename: file, useStyles: true });
  workbook.creator = "ParkLedger";
  workbook.created = FIXED_DATE;
  workbook.modified = FIXED_DATE;
  let count = 0;
  for (const table of tables) count += await writeSheet(workbook, table);
  await workbook.commit();
  await writeFile(file, withFixedZipTimes(await readFile(file)));
  return count;
}

/** Returns how many rows it has, without the header rows. */
async function writeSheet(workbook: ExcelJS.stream.xlsx.WorkbookWriter, table: Table): Promise<number> {
  const sheet = workbook.addWorksheet(table.sheetName.slice(0, 31), {
    views: [{ state: "frozen", ySplit: table.headers.length }],
  });
  sheet.columns = (table.headers.at(-1) ?? []).map((header) => ({ width: Math.min(40, header.length * 2 + 6) }));
  for (const header of table.headers) {
    const row = sheet.addRow([...header]);
    row.font = { bold: true };
    row.commit();
  }
  let count = 0;
  for await (const cells of table.rows) {
    const row = sheet.addRow(cells.map(xlsxValue));
    cells.forEach((cell, index) => {
      if (typeof cell !== "string" && "amountFen" in cell) row.getCell(index + 1).numFmt = AMOUNT_FORMAT;
    });
    row.commit();
    count += 1;
  }
  sheet.commit();
  return count;
}

function xlsxValue(cell: Cell): string | number | null {
  if (typeof cell === "string") return cell === "" ? null : cell;
  if ("integer" in cell) return cell.integer;
  const isExact = cell.amountFen < MOST_EXACT_FEN && cell.amountFen > -MOST_EXACT_FEN;
  return isExact ? Number(cell.amountFen) / 100 : toYuanText(cell.amountFen);
}
