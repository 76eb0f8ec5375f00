import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { type CivilDate, daysBetween, formatDate, formatMonth, type Month } from "../src/domain/time/civil-date.ts";
import type { Card, CardButton, CardRow } from "./card.ts";
import { TEXT } from "./text.zh-CN.ts";

export interface BillLineView {
  /** "租金", "电费（8月1日至8月31日）": as on the printed bill. */
  readonly label: string;
  /** Negative for a discount or a correction. */
  readonly amountFen: Fen;
}

/** One bill as a tenant sees it on a date. */
export interface BillView {
  readonly billNo: string;
  readonly tenantName: string;
  readonly projectName: string;
  readonly period: Month;
  readonly issueDate: CivilDate;
  readonly dueDate: CivilDate;
  readonly lines: readonly BillLineView[];
  /** Late fee accrued and open through `asOf`; 0n for none. */
  readonly lateFeeFen: Fen;
  readonly paidFen: Fen;
  /** What settles the bill on `asOf`, late fee included. */
  readonly owedFen: Fen;
  readonly asOf: CivilDate;
  /** H5 page of the bill. */
  readonly billUrl?: string;
  /** H5 cashier; without it the button asks the bot for a payment link. */
  readonly payUrl?: string;
}

/** The bill with its lines, due date, open amount, late fee and the way to pay. */
export function billCard(bill: BillView): Card {
  const owes = bill.owedFen > 0n;
  const overdueDays = owes ? daysBetween(bill.dueDate, bill.asOf) : 0;
  const owed = formatYuan(bill.owedFen);
  return {
    name: "bill",
    title: TEXT.bill.title(formatMonth(bill.period)),
    subtitle: `${bill.projectName} · ${bill.tenantName}`,
    emphasis: { value: owed, label: TEXT.bill.owed },
    rows: [
      { label: TEXT.bill.billNo, value: bill.billNo },
      {
        label: TEXT.bill.dueDate,
        value: formatDate(bill.dueDate) + (overdueDays > 0 ? `（${TEXT.bill.overdue(overdueDays)}）` : ""),
      },
    ],
    items: itemsOf(bill),
    paragraphs: owes
      ? bill.lateFeeFen > 0n
        ? [TEXT.bill.estimatedLateFee(formatDate(bill.asOf))]
        : []
      : [TEXT.bill.settled],
    buttons: buttonsOf(bill, owes),
    ...(bill.billUrl === undefined ? {} : { link: bill.billUrl }),
    notice: [
      { label: TEXT.bill.tenant, value: bill.tenantName },
      { label: TEXT.bill.period, value: formatMonth(bill.period) },
      { label: TEXT.bill.amount, value: owed },
      { label: TEXT.bill.dueDate, value: formatDate(bill.dueDate) },
    ],
  };
}

/** The lines, then what changes their sum into the amount owed. */
function itemsOf(bill: BillView): CardRow[] {
  const items = bill.lines.map((line) => ({ label: line.label, value: formatYuan(line.amountFen) }));
  if (bill.lateFeeFen > 0n) items.push({ label: TEXT.bill.lateFee, value: formatYuan(bill.lateFeeFen) });
  if (bill.paidFen > 0n) items.push({ label: TEXT.bill.paid, value: formatYuan(-bill.paidFen) });
  return items;
}

function buttonsOf(bill: BillView, owes: boolean): CardButton[] {
  const buttons: CardButton[] = [];
  if (owes) {
    buttons.push(
      bill.payUrl === undefined
        ? { kind: "action", label: TEXT.bill.pay, action: { type: "pay", billNo: bill.billNo }, style: "primary" }
        : { kind: "link", label: TEXT.bill.pay, url: bill.payUrl, style: "primary" },
    );
  }
  if (bill.billUrl !== undefined) buttons.push({ kind: "link", label: TEXT.bill.show, url: bill.billUrl });
  if (owes) {
    buttons.push({
      kind: "action",
      label: TEXT.bill.dispute,
      action: { type: "bill.dispute", billNo: bill.billNo },
    });
  }
  return buttons;
}
