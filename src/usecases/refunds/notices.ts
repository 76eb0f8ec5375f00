import type { Card } from "../../../cards/card.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import type { Transaction } from "../../db/transaction.ts";
import { mayTenant } from "../../domain/people/tenant-permissions.ts";
import type { Risk } from "../../domain/refund/risk.ts";
import type { RedLetter } from "../invoices/red-letters.ts";
import { findReachableMembers } from "../people/reachable-members.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import { placeOfRefund, type StoredRefund } from "./stored-refund.ts";

/** What a tenant hears, step by step. `bank-due`: it will come by bank transfer; `delayed`: a person looks at it. */
export type RefundStep =
  | "asked"
  | "approved"
  | "rejected"
  | "expired"
  | "cancelled"
  | "returned"
  | "on-its-way"
  | "bank-due"
  | "delayed"
  | "paid";

export interface RefundNotice {
  readonly step: RefundStep;
  readonly refund: StoredRefund;
  /** Of a rejection, or why it could not be done. */
  readonly reason?: string | undefined;
}

/** What finance must look at. */
export type RefundAlert =
  /** An invoice of it goes back: the red letter that finance has to make. */
  | { readonly kind: "red-letter"; readonly refund: StoredRefund; readonly letter: RedLetter }
  | { readonly kind: "held"; readonly refund: StoredRefund; readonly risks: readonly Risk[] }
  | {
      readonly kind: "no-funds" | "abnormal" | "stuck" | "pay-by-bank" | "mismatch";
      readonly refund: StoredRefund;
      readonly code: string;
    };

/** The words of bot/notices/refund-notices.ts, and through which account tenants are told. compose.ts hands them in. */
export interface RefundNotices {
  /** Undefined: the official account is off. */
  readonly officialAccountAppId: string | undefined;
  readonly tenantCard: (notice: RefundNotice) => Card;
  readonly alertCard: (alert: RefundAlert) => Card;
}

/** Tells the tenant's owners and finance people, once for each step. Money of unknown payers has nobody to tell. */
export async function tellTenant(tx: Transaction, notice: RefundNotice, notices: RefundNotices): Promise<void> {
  const { refund, step } = notice;
  const appId = notices.officialAccountAppId;
  if (appId === undefined || refund.tenantId === null) return;
  const members = await findReachableMembers(tx, { platform: "official-account", appId }, [refund.tenantId]);
  await enqueueMessages(
    tx,
    (members.get(refund.tenantId) ?? [])
      .filter((member) => mayTenant(member.role, "money.hear"))
      // Who asks in the chat has the answer there.
      .filter((member) => step !== "asked" || member.personId !== refund.requestedBy)
      .map((member) => ({
        channel: "official-account" as const,
        appId,
        recipient: member.externalId,
        personId: member.personId,
        occasion: "notice" as const,
        dedupeKey: `refund|${refund.refundId}|${step}|${member.personId}|${member.externalId}`,
        message: notices.tenantCard(notice),
      })),
  );
}

/** Alerts the finance managers of the place. `occurrence` tells repetitions apart (a day, a code); else once for all. */
export async function alertFinance(
  tx: Transaction,
  alert: RefundAlert,
  notices: RefundNotices,
  occurrence = "",
): Promise<void> {
  const { refund, kind } = alert;
  await tellStaff(tx, {
    to: {
      roles: ["finance-manager"],
      ...placeOfRefund(refund),
    },
    card: notices.alertCard(alert),
    dedupeKey: `refund|${refund.refundId}|alert|${kind}|${occurrence}`,
  });
}
