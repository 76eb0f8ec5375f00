import { join } from "node:path";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import type { Database } from "../../src/db/client.ts";
import { createFieldEncryption, type FieldEncryption } from "../../src/db/field-encryption.ts";
import { rows } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { addDays, type CivilDate, parseCivilDate, parseMonth } from "../../src/domain/time/civil-date.ts";
import { readWorld } from "../../src/domain/world/read-world.ts";
import { approvalContextOf } from "../../src/usecases/approvals/by-code.ts";
import { decideApproval } from "../../src/usecases/approvals/decide-approval.ts";
import { issueRun } from "../../src/usecases/billing/run-billing.ts";
import { releaseDeferredIncome } from "../../src/usecases/deferrals/release-deferred-income.ts";
import { openDispute } from "../../src/usecases/disputes/dispute-line.ts";
import { importWorld } from "../../src/usecases/import-world/import-world.ts";
import { accrueNightly } from "../../src/usecases/late-fees/accrue-nightly.ts";
import { waiveLateFee } from "../../src/usecases/late-fees/waive-late-fee.ts";
import { claimReceipt } from "../../src/usecases/receipts/claim-receipt.ts";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../src/usecases/receipts/undo-receipt.ts";
import { askRefundAsStaff } from "../../src/usecases/refunds/ask-as-staff.ts";
import { findStaffMember } from "../../src/usecases/staff/find-staff-member.ts";
import { REPOSITORY, readJson } from "../import/examples.ts";

const ACTOR = { actor: "staff:S01", channel: "cli" } as const;
export const PLAYED_KEYS = [new Uint8Array(32).fill(7)] as const;
export const playedEncryption = (): FieldEncryption => createFieldEncryption([...PLAYED_KEYS]);

/** The day on which the play ends. */
export const PLAYED_UNTIL = parseCivilDate("2026-11-20");

const must = async <T extends { readonly ok: boolean }>(result: Promise<T>): Promise<Extract<T, { ok: true }>> => {
  const got = await result;
  if (!got.ok)
    throw new Error(JSON.stringify(got, (_key, value) => (typeof value === "bigint" ? Number(value) : value)));
  return got as Extract<T, { ok: true }>;
};

/**
 * The demo world with a few months of life, by use cases only: opening position, three issued months with a corrected
 * reading, payments of every kind (exact, partial, too much, back-dated, unclaimed and claimed, undone), late fees with a waiver, a dispute.
 */
export async function playWorld(db: Database): Promise<void> {
  const day = parseCivilDate;
  const demo = deferring(readJson(join(REPOSITORY, "prisma/demo-world.json")) as DemoWorld);
  await importDemo(db, demo, day("2026-09-01"));
  for (const [period, issueDate] of [
    ["2026-09", "2026-09-01"],
    ["2026-10", "2026-10-01"],
    ["2026-11", "2026-11-01"],
  ] as const) {
    // Read wrong at the end of September, found out after October's bills: November carries corrections.
    if (period === "2026-11") await importDemo(db, withCorrectedReading(demo), day(issueDate));
    await must(
      issueRun(
        db,
        { period: parseMonth(period), issueDate: day(issueDate), acknowledge: "all" },
        { ...ACTOR, today: day(issueDate), createdBy: "S01", approvedBy: "S02" },
      ),
    );
    await accrueNightly(db, addDays(day(issueDate), 20));
  }

  const owed = await owedByTenant(db);
  const pay = (index: number, part: bigint, of: bigint, valueDate: CivilDate, channel: "bank" | "cash" | "wechat") => {
    const one = owed[index % owed.length];
    if (!one) throw new Error("nobody owes anything");
    const command = {
      channel,
      tenantCode: one.tenant,
      entityCode: one.entity,
      amountFen: (one.openFen * part) / of,
      valueDate,
    };
    return must(recordReceipt(db, command, { ...ACTOR, today: PLAYED_UNTIL }));
  };
  await pay(0, 1n, 1n, day("2026-11-05"), "bank");
  await pay(1, 1n, 2n, day("2026-11-06"), "cash");
  await pay(2, 3n, 2n, day("2026-11-07"), "bank");
  // Arrived long before it was known: fees that were accrued meanwhile are given back.
  await pay(1, 1n, 4n, day("2026-09-15"), "bank");
  const mistaken = await pay(3, 1n, 2n, day("2026-10-20"), "wechat");
  await must(undoReceipt(db, { receiptNo: mistaken.receiptNo ?? "" }, { ...ACTOR, today: PLAYED_UNTIL }));
  const found = await must(
    recordReceipt(
      db,
      {
        channel: "bank",
        tenantCode: null,
        entityCode: owed[3]?.entity,
        amountFen: 123_456n,
        valueDate: day("2026-11-08"),
        remark: "货款",
      },
      { ...ACTOR, today: PLAYED_UNTIL },
    ),
  );
  await must(
    claimReceipt(
      db,
      { receiptNo: found.receiptNo ?? "", tenantCode: owed[3]?.tenant ?? "" },
      { ...ACTOR, today: PLAYED_UNTIL },
    ),
  );
  const [late] = await rows<{ line_id: string }>(
    db,
    Prisma.sql`SELECT line_id FROM receivable WHERE late_fee_open_fen > 0 ORDER BY late_fee_open_fen DESC LIMIT 1`,
  );
  if (!late) throw new Error("no line earned a late fee");
  await must(
    waiveLateFee(
      db,
      { lineId: late.line_id, amountFen: 1n, reason: "首次逾期", requestedBy: "S01", approvedBy: "S04" },
      { ...ACTOR, today: PLAYED_UNTIL },
    ),
  );
  const [disputed] = await rows<{ line_id: string }>(
    db,
    Prisma.sql`SELECT line_id FROM receivable WHERE open_fen > 0 AND line_id <> ${late.line_id}::uuid
      ORDER BY line_id DESC LIMIT 1`,
  );
  if (!disputed) throw new Error("no line is open");
  await must(
    openDispute(
      db,
      { lineId: disputed.line_id, from: day("2026-11-10"), reason: "面积有异议" },
      { ...ACTOR, today: PLAYED_UNTIL },
    ),
  );
  await refundSome(db);
  await accrueNightly(db, addDays(PLAYED_UNTIL, -1));
  await releaseDeferredIncome(db, PLAYED_UNTIL);
}

