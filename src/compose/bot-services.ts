import type { BotContext, BotServices, CashierOrder, Memory } from "../../bot/context.ts";
import type { InboundEvent } from "../../bot/events.ts";
import { handoffNotice } from "../../bot/notices/handoff-notice.ts";
import { answer } from "../../bot/router.ts";
import { SAY } from "../../bot/text/zh-CN.ts";
import { learnSayings } from "../../bot/understanding/learnt.ts";
import { explain } from "../../bot/understanding/understand.ts";
import type { Understand } from "../../bot/wish.ts";
import { textCard } from "../../cards/card.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { enqueueMessages } from "../db/outbox/enqueue.ts";
import type { Transaction } from "../db/transaction.ts";
import type { BusinessClock } from "../ports/clock.ts";
import type { ConversationContext, EventHandler } from "../usecases/inbox/handle-events.ts";
import { conversationKeyOf } from "../usecases/inbox/receive-event.ts";
import { recordDelivery } from "../usecases/outbox/delivery-reports.ts";
import { type BindingContext, confirmBindCode, requestBindCode, resendBindCode } from "../usecases/people/bind-code.ts";
import { type ChannelIdentity, setReachable, unbindIdentity } from "../usecases/people/channel-identity.ts";
import { findRecentWords } from "../usecases/people/recent-words.ts";
import { findStewards, recordHandoff } from "../usecases/people/request-handoff.ts";
import { findSender, type Sender } from "../usecases/queries/find-sender.ts";
import { findTenantBalances } from "../usecases/queries/tenant-balances.ts";
import { findTenantBills, type TenantBill } from "../usecases/queries/tenant-bills.ts";
import { findTenantLeases } from "../usecases/queries/tenant-leases.ts";
import { findTenantPayments } from "../usecases/queries/tenant-payments.ts";
import { findTransferAccounts } from "../usecases/queries/transfer-accounts.ts";
import { limitTalk } from "../usecases/rate-limits/limit-talk.ts";
import { recordStatedFigures } from "../usecases/reconciliation/stated-figures.ts";
import { type DocumentDependencies, documentServicesOf } from "./document-services.ts";
import { exceptionServicesOf } from "./exception-services.ts";
import { explainServicesOf } from "./explain-services.ts";
import { type InvoiceDependencies, invoiceServicesOf } from "./invoice-services.ts";
import { meterServicesOf } from "./meter-services.ts";
import { type MoveOutDependencies, moveOutServicesOf } from "./move-out-services.ts";
import { createPeopleServices, type PeopleDependencies } from "./people-services.ts";
import { type PhotoDependencies, photoServicesOf } from "./photo-services.ts";
import { type ReachDependencies, reachServicesOf } from "./reach-services.ts";
import { refundServicesOf } from "./refund-services.ts";
import { type StaffDependencies, staffServicesOf } from "./staff-services.ts";
import { type TaskDependencies, taskServicesOf } from "./task-services.ts";

export interface BotDependencies
  extends PeopleDependencies,
    StaffDependencies,
    MoveOutDependencies,
    DocumentDependencies,
    TaskDependencies,
    ReachDependencies,
    PhotoDependencies,
    InvoiceDependencies {
  readonly clock: BusinessClock;
  readonly encryption: FieldEncryption;
  readonly understand: Understand;
  /** src/http/h5/cashier-link.ts with its key and address. */
  readonly cashierLink: (order: CashierOrder) => { readonly url: string; readonly expiresAtMs: number };
}

const HOUR_MS = 3_600_000;
/** The last of them is mostly 转人工 itself. */
const HANDOFF_WORDS = 5;

/** The understanding by rules, with what else may have been meant and a second wish. */
export const understandByRules: Understand = (request) => {
  const { frame, alternatives, further } = explain(request);
  return { ...frame, alternatives, ...(further === undefined ? {} : { further }) };
};

/** Answers events with the bot: who speaks, what is remembered and what may be asked, all in the event's transaction. */
export function createEventHandler(deps: BotDependencies): EventHandler {
  // Learnt before the first message comes, which must not wait for it.
  learnSayings();
  return async (tx, event, stored) => {
    const verdict = await limitTalk(tx, event);
    if (verdict !== "answer") {
      return { replies: verdict === "warn" ? [textCard(SAY.tooOften)] : [], context: stored };
    }
    const memory = stored as Memory;
    const context: BotContext = {
      event,
      memory,
      services: createBotServices(tx, event, deps),
      today: deps.clock.today(),
      nowMs: deps.clock.nowMs(),
    };
    const given = await answer(context, deps.understand);
    // Plain JSON both ways: Memory is an interface, which TypeScript does not take for a record by itself.
    return {
      replies: given.replies,
      replacement: given.replacement,
      context: { ...(given.memory ?? memory) } as ConversationContext,
    };
  };
}

/** What the chat says of a bill: whoever transfers it within three days has paid it. */
const figureOf = ({ tenantId, entityId, billNo, owedFen }: TenantBill) => ({
  tenantId,
  entityId,
  amountFen: owedFen,
  billNos: [billNo],
});

