import { type CivilDate, isCivilDate } from "../../src/domain/time/civil-date.ts";
import { normalise } from "../understanding/normalise.ts";
import { findAmounts } from "../understanding/slots/amount.ts";
import { chargeKinds, findCharges } from "../understanding/slots/charges.ts";
import { findPeriods } from "../understanding/slots/period.ts";
import { findPromiseDates } from "../understanding/slots/promise-date.ts";
import { plain } from "./flow.ts";

/*
 * Within a dialog we know what is being talked about, so words are read for that alone and not for what else they could
 * mean: "9月15日" is the day of a promise and not a bill's month.
 */

/** The days ahead that were named; the last one counts, because people put themselves right ("不对，是10号"). */
export const dayIn = (text: string, today: CivilDate): CivilDate | undefined =>
  findPromiseDates(normalise(text).plain, today).at(-1)?.value;

/** The day behind us that was named. */
export const pastDayIn = (text: string, today: CivilDate): CivilDate | undefined =>
  findPeriods(normalise(text).plain, today, "past")
    .map(({ value: { from, to } }) => (from === to ? from : ""))
    .find((day) => isCivilDate(day)) as CivilDate | undefined;

/** Yuan, "5000.00"; a number alone is an amount where one was asked for. */
export function amountIn(text: string): string | undefined {
  const found = findAmounts(normalise(text).plain).at(-1)?.value;
  if (found !== undefined) return found;
  const alone = /^(\d{1,7})(\.\d{1,2})?$/.exec(plain(text).replace(/,/g, ""));
  return alone ? `${alone[1]}.${(alone[2] ?? ".").slice(1).padEnd(2, "0")}` : undefined;
}

const ASIDE = [
  /[?？]\s*$|^(?:帮助|转人工|人工|查|叫管家|找管家)|等等|等一下/,
  // A whole wish by its name: 缴费, 开发票, 我要退款
  /^(?:我?(?:要|想))?(?:缴费|付款|开发?票|退款|预存|对账单|余额|缴费记录|账单|绑定|解绑)[吧。.!！]*$/,
  // Facts of other matters: 合同什么时候到期, 我押金多少
  /(?:合同|租约|押金|保证金|余额|预存款|账号|发票|抬头|税号)[^，,。]{0,6}(?:什么时候|几时|几号|多少|在哪|到期|是什么|呢|吗|开了没)/,
];

/** Whether words that would do for a reason are rather a question or a wish in between. */
export const isAside = (text: string): boolean => ASIDE.some((pattern) => pattern.test(plain(text)));

/** Kinds of charges by name. */
export const chargesIn = (text: string): readonly string[] => chargeKinds(findCharges(normalise(text).plain));
