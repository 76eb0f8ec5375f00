import { APPLIED, type ApprovalSubject } from "../approvals/subject.ts";

/** 出账: the consent of others to what a run issues; the run that uses it names it (billing_run.approval_id). */
export const publishSubject: ApprovalSubject = { type: "publish", apply: async () => APPLIED };
