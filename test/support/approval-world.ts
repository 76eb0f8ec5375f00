import { approvalCards } from "../../bot/notices/approval-notices.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import type { Database } from "../../src/db/client.ts";
import { createFieldEncryption } from "../../src/db/field-encryption.ts";
import { execute, row } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { readWorld } from "../../src/domain/world/read-world.ts";
import type { ApprovalContext, ApprovalRequest } from "../../src/usecases/approvals/approval.ts";
import { type DecidedApproval, decideApproval } from "../../src/usecases/approvals/decide-approval.ts";
import { askRelief, type ReliefWish } from "../../src/usecases/claim-relief/ask-relief.ts";
import { importWorld } from "../../src/usecases/import-world/import-world.ts";
import type { Refusal } from "../../src/usecases/receipts/refusal.ts";

/*
 * Two projects with their people, for tests of who may decide what: everybody is on WeCom as `w-<code>`, S11 on DingTalk;
 * S12 to S14 have building C alone, with tenant T4.
 */

export const APPROVAL_ENCRYPTION = createFieldEncryption([Buffer.alloc(32, 9)]);
export const CORP = "corp";
export const DINGTALK_APP = "ding";

const person = (
  code: string,
  name: string,
  roles: readonly string[],
  projects: readonly string[],
  buildings: readonly string[] = [],
) => ({
  code,
  name,
  roles,
  projects,
  ...(buildings.length === 0 ? {} : { buildings }),
  ...(code === "S11" ? { dingtalkUserId: `d-${code}` } : { wecomUserId: `w-${code}` }),
});

const charge = { code: "rent", kind: "rent", rule: { type: "fixed", price: "1000.00", per: "month" } };
const lease = (code: string, tenant: string, unit: string) => ({
  code,
  tenant,
  units: [unit],
  start: "2025-01-01",
  end: "2027-12-31",
  lateFee: { dailyRate: "0.0005" },
  charges: [charge],
});

export const approvalWorld = (approval: readonly object[] = []) => ({
  format: "parkledger/1",
  operator: { code: "OP", name: "园区" },
  entities: [
    { code: "E1", name: "东莞公司", bankAccounts: [{ code: "CMB1", bank: "招商银行", accountNo: "769900000000001" }] },
    { code: "E2", name: "深圳公司" },
  ],
  projects: [
    {
      code: "DG",
      name: "东莞园区",
      entity: "E1",
      buildings: [
        {
          code: "A",
          name: "A栋",
          units: [
            { code: "A-1", areaSqm: "100" },
            { code: "A-2", areaSqm: "100" },
          ],
        },
        { code: "C", name: "C栋", units: [{ code: "C-1", areaSqm: "100" }] },
      ],
    },
    {
      code: "SZ",
      name: "深圳园区",
      entity: "E2",
      buildings: [{ code: "B", name: "B栋", units: [{ code: "B-1", areaSqm: "100" }] }],
    },
  ],
  tenants: [
    {
      code: "T1",
      name: "一号电子",
      contacts: [{ name: "王会计", phone: "13800000001", role: "finance", openId: "o-王会计" }],
    },
    {
      code: "T2",
      name: "二号贸易",
      contacts: [{ name: "陈老板", phone: "13800000002", role: "owner", openId: "o-陈老板" }],
    },
    {
      code: "T3",
      name: "三号物流",
      contacts: [{ name: "林姐", phone: "13800000003", role: "owner", openId: "o-林姐" }],
    },
    {
      code: "T4",
      name: "四号光电",
      contacts: [{ name: "苗会计", phone: "13800000004", role: "finance", openId: "o-苗会计" }],
    },
  ],
  staff: [
    person("S01", "李管家", ["steward"], ["DG"]),
    person("S02", "何出纳", ["cashier"], ["DG"]),
    person("S03", "陈经理", ["area-manager"], ["DG"]),
    person("S04", "莫经理", ["area-manager"], ["SZ"]),
    person("S05", "周财务", ["finance-manager"], ["DG", "SZ"]),
    person("S06", "吴财务", ["finance-manager"], ["DG", "SZ"]),
    person("S07", "赵总", ["cfo"], []),
    person("S08", "孙审计", ["auditor"], []),
    person("S09", "离职的郑", ["area-manager"], ["DG"]),
    person("S10", "钱管理", ["admin"], []),
    person("S11", "马钉钉", ["area-manager"], ["DG"]),
    // Those whose portfolio is narrowed down to one building of the park.
    person("S12", "柯经理", ["area-manager", "cashier"], ["DG"], ["C"]),
    person("S13", "方管家", ["steward"], ["DG"], ["C"]),
    person("S14", "冯财务", ["finance-manager"], ["DG"], ["C"]),
  ],
  tariffs: [{ code: "WATER", kind: "flat", prices: [{ from: "2025-01-01", price: "3.45" }] }],
  leases: [lease("L1", "T1", "A-1"), lease("L2", "T2", "A-2"), lease("L3", "T3", "B-1"), lease("L4", "T4", "C-1")],
  policies: { approval },
});

export async function importApprovalWorld(
  db: Database,
  document: object = approvalWorld(),
  today = "2026-01-01",
): Promise<readonly string[]> {
  const read = readWorld(document);
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  const result = await importWorld(db, read.world, {
    actor: "staff:S10",
    channel: "test",
    today: parseCivilDate(today),
    encryption: APPROVAL_ENCRYPTION,
    apps: { wecom: CORP, dingtalk: DINGTALK_APP, "official-account": "wx" },
    dryRun: false,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  await execute(db, Prisma.sql`UPDATE staff SET left_at = now() WHERE code = 'S09'`);
  return result.warnings.map(({ code }) => code);
}

export async function personOf(db: Database, name: string): Promise<string> {
  const found = await row<{ id: string }>(db, Prisma.sql`SELECT id FROM person WHERE name = ${name}`);
  if (!found) throw new Error(`nobody is called ${name}`);
  return found.id;
}

export const contextAt = (today: string, actor = "staff:S01"): ApprovalContext => ({
  actor,
  channel: "test",
  today: parseCivilDate(today),
  nowMs: Date.parse(`${today}T09:00:00+08:00`),
  cards: approvalCards(),
});

/** A name asks to give up a claim. */
export const asks = async (
  db: Database,
  name: string,
  wish: Omit<ReliefWish, "requestedBy" | "reason">,
  today = "2026-03-01",
): Promise<ApprovalRequest> => {
  const requestedBy = await personOf(db, name);
  const asked = await inTransaction(db, (tx) =>
    askRelief(tx, { ...wish, reason: "水管爆裂", requestedBy }, contextAt(today)),
  );
  if (!asked.ok) throw new Error(`${name} was refused: ${asked.code} ${asked.message.zh}`);
  return asked.request;
};

/** A name clicks. */
export const decides = async (
  db: Database,
  name: string,
  request: Pick<ApprovalRequest, "id" | "version">,
  decision: "approve" | "reject" = "approve",
  today = "2026-03-01",
): Promise<DecidedApproval | Refusal> => {
  const personId = await personOf(db, name);
  return inTransaction(db, (tx) =>
    decideApproval(
      tx,
      { requestId: request.id, version: request.version, decision, personId, reason: "不合适" },
      contextAt(today, `person:${personId}`),
    ),
  );
};
