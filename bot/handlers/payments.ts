import { textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { firstDayOf, formatDate, lastDayOf } from "../../src/domain/time/civil-date.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { monthsOf, periodName } from "../period.ts";
import { SAY_REFUND } from "../text/refund.zh-CN.ts";
import { SAY } from "../text/zh-CN.ts";

const LATEST = 5;
const OF_PERIOD = 24;

/** 缴费记录: the latest receipts, or those of the months that were named. */
export async function showPayments(context: TenantContext, wish: Wish): Promise<Answer> {
  const months = wish.slots.period === undefined ? undefined : monthsOf(wish.slots.period);
  const payments = await context.services.payments(context.member.tenantId, {
    ...(months === undefined ? {} : { period: { from: firstDayOf(months.from), to: lastDayOf(months.to) } }),
    limit: wish.slots.limit ?? (months === undefined ? LATEST : OF_PERIOD),
  });
  if (payments.length === 0) {
    return say(textCard(months === undefined ? SAY.payments.none : SAY.payments.noneOf(periodName(months))));
  }
  const items = payments.map(({ valueDate, channel, amountFen, refundedFen }) => ({
    label: SAY.payments.item(formatDate(valueDate), SAY.payments.channels[channel]),
    value:
      refundedFen === 0n ? formatYuan(amountFen) : SAY_REFUND.partOf(formatYuan(amountFen), formatYuan(refundedFen)),
  }));
  return say(factCard(SAY.payments.title, { subtitle: context.member.tenantName, rows: [], items }));
}
