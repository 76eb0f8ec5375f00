import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import { movingOutNotices } from "../../../bot/notices/moving-out-notices.ts";
import { refundNotices } from "../../../bot/notices/refund-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { row } from "../../../src/db/rows.ts";
import { inTransaction, type Transaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { decideApproval } from "../../../src/usecases/approvals/decide-approval.ts";
import type { MoveOutContext } from "../../../src/usecases/moving-out/context.ts";
import { lockMoveOut, type StoredMoveOut } from "../../../src/usecases/moving-out/stored-move-out.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { ENCRYPTION } from "../billing/park.ts";
import { fixedRent, leaseRow, parkDocument, type Row, readingRow, waterCharge, waterMeter } from "../billing/world.ts";

/*
 * One lease with rent of ¥1,000.00 a month and water at ¥3.00 a ton, deposit ¥3,000.00, late fee 0.0005 a day without grace.
 * S01 is cashier, S02 finance manager, S05 steward, S08 CFO. The tenant's owner is 周凯.
 */
export const LEASE = leaseRow("L1", "A-1", "T1", {
  deposit: "3000.00",
  lateFee: { dailyRate: "0.0005", graceDays: 0, graceMode: "free", capPercent: "30" },
  charges: [fixedRent("1000.00"), waterCharge("W1")],
});

export const park = (changes: Row = {}): Row => ({
  ...parkDocument({
    meters: [waterMeter("W1", "A-1")],
    readings: [readingRow("W1", "2025-12-31", "100"), readingRow("W1", "2026-01-31", "110")],
    leases: [LEASE],
  }),
  tenants: [
    {
      code: "T1",
      name: "租户T1",
      contacts: [{ name: "周凯", phone: "13800000001", role: "owner", openId: "oZhou" }],
    },
  ],
  entities: [
    {
      code: "E1",
      name: "腾跃开发",
      taxpayer: "general",
      bankAccounts: [{ code: "CMB1", bank: "招商银行", accountNo: "769900001" }],
    },
    { code: "E2", name: "腾跃物业", taxpayer: "general", deferAdvance: true },
  ],
  staff: [
    { code: "S01", name: "经办", roles: ["cashier"], projects: ["DG"], wecomUserId: "jingban" },
    { code: "S02", name: "审批", roles: ["finance-manager"], projects: ["DG"], wecomUserId: "shenpi" },
    { code: "S04", name: "区总", roles: ["area-manager"], projects: ["DG"], wecomUserId: "quzong" },
    { code: "S05", name: "管家", roles: ["steward"], projects: ["DG"], wecomUserId: "guanjia" },
    { code: "S08", name: "总监", roles: ["cfo"], projects: ["DG"], wecomUserId: "zongjian" },
  ],
  ...changes,
});

export const contextOn = (today: string, actor = "staff:S05"): MoveOutContext => ({
  actor,
  channel: "test",
  today: parseCivilDate(today),
  nowMs: Date.parse(`${today}T10:00:00+08:00`),
  cards: approvalCards(),
  refunds: refundNotices("oa-1"),
  notices: refundNotices("oa-1"),
  encryption: ENCRYPTION,
  moveOutNotices: movingOutNotices("oa-1"),
  billNotices: async () => [],
});

export async function personId(db: Database, name: string): Promise<string> {
  const found = await row<{ id: string }>(db, Prisma.sql`SELECT id FROM person WHERE name = ${name}`);
  if (!found) throw new Error(`nobody is called ${name}`);
  return found.id;
}

/** Runs a step on the locked settlement. With `dies` the process is gone before it commits, as after a kill -9. */
export async function doing<T>(
  db: Database,
  step: (tx: Transaction, moveOut: StoredMoveOut) => Promise<T>,
  options: { readonly dies?: boolean } = {},
): Promise<T> {
  return inTransaction(db, async (tx) => {
    const moveOut = await lockMoveOut(tx, { leaseCode: "L1" });
    if (!moveOut) throw new Error("nobody moves out");
    const result = await step(tx, moveOut);
    if (options.dies) throw new Killed();
    return result;
  });
}

export class Killed extends Error {}

/** The pending document of a kind is approved by these colleagues, in turn. */
export async function approve(
  db: Database,
  subjectKind: string,
  today: string,
  staff: readonly string[],
): Promise<string> {
  let state = "";
  for (const code of staff) {
    const member = await findStaffMember(db, { code });
    const request = await row<{ id: string; version: number }>(
      db,
      Prisma.sql`SELECT id, version FROM approval_request WHERE subject_kind = ${subjectKind} AND state = 'pending'
        ORDER BY number LIMIT 1`,
    );
    if (!member || !request) throw new Error(`nothing of ${subjectKind} waits for ${code}`);
    const decided = await inTransaction(db, (tx) =>
      decideApproval(
        tx,
        { requestId: request.id, version: request.version, decision: "approve", personId: member.personId },
        contextOn(today, `staff:${code}`),
      ),
    );
    if (!decided.ok) throw new Error(`${decided.code} ${decided.message.zh}`);
    state = decided.request.state;
  }
  return state;
}
