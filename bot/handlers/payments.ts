import { type Card, type CardRow, textCard } from "../../cards/card.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { firstDayOf, formatDate, lastDayOf } from "../../src/domain/time/civil-date.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import { startClaim } from "../dialogs/claim.ts";
import { factCard } from "../fact-card.ts";
import { monthsOf, periodName } from "../period.ts";
import { SAY_REFUND } from "../text/refund.zh-CN.ts";
import { SAY } from "../text/zh-CN.ts";

const LATEST = 5;
const OF_PERIOD = 24;

/** “到账了吗”: asks about money on its way, not for a list of the past. */
const ASKS_ARRIVAL = /到账|到没到|到了[吗没]|收到(?:了)?[吗没]|没收到/;

/** 缴费记录: the latest receipts, or those of the months that were named. */
export async function showPayments(context: TenantContext, wish: Wish): Promise<Answer> {
  const months = wish.slots.period === undefined ? undefined : monthsOf(wish.slots.period);
  const payments = await context.services.payments(context.member.tenantId, {
    ...(months === undefined ? {} : { period: { from: firstDayOf(months.from), to: lastDayOf(months.to) } }),
    limit: wish.slots.limit ?? (months === undefined ? LATEST : OF_PERIOD),
  });
  const asksArrival = months === undefined && context.event.kind === "text" && ASKS_ARRIVAL.test(context.event.text);
  const { amount } = wish.slots;
  // “我转了五千怎么没到账”: with an amount that is not among what came, it is a claim.
  if (asksArrival && amount !== undefined && !payments.some(({ amountFen }) => amountFen === parseYuan(amount))) {
    return startClaim(context, wish);
  }
  const claims = asksArrival ? await claimRows(context) : [];
  if (payments.length === 0 && claims.length > 0) return say(claimsCard(claims));
  if (payments.length === 0 && asksArrival) return say(textCard(SAY.arrivals.none));
  if (payments.length === 0) {
    return say(textCard(months === undefined ? SAY.payments.none : SAY.payments.noneOf(periodName(months))));
  }
  const items = payments.map(({ valueDate, channel, amountFen, refundedFen }) => ({
    label: SAY.payments.item(formatDate(valueDate), SAY.payments.channels[channel]),
    value:
      refundedFen === 0n ? formatYuan(amountFen) : SAY_REFUND.partOf(formatYuan(amountFen), formatYuan(refundedFen)),
  }));
  const list = factCard(
    SAY.payments.title,
    { subtitle: context.member.tenantName, rows: [], items },
    ...(asksArrival ? [SAY.arrivals.hint] : []),
  );
  return claims.length === 0 ? say(list) : say(list, claimsCard(claims));
}

const claimsCard = (items: readonly CardRow[]): Card => factCard(SAY.arrivals.claims, { rows: [], items });

/** Transfers that the tenant told us of, with what became of them. */
async function claimRows(context: TenantContext): Promise<readonly CardRow[]> {
  return (await context.services.transferClaims(context.member.tenantId)).map(({ claimedOn, amountFen, state }) => ({
    label: SAY.arrivals.claim(formatDate(claimedOn), amountFen === null ? "" : formatYuan(amountFen)),
    value: SAY.arrivals.states[state],
  }));
}