/** The use cases as the bot knows them, tied to one event and its transaction. */
export function createBotServices(tx: Transaction, event: InboundEvent, deps: BotDependencies): BotServices {
  const identity: ChannelIdentity = { platform: event.platform, appId: event.appId, externalId: event.senderId };
  const conversationKey = conversationKeyOf(event);
  const today = deps.clock.today();
  const binding: BindingContext = {
    identity,
    conversationKey,
    encryption: deps.encryption,
    nowMs: deps.clock.nowMs(),
    today,
  };
  const sender = () => findSender(tx, identity);

  return {
    ...createPeopleServices(tx, { binding, sender }, deps),
    sender,
    ...explainServicesOf(tx, today),
    ...refundServicesOf(tx, { channel: event.platform, sender }, deps),
    ...moveOutServicesOf(tx, { channel: event.platform, sender }, deps),
    ...invoiceServicesOf(tx, event, deps, sender),
    ...documentServicesOf(tx, deps),
    ...meterServicesOf(tx, event, today, sender, deps),
    ...staffServicesOf(tx, event, deps),
    ...taskServicesOf(tx, event, deps),
    ...reachServicesOf(tx, event, deps, sender),
    ...exceptionServicesOf(tx, event, deps, sender),
    ...photoServicesOf(tx, event, deps),
    async owedBills(tenantId) {
      const bills = await findTenantBills(tx, { tenantId, owed: true }, today);
      await recordStatedFigures(tx, bills.map(figureOf), today, "chat");
      return bills;
    },
    billsOfPeriod: (tenantId, period) => findTenantBills(tx, { tenantId, period }, today),
    latestBills: (tenantId, limit) => findTenantBills(tx, { tenantId, limit }, today),
    async bill(tenantId, billNo) {
      const [exact] = await findTenantBills(tx, { tenantId, billNo }, today);
      if (exact) await recordStatedFigures(tx, [figureOf(exact)], today, "chat");
      if (exact) return exact;
      // Numbers are copied from paper in whatever case the keyboard is in.
      const [other] = await findTenantBills(tx, { tenantId, billNo: billNo.toUpperCase() }, today);
      return other;
    },
    async balances(tenantId) {
      const balances = await findTenantBalances(tx, tenantId, today);
      const figures = balances.map(({ entityId, owedFen }) => ({ tenantId, entityId, amountFen: owedFen }));
      await recordStatedFigures(tx, figures, today, "chat");
      return balances;
    },
    payments: (tenantId, filter) => findTenantPayments(tx, tenantId, filter),
    transferAccounts: (tenantId) => findTransferAccounts(tx, tenantId, today, deps.encryption),
    leases: (tenantId) => findTenantLeases(tx, tenantId, today),
    cashierLink: deps.cashierLink,
    requestBindCode: (phone) => requestBindCode(tx, binding, phone),
    resendBindCode: async (codeId) => (await resendBindCode(tx, binding, codeId)) ?? { state: "too-many" },
    async confirmBindCode(codeId, code) {
      const confirmed = await confirmBindCode(tx, binding, codeId, code);
      if (confirmed.state !== "bound") return confirmed;
      const bound = await sender();
      if (!bound) throw new Error("an identity that was just bound is not found");
      return { state: "bound", sender: bound };
    },
    async unbind() {
      await unbindIdentity(tx, identity, today);
    },
    handoff: async (tenantId, doing) => {
      const hour = Math.floor(deps.clock.nowMs() / HOUR_MS);
      return tellStewards(tx, { event, conversationKey, today, hour, doing }, await sender(), tenantId);
    },
    setReachable: (reachable) => setReachable(tx, identity, reachable),
    reportDelivery: (report) => recordDelivery(tx, report),
  };
}

async function tellStewards(
  tx: Transaction,
  origin: {
    readonly event: InboundEvent;
    readonly conversationKey: string;
    readonly today: BotContext["today"];
    /** Hours since 1970. */
    readonly hour: number;
    readonly doing: string | undefined;
  },
  sender: Sender | undefined,
  tenantId: string | undefined,
): Promise<boolean> {
  await recordHandoff(tx, {
    personId: sender?.personId,
    tenantId,
    conversationKey: origin.conversationKey,
    channel: origin.event.platform,
    today: origin.today,
  });
  const member = sender?.memberships.find((one) => one.tenantId === tenantId);
  if (!sender || !member) return false;
  const stewards = await findStewards(tx, member.tenantId);
  const words = await findRecentWords(tx, origin.conversationKey, HANDOFF_WORDS);
  const history = { words, ...(origin.doing === undefined ? {} : { doing: origin.doing }) };
  await enqueueMessages(
    tx,
    stewards.map((steward) => ({
      channel: steward.platform,
      appId: steward.appId,
      recipient: steward.externalId,
      personId: steward.personId,
      occasion: "notice",
      message: handoffNotice(sender.personName, member.tenantName, history),
      // Asking again within the hour does not ring again.
      dedupeKey: `handoff|${sender.personId}|${member.tenantId}|${origin.hour}|${steward.platform}|${steward.externalId}`,
    })),
  );
  return stewards.length > 0;
}
