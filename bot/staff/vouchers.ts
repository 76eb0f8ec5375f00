import { textCard } from "../../cards/card.ts";
import { formatMonth, type Month, monthOf, shiftMonth } from "../../src/domain/time/civil-date.ts";
import { mayExportVouchers, type VoucherFormat } from "../../src/usecases/vouchers/request-vouchers.ts";
import { type Answer, say } from "../context.ts";
import { monthsOf } from "../period.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import { VOUCHER_SAY as SAY } from "../text/vouchers.zh-CN.ts";
import type { StaffContext, StaffWish } from "./context.ts";

/** 导出凭证: asked for here, the file follows. Of the month that was said, else of the last one; 金蝶, 用友 or plain lines by the words. */
export async function exportVouchers(context: StaffContext, wish: StaffWish): Promise<Answer> {
  const { desk, staff } = context;
  if (!mayExportVouchers(staff)) return say(textCard(STAFF_SAY.notAllowed(SAY.name)));
  const month = monthMeant(context, wish);
  if (month === undefined) return say(textCard(SAY.oneMonth));
  const format = formatIn(wish.words);
  const isNew = await desk.requestVouchers(staff, month, format);
  const words = isNew ? SAY.making : SAY.beingMade;
  return say(textCard(words(formatMonth(month), SAY.formats[format])));
}

function monthMeant({ today }: StaffContext, { slots }: StaffWish): Month | undefined {
  if (slots.period === undefined) return shiftMonth(monthOf(today), -1);
  const { from, to } = monthsOf(slots.period);
  return from === to ? from : undefined;
}

function formatIn(words: string): VoucherFormat {
  if (/金蝶|k3|kingdee|云星空/i.test(words)) return "kingdee";
  return /用友|u8|yonyou/i.test(words) ? "yonyou" : "csv";
}
