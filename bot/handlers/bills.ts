import { billCard } from "../../cards/bill-card.ts";
import { billListCard } from "../../cards/bill-list-card.ts";
import { type Card, textCard } from "../../cards/card.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import type { TenantBill } from "../../src/usecases/queries/tenant-bills.ts";
import { billView } from "../bill-view.ts";
import { type Answer, say, sumFen, type TenantContext } from "../context.ts";
import { monthsOf, periodName } from "../period.ts";
import { SAY } from "../text/zh-CN.ts";
import type { Slots } from "../understanding/frame.ts";

/** “已付的账单” without a month: this many of the latest. */
const LATEST = 6;
/** A link names at most this many bills; nobody reads a longer list in a chat. */
const LINK_BILLS_MAX = 100;

/** 查账单: the bills of the month that was named, else everything still to be paid. */
export async function showBills(context: TenantContext, slots: Slots): Promise<Answer> {
  const period = slots.period === undefined ? undefined : monthsOf(slots.period);
  const bills = (await candidates(context, slots, period)).filter((bill) => fits(bill, slots.status, context.today));
  const [only] = bills;
  if (!only) return say(noBillCard(context, slots, period && periodName(period)));
  const payUrl = payUrlOf(context, bills);
  if (bills.length === 1) return remember(context, bills, billCard(billView(only, payUrl)));
  const list = billListCard({
    tenantName: only.tenantName,
    projectName: only.projectName,
    bills: bills.map(({ billNo, period: month, dueDate, owedFen }) => ({ billNo, period: month, dueDate, owedFen })),
    owedFen: sumFen(bills.map((bill) => bill.owedFen)),
    asOf: context.today,
    ...(period === undefined ? {} : { title: SAY.billsOfPeriod(periodName(period)) }),
    ...(payUrl === undefined ? {} : { payUrl }),
  });
  return remember(context, bills, list);
}

/** One bill by its number; another tenant's bill does not exist for this person. */
export async function showBill(context: TenantContext, billNo: string): Promise<Answer> {
  const bill = await context.services.bill(context.member.tenantId, billNo);
  if (!bill) return say(textCard(SAY.billNotFound));
  return remember(context, [bill], billCard(billView(bill, payUrlOf(context, [bill]))));
}

function candidates(context: TenantContext, slots: Slots, period: ReturnType<typeof monthsOf> | undefined) {
  const { services, member } = context;
  if (period) return services.billsOfPeriod(member.tenantId, period);
  return slots.status === "paid" ? services.latestBills(member.tenantId, LATEST) : services.owedBills(member.tenantId);
}

function fits(bill: TenantBill, status: Slots["status"], today: string): boolean {
  switch (status) {
    case undefined:
      return true;
    case "paid":
      return bill.owedFen === 0n;
    case "unpaid":
      return bill.owedFen > 0n;
    case "overdue":
      return bill.owedFen > 0n && bill.dueDate < today;
    default:
      return status satisfies never;
  }
}

function noBillCard(context: TenantContext, slots: Slots, period: string | undefined): Card {
  if (slots.status === "paid") return textCard(SAY.nothingPaid);
  if (slots.status === "overdue") return textCard(SAY.nothingOverdue);
  if (period !== undefined) {
    return textCard(slots.status === "unpaid" ? SAY.nothingOwedOfPeriod(period) : SAY.noBillOfPeriod(period));
  }
  const { tenantName, projectName } = context.member;
  return billListCard({ tenantName, projectName, bills: [], owedFen: 0n, asOf: context.today });
}

/** A link when everything owed goes to one legal entity and the person may pay; else the button asks the bot. */
function payUrlOf(context: TenantContext, bills: readonly TenantBill[]): string | undefined {
  const owed = bills.filter((bill) => bill.owedFen > 0n);
  const [first] = owed;
  if (!first || !mayTenant(context.member.role, "pay") || owed.length > LINK_BILLS_MAX) return undefined;
  if (owed.some((bill) => bill.entityId !== first.entityId)) return undefined;
  return context.services.cashierLink({
    tenantId: context.member.tenantId,
    entityId: first.entityId,
    billNos: owed.map((bill) => bill.billNo),
  }).url;
}

/** A viewer gets the bill as it is, without a button that would only refuse. */
const asSeenBy = ({ member }: TenantContext, card: Card): Card =>
  !mayTenant(member.role, "pay")
    ? {
        ...card,
        buttons: card.buttons.filter(
          (button) => button.kind === "link" || !["pay", "pay.all", "bill.dispute"].includes(button.action.type),
        ),
      }
    : card;

const remember = (context: TenantContext, bills: readonly TenantBill[], card: Card): Answer => ({
  replies: [asSeenBy(context, card)],
  memory: { ...context.memory, shownBillNos: bills.map((bill) => bill.billNo) },
});
