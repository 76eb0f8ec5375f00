import type { Fen } from "../domain/money/fen.ts";
import type { ParsedLine, RowProblem } from "../domain/reconciliation/statement.ts";
import type { TableRow } from "./bank-statement.ts";
import {
  cleanCell,
  isEmptyAmount,
  readAccountNo,
  readAmount,
  readDate,
  readFlag,
  readText,
  readTime,
} from "./cells.ts";
import type { TableLayout } from "./header.ts";
import type { ColumnRole } from "./templates.ts";

/** The figures of a row, as far as they can be read; `empty`: neither column has one. */
export type RowAmounts =
  | { readonly empty: true; readonly balanceFen: Fen | undefined }
  | {
      readonly amountFen: Fen;
      readonly debitFen: Fen | undefined;
      readonly creditFen: Fen | undefined;
      readonly balanceFen: Fen | undefined;
    };

/** The amount of a row, in above and out below zero; undefined: a cell can't be read, or the row contradicts itself. */
export function readAmounts(row: TableRow, layout: TableLayout): RowAmounts | undefined {
  const problems: RowProblem[] = [];
  const amounts = amountsOf(row, layout, problems);
  return problems.length > 0 ? undefined : amounts;
}

/** The figures of a summary row, column by column, as far as they can be read: there both sides have one. */
export function readFigures(
  row: TableRow,
  layout: TableLayout,
): { readonly debitFen: Fen | undefined; readonly creditFen: Fen | undefined; readonly balanceFen: Fen | undefined } {
  const read = (role: ColumnRole): Fen | undefined =>
    readAmount(cleanCell(row.cells[layout.positions[role]?.[0] ?? -1] ?? ""));
  return { debitFen: read("debit"), creditFen: read("credit"), balanceFen: read("balance") };
}

/** A row of the table as a line, or everything that is wrong with it. */
export function readLine(
  row: TableRow,
  layout: TableLayout,
): { readonly line: ParsedLine } | { readonly problems: readonly RowProblem[] } {
  const problems: RowProblem[] = [];
  const cell = cellsOf(row, layout);
  const booking = dateOf(["bookingDate", "transactionDate", "valueDate"], row, layout, problems);
  const value = dateOf(["valueDate", "transactionDate", "bookingDate"], row, layout, problems);
  const amounts = amountsOf(row, layout, problems);
  if (problems.length === 0 && "empty" in amounts) {
    problems.push({
      rowNo: row.rowNo,
      column: headersOf(layout, ["amount", "debit", "credit"]),
      message: "没有金额，请补上或删去这一行后重新导出。",
    });
  }
  if (problems.length > 0 || booking === undefined || value === undefined || "empty" in amounts) return { problems };
  const account = readAccountNo(cell("counterpartyAccount"));
  const time = readTime(cleanCell(cell("time"))) ?? booking.time ?? value.time;
  return {
    line: {
      rowNo: row.rowNo,
      kind: "transfer",
      valueDate: value.date,
      bookingDate: booking.date,
      bookedTime: time,
      amountFen: amounts.amountFen,
      balanceAfterFen: amounts.balanceFen,
      counterpartyName: readText(cell("counterpartyName")) || undefined,
      counterpartyAccount: account || undefined,
      remark: joined(["summary", "remark"], row, layout),
      channelNo: readText(cell("serialNo")) || undefined,
      virtualAccountNo: readAccountNo(cell("virtualAccount")) || undefined,
      reversal: isReversal(readText(cell("reversal")), amounts),
      further: furtherOf(row, layout),
    },
  };
}

const cellsOf =
  (row: TableRow, layout: TableLayout) =>
  (role: ColumnRole): string =>
    row.cells[layout.positions[role]?.[0] ?? -1] ?? "";

function dateOf(roles: readonly ColumnRole[], row: TableRow, layout: TableLayout, problems: RowProblem[]) {
  const cell = cellsOf(row, layout);
  const role = roles.find((one) => saysDate(cleanCell(cell(one))));
  if (role === undefined) {
    if (problems.length === 0)
      problems.push({ rowNo: row.rowNo, column: headersOf(layout, roles), message: "没有日期，请补上。" });
    return undefined;
  }
  const text = cleanCell(cell(role));
  const date = readDate(text);
  if (date === undefined && !problems.some(({ column }) => column === headersOf(layout, [role]))) {
    problems.push({
      rowNo: row.rowNo,
      column: headersOf(layout, [role]),
      message: `${JSON.stringify(text)} 不是日期，请写成 2026-09-02 或 20260902。`,
    });
  }
  return date;
}

