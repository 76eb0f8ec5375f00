import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import type { LineKind, ParsedLine, RowProblem } from "../../domain/reconciliation/statement.ts";
import type { StatementEvent } from "../../domain/reconciliation/statement-event.ts";
import { isCivilDate } from "../../domain/time/civil-date.ts";
import { type BillRow, readBillRows, readBillTime, readCount, readUnits, unitsToFen } from "./bill-rows.ts";

const REQUIRED = ["记账时间", "微信支付业务单号", "收支类型", "收支金额"];

type Columns = ReadonlyMap<string, number>;

/**
 * Reads a fund-flow bill of any account type by its headers. Gross style: a payment has a row of its own for its fee. Net
 * style: one row, already less the fee that its 备注 names; `feeIncluded` then says so (wechat-pay.md 5.2).
 */
export async function* readFundFlowBill(text: AsyncIterable<string>): AsyncGenerator<StatementEvent> {
  let columns: Columns | undefined;
  let totals: Columns | undefined;
  let summary: BillRow | undefined;
  let count = 0;
  let inFen = 0n;

  for await (const row of readBillRows(text)) {
    if (columns === undefined) {
      const found = columnsOf(row.cells);
      const missing = row.quoted ? REQUIRED : REQUIRED.filter((name) => !found.has(name));
      if (missing.length > 0) {
        const other = found.has("商户订单号")
          ? "这是交易账单，请用 --source wechat-trade。"
          : "请确认这是微信支付的资金账单，并保留表头行。";
        yield { type: "problem", problem: { rowNo: row.rowNo, message: `表头缺少 ${missing.join("、")}。${other}` } };
        return;
      }
      columns = found;
    } else if (!row.quoted && row.cells[0] === "资金流水总笔数") {
      totals = columnsOf(row.cells);
    } else if (totals !== undefined) {
      summary ??= row;
    } else {
      const read = readRow(row, columns);
      if ("problems" in read) {
        for (const problem of read.problems) yield { type: "problem", problem };
        continue;
      }
      count += 1;
      if (read.line.amountFen > 0n) inFen += read.line.amountFen;
      yield { type: "line", line: read.line };
    }
  }
  if (columns === undefined) {
    yield { type: "problem", problem: { message: "文件是空的，请重新下载资金账单。" } };
    return;
  }
  if (totals === undefined || summary === undefined) {
    const message = `账单末尾没有汇总行，文件不完整（读到 ${count} 行，收入合计 ${formatYuan(inFen)}），请重新下载。`;
    yield { type: "problem", problem: { message } };
    return;
  }
  const said = (name: string): string => summary?.cells[totals?.get(name) ?? -1] ?? "";
  const amount = (name: string): Fen | undefined => {
    const units = readUnits(said(name));
    return units === undefined ? undefined : unitsToFen(units);
  };
  yield {
    type: "end",
    layout: "fund-flow",
    accountNos: [],
    declared: {
      lines: readCount(said("资金流水总笔数")),
      inLines: readCount(said("收入笔数")),
      outLines: readCount(said("支出笔数")),
      inFen: amount("收入金额"),
      outFen: amount("支出金额"),
    },
  };
}

/** Units in brackets belong to no name: 收支金额(元). */
const columnsOf = (cells: readonly string[]): Columns =>
  new Map(cells.map((cell, index): [string, number] => [cell.replace(/\s+|[（(]元[）)]/g, ""), index]));

