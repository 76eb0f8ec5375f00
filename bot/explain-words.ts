import type { BotContext, Wish } from "./context.ts";
import type { Frame } from "./understanding/frame.ts";

/*
 * Words about how a bill came about and what a payment would do. They point at lines, months and amounts in ways that
 * slots do not have, so they are read here, from the words and what understanding made of them.
 */

const BILL_NO = /[A-Za-z][\w-]*-\d{6}-\d{5,}/;
const ORDINALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
const ORDINAL = /第\s*([一二三四五六七八九十]|\d{1,2})\s*([笔项行条个张份])/;
/** “第二张” alone points at something; what for is told by what was asked before. */
const ONLY_POINTS = new RegExp(`^\\s*(?:${ORDINAL.source})[。.！!]?\\s*$`);
const COMPARES = /比(?:上个?月|上期|上一期|之前|以前|前几个?月|往常|平时)|上个?月[^，。]*(?:没这么|才|只有|不是)/;
/** “会怎样”, “够不够”: a question about a payment, whatever kind of payment it is. */
const ASKS_WHAT_IF = /会怎[样么]|怎么样|够不够|够吗|够了?[吧没]|行不行/;
/** “我先付5000”: said, not asked; what it would settle is the answer before the link. */
const PART_FIRST = /先[付交缴还打转][^，。]*\d/;
/** A day to come makes it a promise rather than a thought. */
const ANOTHER_DAY = /[明后]天|周[一二三四五六日天]|星期|礼拜|下个?月|月底|\d[号日]/;
const AMOUNT = /(?<![\d-])(\d{1,3}(?:,\d{3})+|\d{2,9})(\.\d{1,2})?\s*(万)?(?![\d月号日年笔张个-])/;

/** “第二笔怎么来的”, “账单 NO 怎么算的”, “为什么比上个月多”; undefined when the words are about something else. */
export function explainWish(context: BotContext, text: string, frame: Frame): Wish | undefined {
  const compares = COMPARES.test(text) && /多|少|高|低|贵|便宜|涨|变/.test(text);
  if (frame.intent !== "bill.explain" && !(compares && frame.intent === "bill.query")) return undefined;
  if (ONLY_POINTS.test(text)) return undefined;
  const billNo = BILL_NO.exec(text)?.[0];
  const [, digits, measure] = ORDINAL.exec(text) ?? [];
  const ordinal = digits && (/\d/.test(digits) ? Number(digits) : ORDINALS.indexOf(digits) + 1);
  const ofBill = billNo === undefined && (context.memory.shownBillNos?.length ?? 0) > 1;
  const last = /最后一?[笔项行条个]/.test(text) ? -1 : undefined;
  const { period: _named, ...withoutPeriod } = frame.slots;
  const pointed = ordinal || last;
  return {
    intent: "bill.explain",
    // The digits of a bill's number are no month; “比上个月” names the month to compare with, not the one that is meant.
    slots: billNo !== undefined || compares ? withoutPeriod : frame.slots,
    ...(billNo === undefined ? {} : { billNo: billNo.toUpperCase() }),
    ...(pointed ? { ordinal: pointed } : {}),
    ...(pointed && (measure === "张" || measure === "份" || ofBill) ? { ordinalOf: "bill" as const } : {}),
    ...(compares ? { compares: true as const } : {}),
  };
}

/** “我先付5000会怎样”, “5000够不够”: a payment only thought of. Undefined without an amount. */
export function whatIfWish(text: string, frame: Frame): Wish | undefined {
  if (BILL_NO.test(text)) return undefined;
  const isAsked = ASKS_WHAT_IF.test(text) && ASKABLE.has(frame.intent);
  const isSaid = frame.intent === "pay" && PART_FIRST.test(text) && !ANOTHER_DAY.test(text);
  if (!isAsked && !isSaid) return undefined;
  const amount = frame.slots.amount ?? (isAsked ? amountIn(text) : undefined);
  if (amount === undefined) return undefined;
  // Said, not asked: the way to pay that part, which says what is left.
  return isAsked ? { intent: "pay", slots: { amount }, whatIf: true } : { intent: "pay", slots: { amount } };
}

/** What a question about a payment may be taken for. */
const ASKABLE: ReadonlySet<string> = new Set(["pay", "prepay", "promise", "unknown", "balance.query"]);

function amountIn(text: string): string | undefined {
  const [, whole, decimals = "", tenThousands] = AMOUNT.exec(text) ?? [];
  if (whole === undefined || (tenThousands !== undefined && decimals !== "")) return undefined;
  return `${whole.replaceAll(",", "")}${tenThousands === undefined ? "" : "0000"}${decimals || ".00"}`;
}
