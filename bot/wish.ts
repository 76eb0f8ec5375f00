import type { CardAction } from "../cards/action.ts";
import type { BotContext, Memory, Wish } from "./context.ts";
import { explainWish, whatIfWish } from "./explain-words.ts";
import { followUp } from "./follow-up.ts";
import { INTENT_NAMES } from "./text/intents.zh-CN.ts";
import { type Frame, TENANT_INTENTS, type UnderstandingRequest } from "./understanding/frame.ts";
import { type Further, SURE_ENOUGH } from "./understanding/understand.ts";

/** A frame, with what else may have been meant where the words leave it open. */
export interface Understanding extends Frame {
  readonly alternatives?: readonly Pick<Frame, "intent" | "slots">[];
  readonly further?: Further;
}
export type Understand = (request: UnderstandingRequest) => Understanding;

/** A bill's number as the last word of a sentence: "DG-202609-00001", the project's code first. */
const LAST_WORD = /([^\s,:;"'“”]+-\d{6}-\d{5,})[\s。.!?！？]*$/;
/** Codes are mostly letters and digits, so words written right before them are not part of them. */
const CODE_IN_WORD = /[\w-]*\w-\d{6}-\d{5,}$/;
const WORDS_BEFORE_CODE = /^(?:查看?|看|缴费?|付款?|支付|交费?|账单|编号|号)+/;
const PAYING = /付|缴|交|支付|pay/i;

/** Buttons that want something; the others answer a question that was asked. */
export type WishAction = Exclude<
  CardAction,
  { type: "answer" | "join.decide" | "receipt.pdf" | "move-out.show" | "move-out.confirm" | "move-out.object" }
>;

/** A card's button: the same wish as its words. */
export function wishOfAction(action: WishAction): Wish {
  switch (action.type) {
    case "bill.show":
      return { intent: "bill.query", slots: {}, billNo: action.billNo };
    case "bill.list":
      return { intent: "bill.query", slots: {} };
    case "bill.explain":
      return { intent: "bill.explain", slots: {}, billNo: action.billNo, position: action.position };
    case "bill.dispute":
      return { intent: "dispute", slots: {}, billNo: action.billNo };
    case "line.dispute":
      return { intent: "dispute", slots: {}, billNo: action.billNo, position: action.position };
    case "pay":
      return { intent: "pay", slots: {}, billNo: action.billNo };
    case "pay.all":
      return { intent: "pay", slots: {} };
    case "bind.start":
      return { intent: "bind", slots: {} };
    case "help":
      return { intent: "help", slots: {} };
    case "handoff":
      return { intent: "handoff", slots: {} };
    case "invoice.start":
      return { intent: "invoice.request", slots: {} };
    case "wish":
      return { intent: isTenantIntent(action.intent) ? action.intent : "unknown", slots: {} };
    // Buttons of the staff (bot/staff): nothing that a tenant can want.
    case "approval.decide":
    case "approval.show":
    case "approval.cancel":
    case "approval.list":
    case "delegation.revoke":
    case "refund.lift":
    case "invoice.retry":
    case "invoice.by-hand":
    case "move-out.continue":
    case "exception.resolve":
    case "exception.show":
    case "exception.slips":
    case "task.show":
    case "task.result":
    case "task.collect":
      return { intent: "unknown", slots: {} };
    default:
      return action satisfies never;
  }
}

/**
 * Typed words. A bill's number is found here, before understanding: it is a key, not language, and the words before it
 * only say whether to show the bill or to pay it. So are the words that point at what was shown last.
 */
export function wishOfText(context: BotContext, text: string, understand: Understand): Wish {
  const plain = text.normalize("NFKC").trim();
  const billNo = billNoAtEnd(plain);
  const offered = offeredByName(context.memory.offered, plain);
  if (offered) return offered;
  const heard = understand({ text: plain, role: "tenant", now: new Date(context.nowMs).toISOString() });
  const frame = followUp(context.memory.last, plain, heard);
  const special = explainWish(context, plain, frame) ?? whatIfWish(plain, frame);
  if (special) return { ...special, ...furtherOf(frame) };
  if (billNo !== undefined) return { intent: numberedIntent(frame, plain), slots: {}, billNo };
  const shown = shownBillNo(plain, context.memory.shownBillNos ?? []);
  const pointsAtBill = frame.intent === "pay" || frame.intent === "bill.query" || frame.intent === "unknown";
  if (shown === undefined || !pointsAtBill) {
    return { intent: frame.intent, slots: frame.slots, ...doubtOf(frame), ...furtherOf(frame) };
  }
  return { intent: PAYING.test(plain) ? "pay" : "bill.query", slots: frame.slots, billNo: shown };
}

/** What may have been meant, the likeliest first, when the words are too weak to act on. */
export function doubtOf({
  intent,
  slots,
  confidence,
  alternatives = [],
}: Understanding): Pick<Wish, "perhaps" | "notOurs"> {
  if (confidence >= SURE_ENOUGH) return intent === "unknown" ? { notOurs: true } : {};
  const perhaps = [{ intent, slots }, ...alternatives].filter((one) => one.intent !== "unknown");
  return perhaps.length === 0 ? {} : { perhaps: perhaps.map((one) => ({ intent: one.intent, slots: one.slots })) };
}

export const furtherOf = ({ further }: Understanding): Pick<Wish, "further"> =>
  further === undefined || further.intent === "unknown" ? {} : { further };

const isTenantIntent = (intent: string): intent is (typeof TENANT_INTENTS)[number] =>
  (TENANT_INTENTS as readonly string[]).includes(intent);

/** The name of one of the wishes just offered, typed instead of tapped. */
export const offeredByName = (offered: Memory["offered"], text: string): Wish | undefined =>
  offered?.find((one) => INTENT_NAMES[one.intent] === text);

/** A tapped wish, with what was said when it was offered; an old button means the wish alone. */
export const asOffered = (offered: Memory["offered"], action: CardAction, wish: Wish): Wish =>
  (action.type === "wish" ? offered?.find((one) => one.intent === action.intent) : undefined) ?? wish;

function billNoAtEnd(text: string): string | undefined {
  const word = LAST_WORD.exec(text)?.[1];
  return word && (CODE_IN_WORD.exec(word)?.[0] ?? word.replace(WORDS_BEFORE_CODE, ""));
}

/** Beside a number everything but paying, and what only exists for a single bill, means: show it. */
function numberedIntent(frame: Frame, text: string): Wish["intent"] {
  if (frame.intent !== "unknown" && frame.intent !== "bill.query" && frame.intent !== "pay") {
    const aboutOneBill = ["bill.explain", "bill.pdf", "dispute", "promise", "invoice.request"];
    if (aboutOneBill.includes(frame.intent)) return frame.intent;
  }
  return frame.intent === "pay" || PAYING.test(text) ? "pay" : "bill.query";
}

const ORDINALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/** “付这个”, “第二笔”, “最后一张”: which of the bills shown last; undefined when the words point at none of them. */
function shownBillNo(text: string, shown: readonly string[]): string | undefined {
  const ordinal = /第([一二三四五六七八九十]|\d{1,2})[笔张个条份]/.exec(text)?.[1];
  if (ordinal !== undefined) return shown[/\d/.test(ordinal) ? Number(ordinal) - 1 : ORDINALS.indexOf(ordinal)];
  if (/最后一?[笔张个条份]/.test(text)) return shown.at(-1);
  if (/[这那](?:一)?[笔张个条份]|^(?:付|缴|交|支付)(?:一下)?(?:这|它)/.test(text) && shown.length === 1)
    return shown[0];
  return undefined;
}
