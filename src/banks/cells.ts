import type { Fen } from "../domain/money/fen.ts";
import { type CivilDate, isCivilDate } from "../domain/time/civil-date.ts";

/*
 * What people and banks write into the cells of a statement. Pure; every function takes a cell that `cleanCell` has
 * seen and answers undefined for what it can't read, so that the caller can name row and column.
 */

/** A cell without what exports wrap around it: spaces, tabs, ="…", a leading apostrophe; full-width forms are folded. */
export function cleanCell(cell: string): string {
  let text = cell;
  if (NEEDS_FOLDING.test(text)) text = text.normalize("NFKC").replace(/[\u00a0\ufeff\u200b]/g, " ");
  text = text.trim();
  if (text.startsWith('="') && text.endsWith('"')) text = text.slice(2, -1).trim();
  if (text.startsWith("'")) text = text.slice(1).trim();
  return text;
}
/** Full-width forms, ideographic space, and the spaces that exports from web pages carry. */
const NEEDS_FOLDING = /[\uff01-\uff5e\u3000\uffe5\u00a0\ufeff\u200b]/;

/** A header: without spaces, brackets' contents kept, folded. */
export const cleanHeader = (cell: string): string => cleanCell(cell).replace(/\s+/g, "").replace(/[*:]$/, "");

/** Text for people: inner spaces collapsed. A lone dash says "nothing". */
export function readText(cell: string): string {
  const text = cleanCell(cell).replace(/\s+/g, " ");
  return /^[-—–/]+$/.test(text) ? "" : text;
}

/** An account number: no spaces, no dashes. */
export const readAccountNo = (cell: string): string => readText(cell).replace(/[\s-]/g, "");

const AMOUNT = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/;

/** Nothing, or a dash where a figure would stand. */
export const isEmptyAmount = (cell: string): boolean => cell === "" || /^[-—–]+$/.test(cell);

/**
 * "1,234.50", "¥1234.5", "(12.00)", "12.00-", "-0.05" → fen, exactly. Undefined for anything else: a third decimal other
 * than 0, thousands that are grouped wrong, Excel's 1.2E+05.
 */
export function readAmount(cell: string): Fen | undefined {
  let text = cell;
  let negative = false;
  const plain = AMOUNT.exec(text);
  if (plain === null) {
    text = text.replace(/^(?:CNY|RMB|人民币)|(?:CNY|RMB|元)$/giu, "").replace(/\s+/g, "");
    const bracketed = /^\((.+)\)$/.exec(text);
    if (bracketed?.[1] !== undefined) [negative, text] = [true, bracketed[1]];
    const trailing = /^(.+)-$/.exec(text);
    if (trailing?.[1] !== undefined && !negative) [negative, text] = [true, trailing[1]];
    text = text.replace(/^([+-]?)[¥￥]([+-]?)/u, "$1$2");
  }
  const match = plain ?? AMOUNT.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", decimals = ""] = match;
  if (sign !== "" && negative) return undefined;
  if (decimals.length > 2 && /[^0]/.test(decimals.slice(2))) return undefined;
  const fen = BigInt(whole.replaceAll(",", "") + decimals.slice(0, 2).padEnd(2, "0"));
  return sign === "-" || negative ? -fen : fen;
}

/** A date and, where the cell has one, a time of day "HH:MM:SS". */
export interface DateCell {
  readonly date: CivilDate;
  readonly time: string | undefined;
}

const DATE =
  /^(\d{4})(?:-|\/|\.|年)(\d{1,2})(?:-|\/|\.|月)(\d{1,2})日?(?:[\sT]*(\d{1,2})(?::|时|点)(\d{1,2})(?:(?::|分)(\d{1,2})?秒?)?(?:\.\d+)?)?(?:Z|\+08:?00)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:\s*(\d{2}):?(\d{2}):?(\d{2})?)?$/;
/** Days from 1899-12-30 that Excel writes for dates of 2000 to 2099, with a fraction for the time. */
const SERIAL = /^(3[6-9]|[4-6]\d|7[0-2])\d{3}(?:\.\d+)?$/;

/** "2026-09-02", "2026/9/2", "20260902", "2026年9月2日 15时00分", "20260902150000", Excel's 46267 → date and time. */
export function readDate(cell: string): DateCell | undefined {
  const match = DATE.exec(cell) ?? COMPACT.exec(cell);
  if (match === null) return SERIAL.test(cell) ? fromSerial(Number(cell)) : undefined;
  const [, year = "", month = "", day = "", hours, minutes, seconds] = match;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (!isCivilDate(date)) return undefined;
  if (hours === undefined) return { date, time: undefined };
  const time = clockTime(hours, minutes ?? "0", seconds ?? "0");
  return time === undefined ? undefined : { date, time };
}

const DAYS_TO_1970 = 25_569;

function fromSerial(serial: number): DateCell | undefined {
  const text = new Date(Math.round((serial - DAYS_TO_1970) * 86_400) * 1000).toISOString();
  const date = text.slice(0, 10);
  if (!isCivilDate(date)) return undefined;
  return { date, time: Number.isInteger(serial) ? undefined : text.slice(11, 19) };
}

/** "15:00", "150000", "15时00分02秒", "9:05:01" → "HH:MM:SS"; undefined for anything else. */
export function readTime(cell: string): string | undefined {
  const match =
    /^(\d{1,2})(?::|时|点)(\d{1,2})(?:(?::|分)(\d{1,2})?秒?)?$/.exec(cell) ?? /^(\d{2})(\d{2})(\d{2})$/.exec(cell);
  if (match === null) return readDate(cell)?.time;
  return clockTime(match[1] ?? "", match[2] ?? "0", match[3] ?? "0");
}

function clockTime(hours: string, minutes: string, seconds: string): string | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  return [hours, minutes, seconds].map((part) => part.padStart(2, "0")).join(":");
}

/** 借 = the bank owes us less: money out. 贷 = money in. Undefined for anything else. */
export function readFlag(cell: string): "in" | "out" | undefined {
  const text = cell.toUpperCase().replace(/[()\s]/g, "");
  if (OUT_FLAGS.has(text)) return "out";
  if (IN_FLAGS.has(text)) return "in";
  return undefined;
}
const OUT_FLAGS = new Set([
  "借",
  "借方",
  "D",
  "DR",
  "DEBIT",
  "支",
  "支出",
  "付",
  "付款",
  "出",
  "出账",
  "转出",
  "往账",
  "-",
]);
const IN_FLAGS = new Set(["贷", "贷方", "C", "CR", "CREDIT", "收", "收入", "收款", "入", "入账", "转入", "来账", "+"]);
