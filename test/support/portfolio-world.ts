import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import type { Database } from "../../src/db/client.ts";
import { newId } from "../../src/db/ids.ts";
import { execute, row } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { raiseException } from "../../src/usecases/exceptions/exception.ts";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { askRefundAsStaff } from "../../src/usecases/refunds/ask-as-staff.ts";
import { findStaffMember } from "../../src/usecases/staff/find-staff-member.ts";
import { createTasks } from "../../src/usecases/tasks/create-tasks.ts";
import { APPROVAL_ENCRYPTION, asks, contextAt, importApprovalWorld } from "./approval-world.ts";
import type { MovableClock } from "./clock.ts";
import { issueBill } from "./ledger-world.ts";

/*
 * One of everything for each of four tenants of the approval world, for tests of who may see whose: an overdue bill, a waiver
 * that waits, a task, a payment of which some is left, a refund that is held, a difference of a statement, a settlement.
 * T1 and T2 are in building A of DG, T4 in building C of DG, T3 in SZ. No two amounts are alike.
 */

export interface Owner {
  readonly tenant: string;
  readonly tenantId: string;
  readonly name: string;
  readonly lease: string;
  readonly billNo: string;
  readonly billFen: bigint;
  readonly paidFen: bigint;
  readonly differenceFen: bigint;
  readonly approvalNo: string;
  readonly approvalId: string;
  readonly taskNo: string;
  readonly receiptNo: string;
  readonly refundNo: string;
  readonly refundApprovalNo: string;
  readonly refundApprovalId: string;
  readonly exceptionId: string;
  readonly moveOutNo: string;
  /** Unmistakable: names, units, numbers and amounts of this tenant alone. */
  readonly words: readonly string[];
}

const OWNERS = [
  { tenant: "T1", name: "一号电子", contact: "王会计", unit: "A-1", lease: "L1", billNo: "DG-202601-00001", salt: 1n },
  { tenant: "T2", name: "二号贸易", contact: "陈老板", unit: "A-2", lease: "L2", billNo: "DG-202601-00002", salt: 2n },
  { tenant: "T3", name: "三号物流", contact: "林姐", unit: "B-1", lease: "L3", billNo: "SZ-202601-00001", salt: 3n },
  { tenant: "T4", name: "四号光电", contact: "苗会计", unit: "C-1", lease: "L4", billNo: "DG-202601-00004", salt: 4n },
] as const;

const TODAY = "2026-03-01";

export async function importPortfolioWorld(db: Database, clock: MovableClock): Promise<readonly Owner[]> {
  await importApprovalWorld(db);
  const owners: Owner[] = [];
  for (const one of OWNERS) owners.push(await liveAs(db, clock, one));
  return owners;
}