function readRow(
  row: BillRow,
  columns: Columns,
): { readonly line: ParsedLine } | { readonly problems: readonly RowProblem[] } {
  if (row.cells.length !== columns.size) {
    const message = `应有 ${columns.size} 列，实有 ${row.cells.length} 列，请重新下载账单，不要用表格软件改动。`;
    return { problems: [{ rowNo: row.rowNo, message }] };
  }
  const problems: RowProblem[] = [];
  const cell = (name: string): string => row.cells[columns.get(name) ?? -1] ?? "";
  const amount = (name: string): Fen => {
    const units = readUnits(cell(name));
    if (units === undefined) {
      problems.push({
        rowNo: row.rowNo,
        column: name,
        message: `${JSON.stringify(cell(name))} 不是金额，请重新下载账单。`,
      });
    }
    return unitsToFen(units ?? 0n);
  };
  const at = readBillTime(cell("记账时间"));
  if (at === undefined || !isCivilDate(at.date)) {
    problems.push({
      rowNo: row.rowNo,
      column: "记账时间",
      message: `${JSON.stringify(cell("记账时间"))} 不是时间，请重新下载账单。`,
    });
  }
  const direction = cell("收支类型");
  if (direction !== "收入" && direction !== "支出") {
    problems.push({
      rowNo: row.rowNo,
      column: "收支类型",
      message: `${JSON.stringify(direction)} 不是“收入”或“支出”，请重新下载账单。`,
    });
  }
  const sizeFen = amount("收支金额");
  const balanceAfterFen = cell("账户结余") === "" ? undefined : amount("账户结余");
  if (problems.length > 0 || at === undefined || !isCivilDate(at.date)) return { problems };
  const kind = kindOf(cell("业务类型"), cell("业务名称"), direction === "收入");
  return {
    line: {
      rowNo: row.rowNo,
      kind,
      valueDate: at.date,
      bookingDate: at.date,
      bookedTime: at.time,
      amountFen: direction === "收入" ? sizeFen : -sizeFen,
      ...feeOf(kind, cell("备注")),
      balanceAfterFen,
      remark: cell("备注"),
      ...numbersOf(kind, cell),
      status: cell("业务类型") || undefined,
      further: {
        业务名称: cell("业务名称"),
        业务类型: cell("业务类型"),
        资金流水单号: cell("资金流水单号"),
        资金变更提交申请人: cell("资金变更提交申请人"),
      },
    },
  };
}

/** The names may change (wechat-pay.md 5.2), so words in them decide and what nobody knows is `other`. */
function kindOf(type: string, name: string, income: boolean): LineKind {
  const both = `${type} ${name}`;
  if (/退还.*手续费/.test(type)) return "fee-refund";
  if (/手续费|服务费/.test(type)) return income ? "fee-refund" : "fee";
  if (/退款关闭|退款失败/.test(both)) return "refund-closed";
  if (/退款/.test(both)) return income ? "refund-closed" : "refund";
  if (/提现|结算/.test(both) && !income) return "settlement";
  if (/^交易/.test(type) || /^交易/.test(name)) return income ? "payment" : "refund";
  return "other";
}

/** "结算总金额 0.01 元;含手续费 0.00 元": the row is net of this fee; a refund gives its part of the fee back. */
function feeOf(kind: LineKind, remark: string): { feeFen?: Fen; feeIncluded?: boolean } {
  const fee = /含手续费\s*([\d.]+)\s*元/.exec(remark)?.[1];
  const units = fee === undefined ? undefined : readUnits(fee);
  if (units === undefined) return {};
  return { feeFen: kind === "refund" ? -unitsToFen(units) : unitsToFen(units), feeIncluded: true };
}

/** Which of our and of the channel's numbers the row carries depends on what it is about. */
function numbersOf(kind: LineKind, cell: (name: string) => string) {
  const ours = cell("业务凭证号") || undefined;
  const business = cell("微信支付业务单号") || undefined;
  const flow = cell("资金流水单号") || undefined;
  if (kind === "refund" || kind === "refund-closed" || kind === "fee-refund") {
    // In net refunds the flow number is that of the payment (5.2); transaction numbers begin with 4200.
    return { refundNo: ours, channelRefundNo: business, channelNo: flow?.startsWith("42") === true ? flow : undefined };
  }
  if (kind === "payment" || kind === "fee") return { orderNo: ours, channelNo: business };
  return { channelNo: business };
}
