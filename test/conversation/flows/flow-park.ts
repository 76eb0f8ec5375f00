import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { newId } from "../../../src/db/ids.ts";
import { execute, row } from "../../../src/db/rows.ts";
import { parseYuan } from "../../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { CONVERSATION_WORLD } from "../../support/conversation-world.ts";
import { writeBill } from "../../support/published-bill.ts";
import { imports } from "../moving-out/imports.ts";

/*
 * The park of the conversations in which every dialog has something to begin with: 一号电子 (张总) owes August, has ¥800.00
 * ahead and a water meter; 二号贸易 (陈老板) has paid August (invoice) and owes September in two lines; 林姐 speaks for two
 * tenants; nobody knows the others.
 */

export const TODAY = "2026-09-05";

const [first, ...otherLeases] = CONVERSATION_WORLD.leases;

export async function importFlowPark(db: Database): Promise<void> {
  const water = { code: "water", kind: "water", rule: { type: "metered", meter: "W301", tariff: "W" } };
  const document = {
    ...CONVERSATION_WORLD,
    staff: [
      { code: "S01", name: "李管家", roles: ["steward"], projects: ["DG"], wecomUserId: "li" },
      { code: "S02", name: "何出纳", roles: ["cashier"], projects: ["DG"], wecomUserId: "he" },
      { code: "S03", name: "赵经理", roles: ["area-manager"], projects: ["DG"], wecomUserId: "zhao" },
      { code: "S04", name: "莫经理", roles: ["area-manager"], projects: ["DG"], wecomUserId: "mo" },
    ],
    tariffs: [{ code: "W", kind: "flat", prices: [{ from: "2026-01-01", price: "3.00" }] }],
    meters: [{ code: "W301", unit: "A-301", utility: "water", registers: ["total"], digits: 6 }],
    readings: ["07-31", "08-31"].map((day, index) => ({
      meter: "W301",
      date: `2026-${day}`,
      values: { total: String(100 + index * 10) },
    })),
    leases: [{ ...first, charges: [...(first?.charges ?? []), water] }, ...otherLeases],
  };
  await imports(db, document, TODAY);
  await paid(db, "T001", "800.00");
  await writeBill(db, {
    billNo: "DG-202608-00001",
    lease: "L001",
    dueDate: "2026-08-26",
    lines: { rent: "1000.00", electricity: "234.50" },
  });
  await writeBill(db, {
    billNo: "DG-202608-00002",
    lease: "L003",
    dueDate: "2026-08-26",
    lines: { rent: "1000.00" },
    taxRate: "0.09",
  });
  await paid(db, "T002", "1010.00");
  await writeBill(db, {
    billNo: "DG-202609-00002",
    lease: "L003",
    dueDate: "2026-09-26",
    lines: { rent: "1000.00", water: "60.00" },
  });
  await writeBill(db, { billNo: "DG-202609-00003", lease: "L004", dueDate: "2026-09-26", lines: { rent: "1000.00" } });
}

async function paid(db: Database, tenantCode: string, yuan: string): Promise<void> {
  const today = parseCivilDate(TODAY);
  const done = await recordReceipt(
    db,
    { channel: "bank", tenantCode, entityCode: "E1", amountFen: parseYuan(yuan), valueDate: today },
    { actor: "staff:S02", channel: "cli", today },
  );
  if (!done.ok) throw new Error(done.message.zh);
}

/** 二号贸易 gave notice and has its settlement sheet to agree to. */
export const askForConsent = (db: Database): Promise<number> =>
  execute(
    db,
    Prisma.sql`INSERT INTO move_out (id, number, entity_id, project_id, tenant_id, lease_id, last_day, notice_on, reason, state,
        sheet_version, consent)
      SELECT ${newId()}::uuid, 'TZ-202609-00001', l.entity_id, l.project_id, l.tenant_id, l.id, '2026-09-30', '2026-09-01',
        '搬厂', 'open', 1, 'asked' FROM lease l WHERE l.code = 'L003'`,
  );

export async function overdueLine(db: Database): Promise<string> {
  const found = await row<{ id: string }>(
    db,
    Prisma.sql`SELECT l.id FROM bill_line l JOIN bill b ON b.id = l.bill_id
      WHERE b.bill_no = 'DG-202608-00001' AND l.kind = 'rent'`,
  );
  if (!found) throw new Error("nothing is overdue");
  return found.id;
}
