import { askToJoinFlow } from "./ask-to-join.ts";
import { bindFlow } from "./bind.ts";
import { chooseTenantFlow } from "./choose-tenant.ts";
import { claimFlow } from "./claim.ts";
import { delegateFlow } from "./delegate.ts";
import type { Dialog, DialogName } from "./dialog.ts";
import { disputeFlow } from "./dispute.ts";
import type { Flow } from "./flow.ts";
import { forgetFlow } from "./forget.ts";
import { inviteFlow } from "./invite.ts";
import { invoiceFlow } from "./invoice.ts";
import { joinFlow } from "./join.ts";
import { membersFlow, removeMemberFlow } from "./members.ts";
import { moveOutFlow, objectToSheetFlow } from "./move-out.ts";
import { prepayFlow } from "./prepay.ts";
import { promiseFlow } from "./promise.ts";
import { readingFlow } from "./reading.ts";
import { recordCashFlow } from "./record-cash.ts";
import { refundFlow } from "./refund.ts";
import { rejectApprovalFlow } from "./reject-approval.ts";
import { taskNoteFlow } from "./task-note.ts";
import { titleFlow } from "./title.ts";
import { unbindFlow } from "./unbind.ts";
import { withdrawDisputeFlow } from "./withdraw-dispute.ts";

/** Every dialog. A new one is one line here, one in dialog.ts, and its file. */
const FLOWS: { readonly [N in DialogName]: Flow<N> } = {
  bind: bindFlow,
  "choose-tenant": chooseTenantFlow,
  unbind: unbindFlow,
  forget: forgetFlow,
  "ask-to-join": askToJoinFlow,
  join: joinFlow,
  invite: inviteFlow,
  members: membersFlow,
  "remove-member": removeMemberFlow,
  dispute: disputeFlow,
  "withdraw-dispute": withdrawDisputeFlow,
  promise: promiseFlow,
  prepay: prepayFlow,
  claim: claimFlow,
  "move-out": moveOutFlow,
  "move-out-objection": objectToSheetFlow,
  refund: refundFlow,
  title: titleFlow,
  invoice: invoiceFlow,
  reading: readingFlow,
  "task-note": taskNoteFlow,
  "record-cash": recordCashFlow,
  "reject-approval": rejectApprovalFlow,
  delegate: delegateFlow,
};

export const DIALOG_NAMES = Object.keys(FLOWS) as readonly DialogName[];

export const flowOf = (dialog: Dialog): Flow<DialogName> => FLOWS[dialog.name] as Flow<DialogName>;
