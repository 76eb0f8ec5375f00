import { describe, expect, it } from "vitest";
import { describeAttempts, IS_WORD_LIST, withEveryTable } from "../../support/guarantees.ts";
import { APPROVAL_ALLOWED, APPROVAL_ATTEMPTS } from "./approval-attempts.ts";
import { BILLING_ALLOWED, BILLING_ATTEMPTS } from "./billing-attempts.ts";
import { CONTROL_ALLOWED, CONTROL_ATTEMPTS, CONVERSATION_ATTEMPTS } from "./conversation-attempts.ts";
import { DOCUMENT_ATTEMPTS } from "./document-attempts.ts";
import { DUNNING_ALLOWED, DUNNING_ATTEMPTS } from "./dunning-attempts.ts";
import { INVOICE_ALLOWED, INVOICE_ATTEMPTS } from "./invoice-attempts.ts";
import { MASTER_DATA_ALLOWED, MASTER_DATA_ATTEMPTS } from "./master-data-attempts.ts";
import { METER_ATTEMPTS } from "./meter-attempts.ts";
import { MONEY_ALLOWED, MONEY_ATTEMPTS } from "./money-attempts.ts";
import { MOVING_OUT_ALLOWED, MOVING_OUT_ATTEMPTS } from "./moving-out-attempts.ts";
import { REFUND_ATTEMPTS } from "./refund-attempts.ts";
import { STATEMENT_ALLOWED, STATEMENT_ATTEMPTS } from "./statement-attempts.ts";
import { VOUCHER_ALLOWED, VOUCHER_ATTEMPTS } from "./voucher-attempts.ts";

describeAttempts("master data", MASTER_DATA_ATTEMPTS, MASTER_DATA_ALLOWED);
describeAttempts("billing", BILLING_ATTEMPTS, BILLING_ALLOWED);
describeAttempts("money and books", MONEY_ATTEMPTS, MONEY_ALLOWED);
describeAttempts("conversation", CONVERSATION_ATTEMPTS);
describeAttempts("approvals, jobs, audit", CONTROL_ATTEMPTS, CONTROL_ALLOWED);

describeAttempts("meters", METER_ATTEMPTS);
describeAttempts("documents", DOCUMENT_ATTEMPTS);
describeAttempts("approval documents", APPROVAL_ATTEMPTS, APPROVAL_ALLOWED);
describeAttempts("refunds", REFUND_ATTEMPTS);
describeAttempts("statements and matching", STATEMENT_ATTEMPTS, STATEMENT_ALLOWED);
describeAttempts("vouchers", VOUCHER_ATTEMPTS, VOUCHER_ALLOWED);
describeAttempts("invoices", INVOICE_ATTEMPTS, INVOICE_ALLOWED);
describeAttempts("dunning and tasks", DUNNING_ATTEMPTS, DUNNING_ALLOWED);
describeAttempts("moving out", MOVING_OUT_ATTEMPTS, MOVING_OUT_ALLOWED);

describe("every rule of the schema", () => {
  const database = withEveryTable();

  it("has been attacked: whoever adds one adds an attempt to break it", async () => {
    const attempts = [
      MASTER_DATA_ATTEMPTS,
      BILLING_ATTEMPTS,
      MONEY_ATTEMPTS,
      CONVERSATION_ATTEMPTS,
      CONTROL_ATTEMPTS,
      APPROVAL_ATTEMPTS,
      REFUND_ATTEMPTS,
      METER_ATTEMPTS,
      DOCUMENT_ATTEMPTS,
      STATEMENT_ATTEMPTS,
      VOUCHER_ATTEMPTS,
      INVOICE_ATTEMPTS,
      DUNNING_ATTEMPTS,
      MOVING_OUT_ATTEMPTS,
    ].flat();
    const attacked = new Set(attempts.map(({ refusedBy, trigger }) => trigger ?? refusedBy));
    // Lists of words and forms of months are tried one by one in columns.test.ts.
    const rules = await database.query<{ name: string }>(
      `SELECT conname AS name FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND (contype IN ('u', 'x')
          OR contype = 'c' AND NOT (${IS_WORD_LIST}))
        UNION SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
          WHERE i.indisunique AND i.indpred IS NOT NULL AND c.relnamespace = 'public'::regnamespace
        UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal`,
    );
    expect(rules.length).toBeGreaterThan(120);
    expect(rules.map(({ name }) => name).filter((name) => !attacked.has(name))).toEqual([]);
  });
});
