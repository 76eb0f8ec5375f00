import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { type CivilDate, formatDate, formatMonth, type Month } from "../src/domain/time/civil-date.ts";
import type { Card, CardButton } from "./card.ts";
import { TEXT } from "./text.zh-CN.ts";

export interface BillListEntryView {
  readonly billNo: string;
  readonly period: Month;
  readonly dueDate: CivilDate;
  /** Open amount on `asOf`, late fee included. */
  readonly owedFen: Fen;
}

/** The open bills of a tenant on a date, in the order to show. */
export interface BillListView {
  readonly tenantName: string;
  readonly projectName: string;
  readonly bills: readonly BillListEntryView[];
  readonly owedFen: Fen;
  readonly asOf: CivilDate;
  /** Default: the bills to be paid. */
  readonly title?: string;
  /** H5 cashier for all of them; without it the button asks the bot. */
  readonly payUrl?: string;
}

/** More bills than this are reached by words or on the page; a long menu hides the pay button. */
const SHOW_BUTTONS_MAX = 3;
const BILL_NO_END_LENGTH = 5;

/** All open bills with their sum, or the good news that there are none. */
export function billListCard(list: BillListView): Card {
  const base = { name: "bill-list", title: list.title ?? TEXT.billList.title } as const;
  const subtitle = `${list.projectName} · ${list.tenantName}`;
  if (list.bills.length === 0) {
    return { ...base, subtitle, rows: [], paragraphs: [TEXT.billList.none], buttons: [] };
  }
  return {
    ...base,
    subtitle,
    emphasis: { value: formatYuan(list.owedFen), label: TEXT.billList.total },
    rows: [{ label: TEXT.billList.count, value: TEXT.billList.countValue(list.bills.length) }],
    items: list.bills.map((bill) => ({
      label: labelOf(bill, list),
      value: formatYuan(bill.owedFen),
    })),
    paragraphs: [],
    buttons: buttonsOf(list),
    ...(list.payUrl === undefined ? {} : { link: list.payUrl }),
  };
}

function labelOf(bill: BillListEntryView, list: BillListView): string {
  const name = nameOf(bill, list.bills);
  if (bill.owedFen === 0n) return TEXT.billList.settledItem(name);
  if (bill.dueDate < list.asOf) return TEXT.billList.overdueItem(name);
  return TEXT.billList.item(name, formatDate(bill.dueDate));
}

/** A month may have several bills (leases, entities, due dates): then the end of the number tells them apart. */
function nameOf(bill: BillListEntryView, bills: readonly BillListEntryView[]): string {
  return bills.some((other) => other.period === bill.period && other.billNo !== bill.billNo)
    ? TEXT.billList.numberedName(Number(bill.period.slice(5)), bill.billNo.slice(-BILL_NO_END_LENGTH))
    : TEXT.billList.name(formatMonth(bill.period));
}

function buttonsOf(list: BillListView): CardButton[] {
  const pay: CardButton =
    list.payUrl === undefined
      ? { kind: "action", label: TEXT.billList.payAll, action: { type: "pay.all" }, style: "primary" }
      : { kind: "link", label: TEXT.billList.payAll, url: list.payUrl, style: "primary" };
  const show = list.bills.slice(0, SHOW_BUTTONS_MAX).map(
    (bill): CardButton => ({
      kind: "action",
      label: nameOf(bill, list.bills),
      action: { type: "bill.show", billNo: bill.billNo },
    }),
  );
  return list.owedFen > 0n ? [pay, ...show] : show;
}
