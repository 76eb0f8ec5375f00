import type { Fen } from "../domain/money/fen.ts";
import type { CivilDate, Month } from "../domain/time/civil-date.ts";
import type { Cell } from "../reports/table-file.ts";

/** One entry of a voucher with the head of its voucher, as accounting software imports it. */
export interface VoucherRecord {
  readonly entityCode: string;
  readonly entityName: string;
  readonly bookCode: string;
  readonly period: Month;
  readonly date: CivilDate;
  readonly word: string;
  readonly number: number;
  /** From 1. */
  readonly lineNo: number;
  readonly documentNo: string;
  readonly summary: string;
  readonly accountCode: string;
  readonly accountName: string;
  readonly debitFen: Fen;
  readonly creditFen: Fen;
  readonly customerCode: string;
  readonly customerName: string;
  readonly projectCode: string;
  readonly projectName: string;
}

/** A format that a program can import: its header rows, and a row for every entry. */
export interface VoucherLayout {
  readonly format: "csv" | "kingdee" | "yonyou";
  readonly sheetName: string;
  readonly headers: readonly (readonly string[])[];
  row(record: VoucherRecord): readonly Cell[];
}

/** The places of a layout that we fill, by their header; every other column stays empty. */
export const rowOf = (headers: readonly string[], filled: Readonly<Record<string, Cell>>): readonly Cell[] =>
  headers.map((header) => filled[header] ?? "");

/** An amount, or nothing where the other side has it. */
export const amountCell = (amountFen: Fen): Cell => (amountFen === 0n ? "" : { amountFen });
