import { approvalCards } from "../../bot/notices/approval-notices.ts";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import type { RefundServices } from "../../bot/refund-services.ts";
import { SAY_REFUND } from "../../bot/text/refund.zh-CN.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import type { Transaction } from "../db/transaction.ts";
import { findActingMember } from "../usecases/people/acting-member.ts";
import type { Sender } from "../usecases/queries/find-sender.ts";
import { type Refusal, refuse } from "../usecases/receipts/refusal.ts";
import { askRefundAsStaff } from "../usecases/refunds/ask-as-staff.ts";
import { changeRefundAmount } from "../usecases/refunds/change-refund.ts";
import { cancelRefund } from "../usecases/refunds/end-refund.ts";
import { findPayoutAccount, payoutAccountProblem, recordPayoutAccount } from "../usecases/refunds/payout-accounts.ts";
import { findPayoutWay } from "../usecases/refunds/payout-way.ts";
import { findRefundableSources } from "../usecases/refunds/refundable-sources.ts";
import { type RefundRequestContext, requestRefund } from "../usecases/refunds/request-refund.ts";
import { findRefund, findRefunds } from "../usecases/refunds/stored-refund.ts";
import type { StaffDependencies } from "./staff-services.ts";

const LATEST = 10;

/** Refunds as a tenant's chat knows them, tied to one message and its transaction. */
export function refundServicesOf(
  tx: Transaction,
  of: { readonly channel: string; readonly sender: () => Promise<Sender | undefined> },
  deps: StaffDependencies & { readonly encryption: FieldEncryption },
): RefundServices {
  const today = deps.clock.today();
  const notices = refundNotices(deps.officialAccountAppId);
  const contextFor = (personId: string): RefundRequestContext => ({
    actor: `person:${personId}`,
    channel: of.channel,
    today,
    nowMs: deps.clock.nowMs(),
    cards: approvalCards(deps.approvalLink),
    refunds: notices,
    notices,
    encryption: deps.encryption,
  });
  /** The person, if this is an owner or of finance of the tenant now. */
  async function asker(tenantId: string): Promise<{ readonly ok: true; readonly personId: string } | Refusal> {
    const personId = await findActingMember(tx, await of.sender(), tenantId, "refund.ask");
    if (personId !== undefined) return { ok: true, personId };
    return refuse(
      "NOT_ALLOWED",
      SAY_REFUND.viewerOnly,
      "Only owners and finance people of the tenant ask for refunds.",
    );
  }

  return {
    async refundOffers(tenantId) {
      const sources = await findRefundableSources(tx, { tenantId });
      const offers = [];
      for (const source of sources.filter(({ refundableFen }) => refundableFen > 0n).slice(0, LATEST)) {
        offers.push({ ...source, route: (await findPayoutWay(tx, source, today)).route });
      }
      return offers;
    },
    payoutAccount: (tenantId) => findPayoutAccount(tx, tenantId),
    async savePayoutAccount(tenantId, account) {
      const person = await asker(tenantId);
      if (!person.ok) return person;
      const problem = payoutAccountProblem(account);
      if (problem) return problem;
      const entry = { tenantId, account, enteredBy: `person:${person.personId}`, nowMs: deps.clock.nowMs() };
      await recordPayoutAccount(tx, entry, deps.encryption);
      const saved = await findPayoutAccount(tx, tenantId);
      if (!saved) throw new Error("an account that was just written is not found");
      return saved;
    },
    async requestRefund(tenantId, key, amountFen, reason) {
      const person = await asker(tenantId);
      if (!person.ok) return person;
      return requestRefund(
        tx,
        { of: { key, tenantId }, amountFen, reason, requestedBy: person.personId },
        contextFor(person.personId),
      );
    },
    askRefundAsStaff: (member, { receiptNo, amountFen, reason }) =>
      askRefundAsStaff(
        tx,
        member,
        { what: { receiptNo }, amountFen, reason },
        { ...contextFor(member.personId), actor: `staff:${member.code}` },
      ),
    refunds: (tenantId) => findRefunds(tx, { tenantId, limit: LATEST }),
    async changeRefund(tenantId, refundNo, amountFen) {
      const person = await asker(tenantId);
      if (!person.ok) return person;
      const refund = await findRefund(tx, { refundNo });
      if (refund?.tenantId !== tenantId) {
        return refuse("REFUND_UNKNOWN", SAY_REFUND.cancelUnknown, "There is no such refund of this tenant.");
      }
      const { personId } = person;
      return changeRefundAmount(tx, { refundNo, amountFen, personId }, contextFor(personId));
    },
    async cancelRefund(tenantId, refundNo) {
      const person = await asker(tenantId);
      if (!person.ok) return person;
      const refund = await findRefund(tx, { refundNo });
      if (refund?.tenantId !== tenantId) {
        return refuse("REFUND_UNKNOWN", SAY_REFUND.cancelUnknown, "There is no such refund of this tenant.");
      }
      return cancelRefund(
        tx,
        { refundNo, by: "requester", personId: person.personId, reason: SAY_REFUND.words.cancelled },
        contextFor(person.personId),
      );
    },
  };
}
