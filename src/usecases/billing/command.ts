import type { CivilDate, Month } from "../../domain/time/civil-date.ts";

/** What `bill run` asks for (interfaces.md section 1). */
export interface BillingCommand {
  readonly period: Month;
  /** Undefined: all projects. */
  readonly project?: string | undefined;
  /** Instead of today: the day that counts as the day of publishing. */
  readonly issueDate?: CivilDate | undefined;
  readonly acknowledge: "all" | readonly string[];
}

/** Two different people of the staff (money-rules 2; billing_run.approved_by ≠ created_by). */
export interface BillingApproval {
  readonly createdBy: string;
  readonly approvedBy: string;
  /** The document by which the month was approved before; absent: the run makes one of these two people. */
  readonly approvalId?: string | undefined;
}

/** Why a run is refused; the sentence says what to do. */
export interface BillingRefusal {
  readonly ok: false;
  readonly code:
    | "APPROVER_MISSING"
    | "APPROVER_IS_CREATOR"
    | "STAFF_UNKNOWN"
    | "PROJECT_UNKNOWN"
    | "ANOMALY_UNKNOWN"
    | "RUN_IN_PROGRESS"
    | "PREVIEW_CHANGED"
    | "CERTIFICATE_BROKEN";
  readonly message: string;
}

export const refuse = (code: BillingRefusal["code"], message: string): BillingRefusal => ({ ok: false, code, message });
