import { createReadStream } from "node:fs";
import { cleanCell, cleanHeader } from "../banks/cells.ts";
import { readCsvRows } from "../banks/csv-rows.ts";
import { inspectFile } from "../banks/inspect-file.ts";
import { readXlsxRows } from "../banks/xlsx-rows.ts";
import type { OfferedReading } from "../domain/metering/judge-reading.ts";
import { type CivilDate, isCivilDate } from "../domain/time/civil-date.ts";
import { REGISTERS, type Register, type RegisterValues } from "../domain/world/property.ts";
import { READING_TEMPLATES, REGISTER_WORDS, type ReadingTemplate } from "./reading-templates.ts";

/** A row that says no meter, day or figure that could be read; nothing of it can be kept for later. */
export interface RefusedRow {
  readonly row: number;
  readonly message: string;
}

export interface ReadingRow {
  /** In the file, from 1; of a reading in several rows the first. */
  readonly row: number;
  readonly offered: OfferedReading;
}

export type ReadingFile =
  | {
      readonly ok: true;
      readonly sha256: string;
      readonly template: string;
      readonly readings: readonly ReadingRow[];
      readonly refused: readonly RefusedRow[];
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The header is looked for in the first rows: exports put a title and a date above it. */
const HEADER_WITHIN_ROWS = 20;
/** A day's readings of a large operator are 10,000 rows. */
const ROWS_MAX = 500_000;

/** Reads a CSV (UTF-8, UTF-16 or GBK) or XLSX file of readings. Nothing is judged yet but whether cells can be read. */
export async function readReadingFile(path: string, templateName?: string): Promise<ReadingFile> {
  const templates = READING_TEMPLATES.filter(({ name }) => templateName === undefined || name === templateName);
  if (templates.length === 0) {
    const names = READING_TEMPLATES.map(({ name }) => name).join("、");
    return { ok: false, code: "TEMPLATE_UNKNOWN", message: `没有模板 ${templateName}，可用：${names}` };
  }
  const { sha256, format } = await inspectFile(createReadStream(path));
  if (format.kind !== "text" && format.kind !== "xlsx") {
    return { ok: false, code: "FILE_FORMAT", message: "只能导入 CSV 或 XLSX 文件，请另存为其中一种" };
  }
  const stream = createReadStream(path);
  const rows = format.kind === "text" ? readCsvRows(stream, format.encoding) : readXlsxRows(stream);
  let columns: Columns | undefined;
  const built = new Map<string, { row: number; offered: OfferedReading }>();
  const complete: ReadingRow[] = [];
  const refused: RefusedRow[] = [];
  let seen = 0;
  for await (const { rowNo, cells } of rows) {
    seen += 1;
    if (seen > ROWS_MAX)
      return { ok: false, code: "FILE_TOO_LONG", message: `文件超过 ${ROWS_MAX} 行，请分成几个文件` };
    if (!columns) {
      columns = findColumns(cells, templates);
      if (!columns && seen >= HEADER_WITHIN_ROWS) break;
      continue;
    }
    if (cells.every((cell) => cleanCell(cell) === "")) continue;
    const read = readRow(rowNo, cells, columns);
    if (!read.ok) refused.push({ row: rowNo, message: read.message });
    else if (columns.template.layout.type === "wide") complete.push({ row: rowNo, offered: read.offered });
    else mergeRegister(built, rowNo, read.offered, refused);
  }
  if (!columns) {
    return {
      ok: false,
      code: "HEADER_NOT_FOUND",
      message: "没有找到表头：需要“表号”“抄表日期”和读数列（读数，或尖、峰、平、谷），或者用 --template 指定模板",
    };
  }
  return { ok: true, sha256, template: columns.template.name, readings: [...complete, ...built.values()], refused };
}

interface Columns {
  readonly template: ReadingTemplate;
  readonly meter: number;
  readonly date: number;
  readonly rollover: number;
  readonly registers: ReadonlyMap<Register, number>;
  /** Of the long layout. */
  readonly register: number;
  readonly value: number;
}

function findColumns(cells: readonly string[], templates: readonly ReadingTemplate[]): Columns | undefined {
  // Units stand in brackets behind the name: “止码(kWh)”.
  const headers = cells.map((cell) =>
    cleanHeader(cell)
      .replace(/[(（].*$/u, "")
      .toLowerCase(),
  );
  const find = (names: readonly string[]): number =>
    names.map((name) => headers.indexOf(name.toLowerCase())).find((index) => index >= 0) ?? -1;
  // The narrower layout first: a long file has a column of figures too.
  for (const template of [...templates].sort((a) => (a.layout.type === "long" ? -1 : 1))) {
    const { layout } = template;
    const [meter, date] = [find(template.meter), find(template.date)];
    if (meter < 0 || date < 0) continue;
    const common = { template, meter, date, rollover: find(template.rollover) };
    if (layout.type === "long") {
      const [register, value] = [find(layout.register), find(layout.value)];
      if (register >= 0 && value >= 0) return { ...common, registers: new Map(), register, value };
      continue;
    }
    const registers = new Map(
      REGISTERS.flatMap((register) => {
        const at = find(layout.registers[register]);
        return at < 0 ? [] : [[register, at] as const];
      }),
    );
    if (registers.size > 0) return { ...common, registers, register: -1, value: -1 };
  }
  return undefined;
}

type RowResult =
  | { readonly ok: true; readonly offered: OfferedReading }
  | { readonly ok: false; readonly message: string };

function readRow(rowNo: number, cells: readonly string[], columns: Columns): RowResult {
  const cell = (at: number): string => (at < 0 ? "" : cleanCell(cells[at] ?? ""));
  const meter = cell(columns.meter);
  if (meter === "") return { ok: false, message: `第 ${rowNo} 行没有表号` };
  const standsOn = readDate(cell(columns.date));
  if (!standsOn)
    return { ok: false, message: `第 ${rowNo} 行的日期“${cell(columns.date)}”无法识别，请写成 2026-08-31` };
  const values: Partial<Record<Register, string>> = {};
  if (columns.template.layout.type === "long") {
    const word = cell(columns.register).replace(/[段费率]+$/u, "");
    const register = REGISTER_WORDS[word.toLowerCase()];
    if (!register) return { ok: false, message: `第 ${rowNo} 行的费率“${word}”无法识别，请写总、尖、峰、平、谷或深谷` };
    values[register] = readFigure(cell(columns.value));
  }
  for (const [register, at] of columns.registers) {
    const figure = readFigure(cell(at));
    if (figure !== "") values[register] = figure;
  }
  if (Object.values(values).every((value) => value === "")) return { ok: false, message: `第 ${rowNo} 行没有读数` };
  const rollover = /^(是|1|true|y|yes|归零)$/i.test(cell(columns.rollover));
  return { ok: true, offered: { meter, standsOn, values: values as RegisterValues, kind: "periodic", rollover } };
}

/** A long file says one register a row: rows of one meter and day are one reading. */
function mergeRegister(
  built: Map<string, { row: number; offered: OfferedReading }>,
  row: number,
  offered: OfferedReading,
  refused: RefusedRow[],
): void {
  const key = `${offered.meter}|${offered.standsOn}`;
  const before = built.get(key);
  if (!before) {
    built.set(key, { row, offered });
    return;
  }
  const [entry] = Object.entries(offered.values) as [Register, string][];
  if (!entry) return;
  const [register, value] = entry;
  const known = before.offered.values[register];
  if (known !== undefined && known !== value) {
    refused.push({ row, message: `第 ${row} 行：同一块表同一天的同一费率已有另一个读数 ${known}` });
    return;
  }
  const values = { ...before.offered.values, [register]: value };
  const rollover = before.offered.rollover || offered.rollover;
  built.set(key, { row: before.row, offered: { ...before.offered, values, rollover } });
}

/** "2026-08-31", "2026/8/31 23:59", "20260831", "2026年8月31日"; a time of day is left out. */
export function readDate(text: string): CivilDate | undefined {
  const match =
    /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/u.exec(text);
  if (!match) return undefined;
  const [, year = "", month = "", day = ""] = match;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return isCivilDate(date) ? (date as CivilDate) : undefined;
}

const readFigure = (text: string): string =>
  text
    .replaceAll(",", "")
    .replace(/(?:kwh|度|m³|m3|吨|立方)$/iu, "")
    .trim();
