import type { CardAction } from "../../cards/action.ts";
import { textCard } from "../../cards/card.ts";
import type { Platform } from "../../src/ports/messenger.ts";
import { askWhich, offerNearest, wanted, withFurther } from "../ask-back.ts";
import { type Answer, type BotContext, type Memory, NOTHING, say, withoutDialog } from "../context.ts";
import { type Aside, answerByButton, answerInDialog, inBetween } from "../dialogs/engine.ts";
import type { Desk } from "../dialogs/flow.ts";
import { startReadingAsStaff } from "../dialogs/reading.ts";
import { RECEIPT_ACTIONS, receiptStaffCommandOf } from "../handlers/receipt-pdf.ts";
import { INTENT_NAMES } from "../text/intents.zh-CN.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import { SAY } from "../text/zh-CN.ts";
import type { Intent } from "../understanding/frame.ts";
import { asOffered, type Understand } from "../wish.ts";
import { APPROVAL_ACTIONS, approvalCommandOf } from "./approval-commands.ts";
import { listApprovals } from "./approvals.ts";
import { showAudit } from "./audit.ts";
import { cashCommandOf } from "./cash.ts";
import type { StaffActionHandlers, StaffContext, StaffHandler, StaffWish } from "./context.ts";
import { DELEGATION_ACTIONS, delegationCommandOf } from "./delegations.ts";
import { EXCEPTION_ACTIONS, exceptionCommandOf, summariseReconciliation } from "./exceptions.ts";
import { staffHelp } from "./help.ts";
import { holdCommandOf } from "./holds.ts";
import { INVOICE_ACTIONS, invoiceCommandOf } from "./invoice-commands.ts";
import { MOVE_OUT_ACTIONS, moveOutStaffCommandOf } from "./move-out.ts";
import { takeStaffPhoto } from "./photos.ts";
import { readingCommandOf } from "./readings.ts";
import { REFUND_ACTIONS, refundCommandOf } from "./refunds.ts";
import { exportList, listMeant, reportAging, reportCollection, reportForecast } from "./reports.ts";
import {
  collectByWords,
  listArrears,
  listTasks,
  noteByWords,
  showArrears,
  TASK_ACTIONS,
  taskCommandOf,
} from "./tasks.ts";
import { HELP_BUTTON, USUAL_STAFF_WISHES } from "./usual-wishes.ts";
import { exportVouchers } from "./vouchers.ts";
import { speakerRoleOf, understandStaff } from "./wish.ts";

/** What each intent leads to for the staff. One line per intent; what is missing here is not built yet. */
export const STAFF_HANDLERS: Partial<Record<Intent, StaffHandler>> = {
  help: staffHelp,
  greet: staffHelp,
  "approval.list": listApprovals,
  "audit.query": showAudit,
  "meter.report": startReadingAsStaff,
  "recon.summary": summariseReconciliation,
  "task.list": listTasks,
  "task.note": noteByWords,
  "arrears.list": listArrears,
  "arrears.query": showArrears,
  "collect.qr": collectByWords,
  "voucher.export": exportVouchers,
  "collection.report": reportCollection,
  "aging.report": reportAging,
  "forecast.report": reportForecast,
};

/** What each button of a staff card leads to. One spread per area. */
export const STAFF_ACTIONS: StaffActionHandlers = {
  ...APPROVAL_ACTIONS,
  ...DELEGATION_ACTIONS,
  ...REFUND_ACTIONS,
  ...INVOICE_ACTIONS,
  ...RECEIPT_ACTIONS,
  ...EXCEPTION_ACTIONS,
  ...MOVE_OUT_ACTIONS,
  ...TASK_ACTIONS,
};

/** Fixed phrases with keys in them, looked for before the words are understood. One line per area; the first wins. */
const STAFF_COMMANDS: readonly ((text: string) => ((context: StaffContext) => Promise<Answer>) | undefined)[] = [
  delegationCommandOf,
  approvalCommandOf,
  invoiceCommandOf,
  receiptStaffCommandOf,
  refundCommandOf,
  moveOutStaffCommandOf,
  exceptionCommandOf,
  readingCommandOf,
  cashCommandOf,
  holdCommandOf,
  taskCommandOf,
];

/** On these platforms the sender is a colleague; tenants are on the official account. */
export const isStaffPlatform = (platform: Platform): boolean => platform === "wecom" || platform === "dingtalk";

