import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { type CivilDate, formatDate } from "../src/domain/time/civil-date.ts";
import { STAFF_CARD_TEXT } from "./approval-text.zh-CN.ts";
import type { Card, CardButton, CardRow } from "./card.ts";

/** An approval document as a card shows it. */
export interface ApprovalView {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly state: "pending" | "approved" | "rejected" | "cancelled" | "expired";
  readonly title: string;
  readonly amountFen: Fen;
  readonly facts: readonly CardRow[];
  readonly reason: string;
  readonly requesterName: string;
  /** Of the policy, with how many have agreed. */
  readonly steps: readonly { readonly role: string; readonly count: number; readonly agreed: number }[];
  readonly decisions: readonly {
    readonly name: string;
    readonly inNameOf?: string | undefined;
    readonly decision: "approve" | "reject";
    readonly reason?: string | undefined;
    readonly on: CivilDate;
  }[];
  readonly closedReason?: string | undefined;
}

/** What its reader may do with it. */
export type ApprovalReader =
  | { readonly may: "decide"; readonly url?: string | undefined; readonly note?: string | undefined }
  | { readonly may: "cancel"; readonly url?: string | undefined }
  | { readonly may: "read"; readonly note?: string | undefined };

const TEXT = STAFF_CARD_TEXT.approval;

/** An approval: what is asked, by whom, how far it is; buttons for who may decide it, the outcome for everybody else. */
export function approvalCard(view: ApprovalView, reader: ApprovalReader): Card {
  const isOpen = view.state === "pending";
  const note = "note" in reader && reader.note !== undefined ? [reader.note] : [];
  return {
    name: "approval",
    title: view.title,
    subtitle: view.number,
    ...(view.amountFen === 0n ? {} : { emphasis: { value: formatYuan(view.amountFen), label: TEXT.amount } }),
    rows: [
      ...view.facts,
      { label: TEXT.requester, value: view.requesterName },
      ...(view.reason === "" ? [] : [{ label: TEXT.reason, value: view.reason }]),
      ...(view.steps.length === 0 ? [] : [{ label: TEXT.step, value: view.steps.map(stepText).join(" → ") }]),
    ],
    paragraphs: [
      ...note,
      ...view.decisions.map(decisionText),
      ...(view.closedReason === undefined || view.state === "rejected"
        ? []
        : [`${TEXT.closedReason}：${view.closedReason}`]),
    ],
    buttons: isOpen ? buttonsOf(view, reader) : [],
    ...(isOpen && reader.may === "decide" ? {} : { outcome: TEXT.outcomes[view.state] }),
    ...("url" in reader && reader.url !== undefined ? { link: reader.url } : {}),
  };
}

function buttonsOf(view: ApprovalView, reader: ApprovalReader): CardButton[] {
  const { number, version } = view;
  const open: CardButton[] =
    "url" in reader && reader.url !== undefined ? [{ kind: "link", label: TEXT.open, url: reader.url }] : [];
  switch (reader.may) {
    case "decide":
      return [
        {
          kind: "action",
          label: TEXT.approve,
          action: { type: "approval.decide", number, version, decision: "approve" },
          style: "primary",
        },
        {
          kind: "action",
          label: TEXT.reject,
          action: { type: "approval.decide", number, version, decision: "reject" },
          style: "danger",
        },
        ...open,
      ];
    case "cancel":
      return [{ kind: "action", label: TEXT.cancel, action: { type: "approval.cancel", number } }, ...open];
    case "read":
      return [];
    default:
      return reader satisfies never;
  }
}

const stepText = ({ role, count, agreed }: ApprovalView["steps"][number]): string => TEXT.stepOf(role, agreed, count);

function decisionText({ name, inNameOf, decision, reason, on }: ApprovalView["decisions"][number]): string {
  const who = inNameOf === undefined ? name : `${name}（${TEXT.inName(inNameOf)}）`;
  return TEXT.decided(who, decision === "approve" ? TEXT.approved : TEXT.rejected(reason ?? ""), formatDate(on));
}

/** Documents that wait for one person, or that one has asked for: the answer to “待审批”. */
export function approvalListCard(
  view: {
    readonly title: string;
    readonly approvals: readonly {
      readonly number: string;
      readonly label: string;
      readonly amountFen: Fen;
    }[];
  },
  most = 5,
): Card {
  return {
    name: "approval-list",
    title: view.title,
    rows: [],
    items: view.approvals.map(({ number, label, amountFen }) => ({
      label: `${number} ${label}`,
      value: amountFen === 0n ? "" : formatYuan(amountFen),
    })),
    paragraphs: [],
    buttons: view.approvals.slice(0, most).map(({ number }) => ({
      kind: "action",
      label: TEXT.show(number),
      action: { type: "approval.show", number },
    })),
  };
}
