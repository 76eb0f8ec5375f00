import type { ApprovalType } from "../../domain/approval/policy.ts";
import { waiverSubject, writeOffSubject } from "../claim-relief/relief-subjects.ts";
import { refundSubject } from "../refunds/approval-subject.ts";
import type { ApprovalSubject } from "./subject.ts";

/** What is done when a document of a type is approved. A new type is one line here and its file. */
export const APPROVAL_SUBJECTS: Partial<Readonly<Record<ApprovalType, ApprovalSubject>>> = {
  refund: refundSubject,
  waiver: waiverSubject,
  "write-off": writeOffSubject,
};
