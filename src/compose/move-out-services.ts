import type { MoveOutServices } from "../../bot/move-out-services.ts";
import { approvalCards } from "../../bot/notices/approval-notices.ts";
import { movingOutNotices } from "../../bot/notices/moving-out-notices.ts";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { SAY_MOVE_OUT } from "../../bot/text/move-out.zh-CN.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import type { Transaction } from "../db/transaction.ts";
import type { BillNotices } from "../usecases/billing/publish-bills.ts";
import { confirmSettlement, objectToSettlement } from "../usecases/moving-out/consent.ts";
import type { MoveOutContext } from "../usecases/moving-out/context.ts";
import { continueMoveOut } from "../usecases/moving-out/continue-move-out.ts";
import { askForfeiture } from "../usecases/moving-out/forfeit-deposit.ts";
import { cancelMoveOut, giveNotice } from "../usecases/moving-out/give-notice.ts";
import { loadProgress } from "../usecases/moving-out/progress.ts";
import { askRefundsTo } from "../usecases/moving-out/settlement-refunds.ts";
import {
  findMoveOut,
  findMoveOutsOfTenant,
  findOpenMoveOuts,
  lockMoveOut,
  type MoveOutKey,
  placeOfMoveOut,
  type StoredMoveOut,
} from "../usecases/moving-out/stored-move-out.ts";
import { findActingMember } from "../usecases/people/acting-member.ts";
import type { Sender } from "../usecases/queries/find-sender.ts";
import { type Refusal, refuse } from "../usecases/receipts/refusal.ts";
import type { StaffMember } from "../usecases/staff/find-staff-member.ts";
import { may } from "../usecases/staff/permissions.ts";
import type { DocumentDependencies } from "./document-services.ts";
import type { StaffDependencies } from "./staff-services.ts";

export interface MoveOutDependencies extends StaffDependencies, DocumentDependencies {
  readonly encryption: FieldEncryption;
  /** How published bills are announced; absent: the tenant sees them when asking. */
  readonly billNotices?: BillNotices | undefined;
}

const NUMBER = /^TZ-\d{6}-\d{5,}$/i;
const unknown = refuse("MOVE_OUT_UNKNOWN", SAY_MOVE_OUT.unknown, "There is no such settlement in your reach.");
const keyOf = (reference: string): MoveOutKey =>
  NUMBER.test(reference) ? { number: reference.toUpperCase() } : { leaseCode: reference };