/** One yuan of what somebody has paid too much goes back: asked for by the cashier, approved by an area manager. */
async function refundSome(db: Database): Promise<void> {
  const [paid] = await rows<{ receiptNo: string }>(
    db,
    Prisma.sql`SELECT r.receipt_no AS "receiptNo" FROM prepayment p JOIN receipt r ON r.id = p.receipt_id
      WHERE p.remaining_fen >= 100 AND r.state = 'counted' ORDER BY r.receipt_no DESC LIMIT 1`,
  );
  if (!paid) throw new Error("nobody has paid too much");
  const notices = refundNotices(undefined);
  const context = approvalContextOf({ ...ACTOR, today: PLAYED_UNTIL, refunds: notices });
  await inTransaction(db, async (tx) => {
    const [cashier, manager] = [await findStaffMember(tx, { code: "S03" }), await findStaffMember(tx, { code: "S04" })];
    if (!cashier || !manager) throw new Error("no colleagues");
    const asked = await askRefundAsStaff(
      tx,
      cashier,
      {
        what: { receiptNo: paid.receiptNo },
        amountFen: 100n,
        reason: "多付",
        payoutAccount: { holder: "租户", bank: "招商银行", accountNo: "6225880212345678" },
      },
      { ...context, notices, encryption: playedEncryption() },
    );
    if (!asked.ok) throw new Error(asked.message.en);
    await must(
      decideApproval(
        tx,
        {
          requestId: asked.refund.approvalId ?? "",
          version: 1,
          decision: "approve",
          personId: manager.personId,
        },
        context,
      ),
    );
  });
}

interface DemoWorld {
  readonly entities: readonly { readonly code: string }[];
  readonly readings: readonly object[];
  readonly leases: readonly { readonly charges: readonly { readonly code: string }[] }[];
}

/** E2 defers income, and its management fees are billed by the quarter: so there is something to defer. */
const deferring = (demo: DemoWorld): DemoWorld => ({
  ...demo,
  entities: demo.entities.map((entity) => (entity.code === "E2" ? { ...entity, deferAdvance: true } : entity)),
  leases: demo.leases.map((lease) => ({
    ...lease,
    charges: lease.charges.map((charge) => (charge.code === "mgmt" ? { ...charge, cycleMonths: 3 } : charge)),
  })),
});

async function importDemo(db: Database, file: unknown, today: CivilDate): Promise<void> {
  const read = readWorld(file, { today });
  if (!read.ok) throw new Error(`the demo world is not in order: ${JSON.stringify(read.errors)}`);
  const context = { ...ACTOR, today, encryption: playedEncryption(), apps: {}, dryRun: false };
  await must(importWorld(db, read.world, context));
}

const withCorrectedReading = (demo: { readonly readings: readonly object[] }): unknown => ({
  ...demo,
  readings: [
    ...demo.readings,
    { meter: "E-A201", date: "2026-09-30", values: { total: "17405.5" }, corrects: "抄错一位" },
  ],
});

const owedByTenant = (db: Database) =>
  rows<{ tenant: string; entity: string; openFen: bigint }>(
    db,
    Prisma.sql`SELECT t.code AS tenant, e.code AS entity, sum(r.open_fen + r.late_fee_open_fen)::bigint AS "openFen"
      FROM receivable r JOIN tenant t ON t.id = r.tenant_id JOIN legal_entity e ON e.id = r.entity_id
      WHERE r.open_fen > 0 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
  );
