import { type DateRange, formatDate } from "../src/domain/time/civil-date.ts";
import { DELEGATION_CARD_TEXT as TEXT } from "./approval-text.zh-CN.ts";
import type { Card, CardButton } from "./card.ts";

export interface DelegationView {
  readonly id: string;
  readonly delegatorName: string;
  readonly delegateName: string;
  /** "区域经理" */
  readonly roleNames: readonly string[];
  readonly days: DateRange;
}

/** That somebody's approvals are decided by another for some days, or no longer; for either of the two. */
export function delegationCard(
  view: DelegationView,
  shown: { readonly as: "delegator" | "delegate"; readonly what: "began" | "ended"; readonly waiting?: number },
): Card {
  const { as, what, waiting = 0 } = shown;
  return {
    name: "delegation",
    title: TEXT.title[what],
    rows: [
      { label: TEXT.from, value: view.delegatorName },
      { label: TEXT.to, value: view.delegateName },
      { label: TEXT.roles, value: view.roleNames.join("、") },
      { label: TEXT.days, value: TEXT.range(formatDate(view.days.from), formatDate(view.days.to)) },
    ],
    paragraphs: [TEXT.words[what][as], ...(as === "delegate" && waiting > 0 ? [TEXT.waiting(waiting)] : [])],
    buttons: what === "ended" ? [] : [BUTTONS[as](view.id)],
  };
}

const BUTTONS: Readonly<Record<"delegator" | "delegate", (id: string) => CardButton>> = {
  delegator: (id) => ({
    kind: "action",
    label: TEXT.revoke,
    action: { type: "delegation.revoke", id },
    style: "danger",
  }),
  delegate: () => ({ kind: "action", label: TEXT.list, action: { type: "approval.list" }, style: "primary" }),
};