/** 交易时间 is a date and time at one bank and a time of day at another. */
const saysDate = (cell: string): boolean => cell !== "" && !/^\d{1,2}[:时]/.test(cell);

function amountsOf(row: TableRow, layout: TableLayout, problems: RowProblem[]): RowAmounts {
  const read = (role: ColumnRole): Fen | undefined => {
    const text = cleanCell(row.cells[layout.positions[role]?.[0] ?? -1] ?? "");
    if (isEmptyAmount(text)) return undefined;
    const amountFen = readAmount(text);
    if (amountFen === undefined) {
      const hint = /e\+?\d/i.test(text)
        ? "这是 Excel 的科学计数法，位数已丢失，请从网银重新导出。"
        : "请写成最多两位小数的金额，例如 1234.50。";
      problems.push({
        rowNo: row.rowNo,
        column: headersOf(layout, [role]),
        message: `${JSON.stringify(text)} 不是金额，${hint}`,
      });
    }
    return amountFen;
  };
  const balanceFen = read("balance");
  const debitFen = read("debit");
  const creditFen = read("credit");
  if (layout.positions.debit !== undefined && layout.positions.credit !== undefined) {
    if (nonZero(debitFen) && nonZero(creditFen)) {
      problems.push({
        rowNo: row.rowNo,
        column: headersOf(layout, ["debit", "credit"]),
        message: "借方和贷方都有金额，一行只能有一个，请核对原件。",
      });
    }
    if (debitFen === undefined && creditFen === undefined) return { empty: true, balanceFen };
    return { amountFen: (creditFen ?? 0n) - (debitFen ?? 0n), debitFen, creditFen, balanceFen };
  }
  const amountFen = read("amount");
  if (amountFen === undefined) return { empty: true, balanceFen };
  if (layout.positions.flag === undefined) return { amountFen, debitFen: undefined, creditFen: undefined, balanceFen };
  const flagText = cleanCell(row.cells[layout.positions.flag[0] ?? -1] ?? "");
  const flag = readFlag(flagText);
  if (flag === undefined) {
    problems.push({
      rowNo: row.rowNo,
      column: headersOf(layout, ["flag"]),
      message: `${JSON.stringify(flagText)} 看不出借贷方向，请写“借”或“贷”。`,
    });
  }
  // 借方红字: a negative amount with its flag takes an earlier line of the same flag back.
  return { amountFen: flag === "out" ? -amountFen : amountFen, debitFen: undefined, creditFen: undefined, balanceFen };
}

const nonZero = (amountFen: Fen | undefined): boolean => amountFen !== undefined && amountFen !== 0n;

function isReversal(flag: string, amounts: RowAmounts): boolean {
  if (flag !== "" && !/^(?:0|否|N|正常|未冲账|未冲正|无)$/i.test(flag)) return true;
  if ("empty" in amounts) return false;
  return (amounts.debitFen ?? 0n) < 0n || (amounts.creditFen ?? 0n) < 0n;
}

function joined(roles: readonly ColumnRole[], row: TableRow, layout: TableLayout): string {
  const texts = roles
    .flatMap((role) => layout.positions[role] ?? [])
    .map((index) => readText(row.cells[index] ?? ""))
    .filter((text) => text !== "");
  return [...new Set(texts)].join(" ");
}

/** Columns that no role took, for people. */
function furtherOf(row: TableRow, layout: TableLayout): Record<string, string> {
  const further: Record<string, string> = {};
  for (const { header, index } of layout.further) {
    const text = readText(row.cells[index] ?? "");
    if (text !== "") further[header] = text;
  }
  return further;
}

const headersOf = (layout: TableLayout, roles: readonly ColumnRole[]): string =>
  roles
    .flatMap((role) => layout.positions[role] ?? [])
    .map((index) => layout.headers[index] ?? "")
    .filter((header, index, all) => header !== "" && all.indexOf(header) === index)
    .join("、");
