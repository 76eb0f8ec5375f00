import type { DeclaredTotals, ParsedLine, RowProblem } from "../domain/reconciliation/statement.ts";
import type { StatementEvent } from "../domain/reconciliation/statement-event.ts";
import { cleanCell, cleanHeader, readAccountNo } from "./cells.ts";
import { type Declared, magnitude, readDeclared } from "./declared-totals.ts";
import { knownHeaders, MOST_PREFACE_ROWS, missingColumns, readHeader, type TableLayout } from "./header.ts";
import { readAmounts, readFigures, readLine } from "./line.ts";
import type { BankTemplate } from "./templates.ts";

/** A row of a table file. `rowNo` counts the lines of the file from 1. */
export interface TableRow {
  readonly rowNo: number;
  readonly cells: readonly string[];
}

/** A row of the table that sums up or leads in: its figures belong to the statement, not to a payment. */
const SUMMARY_ROW =
  /合计|总计|小计|期初|期末|承前|过次|上日余额|本日余额|昨日余额|上期余额|本期余额|余额结转|累计|笔数|总额/;
const WHOLE_SUM = /^(?:合计|总计|总合计|合计金额|金额合计|本期合计|期间合计)[:：]?$/;

/**
 * Reads a bank statement row by row: preface, header, lines, summary. Pure and streaming; everything that can't be read
 * is a `problem` that names row and column, and what is left over (page numbers, notes) is passed by.
 */
export async function* readBankStatement(
  rows: AsyncIterable<TableRow> | Iterable<TableRow>,
  template?: BankTemplate,
): AsyncGenerator<StatementEvent> {
  const declared: Declared = {};
  const accountNos = new Set<string>();
  let layout: TableLayout | undefined;
  let prefaceRows = 0;
  let likeliest: TableRow | undefined;

  for await (const row of rows) {
    if (row.cells.every((cell) => cell.trim() === "")) continue;
    if (layout === undefined) {
      layout = readHeader(row.cells, template);
      if (layout !== undefined) continue;
      prefaceRows += 1;
      readDeclared(row.cells, declared);
      readOwnAccount(row.cells, accountNos);
      if (likeliest === undefined || knownHeaders(row.cells) > knownHeaders(likeliest.cells)) likeliest = row;
      if (prefaceRows > MOST_PREFACE_ROWS) break;
      continue;
    }
    yield* readRow(row, layout, declared, accountNos);
  }
  if (layout === undefined) {
    yield { type: "problem", problem: noHeader(likeliest, template) };
    return;
  }
  yield {
    type: "end",
    layout: layout.template.name,
    declared: declared as DeclaredTotals,
    accountNos: [...accountNos],
  };
}

function* readRow(
  row: TableRow,
  layout: TableLayout,
  declared: Declared,
  accountNos: Set<string>,
): Generator<StatementEvent> {
  const at = (role: keyof TableLayout["positions"]): string =>
    cleanCell(row.cells[layout.positions[role]?.[0] ?? -1] ?? "");
  const date = at("bookingDate") || at("transactionDate") || at("valueDate");
  const label = [
    date,
    ...(layout.positions.summary ?? []).map((index) => cleanCell(row.cells[index] ?? "")),
    cleanCell(row.cells[0] ?? ""),
  ];
  const isSummary =
    label.some((text) => SUMMARY_ROW.test(text)) && (date === "" || !/\d/.test(date) || movesNothing(row, layout));
  if (isSummary) {
    readSummaryRow(row, layout, label, declared);
    return;
  }
  if (isHeaderAgain(row, layout)) return;
  if (date === "" && amountsEmpty(row, layout)) {
    readDeclared(row.cells, declared);
    return;
  }
  // A note under the table: text in the first column only.
  if (!/\d/.test(date) && amountsEmpty(row, layout)) {
    readDeclared(row.cells, declared);
    return;
  }
  const read = readLine(row, layout);
  if ("problems" in read) {
    if (isNote(row, date)) readDeclared(row.cells, declared);
    else for (const problem of read.problems) yield { type: "problem", problem };
    return;
  }
  const account = readAccountNo(at("account"));
  if (account !== "" && accountNos.size < 5) accountNos.add(account);
  yield { type: "line", line: read.line satisfies ParsedLine };
}

const amountsEmpty = (row: TableRow, layout: TableLayout): boolean => {
  const amounts = readAmounts(row, layout);
  return amounts !== undefined && "empty" in amounts;
};

/** 期初余额 with its date: no amount, or zeros. */
const movesNothing = (row: TableRow, layout: TableLayout): boolean => {
  const amounts = readAmounts(row, layout);
  return (
    amounts !== undefined &&
    ("empty" in amounts || (amounts.amountFen === 0n && amounts.debitFen === amounts.creditFen))
  );
};

/** One sentence over the whole width: its first cell is no date, and there are hardly any other cells. */
const isNote = (row: TableRow, date: string): boolean =>
  !/^\d{4}/.test(date) && row.cells.filter((cell) => cell.trim() !== "").length <= 2;

const isHeaderAgain = (row: TableRow, layout: TableLayout): boolean =>
  layout.headers.every((header, index) => header === "" || cleanHeader(row.cells[index] ?? "") === header);

/** 期初余额 with its figure under 余额; 合计 with its figures under 借方 and 贷方. */
function readSummaryRow(row: TableRow, layout: TableLayout, label: readonly string[], declared: Declared): void {
  readDeclared(row.cells, declared);
  const { debitFen, creditFen, balanceFen } = readFigures(row, layout);
  const text = label.join(" ");
  if (balanceFen !== undefined && /期初|承前|上日余额|昨日余额|上期余额/.test(text)) declared.openingFen ??= balanceFen;
  if (balanceFen !== undefined && /期末|本期余额|余额结转/.test(text)) declared.closingFen ??= balanceFen;
  if (!label.some((one) => WHOLE_SUM.test(one))) return;
  if (debitFen !== undefined) declared.outFen ??= magnitude(debitFen);
  if (creditFen !== undefined) declared.inFen ??= magnitude(creditFen);
}

/** "账号：7559…", or 账号 and the number in the next cell. */
function readOwnAccount(cells: readonly string[], accountNos: Set<string>): void {
  const filled = cells.map(cleanCell).filter((cell) => cell !== "");
  for (let index = 0; index < filled.length; index++) {
    const inside = /^(?:查询|本方|我方|银行|客户)?(?:账号|帐号|账户)\s*:\s*\[?\s*([\d*\s-]{8,})/.exec(
      filled[index] ?? "",
    )?.[1];
    const beside = /^(?:查询|本方|我方|银行|客户)?(?:账号|帐号|账户):?$/.test(filled[index] ?? "")
      ? filled[index + 1]
      : undefined;
    const account = readAccountNo(inside ?? beside ?? "");
    if (/^[\d*]{8,}$/.test(account)) accountNos.add(account);
  }
}

function noHeader(likeliest: TableRow | undefined, template: BankTemplate | undefined): RowProblem {
  if (likeliest === undefined) return { message: "文件是空的，请重新从网银导出。" };
  const named = template === undefined ? "" : `按“${template.title}”模板`;
  const missing = missingColumns(likeliest.cells, template);
  return {
    rowNo: likeliest.rowNo,
    message: `${named}找不到表头：最像表头的一行缺少 ${missing.join("、") || "可识别的列名"}。请确认这是银行流水，并保留银行导出的表头行。`,
  };
}
