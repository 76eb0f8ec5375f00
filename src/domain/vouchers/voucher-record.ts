import type { Fen } from "../money/fen.ts";
import type { CivilDate, Month } from "../time/civil-date.ts";

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
