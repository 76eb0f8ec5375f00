import type { CardAction } from "../cards/action.ts";
import { bindCard } from "../cards/bind-card.ts";
import { type Card, textCard } from "../cards/card.ts";
import { actionPhrase } from "../cards/text.zh-CN.ts";
import type { Membership, Sender } from "../src/usecases/queries/find-sender.ts";
import {
  askWhich,
  HANDOFF_BUTTON,
  insteadOf,
  offerNearest,
  remembering,
  USUAL_WISHES,
  wanted,
  withFurther,
} from "./ask-back.ts";
import { commandOf, decideCommand, forTenant } from "./commands.ts";
import { type Answer, type BotContext, NOTHING, say, type TenantContext, type Wish, withoutDialog } from "./context.ts";
import { startBind } from "./dialogs/bind.ts";
import { askTenant, chosenMember } from "./dialogs/choose-tenant.ts";
import { addSlip, startClaim } from "./dialogs/claim.ts";
import { startDispute } from "./dialogs/dispute.ts";
import { type Aside, answerByButton, answerInDialog, inBetween, titleOf } from "./dialogs/engine.ts";
import type { Desk } from "./dialogs/flow.ts";
import { startInvoice } from "./dialogs/invoice.ts";
import { startPrepay } from "./dialogs/prepay.ts";
import { startPromise } from "./dialogs/promise.ts";
import { addPhoto, showReadings, startReadingAsTenant } from "./dialogs/reading.ts";
import { startRefund } from "./dialogs/refund.ts";
import { startTitle } from "./dialogs/title.ts";
import { startUnbind } from "./dialogs/unbind.ts";
import type { InboundEvent } from "./events.ts";
import { showBalance, showDeposit } from "./handlers/balance.ts";
import { sendBillPdf } from "./handlers/bill-pdf.ts";
import { showBill, showBills } from "./handlers/bills.ts";
import { explain } from "./handlers/explain.ts";
import { handoff, help } from "./handlers/help.ts";
import { askForRedLetter, showInvoices, showTitles } from "./handlers/invoices.ts";
import { showLeases } from "./handlers/leases.ts";
import { pay } from "./handlers/pay.ts";
import { showPayments } from "./handlers/payments.ts";
import { sendReceiptPdf } from "./handlers/receipt-pdf.ts";
import { showRefunds } from "./handlers/refunds.ts";
import { followed, scanned } from "./handlers/scene.ts";
import { takeSlip } from "./handlers/slip-photo.ts";
import { showStatement } from "./handlers/statement.ts";
import { showTransferAccounts } from "./handlers/transfer.ts";
import { showWhatIf } from "./handlers/what-if.ts";
import { isMoveOutAction, moveOutHandlerOf } from "./move-out-commands.ts";
import { withPrivacyNotice } from "./privacy.ts";
import { answerStaff, isStaffPlatform } from "./staff/router.ts";
import { INTENT_NAMES } from "./text/intents.zh-CN.ts";
import { SAY } from "./text/zh-CN.ts";
import type { Intent } from "./understanding/frame.ts";
import { asOffered, type Understand, wishOfAction, wishOfText } from "./wish.ts";

/**
 * What the bot answers to an event. Open this first: every way through a conversation starts here. In order: what is no
 * message at all, the open dialog, the wish behind a tap or behind words, who may have it, the handler.
 */
export async function answer(sent: BotContext, understand: Understand): Promise<Answer> {
  const context = { ...sent, event: shortened(sent.event) };
  const isStaff = isStaffPlatform(context.event.platform);
  return remembering(context, await (isStaff ? answerStaff(context, understand) : answerTenant(context, understand)));
}

/** Nobody types more than this; the patterns that read words would spend minutes on what a machine sends. */
const TEXT_MAX = 1_000;
const shortened = (event: InboundEvent): InboundEvent =>
  event.kind === "text" && event.text.length > TEXT_MAX ? { ...event, text: event.text.slice(0, TEXT_MAX) } : event;

