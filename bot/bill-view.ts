import type { BillLineView, BillView } from "../cards/bill-card.ts";
import { firstDayOf, formatDate, formatMonth, lastDayOf, monthOf } from "../src/domain/time/civil-date.ts";
import type { TenantBill, TenantBillLine } from "../src/usecases/queries/tenant-bills.ts";
import { SAY } from "./text/zh-CN.ts";

/** What a line's name is made of. */
type NamedLine = Pick<TenantBillLine, "kind" | "period" | "correction">;

/** The name of a line as tenants know it: kind, what it corrects, and its days where they are not the bill's month. */
export function lineLabel(line: NamedLine, billMonth: string): string {
  const label = SAY.charges[line.kind];
  const name = line.correction > 0 ? SAY.correction(label) : label;
  if (line.kind === "deposit") return name;
  const { from, to } = line.period;
  const month = monthOf(from);
  if (from === firstDayOf(month) && to === lastDayOf(month)) {
    return month === billMonth ? name : `${name}（${formatMonth(month)}）`;
  }
  return `${name}（${formatDate(from)}至${formatDate(to)}）`;
}

const lineView = (line: TenantBillLine, billMonth: string): BillLineView => ({
  label: lineLabel(line, billMonth),
  amountFen: line.amountFen,
});

/** A bill as its card shows it; `payUrl` when it can be paid by link. */
export function billView(bill: TenantBill, payUrl: string | undefined): BillView {
  return {
    billNo: bill.billNo,
    tenantName: bill.tenantName,
    projectName: bill.projectName,
    period: bill.period,
    issueDate: bill.issueDate,
    dueDate: bill.dueDate,
    lines: bill.lines.map((line) => lineView(line, bill.period)),
    lateFeeFen: bill.lateFeeFen,
    paidFen: bill.paidFen,
    owedFen: bill.owedFen,
    asOf: bill.asOf,
    ...(payUrl === undefined ? {} : { payUrl }),
  };
}
