import { createHash } from "node:crypto";
import { expect } from "vitest";
import { Prisma } from "../../generated/prisma/client.ts";
import type { Database } from "../../src/db/client.ts";
import { createFieldEncryption } from "../../src/db/field-encryption.ts";
import { newId } from "../../src/db/ids.ts";
import { postToLedger } from "../../src/db/ledger/post.ts";
import { toRecordset } from "../../src/db/recordset.ts";
import { execute, row, rows } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { lineIssued } from "../../src/domain/ledger/line-events.ts";
import type { Posting } from "../../src/domain/ledger/posting.ts";
import type { Fen } from "../../src/domain/money/fen.ts";
import { splitTax } from "../../src/domain/tax/net-and-tax.ts";
import { type CivilDate, parseCivilDate } from "../../src/domain/time/civil-date.ts";
import type { ChargeKind } from "../../src/domain/world/lease.ts";
import { readWorld } from "../../src/domain/world/read-world.ts";
import { importWorld } from "../../src/usecases/import-world/import-world.ts";
import { checkLedger } from "../../src/usecases/ledger-check/check-ledger.ts";
import type { ReceiptContext } from "../../src/usecases/receipts/receipt.ts";
import type { Refusal } from "../../src/usecases/receipts/refusal.ts";
import { releaseForCorrection } from "../../src/usecases/receipts/release-for-correction.ts";

/*
 * A small park whose tenants owe money, for tests of everything that moves it: one entity with a bank account, a second
 * one, and leases as the test wants them. Bills are written straight into the tables, with the postings of an issue.
 */

export interface TestLease {
  readonly code: string;
  readonly tenant?: string;
  readonly entity?: string;
  /** Off unless given. */
  readonly lateFee?: { readonly dailyRate: string; readonly graceDays?: number; readonly capPercent?: string };
  readonly autoApplyPrepayment?: boolean;
}

export const date = (text: string): CivilDate => parseCivilDate(text);

export const at = (today: string): Omit<ReceiptContext, "messagesOf"> => ({
  actor: "staff:S01",
  channel: "test",
  today: date(today),
});

export const TEST_ENCRYPTION = createFieldEncryption([createHash("sha256").update("test").digest()]);

