import {
  disputeNotice,
  joinDecisionNotice,
  joinedNotice,
  joinRequestNotice,
  joinRequestStewardNotice,
  promiseNotice,
  removedNotice,
  roleNotice,
  withdrawnNotice,
} from "../../bot/notices/people-notices.ts";
import type { ClaimServices, PeopleServices } from "../../bot/people-services.ts";
import { SAY_CLAIMS } from "../../bot/text/claims.zh-CN.ts";
import type { Card } from "../../cards/card.ts";
import { newId } from "../db/ids.ts";
import { enqueueMessages, type OutboxMessage } from "../db/outbox/enqueue.ts";
import type { Transaction } from "../db/transaction.ts";
import type { Fen } from "../domain/money/fen.ts";
import { mayTenant, type TenantAction } from "../domain/people/tenant-permissions.ts";
import { firstDayOf, lastDayOf } from "../domain/time/civil-date.ts";
import { closeDisputeWithin, openDisputeWithin } from "../usecases/disputes/dispute-line.ts";
import { findActingMember } from "../usecases/people/acting-member.ts";
import type { BindingContext } from "../usecases/people/bind-code.ts";
import { findSceneBill, openBindScene } from "../usecases/people/bind-scene.ts";
import { findIdentities } from "../usecases/people/channel-identity.ts";
import { forgetPerson } from "../usecases/people/forget-person.ts";
import { acceptInvitation, findInvitation, inviteMember } from "../usecases/people/invitations.ts";
import { decideJoinRequest, requestToJoin } from "../usecases/people/join-requests.ts";
import type { MemberActor } from "../usecases/people/member-change.ts";
import { changeMemberRole, findMembers, removeMember } from "../usecases/people/members.ts";
import { findReachableMembers } from "../usecases/people/reachable-members.ts";
import { findStewards } from "../usecases/people/request-handoff.ts";
import { findPromisable, promiseToPay } from "../usecases/promises/promise-to-pay.ts";
import { findDisputableLines } from "../usecases/queries/disputable-lines.ts";
import { findTenantName, type Sender } from "../usecases/queries/find-sender.ts";
import { findTenantPayees } from "../usecases/queries/tenant-payees.ts";
import { findTenantStatement } from "../usecases/queries/tenant-statement.ts";
import { refuse } from "../usecases/receipts/refusal.ts";

export interface PeopleDependencies {
  /** `deriveSceneKey` of every field key, the current one first. */
  readonly sceneKeys: readonly Uint8Array[];
  /** The page with the whole privacy notice. */
  readonly privacyUrl: string;
  /** The cashier for any amount ahead; undefined for an entity that takes no WeChat payments. */
  readonly prepayLink: (
    tx: Transaction,
    order: { readonly tenantId: string; readonly entityId: string; readonly amountFen: Fen },
  ) => Promise<{ readonly url: string; readonly expiresAtMs: number } | undefined>;
}

interface Origin {
  readonly binding: BindingContext;
  readonly sender: () => Promise<Sender | undefined>;
}

