import { describe, expect, it } from "vitest";
import { type Attempt, describeAttempts, IS_WORD_LIST, withEveryTable } from "../../support/guarantees.ts";
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
import { TWICE_GUARDED } from "./twice-guarded.ts";
import { VOUCHER_ALLOWED, VOUCHER_ATTEMPTS } from "./voucher-attempts.ts";

const AREAS: readonly (readonly [title: string, attempts: readonly Attempt[], allowed?: readonly Attempt[]])[] = [
  ["master data", MASTER_DATA_ATTEMPTS, MASTER_DATA_ALLOWED],
  ["billing", BILLING_ATTEMPTS, BILLING_ALLOWED],
  ["money and books", MONEY_ATTEMPTS, MONEY_ALLOWED],
  ["conversation", CONVERSATION_ATTEMPTS],
  ["approvals, jobs, audit", CONTROL_ATTEMPTS, CONTROL_ALLOWED],
  ["meters", METER_ATTEMPTS],
  ["documents", DOCUMENT_ATTEMPTS],
  ["approval documents", APPROVAL_ATTEMPTS, APPROVAL_ALLOWED],
  ["refunds", REFUND_ATTEMPTS],
  ["statements and matching", STATEMENT_ATTEMPTS, STATEMENT_ALLOWED],
  ["vouchers", VOUCHER_ATTEMPTS, VOUCHER_ALLOWED],
  ["invoices", INVOICE_ATTEMPTS, INVOICE_ALLOWED],
  ["dunning and tasks", DUNNING_ATTEMPTS, DUNNING_ALLOWED],
  ["moving out", MOVING_OUT_ATTEMPTS, MOVING_OUT_ALLOWED],
];
for (const area of AREAS) describeAttempts(...area);
const ATTEMPTS = AREAS.flatMap(([, attempts]) => attempts);

/** Takes a constraint, index or trigger away, in the transaction of an attempt. */
const without = (rule: string): string => `DO $$ DECLARE owner regclass; BEGIN
  SELECT conrelid INTO owner FROM pg_constraint WHERE conname = '${rule}' AND connamespace = 'public'::regnamespace;
  IF FOUND THEN EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', owner, '${rule}'); RETURN; END IF;
  SELECT tgrelid INTO owner FROM pg_trigger WHERE tgname = '${rule}';
  IF FOUND THEN EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', owner, '${rule}'); RETURN; END IF;
  EXECUTE format('DROP INDEX %I', '${rule}');
END $$`;

describe("every rule of the schema", () => {
  const database = withEveryTable();

  it("has been attacked: whoever adds one adds an attempt to break it", async () => {
    const attacked = new Set(ATTEMPTS.map(({ refusedBy, trigger }) => trigger ?? refusedBy));
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

  it("is what refused: without it the attempt is accepted, unless another rule stands behind it", async () => {
    const refused = [];
    for (const { what, refusedBy, trigger, statements } of ATTEMPTS) {
      const error = await database.refusal([without(trigger ?? refusedBy), ...statements(database.ids)]);
      if (error) refused.push(what);
    }
    expect(refused).toEqual(TWICE_GUARDED);
  });
});
