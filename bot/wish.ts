import type { CardAction } from "../cards/action.ts";
import type { BotContext, Wish } from "./context.ts";
import type { Frame, UnderstandingRequest } from "./understanding/frame.ts";

export type Understand = (request: UnderstandingRequest) => Frame;

/** "DG-202609-00001" at the end of a sentence; case and width as people type them. */
const BILL_NO_AT_END = /(?:^|[^A-Z0-9-])([A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?-\d{6}-\d{5,})[\s。.!?！？]*$/i;
const PAYING = /付|缴|交|支付|pay/i;

/** A card's button: the same wish as its words. */
export function wishOfAction(action: CardAction): Wish {
  switch (action.type) {
    case "bill.show":
      return { intent: "bill.query", slots: {}, billNo: action.billNo };
    case "bill.list":
      return { intent: "bill.query", slots: {} };
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
  const billNo = BILL_NO_AT_END.exec(plain)?.[1]?.toUpperCase();
  const frame = understand({ text: plain, role: "tenant", now: new Date(context.nowMs).toISOString() });
  if (billNo !== undefined) return { intent: numberedIntent(frame, plain), slots: {}, billNo };
  const shown = shownBillNo(plain, context.memory.shownBillNos ?? []);
  const pointsAtBill = frame.intent === "pay" || frame.intent === "bill.query" || frame.intent === "unknown";
  if (shown === undefined || !pointsAtBill) return { intent: frame.intent, slots: frame.slots };
  return { intent: PAYING.test(plain) ? "pay" : "bill.query", slots: frame.slots, billNo: shown };
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