async function liveAs(db: Database, clock: MovableClock, one: (typeof OWNERS)[number]): Promise<Owner> {
  const { tenant, name, contact, unit, lease, billNo, salt } = one;
  const asker = tenant === "T3" ? "莫经理" : "何出纳";
  const place = await row<{
    tenantId: string;
    entityId: string;
    entity: string;
    projectId: string;
    leaseId: string;
    buildingId: string;
  }>(
    db,
    Prisma.sql`SELECT l.tenant_id AS "tenantId", l.entity_id AS "entityId", e.code AS entity, l.project_id AS "projectId",
        l.id AS "leaseId", u.building_id AS "buildingId"
      FROM lease l JOIN lease_unit h ON h.lease_id = l.id JOIN unit u ON u.id = h.unit_id JOIN legal_entity e ON e.id = l.entity_id
      WHERE l.code = ${lease}`,
  );
  if (!place) throw new Error(`no lease ${lease}`);
  const paidFen = 400_171n + salt * 1_110_001n;
  const paid = await recordReceipt(
    db,
    {
      channel: "cash",
      tenantCode: tenant,
      entityCode: place.entity,
      amountFen: paidFen,
      valueDate: parseCivilDate("2025-12-20"),
    },
    { actor: "staff:S02", channel: "test", today: parseCivilDate(TODAY) },
  );
  if (!paid.ok || paid.receiptNo === undefined) throw new Error(JSON.stringify(paid));
  const { receiptNo } = paid;
  const billFen = 1_230_771n + salt * 1_110_003n;
  const lines = await issueBill(db, {
    billNo,
    lease,
    issueDate: "2026-01-01",
    dueDate: "2026-01-11",
    lines: [{ charge: "rent", kind: "rent", amountFen: billFen }],
  });
  await execute(db, Prisma.sql`UPDATE bill SET state = 'published', published_at = now() WHERE bill_no = ${billNo}`);
  const request = await asks(db, asker, { kind: "waiver", part: "late-fee", lineId: lines.get("rent") ?? "" });
  await inTransaction(db, (tx) =>
    createTasks(
      tx,
      [
        {
          kind: "dunning",
          subjectKey: `test|${tenant}`,
          tenantId: place.tenantId,
          projectId: place.projectId,
          buildingId: place.buildingId,
          title: "催缴",
          roles: ["steward", "area-manager"],
        },
      ],
      clock,
    ),
  );
  const task = await row<{ number: string }>(
    db,
    Prisma.sql`SELECT number FROM steward_task WHERE subject_key = ${`test|${tenant}`}`,
  );
  const differenceFen = 70_019n + salt * 11_010n;
  const difference = await inTransaction(db, (tx) =>
    raiseException(
      tx,
      {
        kind: "UNDERPAYMENT",
        entityId: place.entityId,
        accountCode: place.entity === "E1" ? "CMB1" : "SZ1",
        date: parseCivilDate(TODAY),
        subjectKey: `test|${tenant}`,
        amountFen: differenceFen,
        tenantId: place.tenantId,
        facts: { reasons: [], tenant, tenantName: name },
      },
      { actor: "job:test", channel: "job", today: parseCivilDate(TODAY), nowMs: clock.nowMs() },
    ),
  );
  const refund = await inTransaction(db, async (tx) => {
    const member = await findStaffMember(tx, { code: tenant === "T3" ? "S04" : "S02" });
    if (!member) throw new Error("nobody asks");
    return askRefundAsStaff(
      tx,
      member,
      {
        what: { receiptNo },
        amountFen: 20_000n + salt,
        reason: "多付",
        payoutAccount: { holder: name, bank: "工商银行", accountNo: `62220000000${salt}` },
      },
      { ...contextAt(TODAY), notices: refundNotices(undefined), encryption: APPROVAL_ENCRYPTION },
    );
  });
  if (!refund.ok) throw new Error(`${refund.code} ${refund.message.zh}`);
  const moveOutNo = `TZ-202603-0000${salt}`;
  await execute(
    db,
    Prisma.sql`INSERT INTO move_out (id, number, entity_id, project_id, tenant_id, lease_id, last_day, notice_on, reason, state)
      VALUES (${newId()}::uuid, ${moveOutNo}, ${place.entityId}::uuid, ${place.projectId}::uuid, ${place.tenantId}::uuid,
        ${place.leaseId}::uuid, '2026-03-31', '2026-03-01', '搬厂', 'open')`,
  );
  const { refundNo } = refund.refund;
  return {
    tenant,
    tenantId: place.tenantId,
    name,
    lease,
    billNo,
    billFen,
    paidFen,
    differenceFen,
    approvalNo: request.number,
    approvalId: request.id,
    taskNo: task?.number ?? "",
    receiptNo,
    refundNo,
    refundApprovalNo: refund.approvalNo ?? "",
    refundApprovalId: refund.refund.approvalId ?? "",
    exceptionId: difference.id,
    moveOutNo,
    words: [
      name,
      contact,
      unit,
      formatYuan(billFen),
      formatYuan(paidFen),
      formatYuan(differenceFen),
      receiptNo,
      refundNo,
      moveOutNo,
    ],
  };
}
