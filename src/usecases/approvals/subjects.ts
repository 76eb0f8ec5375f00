import type { ApprovalType } from "../../domain/approval/policy.ts";
import { publishSubject } from "../billing/publish-subject.ts";
import { waiverSubject, writeOffSubject } from "../claim-relief/relief-subjects.ts";
import { bankAccountSubject } from "../master-data-changes/bank-account-subject.ts";
import { leaseSubject, policySubject, tariffSubject } from "../master-data-changes/fragment-subjects.ts";
import { taxRateSubject } from "../master-data-changes/tax-rate-subject.ts";
import { reopenSubject } from "../periods/reopen-subject.ts";
import { refundSubject } from "../refunds/approval-subject.ts";
import type { ApprovalSubject } from "./subject.ts";

/** What is done when a document of a type is approved. A new type is one line here and its file. */
export const APPROVAL_SUBJECTS: Partial<Readonly<Record<ApprovalType, ApprovalSubject>>> = {
  refund: refundSubject,
  waiver: waiverSubject,
  "write-off": writeOffSubject,
  tariff: tariffSubject,
  lease: leaseSubject,
  policy: policySubject,
  "tax-rate": taxRateSubject,
  "bank-account": bankAccountSubject,
  reopen: reopenSubject,
  publish: publishSubject,
};