/** Moving out as the bot knows it, tied to one message and its transaction. */
export function moveOutServicesOf(
  tx: Transaction,
  of: { readonly channel: string; readonly sender: () => Promise<Sender | undefined> },
  deps: MoveOutDependencies,
): MoveOutServices {
  const today = deps.clock.today();
  const notices = refundNotices(deps.officialAccountAppId);
  const settlementPaperUrl = (documentId: string) => deps.documentLink?.(documentId).url;
  const contextFor = (actor: string): MoveOutContext => ({
    actor,
    channel: of.channel,
    today,
    nowMs: deps.clock.nowMs(),
    cards: approvalCards(deps.approvalLink),
    refunds: notices,
    notices,
    encryption: deps.encryption,
    moveOutNotices: movingOutNotices(deps.officialAccountAppId, settlementPaperUrl),
    billNotices: deps.billNotices ?? (async () => []),
  });

  /** The person, if an owner or of finance of the tenant now, with the tenant's settlement locked. */
  async function asDecider<T extends { readonly ok: true }>(
    tenantId: string,
    number: string,
    work: (moveOut: StoredMoveOut, personId: string, context: MoveOutContext) => Promise<T | Refusal>,
  ): Promise<T | Refusal> {
    const person = await decider(tenantId);
    if (typeof person !== "string") return person;
    const moveOut = await lockMoveOut(tx, { number });
    if (moveOut?.tenantId !== tenantId) return unknown;
    return work(moveOut, person, contextFor(`person:${person}`));
  }

  async function decider(tenantId: string): Promise<string | Refusal> {
    const personId = await findActingMember(tx, await of.sender(), tenantId, "move-out.decide");
    return personId ?? refuse("NOT_ALLOWED", SAY_MOVE_OUT.viewerOnly, "Only owners and finance people decide.");
  }

  /** The settlement, locked, if it lies in the colleague's projects. */
  async function asSteward<T extends { readonly ok: true }>(
    member: StaffMember,
    reference: string,
    work: (moveOut: StoredMoveOut, context: MoveOutContext) => Promise<T | Refusal>,
  ): Promise<T | Refusal> {
    const moveOut = await lockMoveOut(tx, keyOf(reference));
    if (!moveOut || !may(member, "tenant.read", { ...placeOfMoveOut(moveOut), entityId: moveOut.entityId }))
      return unknown;
    if (!may(member, "task.handle", placeOfMoveOut(moveOut))) {
      return refuse("NOT_ALLOWED", SAY_MOVE_OUT.notYourRole, "Stewards and area managers handle settlements.");
    }
    return work(moveOut, contextFor(`staff:${member.code}`));
  }

  return {
    settlementPaperUrl,
    moveOuts: (tenantId) => findMoveOutsOfTenant(tx, tenantId),
    async moveOutProgress(tenantId, number) {
      const moveOut = await findMoveOut(tx, { number });
      return moveOut?.tenantId === tenantId ? loadProgress(tx, moveOut, today) : undefined;
    },
    async giveNotice(tenantId, { leaseCode, lastDay }) {
      const person = await decider(tenantId);
      if (typeof person !== "string") return person;
      return giveNotice(
        tx,
        { leaseCode, lastDay, reason: SAY_MOVE_OUT.reason, noticedBy: person, tenantId },
        contextFor(`person:${person}`),
      );
    },
    confirmSettlement: (tenantId, number, version) =>
      asDecider(tenantId, number, (moveOut, personId, context) =>
        confirmSettlement(tx, moveOut, { personId, version, via: "chat" }, context),
      ),
    objectToSettlement: (tenantId, number, version, reason) =>
      asDecider(tenantId, number, (moveOut, personId, context) =>
        objectToSettlement(tx, moveOut, { personId, version, reason }, context),
      ),
    async payoutForSettlement(tenantId, payoutAccount) {
      const waiting = (await findMoveOutsOfTenant(tx, tenantId)).find(
        ({ state, consent }) => state === "open" && consent === "confirmed",
      );
      if (!waiting) return unknown;
      return asDecider(tenantId, waiting.number, (moveOut, requestedBy, context) =>
        askRefundsTo(tx, moveOut, { requestedBy, payoutAccount }, context),
      );
    },
    openMoveOuts: (member) => findOpenMoveOuts(tx, member),
    async moveOutForStaff(member, reference) {
      const moveOut = await findMoveOut(tx, keyOf(reference));
      return moveOut && may(member, "tenant.read", placeOfMoveOut(moveOut))
        ? loadProgress(tx, moveOut, today)
        : undefined;
    },
    async noticeByStaff(member, notice) {
      if (!may(member, "task.handle")) {
        return refuse("NOT_ALLOWED", SAY_MOVE_OUT.notYourRole, "Stewards and area managers handle settlements.");
      }
      return giveNotice(
        tx,
        { ...notice, noticedBy: member.personId, portfolio: member },
        contextFor(`staff:${member.code}`),
      );
    },
    continueMoveOut: (member, reference) =>
      asSteward(member, reference, (moveOut, context) =>
        continueMoveOut(tx, moveOut, { personId: member.personId }, context),
      ),
    forfeitDeposit: (member, reference, amountFen, reason) =>
      asSteward(member, reference, (moveOut, context) =>
        askForfeiture(tx, moveOut, { amountFen, reason, requestedBy: member.personId }, context),
      ),
    confirmOnPaper: (member, reference) =>
      asSteward(member, reference, (moveOut, context) =>
        confirmSettlement(
          tx,
          moveOut,
          { personId: member.personId, version: moveOut.sheetVersion, via: "paper" },
          context,
        ),
      ),
    cancelMoveOut: (member, reference) =>
      asSteward(member, reference, (moveOut, context) => cancelMoveOut(tx, moveOut, context)),
  };
}
