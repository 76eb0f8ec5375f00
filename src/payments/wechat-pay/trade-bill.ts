import { formatYuan } from "../../domain/money/fen.ts";
import type { ParsedLine, RowProblem } from "../../domain/reconciliation/statement.ts";
import type { FileDifference, StatementEvent } from "../../domain/reconciliation/statement-event.ts";
import { isCivilDate } from "../../domain/time/civil-date.ts";
import { type BillRow, readBillRows, readBillTime, readCount, readUnits, type Unit, unitsToFen } from "./bill-rows.ts";

/** Columns that are added up, each with the names of its sum at the end (the second is the layout before 2018). */
const SUMS: readonly { readonly column: readonly string[]; readonly total: readonly string[] }[] = [
  { column: ["应结订单金额", "总金额"], total: ["应结订单总金额", "总交易额"] },
  { column: ["退款金额"], total: ["退款总金额", "总退款金额"] },
  { column: ["充值券退款金额", "企业红包退款金额"], total: ["充值券退款总金额", "总企业红包退款金额"] },
  { column: ["手续费"], total: ["手续费总金额"] },
  { column: ["订单金额"], total: ["订单总金额"] },
  { column: ["申请退款金额"], total: ["申请退款总金额"] },
];
const COUNT = ["总交易单数"];
/** Without one of these no row can be told. */
const REQUIRED = ["交易时间", "微信订单号", "商户订单号"];

type Columns = ReadonlyMap<string, number>;

/**
 * Reads a trade bill (ALL, SUCCESS, REFUND and the layout before 2018) by its headers, and checks its summary against its
 * rows. Payments are above zero, refunds below; the fee stands beside the amount (wechat-pay.md 5.2).
 */
export async function* readTradeBill(text: AsyncIterable<string>): AsyncGenerator<StatementEvent> {
  const sums = new Map<string, Unit>();
  const merchants = new Set<string>();
  let columns: Columns | undefined;
  let layout = "";
  let count = 0;
  let totals: Columns | undefined;
  let summary: BillRow | undefined;

  for await (const row of readBillRows(text)) {
    if (columns === undefined) {
      const problem = headerProblem(row);
      if (problem !== undefined) {
        yield { type: "problem", problem };
        return;
      }
      columns = columnsOf(row.cells);
      layout = layoutOf(columns);
    } else if (!row.quoted && row.cells[0] === COUNT[0]) {
      totals = columnsOf(row.cells);
    } else if (totals !== undefined) {
      summary ??= row;
    } else {
      const read = readRow(row, columns, layout);
      if ("problems" in read) {
        for (const problem of read.problems) yield { type: "problem", problem };
        continue;
      }
      count += 1;
      for (const [name, units] of read.sums) sums.set(name, (sums.get(name) ?? 0n) + units);
      if (read.merchant !== "" && merchants.size < 5) merchants.add(read.merchant);
      yield { type: "line", line: read.line };
    }
  }
  if (columns === undefined) {
    yield { type: "problem", problem: { message: "文件是空的，请重新下载交易账单。" } };
    return;
  }
  if (totals === undefined || summary === undefined) {
    const paid = formatYuan(unitsToFen(sums.get("订单总金额") ?? sums.get("应结订单总金额") ?? 0n));
    const message = `账单末尾没有汇总行，文件不完整（读到 ${count} 行，订单合计 ${paid}），请重新下载。`;
    yield { type: "problem", problem: { message } };
    return;
  }
  for (const difference of differencesOf(summary, totals, count, sums)) yield { type: "difference", difference };
  yield { type: "end", layout, declared: {}, accountNos: [...merchants] };
}

function headerProblem(row: BillRow): RowProblem | undefined {
  const missing = row.quoted ? REQUIRED : REQUIRED.filter((name) => !row.cells.includes(name));
  if (missing.length === 0) return undefined;
  const other = row.cells.includes("资金流水单号")
    ? "这是资金账单，请用 --source wechat-fund。"
    : "请确认这是微信支付的交易账单，并保留表头行。";
  return { rowNo: row.rowNo, message: `表头缺少 ${missing.join("、")}。${other}` };
}

const columnsOf = (cells: readonly string[]): Columns =>
  new Map(cells.map((cell, index): [string, number] => [cell.replace(/\s+/g, ""), index]));

function layoutOf(columns: Columns): string {
  if (columns.has("退款申请时间")) return "trade-refund";
  return columns.has("商户退款单号") ? "trade-all" : "trade-success";
}

type ReadRow =
  | { readonly line: ParsedLine; readonly sums: readonly [string, Unit][]; readonly merchant: string }
  | { readonly problems: readonly RowProblem[] };