/** Tenants T1 and T2, staff S01 to S03, entities E1 (bank CMB1) and E2, project P with the given leases, one unit each. */
export async function importPark(db: Database, leases: readonly TestLease[]): Promise<void> {
  const document = {
    format: "parkledger/1",
    operator: { code: "OP", name: "园区" },
    entities: [
      {
        code: "E1",
        name: "甲公司",
        bankAccounts: [{ code: "CMB1", bank: "招商银行", accountNo: "769900000000001" }],
        merchantAccounts: [{ code: "WX1", channel: "wechat", mchId: "1900000001" }],
      },
      { code: "E2", name: "乙公司" },
    ],
    projects: [
      {
        code: "P",
        name: "园区",
        entity: "E1",
        buildings: [
          { code: "A", name: "A栋", units: leases.map((_, index) => ({ code: `A-${index + 1}`, areaSqm: "100" })) },
        ],
      },
    ],
    tenants: [
      { code: "T1", name: "租户一", kind: "company" },
      { code: "T2", name: "租户二", kind: "company" },
    ],
    staff: [
      { code: "S01", name: "S01", roles: ["cashier"] },
      { code: "S02", name: "S02", roles: ["cashier", "area-manager"] },
      { code: "S03", name: "S03", roles: ["cashier"] },
    ],
    leases: leases.map((lease, index) => ({
      code: lease.code,
      tenant: lease.tenant ?? "T1",
      entity: lease.entity ?? "E1",
      units: [`A-${index + 1}`],
      start: "2025-01-01",
      end: "2027-12-31",
      lateFee: lease.lateFee ?? null,
      autoApplyPrepayment: lease.autoApplyPrepayment ?? true,
      charges: [{ code: "rent", kind: "rent", rule: { type: "fixed", price: "1000.00", per: "month" } }],
    })),
  };
  const world = readWorld(document);
  if (!world.ok) throw new Error(JSON.stringify(world.errors));
  const result = await importWorld(db, world.world, {
    actor: "test",
    channel: "test",
    today: date("2026-01-01"),
    encryption: TEST_ENCRYPTION,
    apps: {},
    dryRun: false,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
}

export interface TestBill {
  readonly billNo: string;
  readonly lease: string;
  readonly issueDate: string;
  readonly dueDate: string;
  /** In yuan would hide the fen: amounts in fen, above zero. */
  readonly lines: readonly {
    readonly charge: string;
    readonly kind: ChargeKind | "deposit";
    readonly amountFen: Fen;
  }[];
}

/** Writes an issued bill as a run leaves it: lines, receivables, postings. Returns the line ids by charge. */
export async function issueBill(db: Database, bill: TestBill): Promise<Map<string, string>> {
  return inTransaction(db, async (tx) => {
    const lease = await row<{
      id: string;
      entity_id: string;
      project_id: string;
      tenant_id: string;
      version_id: string;
    }>(
      tx,
      Prisma.sql`SELECT l.id, l.entity_id, l.project_id, l.tenant_id, v.id AS version_id FROM lease l
        JOIN lease_version v ON v.lease_id = l.id AND v.version = 1 WHERE l.code = ${bill.lease}`,
    );
    if (!lease) throw new Error(`no lease ${bill.lease}`);
    const billId = newId();
    const totalFen = bill.lines.reduce((sum, line) => sum + line.amountFen, 0n);
    await execute(
      tx,
      Prisma.sql`INSERT INTO bill (id, entity_id, project_id, tenant_id, lease_id, lease_version_id, origin, state, bill_no,
          payment_code, period, issue_date, due_date, total_fen, issued_at)
        VALUES (${billId}::uuid, ${lease.entity_id}::uuid, ${lease.project_id}::uuid, ${lease.tenant_id}::uuid,
          ${lease.id}::uuid, ${lease.version_id}::uuid, 'one-off', 'issued', ${bill.billNo}, ${`PK${billId}`},
          ${bill.issueDate.slice(0, 7)}, ${bill.issueDate}::date, ${bill.dueDate}::date, ${totalFen}, now())`,
    );
    const dates = { bookingDate: date(bill.issueDate), valueDate: date(bill.issueDate) };
    const postings: Posting[] = [];
    const lines = bill.lines.map(({ charge, kind, amountFen }, position) => {
      const taxRate = kind === "deposit" ? "0" : "0.09";
      const { netFen, taxFen } = splitTax(amountFen, taxRate);
      const id = newId();
      if (kind !== "deposit") {
        const context = {
          entity: lease.entity_id,
          project: lease.project_id,
          tenant: lease.tenant_id,
          lease: lease.id,
          lineId: id,
        };
        postings.push(...lineIssued({ ...context, ...dates }, { kind, netFen, taxFen }));
      }
      return {
        id,
        charge,
        kind,
        role: kind === "deposit" ? "deposit" : "charge",
        position,
        amountFen,
        netFen,
        taxFen,
        taxRate,
      };
    });
    await execute(
      tx,
      Prisma.sql`INSERT INTO bill_line (id, bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
          period_to, correction_no, position, amount_fen, net_fen, tax_fen, tax_rate, engine_version, input_hash, inputs,
          derivation)
        SELECT id, ${billId}::uuid, ${lease.entity_id}::uuid, ${lease.id}::uuid, charge, role, 0, kind,
          ${bill.issueDate}::date, ${bill.dueDate}::date, 0, position, "amountFen", "netFen", "taxFen", "taxRate", 'test', '',
          '{}', '{}'
        FROM jsonb_to_recordset(${toRecordset(lines)}::jsonb) AS t(id uuid, charge text, kind text, role text,
          position integer, "amountFen" bigint, "netFen" bigint, "taxFen" bigint, "taxRate" numeric)`,
    );
    await execute(
      tx,
      Prisma.sql`INSERT INTO receivable (line_id, bill_id, entity_id, tenant_id, lease_id, principal_fen, open_fen)
        SELECT id, bill_id, entity_id, ${lease.tenant_id}::uuid, lease_id, amount_fen, amount_fen
        FROM bill_line WHERE bill_id = ${billId}::uuid`,
    );
    await postToLedger(tx, [{ eventType: "bill.issued", eventId: billId, postings }]);
    return new Map(lines.map((line) => [line.charge, line.id]));
  });
}

/** A negative correction of one line, as a run issues it: line, set-off, postings, and what was paid too much set free. */
export async function correctLine(db: Database, lineId: string, amountFen: Fen, issueDate: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const billId = newId();
    const correctionId = newId();
    await execute(
      tx,
      Prisma.sql`INSERT INTO bill (id, entity_id, project_id, tenant_id, lease_id, lease_version_id, origin, state, bill_no,
          payment_code, period, issue_date, due_date, total_fen, issued_at)
        SELECT ${billId}::uuid, b.entity_id, b.project_id, b.tenant_id, b.lease_id, b.lease_version_id, 'one-off', 'issued',
          ${`C-${billId}`}, ${`PK${billId}`}, b.period, ${issueDate}::date, ${issueDate}::date, ${-amountFen}, now()
        FROM bill b JOIN bill_line l ON l.bill_id = b.id WHERE l.id = ${lineId}::uuid`,
    );
    const { netFen, taxFen } = splitTax(-amountFen, "0.09");
    await execute(
      tx,
      Prisma.sql`INSERT INTO bill_line (id, bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
          period_to, correction_no, corrects_line_id, position, amount_fen, net_fen, tax_fen, tax_rate, engine_version,
          input_hash, inputs, derivation)
        SELECT ${correctionId}::uuid, ${billId}::uuid, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
          period_to, 1, id, 0, ${-amountFen}, ${netFen}, ${taxFen}, tax_rate, 'test', '', '{}', '{}'
        FROM bill_line WHERE id = ${lineId}::uuid`,
    );
    const line = await row<{ entity: string; project: string; tenant: string; lease: string; kind: ChargeKind }>(
      tx,
      Prisma.sql`SELECT l.entity_id AS entity, b.project_id AS project, b.tenant_id AS tenant, l.lease_id AS lease, l.kind
        FROM bill_line l JOIN bill b ON b.id = l.bill_id WHERE l.id = ${lineId}::uuid`,
    );
    if (!line) throw new Error(`no line ${lineId}`);
    const { kind, ...dimensions } = line;
    const dates = { bookingDate: date(issueDate), valueDate: date(issueDate) };
    const postings = lineIssued({ ...dimensions, ...dates, lineId: correctionId }, { kind, netFen, taxFen });
    await postToLedger(tx, [{ eventType: "bill.issued", eventId: billId, postings }]);
    await execute(
      tx,
      Prisma.sql`INSERT INTO set_off (id, from_line_id, to_line_id, amount_fen)
        VALUES (${newId()}::uuid, ${correctionId}::uuid, ${lineId}::uuid, ${amountFen})`,
    );
    const before = await row<{ paid: Fen; principal: Fen }>(
      tx,
      Prisma.sql`SELECT principal_fen - open_fen AS paid, principal_fen AS principal FROM receivable WHERE line_id = ${lineId}::uuid`,
    );
    if (!before) throw new Error(`no receivable ${lineId}`);
    const openFen = before.principal - amountFen - before.paid;
    await execute(
      tx,
      Prisma.sql`UPDATE receivable SET principal_fen = principal_fen - ${amountFen}, open_fen = ${openFen > 0n ? openFen : 0n}
        WHERE line_id = ${lineId}::uuid`,
    );
    await releaseForCorrection(tx, [{ lineId, amountFen: openFen < 0n ? -openFen : 0n }], date(issueDate));
  });
}

