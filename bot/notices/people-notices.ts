import { type Card, type CardButton, textCard } from "../../cards/card.ts";
import type { Fen } from "../../src/domain/money/fen.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import type { MemberRole } from "../../src/domain/people/tenant-permissions.ts";
import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import { SAY_CLAIMS } from "../text/claims.zh-CN.ts";
import { SAY_PEOPLE } from "../text/people.zh-CN.ts";

const ROLES: readonly MemberRole[] = ["finance", "viewer", "owner"];

/** Asks an owner about somebody with a paper bill of theirs. */
export function joinRequestNotice(request: {
  readonly tenantName: string;
  readonly applicantName: string;
  readonly code: string;
}): Card {
  const { tenantName, applicantName, code } = request;
  const approve = ROLES.map(
    (role): CardButton => ({
      kind: "action",
      label: SAY_PEOPLE.askToJoin.approve(SAY_PEOPLE.roles[role]),
      action: { type: "join.decide", code, decision: role },
    }),
  );
  return {
    ...textCard(SAY_PEOPLE.askToJoin.notice(tenantName, applicantName)),
    title: SAY_PEOPLE.askToJoin.noticeTitle,
    subtitle: tenantName,
    buttons: [
      ...approve,
      {
        kind: "action",
        label: SAY_PEOPLE.askToJoin.refuse,
        action: { type: "join.decide", code, decision: "refuse" },
        style: "danger",
      },
    ],
  };
}

export const joinRequestStewardNotice = (tenantName: string): Card =>
  textCard(SAY_PEOPLE.askToJoin.stewardNotice(tenantName));

export const joinDecisionNotice = (tenantName: string, role: MemberRole | undefined): Card =>
  textCard(
    role === undefined
      ? SAY_PEOPLE.askToJoin.youAreNotIn
      : SAY_PEOPLE.askToJoin.youAreIn(tenantName, SAY_PEOPLE.roles[role]),
  );

export const joinedNotice = (tenantName: string, name: string, role: MemberRole): Card =>
  textCard(SAY_PEOPLE.join.ownersHear(tenantName, name, SAY_PEOPLE.roles[role]));

export const removedNotice = (tenantName: string): Card => textCard(SAY_PEOPLE.members.toldRemoved(tenantName));

export const roleNotice = (tenantName: string, role: MemberRole): Card =>
  textCard(SAY_PEOPLE.members.toldRole(tenantName, SAY_PEOPLE.roles[role]));

/** What a tenant said about a line, to its stewards. */
export interface LineWords {
  readonly tenantName: string;
  readonly personName: string;
  readonly label: string;
  readonly billNo: string;
}

export const disputeNotice = ({ tenantName, personName, label, billNo }: LineWords, reason: string): Card =>
  textCard(SAY_CLAIMS.dispute.notice(tenantName, personName, label, billNo, reason));

export const withdrawnNotice = ({ tenantName, personName, label, billNo }: LineWords): Card =>
  textCard(SAY_CLAIMS.withdraw.notice(tenantName, personName, label, billNo));

export const promiseNotice = (
  { tenantName, personName }: { readonly tenantName: string; readonly personName: string },
  until: CivilDate,
  amountFen: Fen,
): Card => textCard(SAY_CLAIMS.promise.notice(tenantName, personName, formatDate(until), formatYuan(amountFen)));
