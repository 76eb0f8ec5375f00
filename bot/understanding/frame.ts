/*
 * What a message asks for (interfaces.md section 4). Understanding chooses an intent and slots and nothing else: amounts
 * due, accounts and recipients come from the database.
 */

export const TENANT_INTENTS = [
  "bill.query",
  "bill.explain",
  "bill.pdf",
  "statement.query",
  "pay",
  "prepay",
  "balance.query",
  "payment.history",
  "deposit.query",
  "lease.query",
  "invoice.request",
  "invoice.query",
  "invoice.reverse",
  "title.query",
  "title.set",
  "refund.request",
  "refund.status",
  "meter.query",
  "meter.report",
  "autodebit.sign",
  "autodebit.cancel",
  "transfer.account",
  "transfer.claim",
  "dispute",
  "promise",
  "bind",
  "unbind",
  "handoff",
  "greet",
  "help",
  "cancel",
  "unknown",
] as const;
export const STAFF_INTENTS = [
  "task.list",
  "task.note",
  "arrears.list",
  "arrears.query",
  "collect.qr",
  "meter.report",
  "approval.list",
  "recon.summary",
  "collection.report",
  "aging.report",
  "forecast.report",
  "voucher.export",
  "audit.query",
  "help",
  "greet",
  "cancel",
  "unknown",
] as const;
export type TenantIntent = (typeof TENANT_INTENTS)[number];
export type StaffIntent = (typeof STAFF_INTENTS)[number];
export type Intent = TenantIntent | StaffIntent;
export type SpeakerRole = "tenant" | "steward" | "manager";

/** Present only when said, as said: units, buildings and tenants in the person's words, never codes. */
export interface Slots {
  /** "2026-10", "2026-10-05" or "2026-01..2026-03". */
  readonly period?: string;
  /** Charge kinds, also "late-fee" and "deposit". */
  readonly charges?: readonly string[];
  readonly status?: "unpaid" | "overdue" | "paid";
  /** Yuan, "5000.00". */
  readonly amount?: string;
  readonly invoiceKind?: "special" | "ordinary";
  readonly name?: string;
  readonly taxNo?: string;
  readonly reading?: string;
  readonly unit?: string;
  readonly building?: string;
  readonly tenant?: string;
  readonly project?: string;
  readonly minDaysOverdue?: number;
  readonly limit?: number;
  readonly promiseDate?: string;
}

export interface Frame {
  readonly intent: Intent;
  readonly slots: Slots;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface UnderstandingRequest {
  readonly text: string;
  readonly role: SpeakerRole;
  /** ISO instant or date of the business clock: relative words resolve against it. */
  readonly now: string;
}
