import type { Fen } from "../domain/money/fen.ts";
import type { VoucherRecord } from "../domain/vouchers/voucher-record.ts";
import type { Cell } from "../reports/table-file.ts";

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