async function answerTenant(context: BotContext, understand: Understand): Promise<Answer> {
  const { event, services, memory } = context;
  switch (event.kind) {
    case "text":
      return memory.dialog
        ? answerInDialog(context, memory.dialog, event.text, deskOf(understand), asideOf(understand))
        : answerText(context, event.text, understand);
    case "action":
      return answerAction(context, event.action, understand);
    case "menu":
      return help(context);
    case "scan":
      return scanned(context, event.scene);
    case "subscribe":
      await services.setReachable(true);
      return event.scene === undefined ? followed(context) : scanned(context, event.scene);
    case "unsubscribe":
      await services.setReachable(false);
      return { replies: [], memory: {} };
    case "delivery":
      await services.reportDelivery(event);
      return NOTHING;
    case "other":
      if (memory.dialog?.name === "reading" && event.what === "image" && event.mediaId !== undefined) {
        return addPhoto(context, memory.dialog, event.mediaId);
      }
      if (event.what === "image" && event.mediaId !== undefined) {
        const { dialog } = memory;
        const isForClaim = dialog?.name === "claim" && dialog.expiresAtMs > context.nowMs;
        const taken = isForClaim
          ? await addSlip(context, dialog, event.mediaId)
          : await takeSlip(context, event.mediaId);
        if (taken) return taken;
      }
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
  "bill.pdf": sendBillPdf,
  pay: (context, wish) => (wish.whatIf ? showWhatIf(context, wish) : pay(context, wish)),
  "balance.query": showBalance,
  "deposit.query": showDeposit,
  "payment.history": showPayments,
  "transfer.account": showTransferAccounts,
  "transfer.claim": startClaim,
  "lease.query": showLeases,
  "statement.query": showStatement,
  prepay: startPrepay,
  "refund.request": startRefund,
  "refund.status": showRefunds,
  "invoice.request": startInvoice,
  "invoice.query": showInvoices,
  "invoice.reverse": askForRedLetter,
  "title.query": showTitles,
  "title.set": startTitle,
  "meter.query": showReadings,
  "meter.report": startReadingAsTenant,
  dispute: startDispute,
  promise: startPromise,
  unbind: startUnbind,
  "autodebit.sign": async () => insteadOf(SAY.autodebit.sign, "prepay", "pay"),
  "autodebit.cancel": async () => insteadOf(SAY.autodebit.cancel, "payment.history"),
};

const deskOf = (understand: Understand): Desk => ({
  grant,
  answerText: (context, text) => answerText(context, text, understand),
});

const answerText = (context: BotContext, text: string, understand: Understand): Promise<Answer> =>
  asideOf(understand)(context, text).answer(context);

/** What words mean outside of a dialog: a fixed phrase, else a wish. */
const asideOf =
  (understand: Understand) =>
  (context: BotContext, text: string): Aside => {
    const command = commandOf(text);
    if (command) return { intent: "command", answer: command };
    const wish = wishOfText(context, text, understand);
    const isUnderstood = wish.intent !== "unknown" && !wish.perhaps;
    return { intent: isUnderstood ? wish.intent : undefined, answer: (current) => grant(current, wish) };
  };

/** A tap. In the middle of a dialog it is a question in between, unless it answers the dialog. */
async function answerAction(context: BotContext, action: CardAction, understand: Understand): Promise<Answer> {
  if (action.type === "answer") return answerByButton(context, action, deskOf(understand));
  const { dialog } = context.memory;
  const closed = dialog ? { ...context, memory: withoutDialog(context.memory), doing: titleOf(dialog) } : context;
  const given =
    action.type === "join.decide"
      ? await decideCommand(action.code, action.decision)(closed)
      : isMoveOutAction(action)
        ? await forTenant(moveOutHandlerOf(action), actionPhrase(action))(closed)
        : action.type === "receipt.pdf"
          ? await forTenant((current) => sendReceiptPdf(current, action.receiptNo), actionPhrase(action))(closed)
          : await grant(closed, asOffered(context.memory.offered, action, wishOfAction(action)));
  return dialog ? inBetween(closed, dialog, given) : given;
}

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
  if (!sender || sender.memberships.length === 0) {
    return say(withPrivacyNotice(context, bindCard({ state: "needed" })));
  }
  if (wish.intent === "unknown") {
    // Who is bound needs no button to bind.
    const nearest = (wish.perhaps ?? []).filter(({ intent }) => intent !== "bind");
    return offerNearest(context, nearest, USUAL_WISHES, HANDOFF_BUTTON, wish.notOurs ? SAY.notOurs : SAY.unknown);
  }
  if (wish.perhaps) return askWhich(context, wish.perhaps, HANDOFF_BUTTON);
  const handler = HANDLERS[wish.intent];
  if (!handler) return say(textCard(SAY.notBuilt(INTENT_NAMES[wish.intent])));
  const member = chosenMember(context, sender);
  if (!member) return askTenant(context, sender, { wish });
  const given = underName(sender, member, await handler({ ...context, sender, member }, wish));
  return withFurther(context, wish, wanted(context, wish, given), (memory, next) =>
    grant({ ...context, memory }, next),
  );
}

/** Who speaks for several tenants sees on every card for which one. */
function underName({ memberships }: Sender, { tenantName }: Membership, given: Answer): Answer {
  if (memberships.length < 2) return given;
  const named = (card: Card): Card =>
    card.subtitle?.includes(tenantName)
      ? card
      : { ...card, subtitle: card.subtitle === undefined ? tenantName : `${tenantName} · ${card.subtitle}` };
  return { ...given, replies: given.replies.map(named) };
}
