import type { InboundEvent } from "../../bot/events.ts";
import type { ExceptionServices } from "../../bot/exception-services.ts";
import { approvalCards } from "../../bot/notices/approval-notices.ts";
import { reconciliationMessaging } from "../../bot/notices/reconciliation-messaging.ts";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { rows } from "../db/rows.ts";
import type { Transaction } from "../db/transaction.ts";
import {
  type ExceptionItem,
  findException,
  findExceptions,
  placeOfException,
} from "../usecases/exceptions/exception.ts";
import type { ResolutionContext } from "../usecases/exceptions/resolution.ts";
import { resolveWithin } from "../usecases/exceptions/resolve-exception.ts";
import { findActingMember } from "../usecases/people/acting-member.ts";
import type { Sender } from "../usecases/queries/find-sender.ts";
import { findTransferClaims } from "../usecases/queries/transfer-claims.ts";
import { refuse } from "../usecases/receipts/refusal.ts";
import { amendClaim, claimTransfer } from "../usecases/reconciliation/claim-transfer.ts";
import { attachSlip } from "../usecases/reconciliation/transfer-claims.ts";
import type { StaffMember } from "../usecases/staff/find-staff-member.ts";
import { may } from "../usecases/staff/permissions.ts";
import { sentPhotoOf } from "./photo-services.ts";
import type { StaffDependencies } from "./staff-services.ts";

/** Statements and differences as the bot knows them, tied to one event and its transaction. */
export function exceptionServicesOf(
  tx: Transaction,
  event: InboundEvent,
  deps: StaffDependencies & { readonly encryption: FieldEncryption },
  sender: () => Promise<Sender | undefined>,
): ExceptionServices {
  const today = deps.clock.today();
  const base = {
    channel: event.platform,
    today,
    nowMs: deps.clock.nowMs(),
    ...reconciliationMessaging(deps.officialAccountAppId, today, deps.exceptionLink),
  };
  const contextOf = (staff: StaffMember): ResolutionContext => ({
    ...base,
    actor: `staff:${staff.code}`,
    staff,
    approvals: { cards: approvalCards(deps.approvalLink), refunds: refundNotices(deps.officialAccountAppId) },
    refunding: { notices: refundNotices(deps.officialAccountAppId), encryption: deps.encryption },
    clickedTaskId: event.kind === "action" ? event.cardTaskId : undefined,
  });
  const mayRead = (member: StaffMember, exception: ExceptionItem): boolean =>
    may(member, "recon.read", placeOfException(exception));
  return {
    async openExceptions(member) {
      const found = await findExceptions(tx, { reader: member, state: "open" });
      return found.filter((exception) => mayRead(member, exception));
    },
    async statementDays(member) {
      const days = await rows<{ account: string; date: never; closed: boolean; entityId: string }>(
        tx,
        Prisma.sql`SELECT DISTINCT ON (account_code COLLATE "C") account_code AS account, day::text AS date, closed, entity_id AS "entityId"
          FROM statement_day WHERE entity_id = ANY (${[...member.entityIds]}::uuid[]) ORDER BY account_code COLLATE "C", day DESC`,
      );
      // A day of an account is the entity's, whoever's money came on it.
      return days.filter(({ entityId }) => may(member, "recon.read", { entityId, buildingIds: [] }));
    },
    exceptionLink: (exception) => deps.exceptionLink?.(exception),
    async exception(member, id) {
      const found = await findException(tx, id);
      return found && mayRead(member, found) ? found : undefined;
    },
    async resolveException(member, { id, version, choice }) {
      const seen = await findException(tx, id);
      const proposal = seen?.proposals[choice];
      if (seen && !mayRead(member, seen)) {
        return refuse("EXCEPTION_UNKNOWN", "没有找到这条差异，或者它不归您处理。", "Not within role or portfolio.");
      }
      if (!seen || !proposal)
        return refuse("EXCEPTION_UNKNOWN", "这条差异已经不在了，请发送“对账”重新查看。", "Unknown.");
      return resolveWithin(tx, { exceptionId: id, proposal: proposal.code, version }, contextOf(member));
    },
    async attachSlip(mediaId) {
      const person = await sender();
      return person !== undefined && attachSlip(tx, sentPhotoOf(event, mediaId, person.personId), today);
    },
    transferClaims: (tenantId) => findTransferClaims(tx, tenantId),
    async claimTransfer(tenantId, claim) {
      const personId = await findActingMember(tx, await sender(), tenantId, "transfer.claim");
      if (personId === undefined) {
        return refuse("NOT_ALLOWED", "只有负责人和财务可以认领转账，请联系他们。", "Owners and finance people only.");
      }
      return claimTransfer(tx, { tenantId, personId, ...claim }, { ...base, actor: `person:${personId}` });
    },
    async amendClaim(tenantId, claimId, more) {
      const personId = await findActingMember(tx, await sender(), tenantId, "transfer.claim");
      if (personId === undefined) {
        return refuse("NOT_ALLOWED", "只有负责人和财务可以认领转账，请联系他们。", "Owners and finance people only.");
      }
      return amendClaim(tx, { tenantId, personId, claimId, ...more }, { ...base, actor: `person:${personId}` });
    },
  };
}
