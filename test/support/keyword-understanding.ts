import type { Intent, Slots } from "../../bot/understanding/frame.ts";
import type { Understand } from "../../bot/wish.ts";

/** Words → intent, the first that fits. Enough for conversations about other things than understanding itself. */
const KEYWORDS: readonly (readonly [RegExp, Intent])[] = [
  [/已付|逾期/, "bill.query"],
  [/解绑|解除绑定/, "unbind"],
  [/绑定/, "bind"],
  [/转人工|找人/, "handoff"],
  [/取消/, "cancel"],
  [/发票/, "invoice.request"],
  [/转账/, "transfer.account"],
  [/缴费记录|付款记录/, "payment.history"],
  [/押金/, "deposit.query"],
  [/余额/, "balance.query"],
  [/合同/, "lease.query"],
  [/缴费|付|缴/, "pay"],
  [/账单|欠/, "bill.query"],
  [/帮助|怎么用/, "help"],
  [/你好|您好/, "greet"],
];

export const keywordUnderstanding: Understand = ({ text, now }) => {
  const intent = KEYWORDS.find(([words]) => words.test(text))?.[1] ?? "unknown";
  return { intent, slots: slotsOf(text, now), confidence: intent === "unknown" ? 0 : 1 };
};

function slotsOf(text: string, now: string): Slots {
  const month = /(\d{1,2})月/.exec(text)?.[1];
  const status = /逾期/.test(text) ? "overdue" : /已付|结清/.test(text) ? "paid" : undefined;
  return {
    ...(month === undefined ? {} : { period: `${now.slice(0, 4)}-${month.padStart(2, "0")}` }),
    ...(status === undefined ? {} : { status }),
  };
}