/** What the bot answers to an event on WeCom or DingTalk. Who is not of the staff learns nothing. */
export async function answerStaff(context: BotContext, understand: Understand): Promise<Answer> {
  const { event, memory, services } = context;
  switch (event.kind) {
    case "unsubscribe":
    case "subscribe":
      await services.setReachable(event.kind === "subscribe");
      return NOTHING;
    case "delivery":
      await services.reportDelivery(event);
      return NOTHING;
    case "scan":
    case "text":
    case "action":
    case "menu":
    case "other":
      break;
    default:
      return event satisfies never;
  }
  const staff = await services.staffMember();
  if (!staff) return event.kind === "other" ? NOTHING : say(textCard(STAFF_SAY.stranger));
  const colleague: StaffContext = { ...context, staff, desk: services };
  switch (event.kind) {
    case "text":
      return memory.dialog
        ? answerInDialog(
            colleague,
            memory.dialog,
            event.text,
            deskOf(colleague, understand),
            asideOf(colleague, understand),
          )
        : answerText(colleague, event.text, understand);
    case "action":
      return answerAction(colleague, event.action, understand);
    case "menu":
      return answerText(colleague, event.key, understand);
    case "scan":
      return NOTHING;
    case "other": {
      const isPhoto = event.what === "image" && event.mediaId !== undefined;
      const taken = isPhoto ? await takeStaffPhoto(colleague, event.mediaId ?? "") : undefined;
      if (taken) return taken;
      return MESSAGE_TYPES.has(event.what) ? say(textCard(STAFF_SAY.onlyWords)) : NOTHING;
    }
    default:
      return event satisfies never;
  }
}

const MESSAGE_TYPES: ReadonlySet<string> = new Set(["image", "voice", "video", "location", "link", "file"]);

/** The dialog engine knows people in general; here each of them is this colleague. */
const deskOf = (colleague: StaffContext, understand: Understand): Desk => ({
  grant: (context, wish) => grant({ ...colleague, ...context }, { ...wish, words: "" }),
  answerText: (context, text) => answerText({ ...colleague, ...context }, text, understand),
});

const answerText = (context: StaffContext, text: string, understand: Understand): Promise<Answer> =>
  asideOf(context, understand)(context, text).answer(context);

const asideOf =
  (colleague: StaffContext, understand: Understand) =>
  (context: BotContext, text: string): Aside => {
    const plain = text.normalize("NFKC").trim();
    for (const commandOf of STAFF_COMMANDS) {
      const command = commandOf(plain);
      if (command) return { intent: "command", answer: (current) => command({ ...colleague, ...current }) };
    }
    const wish = understandStaff({ ...colleague, ...context }, plain, understand);
    const list = listMeant(plain);
    if (list) return { intent: "command", answer: (current) => exportList({ ...colleague, ...current }, wish, list) };
    const isUnderstood = wish.intent !== "unknown" && !wish.perhaps;
    return {
      intent: isUnderstood ? wish.intent : undefined,
      answer: (current) => grant({ ...colleague, ...current }, wish),
    };
  };

async function answerAction(context: StaffContext, action: CardAction, understand: Understand): Promise<Answer> {
  if (action.type === "answer") return answerByButton(context, action, deskOf(context, understand));
  const { dialog } = context.memory;
  const closed = dialog ? { ...context, memory: withoutDialog(context.memory) } : context;
  const given = await handleAction(closed, action, context.memory.offered);
  return dialog ? inBetween(closed, dialog, given) : given;
}

async function handleAction(context: StaffContext, action: CardAction, offered: Memory["offered"]): Promise<Answer> {
  if (action.type === "help") return staffHelp(context);
  if (action.type === "wish") {
    const wish = asOffered(offered, action, { intent: action.intent, slots: {} });
    return grant(context, { ...wish, words: INTENT_NAMES[wish.intent] });
  }
  if (action.type === "handoff") return say(textCard(STAFF_SAY.handoff));
  const handle = STAFF_ACTIONS[action.type] as
    | ((context: StaffContext, action: CardAction) => Promise<Answer>)
    | undefined;
  return handle ? handle(context, action) : say(textCard(STAFF_SAY.tenantButton));
}

async function grant(context: StaffContext, wish: StaffWish): Promise<Answer> {
  if (wish.intent === "cancel") return say(textCard(SAY.nothingToCancel));
  if (wish.intent === "unknown") {
    const usual = USUAL_STAFF_WISHES[speakerRoleOf(context)];
    return offerNearest(context, wish.perhaps ?? [], usual, HELP_BUTTON, STAFF_SAY.unknown);
  }
  if (wish.perhaps) return askWhich(context, wish.perhaps, HELP_BUTTON);
  const handler = STAFF_HANDLERS[wish.intent];
  if (!handler) return say(textCard(STAFF_SAY.notBuilt(INTENT_NAMES[wish.intent])));
  const given = wanted(context, wish, await handler(context, wish));
  return withFurther(context, wish, given, (memory, next) =>
    grant({ ...context, memory }, { ...next, words: wish.words }),
  );
}