function readRow(row: BillRow, columns: Columns, layout: string): ReadRow {
  const problems: RowProblem[] = [];
  if (row.cells.length !== columns.size) {
    const message = `应有 ${columns.size} 列，实有 ${row.cells.length} 列，请重新下载账单，不要用表格软件改动。`;
    return { problems: [{ rowNo: row.rowNo, message }] };
  }
  const cell = (...names: readonly string[]): string => {
    const name = names.find((one) => columns.has(one));
    return name === undefined ? "" : (row.cells[columns.get(name) ?? -1] ?? "");
  };
  const units = (...names: readonly string[]): Unit => {
    const text = cell(...names);
    const read = text === "" ? 0n : readUnits(text);
    if (read !== undefined) return read;
    problems.push({
      rowNo: row.rowNo,
      column: names.find((name) => columns.has(name)),
      message: `${JSON.stringify(text)} 不是金额，请重新下载账单。`,
    });
    return 0n;
  };
  const isRefund = cell("交易状态") !== "SUCCESS" && number(cell("微信退款单号")) !== undefined;
  // The day of the bill: of a refund the day on which it was asked for.
  const timeColumn = isRefund && columns.has("退款申请时间") ? "退款申请时间" : "交易时间";
  const at = readBillTime(cell(timeColumn));
  if (at === undefined || !isCivilDate(at.date)) {
    problems.push({
      rowNo: row.rowNo,
      column: timeColumn,
      message: `${JSON.stringify(cell(timeColumn))} 不是时间，请重新下载账单。`,
    });
  }
  const orderNo = number(cell("商户订单号"));
  if (orderNo === undefined)
    problems.push({ rowNo: row.rowNo, column: "商户订单号", message: "没有商户订单号，请重新下载账单。" });
  const sums = SUMS.flatMap(({ column, total }): [string, Unit][] =>
    column.some((name) => columns.has(name)) ? [[total[0] ?? "", units(...column)]] : [],
  );
  const paid = unitsToFen(units("订单金额", "应结订单金额", "总金额"));
  const asked = unitsToFen(units("申请退款金额"));
  const refunded = asked === 0n ? unitsToFen(units("退款金额")) : asked;
  const feeFen = unitsToFen(units("手续费"));
  if (problems.length > 0 || at === undefined || !isCivilDate(at.date)) return { problems };
  return {
    sums,
    merchant: cell("商户号"),
    line: {
      rowNo: row.rowNo,
      kind: isRefund ? "refund" : "payment",
      valueDate: at.date,
      bookingDate: at.date,
      bookedTime: at.time,
      amountFen: isRefund ? -refunded : paid,
      feeFen,
      remark: cell("商品名称"),
      orderNo,
      refundNo: isRefund ? number(cell("商户退款单号")) : undefined,
      channelNo: number(cell("微信订单号")),
      channelRefundNo: isRefund ? number(cell("微信退款单号")) : undefined,
      status: isRefund
        ? cell("退款状态") || cell("交易状态")
        : cell("交易状态") || (layout === "trade-success" ? "SUCCESS" : undefined),
      further: furtherOf(row, columns),
    },
  };
}

/** `0` says "none" in the columns of refunds. */
const number = (text: string): string | undefined => (text === "" || text === "0" ? undefined : text);

const FURTHER = [
  "用户标识",
  "交易类型",
  "付款银行",
  "应结订单金额",
  "代金券金额",
  "退款金额",
  "退款类型",
  "退款成功时间",
  "商户数据包",
  "费率",
];

function furtherOf(row: BillRow, columns: Columns): Record<string, string> {
  const further: Record<string, string> = {};
  for (const name of FURTHER) {
    const text = row.cells[columns.get(name) ?? -1] ?? "";
    if (text !== "" && text !== "0.00") further[name] = text;
  }
  return further;
}

function* differencesOf(
  summary: BillRow,
  totals: Columns,
  count: number,
  sums: ReadonlyMap<string, Unit>,
): Generator<FileDifference> {
  const declared = (names: readonly string[]): string | undefined => {
    const name = names.find((one) => totals.has(one));
    return name === undefined ? undefined : summary.cells[totals.get(name) ?? -1];
  };
  const lines = declared(COUNT);
  if (lines !== undefined && readCount(lines) !== count) {
    yield { what: "总交易单数", amountFen: 0n, message: `汇总行写 ${lines} 笔，明细有 ${count} 笔` };
  }
  for (const { total } of SUMS) {
    const text = declared(total);
    if (text === undefined || text === "") continue;
    const saidFen = unitsToFen(readUnits(text) ?? 0n);
    const addedFen = unitsToFen(sums.get(total[0] ?? "") ?? 0n);
    if (saidFen === addedFen) continue;
    const amountFen = saidFen - addedFen;
    yield {
      what: total[0] ?? "",
      amountFen,
      message: `汇总行的${total[0]}是 ${formatYuan(saidFen)}，明细合计 ${formatYuan(addedFen)}，差 ${formatYuan(amountFen)}`,
    };
  }
}
