import { bindCard } from "../cards/bind-card.ts";
import { textCard } from "../cards/card.ts";
import {
  type Answer,
  type BotContext,
  type Dialog,
  NOTHING,
  say,
  type TenantContext,
  type Wish,
  withoutDialog,
} from "./context.ts";
import { answersBind, continueBind, startBind } from "./dialogs/bind.ts";
import { askTenant, chosenMember, rememberTenant, tenantMeant } from "./dialogs/choose-tenant.ts";
import { continueUnbind, startUnbind } from "./dialogs/unbind.ts";
import { showBalance, showDeposit } from "./handlers/balance.ts";
import { showBill, showBills } from "./handlers/bills.ts";
import { explain } from "./handlers/explain.ts";
import { handoff, help } from "./handlers/help.ts";
import { showLeases } from "./handlers/leases.ts";
import { pay } from "./handlers/pay.ts";
import { showPayments } from "./handlers/payments.ts";
import { showTransferAccounts } from "./handlers/transfer.ts";
import { showWhatIf } from "./handlers/what-if.ts";
import { INTENT_NAMES } from "./text/intents.zh-CN.ts";
import { SAY } from "./text/zh-CN.ts";
import type { Intent } from "./understanding/frame.ts";
import { type Understand, wishOfAction, wishOfText } from "./wish.ts";

/**
 * What the bot answers to an event. Open this first: every way through a conversation starts here. In order: what is no
 * message at all, the open dialog, the wish behind a tap or behind words, who may have it, the handler.
 */
export async function answer(context: BotContext, understand: Understand): Promise<Answer> {
  const { event, services, memory } = context;
  switch (event.kind) {
    case "text":
      return memory.dialog
        ? answerInDialog(context, memory.dialog, event.text, understand)
        : answerText(context, event.text, understand);
    case "action":
      return grant(context, wishOfAction(event.action));
    case "menu":
    case "scan":
      return help(context);
    case "subscribe":
      await services.setReachable(true);
      return help(context);
    case "unsubscribe":
      await services.setReachable(false);
      return { replies: [], memory: {} };
    case "delivery":
      await services.reportDelivery(event);
      return NOTHING;
    case "other":
      return MESSAGE_TYPES.has(event.what) ? say(textCard(SAY.otherMessage)) : NOTHING;
    default:
      return event satisfies never;
  }
}

/** What people send themselves; everything else of kind `other` happens to them (VIEW, LOCATION) and wants no answer. */
const MESSAGE_TYPES: ReadonlySet<string> = new Set([
  "image",
  "voice",
  "video",
  "shortvideo",
  "location",
  "link",
  "file",
]);

/** What each intent leads to for somebody who speaks for a tenant. What is missing here is not built yet. */
const HANDLERS: Partial<Record<Intent, (context: TenantContext, wish: Wish) => Promise<Answer>>> = {
  "bill.query": (context, wish) =>
    wish.billNo === undefined ? showBills(context, wish.slots) : showBill(context, wish.billNo),
  "bill.explain": explain,
  pay: (context, wish) => (wish.whatIf ? showWhatIf(context, wish) : pay(context, wish)),
  "balance.query": showBalance,
  "deposit.query": showDeposit,
  "payment.history": showPayments,
  "transfer.account": showTransferAccounts,
  "lease.query": showLeases,
  unbind: startUnbind,
};

const CANCEL = /^(取消|算了|不用了?|退出|不绑了?|不办了?|返回|停止)[。!！吧]*$/;
const SWITCH_TENANT = /切换(企业|公司|租户)|换(一?[家个])?(企业|公司|租户)/;

async function answerText(context: BotContext, text: string, understand: Understand): Promise<Answer> {
  if (SWITCH_TENANT.test(text)) return switchTenant(context);
  return grant(context, wishOfText(context, text, understand));
}

async function answerInDialog(
  context: BotContext,
  dialog: Dialog,
  text: string,
  understand: Understand,
): Promise<Answer> {
  const closed = { ...context, memory: withoutDialog(context.memory) };
  if (dialog.expiresAtMs <= context.nowMs) {
    // An answer to the old question would be misunderstood as something new.
    if (isAnswerTo(dialog, text)) return { replies: [textCard(SAY.dialogExpired)], memory: closed.memory };
    return keepMemory(closed, await answerText(closed, text, understand));
  }
  if (CANCEL.test(text.normalize("NFKC").trim())) {
    return { replies: [textCard(SAY.cancelled)], memory: closed.memory };
  }
  switch (dialog.name) {
    case "bind": {
      if (answersBind(text)) return continueBind(context, dialog, text);
      // "帮助" and "转人工" work in the middle of it, and the question stays open.
      const wish = wishOfText(context, text, understand);
      return wish.intent === "help" || wish.intent === "handoff"
        ? grant(context, wish)
        : continueBind(context, dialog, text);
    }
    case "choose-tenant": {
      const sender = await context.services.sender();
      const member = sender && tenantMeant(dialog, sender, text);
      if (!member) {
        const wish = wishOfText(context, text, understand);
        if (wish.intent === "unknown") return say(textCard(SAY.chooseAgain(dialog.tenantIds.length)));
        return keepMemory(closed, await grant(closed, wish));
      }
      const chosen = rememberTenant(context, member);
      if (dialog.wish !== undefined) return keepMemory(chosen, await grant(chosen, dialog.wish));
      return { replies: [textCard(SAY.tenantChosen(member.tenantName))], memory: chosen.memory };
    }
    case "unbind":
      return continueUnbind(context, text);
    default:
      return dialog satisfies never;
  }
}

function isAnswerTo(dialog: Dialog, text: string): boolean {
  const plain = text.normalize("NFKC").trim();
  switch (dialog.name) {
    case "bind":
      return /^[\d\s+-]+$/.test(plain) || /^重发/.test(plain);
    case "choose-tenant":
      return /^\d{1,2}$/.test(plain);
    case "unbind":
      return /^确认/.test(plain);
    default:
      return dialog satisfies never;
  }
}

/** A memory that changed on the way is kept also where the handler says "as before". */
const keepMemory = (context: BotContext, given: Answer): Answer => ({ memory: context.memory, ...given });

/** Gives what is wanted to who may have it. A stranger learns nothing about anyone, not even whether it exists. */
async function grant(context: BotContext, wish: Wish): Promise<Answer> {
  switch (wish.intent) {
    case "greet":
    case "help":
      return help(context);
    case "handoff":
      return handoff(context);
    case "bind":
      return startBind(context);
    case "cancel":
      return say(textCard(SAY.nothingToCancel));
  }
  const sender = await context.services.sender();
  if (!sender || sender.memberships.length === 0) return say(bindCard({ state: "needed" }));
  if (wish.perhaps) return say(textCard(SAY.notSure(wish.perhaps.map((intent) => INTENT_NAMES[intent]))));
  if (wish.intent === "unknown") return say(textCard(SAY.unknown));
  const handler = HANDLERS[wish.intent];
  if (!handler) return say(textCard(SAY.notBuilt(INTENT_NAMES[wish.intent])));
  const member = chosenMember(context, sender);
  if (!member) return askTenant(context, sender, wish);
  return handler({ ...context, sender, member }, wish);
}

async function switchTenant(context: BotContext): Promise<Answer> {
  const sender = await context.services.sender();
  const [first, second] = sender?.memberships ?? [];
  if (!sender || !first) return say(bindCard({ state: "needed" }));
  return second ? askTenant(context, sender, undefined) : say(textCard(SAY.onlyTenant(first.tenantName)));
}