/** The accepted side of an outcome; a refusal fails the test with its code and sentence. */
export function accepted<T extends { readonly ok: true }>(outcome: T | Refusal): T {
  if (!outcome.ok) throw new Error(`refused: ${outcome.code} ${outcome.message.en}`);
  return outcome;
}

export const refusalCode = (outcome: { readonly ok: boolean; readonly code?: string }): string | undefined =>
  outcome.ok ? undefined : outcome.code;

/** What is open by charge, and what is left of prepayment, as the projections say. */
export async function standing(
  db: Database,
): Promise<{ open: Record<string, Fen>; lateFees: Record<string, Fen>; prepaymentFen: Fen }> {
  const lines = await rows<{ charge: string; open: Fen; fee: Fen }>(
    db,
    Prisma.sql`SELECT l.charge_code AS charge, r.open_fen AS open, r.late_fee_open_fen AS fee
      FROM receivable r JOIN bill_line l ON l.id = r.line_id ORDER BY r.line_id`,
  );
  const left = await row<{ fen: Fen }>(
    db,
    Prisma.sql`SELECT coalesce(sum(remaining_fen), 0)::bigint AS fen FROM prepayment`,
  );
  return {
    open: Object.fromEntries(lines.map((line) => [line.charge, line.open])),
    lateFees: Object.fromEntries(lines.map((line) => [line.charge, line.fee])),
    prepaymentFen: left?.fen ?? 0n,
  };
}

/** Balances of the ledger by account, debits less credits, without the zero ones. */
export async function balances(db: Database): Promise<Record<string, Fen>> {
  const found = await rows<{ account: string; fen: Fen }>(
    db,
    Prisma.sql`SELECT account, sum(fen)::bigint AS fen FROM (
        SELECT debit_account AS account, amount_fen AS fen FROM ledger_posting
        UNION ALL SELECT credit_account, -amount_fen FROM ledger_posting) sides
      GROUP BY account HAVING sum(fen) <> 0 ORDER BY account`,
  );
  return Object.fromEntries(found.map(({ account, fen }) => [account, fen]));
}

/** Every invariant of money-rules 13 that the tables can show, recomputed from what happened. */
export async function expectBooksInOrder(db: Database): Promise<void> {
  const { problems } = await checkLedger(db, { today: date("2026-12-31") });
  expect(problems).toEqual([]);
}
