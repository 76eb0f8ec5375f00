import { type Card, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatMonth, type Month, monthOf, shiftMonth } from "../../src/domain/time/civil-date.ts";
import { may } from "../../src/usecases/staff/permissions.ts";
import { type Answer, say } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { monthsOf } from "../period.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import { VOUCHER_SAY as SAY } from "../text/vouchers.zh-CN.ts";
import type { SentVouchers, VoucherFormat } from "../voucher-services.ts";
import type { StaffContext, StaffWish } from "./context.ts";

/** 导出凭证: of the month that was said, else of the last one; 金蝶, 用友 or plain lines by the words. */
export async function exportVouchers(context: StaffContext, wish: StaffWish): Promise<Answer> {
  const { desk, staff } = context;
  // The books of a company are of no building: not for a portfolio that is narrowed down to some.
  if (!may(staff, "voucher.export", { buildingIds: [] })) return say(textCard(STAFF_SAY.notAllowed(SAY.name)));
  const month = monthMeant(context, wish);
  if (month === undefined) return say(textCard(SAY.oneMonth));
  const sent = await desk.sendVouchers(staff, month, formatIn(wish.words));
  if (!sent.ok) return say(textCard(SAY.unmapped(formatMonth(month)), ...sent.problems.slice(0, MOST_PROBLEMS)));
  return say(sent.vouchers === 0 ? textCard(SAY.none(formatMonth(month))) : voucherCard(sent, month));
}

const MOST_PROBLEMS = 5;

function monthMeant({ today }: StaffContext, { slots }: StaffWish): Month | undefined {
  if (slots.period === undefined) return shiftMonth(monthOf(today), -1);
  const { from, to } = monthsOf(slots.period);
  return from === to ? from : undefined;
}

function formatIn(words: string): VoucherFormat {
  if (/金蝶|k3|kingdee|云星空/i.test(words)) return "kingdee";
  return /用友|u8|yonyou/i.test(words) ? "yonyou" : "csv";
}

/** What is in the file. */
export const voucherCard = (sent: Extract<SentVouchers, { ok: true }>, month: Month): Card =>
  factCard(
    SAY.title(formatMonth(month)),
    {
      rows: [
        { label: SAY.count, value: SAY.counted(sent.vouchers, sent.newVouchers) },
        { label: SAY.debit, value: formatYuan(sent.debitFen) },
        { label: SAY.credit, value: formatYuan(sent.creditFen) },
        { label: SAY.file, value: sent.fileName },
      ],
    },
    ...(sent.books > 1 && sent.fileName.includes("yonyou") ? [SAY.severalBooks] : []),
  );
