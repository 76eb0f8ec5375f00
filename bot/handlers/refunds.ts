import { textCard } from "../../cards/card.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import type { StoredRefund } from "../../src/usecases/refunds/stored-refund.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { amountIn } from "../dialogs/words.ts";
import { factCard } from "../fact-card.ts";
import { SAY_REFUND as SAY } from "../text/refund.zh-CN.ts";

const LATEST = 5;

/** 退款进度: the latest refunds and how far each is. */
export async function showRefunds(context: TenantContext): Promise<Answer> {
  const refunds = (await context.services.refunds(context.member.tenantId)).slice(0, LATEST);
  if (refunds.length === 0) return say(textCard(SAY.none));
  const items = refunds.map((refund) => ({
    label: SAY.statusItem(refund.refundNo, stateOf(refund)),
    value: formatYuan(refund.amountFen),
  }));
  const waiting = refunds.find(({ state }) => state === "requested");
  return say(
    factCard(
      SAY.statusTitle,
      { subtitle: context.member.tenantName, rows: [], items },
      ...(waiting ? [SAY.cancelHint(waiting.refundNo)] : []),
    ),
  );
}

export function stateOf({ state, openHolds, waitsForRedLetter }: StoredRefund): string {
  if (state === "approved" && openHolds.length === 0 && waitsForRedLetter) return SAY.awaitsRedLetter;
  return SAY.states[state === "approved" && openHolds.length > 0 ? "held" : state];
}

/** “退款改成300”: another amount for the request that waits, which begins its approval again. */
export async function changeRefundByWords(
  context: TenantContext,
  refundNo: string | undefined,
  words: string,
): Promise<Answer> {
  const { tenantId } = context.member;
  const waiting = (await context.services.refunds(tenantId)).filter(({ state }) => state === "requested");
  const [only, second] = waiting;
  const meant = refundNo ?? (second ? undefined : only?.refundNo);
  const yuan = amountIn(words);
  if (meant === undefined || yuan === undefined) return showRefunds(context);
  const changed = await context.services.changeRefund(tenantId, meant, parseYuan(yuan));
  if (!changed.ok) return say(textCard(changed.message.zh));
  return say(textCard(SAY.changed(changed.refund.refundNo, formatYuan(changed.refund.amountFen))));
}

/** 撤回退款: by who asked for it, while nobody has decided. */
export async function cancelRefundByWords(context: TenantContext, refundNo: string | undefined): Promise<Answer> {
  const { tenantId } = context.member;
  const waiting = (await context.services.refunds(tenantId)).filter(({ state }) => state === "requested");
  const [only, second] = waiting;
  const meant = refundNo ?? (second ? undefined : only?.refundNo);
  if (meant === undefined) return showRefunds(context);
  const cancelled = await context.services.cancelRefund(tenantId, meant);
  return say(textCard(cancelled.ok ? SAY.cancelled(cancelled.refund.refundNo) : cancelled.message.zh));
}
