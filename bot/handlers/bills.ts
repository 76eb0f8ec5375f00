import { billCard } from "../../cards/bill-card.ts";
import { billListCard } from "../../cards/bill-list-card.ts";
import { textCard } from "../../cards/card.ts";
import { formatMonth, type Month, monthOf, parseCivilDate, parseMonth } from "../../src/domain/time/civil-date.ts";
import type { TenantBill } from "../../src/usecases/queries/tenant-bills.ts";
import { billView } from "../bill-view.ts";
import { type Answer, say, sumFen, type TenantContext } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";
import type { Slots } from "../understanding/frame.ts";

/** 查账单: the bills of the month that was named, else everything still to be paid. */
export async function showBills(context: TenantContext, slots: Slots): Promise<Answer> {
  const { services, member } = context;
  if (slots.period !== undefined) {
    const period = monthsOf(slots.period);
    return listOrBill(context, await services.billsOfPeriod(member.tenantId, period), periodName(period));
  }
  return listOrBill(context, await services.owedBills(member.tenantId), undefined);
}

/** One bill by its number; another tenant's bill does not exist for this person. */
export async function showBill(context: TenantContext, billNo: string): Promise<Answer> {
  const bill = await context.services.bill(context.member.tenantId, billNo);
  if (!bill) return say(textCard(SAY.billNotFound));
  return remember(context, [bill], billCard(billView(bill, payUrlOf(context, [bill]))));
}

function listOrBill(context: TenantContext, bills: readonly TenantBill[], period: string | undefined): Answer {
  const [only] = bills;
  if (!only) {
    if (period !== undefined) return say(textCard(SAY.noBillOfPeriod(period)));
    const { tenantName, projectName } = context.member;
    return say(billListCard({ tenantName, projectName, bills: [], owedFen: 0n, asOf: context.today }));
  }
  if (bills.length === 1) return remember(context, bills, billCard(billView(only, payUrlOf(context, bills))));
  const payUrl = payUrlOf(context, bills);
  const list = billListCard({
    tenantName: only.tenantName,
    projectName: only.projectName,
    bills: bills.map(({ billNo, period: month, dueDate, owedFen }) => ({ billNo, period: month, dueDate, owedFen })),
    owedFen: sumFen(bills.map((bill) => bill.owedFen)),
    asOf: context.today,
    ...(payUrl === undefined ? {} : { payUrl }),
  });
  return remember(context, bills, list);
}

/** A link when everything owed goes to one legal entity and the person may pay; else the button asks the bot. */
function payUrlOf(context: TenantContext, bills: readonly TenantBill[]): string | undefined {
  const owed = bills.filter((bill) => bill.owedFen > 0n);
  const [first] = owed;
  if (!first || context.member.role === "viewer") return undefined;
  if (owed.some((bill) => bill.entityId !== first.entityId)) return undefined;
  return context.services.cashierLink({
    tenantId: context.member.tenantId,
    entityId: first.entityId,
    billNos: owed.map((bill) => bill.billNo),
  }).url;
}

const remember = (context: TenantContext, bills: readonly TenantBill[], card: Answer["replies"][number]): Answer => ({
  replies: [card],
  memory: { ...context.memory, shownBillNos: bills.map((bill) => bill.billNo) },
});

/** "2026-10", "2026-10-05" or "from..to" as months. */
function monthsOf(period: string): { from: Month; to: Month } {
  const [from = "", to = from] = period.split("..");
  const month = (text: string) => (text.length === 10 ? monthOf(parseCivilDate(text)) : parseMonth(text));
  return { from: month(from), to: month(to) };
}

const periodName = ({ from, to }: { from: Month; to: Month }): string =>
  from === to ? formatMonth(from) : `${formatMonth(from)}至${formatMonth(to)}`;
