import type { ApprovalType } from "../../domain/approval/policy.ts";
import { publishSubject } from "../billing/publish-subject.ts";
import { waiverSubject, writeOffSubject } from "../claim-relief/relief-subjects.ts";
import { EXCEPTION_SUBJECT, exceptionSubject } from "../exceptions/exception-subject.ts";
import { earlyInvoiceSubject } from "../invoices/early-invoice-subject.ts";
import { bankAccountSubject } from "../master-data-changes/bank-account-subject.ts";
import { leaseSubject, policySubject, tariffSubject } from "../master-data-changes/fragment-subjects.ts";
import { taxRateSubject } from "../master-data-changes/tax-rate-subject.ts";
import { EARLY_END_SUBJECT, earlyEndSubject } from "../moving-out/ask-early-end.ts";
import { FORFEIT_SUBJECT, forfeitureSubject } from "../moving-out/forfeit-deposit.ts";
import { ONE_OFF_SUBJECT } from "../one-off/ask-one-off.ts";
import { oneOffSubject } from "../one-off/one-off-subject.ts";
import { reopenSubject } from "../periods/reopen-subject.ts";
import { ESTIMATE_SUBJECT, estimateSubject } from "../readings/ask-estimate.ts";
import { refundSubject } from "../refunds/approval-subject.ts";
import { bySubjectKind } from "./by-subject-kind.ts";
import type { ApprovalSubject } from "./subject.ts";

/** What is done when a document of a type is approved. A new type is one line here and its file. */
export const APPROVAL_SUBJECTS: Partial<Readonly<Record<ApprovalType, ApprovalSubject>>> = {
  refund: refundSubject,
  "early-invoice": earlyInvoiceSubject,
  waiver: waiverSubject,
  "write-off": bySubjectKind(writeOffSubject, { [EXCEPTION_SUBJECT]: exceptionSubject }),
  tariff: tariffSubject,
  lease: bySubjectKind(leaseSubject, {
    [ONE_OFF_SUBJECT]: oneOffSubject,
    [ESTIMATE_SUBJECT]: estimateSubject,
    [EARLY_END_SUBJECT]: earlyEndSubject,
    [FORFEIT_SUBJECT]: forfeitureSubject,
  }),
  policy: policySubject,
  "tax-rate": taxRateSubject,
  "bank-account": bankAccountSubject,
  reopen: reopenSubject,
  publish: publishSubject,
};
