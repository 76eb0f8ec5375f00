import { textCard } from "../../cards/card.ts";
import { type Answer, say } from "../context.ts";
import { SAY_ORDER } from "../text/invoice-order.zh-CN.ts";
import { STAFF_INVOICE_SAY as SAY } from "../text/staff-invoice.zh-CN.ts";
import type { StaffActionHandlers, StaffContext } from "./context.ts";

type Command = (context: StaffContext) => Promise<Answer>;

const LIST = /^(?:待开发票|待开票|开票申请|发票申请)(?:列表)?[。?？]?$/;
/** “FP-202609-00001 第2张 26442000000000000001” */
const ENTRY =
  /^(FP-\d{6}-\d{5,})[\s，,：:]*(?:第\s*(\d{1,2}|[一二三四五六七八九十])\s*张)?[\s，,：:]*(?:发票)?(?:号码?)?[\s，,：:]*(\d[\d\s]{6,30})$/i;
const REJECT = /^(?:退回|驳回)\s*(FP-\d{6}-\d{5,})[\s，,：:]*(.*)$/i;
const RED = /^(HZ-\d{6}-\d{5,})[\s，,：:]*(同意|不办|撤回|确认单|免确认|对方已确认|对方拒绝|红票)[\s，,：:]*(\d*)$/i;

/** “重试 FP-202609-00001-1”, “转手工 HZ-202609-00001”: the buttons of an order that a provider did not get done, typed. */
const ORDER = /^(重试|转手工)\s*((?:FP|HZ)-\d{6}-\d{5,}(?:-\d{1,3})?)$/i;

/** Fixed phrases with the number of an application or a red letter. Undefined: none of them. */
export function invoiceCommandOf(text: string): Command | undefined {
  if (LIST.test(text)) return listWaiting;
  const entry = ENTRY.exec(text);
  if (entry) return enter(entry[1] ?? "", placeOf(entry[2]), (entry[3] ?? "").replace(/\s/g, ""));
  const rejection = REJECT.exec(text);
  if (rejection) return reject(rejection[1] ?? "", (rejection[2] ?? "").trim());
  const order = ORDER.exec(text);
  if (order) return decide((order[2] ?? "").toUpperCase(), order[1] === "重试" ? "retry" : "by-hand");
  const red = RED.exec(text);
  return red ? step(red[1] ?? "", red[2] ?? "", red[3] ?? "") : undefined;
}

export const INVOICE_ACTIONS: StaffActionHandlers = {
  "invoice.retry": (context, { orderNo }) => decide(orderNo, "retry")(context),
  "invoice.by-hand": (context, { orderNo }) => decide(orderNo, "by-hand")(context),
};

const decide =
  (orderNo: string, as: "retry" | "by-hand"): Command =>
  async (context) => {
    const decided = await context.desk.decideInvoiceOrder(context.staff, { orderNo, as });
    if (!decided.ok) return say(textCard(decided.message.zh));
    return say(textCard(as === "retry" ? SAY_ORDER.retried(orderNo) : SAY_ORDER.handed(orderNo)));
  };

const placeOf = (word: string | undefined): number | undefined =>
  word === undefined ? undefined : /\d/.test(word) ? Number(word) : "一二三四五六七八九十".indexOf(word) + 1;

/** At most so many cards in one answer. */
const MOST_CARDS = 3;

const listWaiting: Command = async (context) => {
  const waiting = await context.desk.waitingApplications(context.staff);
  if (waiting.length === 0) return say(textCard(SAY.none));
  const cards = waiting.slice(0, MOST_CARDS).map((application) => context.desk.applicationCard(application));
  return waiting.length > MOST_CARDS ? say(...cards, textCard(SAY.more(waiting.length - MOST_CARDS))) : say(...cards);
};

const enter =
  (applicationNo: string, place: number | undefined, number: string): Command =>
  async (context) => {
    const entered = await context.desk.enterInvoice(context.staff, {
      applicationNo: applicationNo.toUpperCase(),
      ...(place === undefined ? {} : { place }),
      number,
    });
    if (!entered.ok) return say(textCard(entered.message.zh));
    const left = entered.application.invoices.filter((invoice) => invoice.state === "requested").length;
    return say(
      textCard(entered.isComplete ? SAY.complete(entered.application.applicationNo) : SAY.entered(number, left)),
    );
  };

const reject =
  (applicationNo: string, reason: string): Command =>
  async (context) => {
    if (reason === "") return say(textCard(SAY.reasonMissing(applicationNo)));
    const rejected = await context.desk.rejectApplication(context.staff, applicationNo.toUpperCase(), reason);
    return say(textCard(rejected.ok ? SAY.rejected(applicationNo) : rejected.message.zh));
  };

function step(redNo: string, word: string, number: string): Command {
  return async (context) => {
    const event = eventOf(word);
    const wantsNumber = word === "确认单" || word === "红票" || word === "免确认";
    if (event === undefined || (wantsNumber && number === "")) return say(textCard(SAY.redHelp(redNo)));
    const moved = await context.desk.moveRedLetter(context.staff, {
      redNo: redNo.toUpperCase(),
      event,
      ...(word === "红票" ? { number } : {}),
      ...(word === "确认单" || word === "免确认" ? { formNo: number } : {}),
    });
    if (!moved.ok) return say(textCard(moved.message.zh));
    const { state, isAutomatic } = moved.redLetter;
    return say(textCard(SAY.moved(redNo, state === "approved" && isAutomatic ? SAY.goesByItself : SAY.states[state])));
  };
}

function eventOf(word: string) {
  switch (word) {
    case "同意":
      return { type: "approve" } as const;
    case "不办":
      return { type: "reject" } as const;
    case "撤回":
      return { type: "withdraw" } as const;
    case "确认单":
      return { type: "form-submitted", needsPeer: true } as const;
    case "免确认":
      return { type: "form-submitted", needsPeer: false } as const;
    case "对方已确认":
      return { type: "peer-confirmed" } as const;
    case "对方拒绝":
      return { type: "peer-refused" } as const;
    case "红票":
      return { type: "red-issued" } as const;
    default:
      return undefined;
  }
}