/** The use cases about people and claims, tied to one event and its transaction. */
export function createPeopleServices(
  tx: Transaction,
  { binding, sender }: Origin,
  deps: PeopleDependencies,
): PeopleServices & ClaimServices {
  const { identity, today, nowMs, encryption } = binding;
  const known = async (): Promise<Sender> => {
    const found = await sender();
    if (!found) throw new Error("only somebody known gets here");
    return found;
  };
  const actor = async (): Promise<MemberActor> => ({
    personId: (await known()).personId,
    channel: identity.platform,
    encryption,
    nowMs,
    today,
  });
  const toOwners = async (tenantId: string, card: Card, key: string, exceptPersonId?: string): Promise<boolean> => {
    const reachable = await findReachableMembers(tx, identity, [tenantId]);
    const owners = (reachable.get(tenantId) ?? []).filter(
      (member) => mayTenant(member.role, "members.manage") && member.personId !== exceptPersonId,
    );
    await enqueueMessages(
      tx,
      owners.map((owner) => notice(identity, owner.externalId, owner.personId, card, `${key}|${owner.externalId}`)),
    );
    return owners.length > 0;
  };
  const toStewards = async (tenantId: string, card: Card, key: string): Promise<boolean> => {
    const stewards = await findStewards(tx, tenantId);
    await enqueueMessages(
      tx,
      stewards.map((one) => notice(one, one.externalId, one.personId, card, `${key}|${one.externalId}`)),
    );
    return stewards.length > 0;
  };
  const toPerson = async (personId: string, card: Card, key: string): Promise<void> => {
    const identities = await findIdentities(tx, personId);
    await enqueueMessages(
      tx,
      identities.map((one) => notice(one, one.externalId, personId, card, `${key}|${one.externalId}`)),
    );
  };
  const mayStill = async (tenantId: string, action: TenantAction): Promise<boolean> =>
    (await findActingMember(tx, await sender(), tenantId, action)) !== undefined;
  const speaker = async (tenantId: string) => {
    const { personId, personName } = await known();
    return { personId, personName, tenantName: await findTenantName(tx, tenantId) };
  };

  return {
    privacyUrl: deps.privacyUrl,
    async openScene(scene) {
      const opened = openBindScene(deps.sceneKeys, scene, nowMs);
      if (opened.state !== "bill") return opened;
      const bill = await findSceneBill(tx, opened.billId);
      return bill ? { state: "bill", ...bill } : { state: "forged" };
    },
    members: (tenantId) => findMembers(tx, tenantId),
    inviteMember: async (tenantId, role) => inviteMember(tx, await actor(), tenantId, role),
    findInvitation: (code) => findInvitation(tx, binding, code),
    async acceptInvitation(invitationId, name) {
      const before = await sender();
      if (!before && name === undefined) return undefined;
      const joining = before ? { personId: before.personId } : { name: name ?? "" };
      const joined = await acceptInvitation(tx, binding, invitationId, joining);
      if (!joined) return undefined;
      const { personId, personName } = await known();
      const card = joinedNotice(joined.tenantName, personName, joined.role);
      await toOwners(joined.tenantId, card, `joined|${invitationId}|${personId}`, personId);
      return joined;
    },
    async requestToJoin(tenantId, applicantName) {
      const request = await requestToJoin(tx, binding, tenantId, applicantName);
      if (request === "too-many") return request;
      // About the applicant by name: found by this key when the applicant is forgotten.
      const key = `join-request|${binding.conversationKey}|${newId()}`;
      if (await toOwners(tenantId, joinRequestNotice(request), key)) return "owners-told";
      await toStewards(tenantId, joinRequestStewardNotice(request.tenantName), key);
      return "stewards-told";
    },
    async decideJoinRequest(code, decision) {
      const decided = await decideJoinRequest(tx, await actor(), code, decision);
      if (!decided.ok) return decided;
      const { applicant, tenantName, role } = decided;
      const card = joinDecisionNotice(tenantName, role);
      await enqueueMessages(tx, [
        notice(applicant, applicant.externalId, undefined, card, `join-decided|${newId()}|${applicant.externalId}`),
      ]);
      return decided;
    },
    async changeMemberRole(tenantId, memberId, role) {
      const by = await actor();
      const changed = await changeMemberRole(tx, by, { tenantId, memberId, role });
      if (changed.ok && changed.member.personId !== by.personId) {
        const card = roleNotice(await findTenantName(tx, tenantId), changed.member.role);
        await toPerson(changed.member.personId, card, `member-role|${newId()}|${changed.member.personId}`);
      }
      return changed;
    },
    async removeMember(tenantId, memberId) {
      const by = await actor();
      const removed = await removeMember(tx, by, { tenantId, memberId });
      if (removed.ok && removed.member.personId !== by.personId) {
        const card = removedNotice(await findTenantName(tx, tenantId));
        await toPerson(removed.member.personId, card, `member-removed|${memberId}|${removed.member.personId}`);
      }
      return removed;
    },
    forget: async () => forgetPerson(tx, await actor()),

    disputableLines: (tenantId) => findDisputableLines(tx, tenantId),
    async openDispute(line, label, reason, tenantId) {
      if (!(await mayStill(tenantId, "line.dispute"))) return VIEWER();
      const by = await speaker(tenantId);
      const command = { lineId: line.lineId, from: today, reason };
      const context = { actor: `person:${by.personId}`, channel: identity.platform, today };
      const opened = await openDisputeWithin(tx, command, context);
      if (!opened.ok) return opened;
      const card = disputeNotice({ ...by, label, billNo: line.billNo }, reason);
      return { ...opened, heard: await toStewards(tenantId, card, `dispute|${opened.disputeId}|${by.personId}`) };
    },
    async withdrawDispute(line, label, tenantId) {
      if (!(await mayStill(tenantId, "line.dispute"))) return VIEWER();
      const by = await speaker(tenantId);
      const command = { lineId: line.lineId, lastDay: today, outcome: SAY_CLAIMS.withdraw.outcome };
      const context = { actor: `person:${by.personId}`, channel: identity.platform, today };
      const closed = await closeDisputeWithin(tx, command, context);
      if (closed.ok) {
        const card = withdrawnNotice({ ...by, label, billNo: line.billNo });
        await toStewards(tenantId, card, `dispute-withdrawn|${closed.disputeId}|${by.personId}`);
      }
      return closed;
    },
    promisable: (tenantId) => findPromisable(tx, tenantId, today),
    async promiseToPay(tenantId, until, amountFen) {
      if (!(await mayStill(tenantId, "payment.promise"))) return VIEWER();
      const by = await speaker(tenantId);
      const context = { actor: `person:${by.personId}`, channel: identity.platform, today };
      const made = await promiseToPay(tx, { tenantId, until, amountFen }, context);
      if (made.ok) {
        const card = promiseNotice(by, until, amountFen ?? made.overdueFen);
        await toStewards(tenantId, card, `promise|${newId()}|${by.personId}`);
      }
      return made;
    },
    statement: (tenantId, { from, to }) =>
      findTenantStatement(tx, tenantId, { from: firstDayOf(from), to: lastDayOf(to) }, today),
    prepayLink: (tenantId, entityId, amountFen) => deps.prepayLink(tx, { tenantId, entityId, amountFen }),
    payees: (tenantId) => findTenantPayees(tx, tenantId, today),
  };
}

const VIEWER = () => refuse("NOT_ALLOWED", SAY_CLAIMS.viewerOnly, "Only owners and finance people of the tenant may.");

const notice = (
  app: { readonly platform: Origin["binding"]["identity"]["platform"]; readonly appId: string },
  externalId: string,
  personId: string | undefined,
  card: Card,
  dedupeKey: string,
): OutboxMessage => ({
  channel: app.platform,
  appId: app.appId,
  recipient: externalId,
  personId,
  occasion: "notice",
  message: card,
  dedupeKey,
});
