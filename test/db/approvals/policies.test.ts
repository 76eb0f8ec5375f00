import { describe, expect, it } from "vitest";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import type { ApprovalRequest } from "../../../src/usecases/approvals/approval.ts";
import { delegateApprovals } from "../../../src/usecases/approvals/delegate-approvals.ts";
import { escalateApprovals } from "../../../src/usecases/approvals/escalate-approvals.ts";
import { policyInForce } from "../../../src/usecases/approvals/policy-store.ts";
import { verifyAudit } from "../../../src/usecases/audit/verify-audit.ts";
import { askChange, type ChangeType } from "../../../src/usecases/master-data-changes/ask-change.ts";
import { closePeriod } from "../../../src/usecases/periods/accounting-periods.ts";
import { askReopening } from "../../../src/usecases/periods/reopen-approval.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import {
  APPROVAL_ENCRYPTION,
  approvalWorld,
  asks,
  contextAt,
  decides,
  importApprovalWorld,
  personOf,
} from "../../support/approval-world.ts";
import { createTestDatabase } from "../../support/database.ts";
import { issueBill } from "../../support/ledger-world.ts";

type Open = Awaited<ReturnType<typeof createTestDatabase>>;

const withPark = async (work: (database: Open) => Promise<void>, approval: readonly object[] = []): Promise<void> => {
  const database = await createTestDatabase();
  try {
    await importApprovalWorld(database.db, approvalWorld(approval));
    await work(database);
  } finally {
    await database.close();
  }
};

const billLine = async (database: Open, lease = "L1"): Promise<string> => {
  const lines = await issueBill(database.db, {
    billNo: `N-${lease}`,
    lease,
    issueDate: "2026-01-01",
    dueDate: "2026-01-11",
    lines: [{ charge: "rent", kind: "rent", amountFen: 1_200_000n }],
  });
  return lines.get("rent") ?? "";
};

const fee = (lineId: string) => ({ kind: "waiver", part: "late-fee", lineId }) as const;

describe("the policy of the world file", () => {
  it("is in force: two area managers where it says so, in that project alone", () =>
    withPark(
      async (database) => {
        const { db } = database;
        const request = await asks(db, "何出纳", fee(await billLine(database)));
        expect(request.steps).toEqual([{ role: "area-manager", count: 2 }]);
        expect(await decides(db, "陈经理", request)).toMatchObject({ ok: true, request: { state: "pending" } });
        expect(await decides(db, "马钉钉", request)).toMatchObject({ ok: true, request: { state: "approved" } });
        const elsewhere = await asks(db, "周财务", fee(await billLine(database, "L3")));
        expect(elsewhere.steps).toEqual([{ role: "area-manager", count: 1 }]);
      },
      [{ type: "waiver", project: "DG", upTo: "500.00", steps: [{ role: "area-manager", count: 2 }] }],
    ));

  it("is versioned: a request keeps the version it began with, a changed amount begins again under the newest", () =>
    withPark(
      async (database) => {
        const { db } = database;
        const lineId = await billLine(database);
        const before = await asks(db, "何出纳", fee(lineId));
        const stricter = approvalWorld([{ type: "waiver", steps: [{ role: "cfo" }] }]);
        expect(await importApprovalWorld(db, stricter, "2026-03-01")).toEqual(["POLICY_CHANGED"]);
        expect((await policyInForce(db, "waiver")).version).toBe(3);
        expect(await decides(db, "赵总", before)).toMatchObject({ code: "APPROVER_WITHOUT_ROLE" });
        const again = await asks(db, "何出纳", { ...fee(lineId), amountFen: 100n });
        expect(again.steps).toEqual([{ role: "cfo", count: 1 }]);
        expect(await importApprovalWorld(db, stricter, "2026-03-01")).toEqual([]);
        expect((await policyInForce(db, "waiver")).version).toBe(3);
      },
      [{ type: "waiver", steps: [{ role: "area-manager" }] }],
    ));
});

describe("what an approval changes", () => {
  const change = async (database: Open, type: ChangeType, file: object, approvers: readonly string[]) => {
    const { db } = database;
    const requestedBy = await personOf(db, "钱管理");
    const asked = await inTransaction(db, (tx) =>
      askChange(tx, { type, file, reason: "年度调整", requestedBy }, contextAt("2026-03-01"), (plain) =>
        APPROVAL_ENCRYPTION.encrypt(plain),
      ),
    );
    if (!asked.ok) return asked;
    let last: ApprovalRequest = asked.request;
    for (const name of approvers) {
      const decided = await decides(db, name, last);
      if (!decided.ok) return decided;
      last = decided.request;
    }
    return last;
  };

  it("a tariff's price, a tax rate, an account, the policy itself: after the last approval and not before", () =>
    withPark(async (database) => {
      const { db } = database;
      const water = { tariffs: [{ code: "WATER", kind: "flat", prices: [{ from: "2026-04-01", price: "3.60" }] }] };
      const prices = () => rows<object>(db, Prisma.sql`SELECT valid_from::text FROM tariff_price ORDER BY 1`);
      expect(await change(database, "tariff", water, [])).toMatchObject({ state: "pending" });
      expect(await prices()).toHaveLength(1);
      expect(await change(database, "tariff", water, ["周财务"])).toMatchObject({ state: "approved" });
      expect(await prices()).toEqual([{ valid_from: "2025-01-01" }, { valid_from: "2026-04-01" }]);

      const rate = { entity: "E1", kind: "rent", from: "2026-07-01", rate: "0.06" };
      expect(await change(database, "tax-rate", rate, ["吴财务"])).toMatchObject({ state: "approved" });
      expect(
        await row(db, Prisma.sql`SELECT trim_scale(rate)::text AS rate FROM tax_rate WHERE valid_from = '2026-07-01'`),
      ).toEqual({ rate: "0.06" });

      const account = { entity: "E1", code: "CMB2", bank: "工商银行", accountNo: "6222 0000 1111 2222" };
      expect(await change(database, "bank-account", account, ["周财务"])).toMatchObject({ state: "pending" });
      expect(await row(db, Prisma.sql`SELECT 1 AS found FROM bank_account WHERE code = 'CMB2'`)).toBeUndefined();
      const approved = await change(database, "bank-account", account, ["周财务", "赵总"]);
      expect(approved).toMatchObject({ code: "ALREADY_DECIDED" });
      const pending = await row<{ id: string; version: number }>(
        db,
        Prisma.sql`SELECT id, version FROM approval_request WHERE type = 'bank-account'`,
      );
      if (!pending) throw new Error("the request is gone");
      expect(await decides(db, "赵总", pending)).toMatchObject({ ok: true, request: { state: "approved" } });
      expect(await row(db, Prisma.sql`SELECT bank FROM bank_account WHERE code = 'CMB2'`)).toEqual({
        bank: "工商银行",
      });
      const inTheClear = await row<{ count: bigint }>(
        db,
        Prisma.sql`SELECT (SELECT count(*) FROM audit_event WHERE after::text LIKE '%6222000011112222%')
          + (SELECT count(*) FROM approval_request WHERE payload::text LIKE '%6222000011112222%') AS count`,
      );
      expect(inTheClear?.count).toBe(0n);

      const policy = { policies: { approval: [{ type: "waiver", steps: [{ role: "cfo" }] }] } };
      expect(await change(database, "policy", policy, ["周财务", "赵总"])).toMatchObject({ state: "approved" });
      expect(await policyInForce(db, "waiver")).toMatchObject({ version: 2, source: "approval" });
      const imported = approvalWorld([{ type: "waiver", steps: [{ role: "area-manager" }] }]);
      expect(await importApprovalWorld(db, imported, "2026-03-02")).toEqual(["POLICY_BY_APPROVAL"]);
      expect(await policyInForce(db, "waiver")).toMatchObject({ version: 2 });
      expect((await verifyAudit(db)).problems).toEqual([]);
    }));

  it.each([
    [
      "a price that is in force",
      "tariff",
      { tariffs: [{ code: "WATER", kind: "flat", prices: [{ from: "2025-01-01", price: "9" }] }] },
    ],
    ["a rate from yesterday", "tax-rate", { entity: "E1", kind: "rent", from: "2026-02-28", rate: "0.06" }],
    ["a rate of nobody", "tax-rate", { entity: "E9", kind: "rent", from: "2026-07-01", rate: "0.06" }],
    [
      "an account number that is taken",
      "bank-account",
      { entity: "E1", code: "X", bank: "B", accountNo: "769900000000001" },
    ],
    ["more than the list of its type", "tariff", { tariffs: [], leases: [] }],
    ["a policy without steps", "policy", { policies: { approval: [{ type: "refund", steps: [] }] } }],
  ] as const)("%s is refused with a sentence", async (_what, type, file) => {
    await withPark(async (database) => {
      const result = await change(database, type, file, ["周财务"]);
      // What only an import notices is noticed by the last approval: the document lapses and nothing is written.
      expect("code" in result ? result.code : result.state).toMatch(/CHANGE_INVALID|expired/);
    });
  });

  it("a closed month, where the park has said who opens it again", () =>
    withPark(
      async ({ db }) => {
        const month = { entity: "E1", month: "2025-12" as never, today: parseCivilDate("2026-03-01"), channel: "test" };
        expect(await closePeriod(db, { ...month, staff: "S05" })).toMatchObject({ closed: true });
        const wish = { entity: "E1", month: month.month, reason: "漏记", requestedBy: "S05" };
        const asked = await askReopening(db, wish, contextAt("2026-03-01", "staff:S05"));
        if (!asked.ok) throw new Error(asked.code);
        expect(await decides(db, "赵总", asked.request)).toMatchObject({ ok: true, request: { state: "approved" } });
        expect(await row(db, Prisma.sql`SELECT state FROM accounting_period`)).toEqual({ state: "open" });
      },
      [{ type: "reopen", steps: [{ role: "cfo" }] }],
    ));

  it("a closed month, by any colleague of the same company where the park has said nothing, and by nobody from elsewhere", () =>
    withPark(async ({ db }) => {
      const month = { entity: "E1", month: "2025-12" as never, today: parseCivilDate("2026-03-01"), channel: "test" };
      await closePeriod(db, { ...month, staff: "S05" });
      const wish = { entity: "E1", month: month.month, reason: "漏记", requestedBy: "S05" };
      const asked = await askReopening(db, wish, contextAt("2026-03-01", "staff:S05"));
      if (!asked.ok) throw new Error(asked.code);
      const approved = await decides(db, "莫经理", asked.request);
      expect(approved).toMatchObject({ code: "APPROVER_WITHOUT_ROLE" });
      // Of one building of the park: a second pair of eyes, which sees a month and no tenant.
      expect(await decides(db, "方管家", asked.request)).toMatchObject({ ok: true, request: { state: "approved" } });
    }));
});

describe("somebody on leave", () => {
  it("is stood for by a colleague for the days agreed, who never doubles a voice", () =>
    withPark(async (database) => {
      const { db } = database;
      const lineId = await billLine(database);
      const member = async (code: string) => {
        const found = await findStaffMember(db, { code });
        if (!found) throw new Error(code);
        return found;
      };
      const days = { from: parseCivilDate("2026-03-02"), to: parseCivilDate("2026-03-05") };
      const delegated = await inTransaction(db, async (tx) =>
        delegateApprovals(
          tx,
          { delegator: await member("S03"), delegate: await member("S05"), roles: ["area-manager"], days },
          contextAt("2026-03-01", "staff:S03"),
        ),
      );
      expect(delegated).toMatchObject({ ok: true });
      const request = await asks(db, "李管家", fee(lineId), "2026-03-02");
      expect(await decides(db, "周财务", request, "approve", "2026-03-01")).toMatchObject({
        code: "APPROVER_WITHOUT_ROLE",
      });
      expect(await decides(db, "周财务", request, "approve", "2026-03-06")).toMatchObject({
        code: "APPROVER_WITHOUT_ROLE",
      });
      const decided = await decides(db, "周财务", request, "approve", "2026-03-05");
      expect(decided).toMatchObject({
        ok: true,
        request: { state: "approved", decisions: [{ personName: "周财务", onBehalfOfName: "陈经理" }] },
      });
      const ofTheDelegator = await asks(db, "陈经理", {
        kind: "write-off",
        part: "principal",
        lineId,
        amountFen: 100n,
      });
      expect(await decides(db, "周财务", ofTheDelegator, "approve", "2026-03-05")).toMatchObject({
        code: "DELEGATOR_IS_REQUESTER",
      });
    }));
});

describe("a request that nobody decides", () => {
  it("reminds its approvers after a day, informs the role above after two, once each", () =>
    withPark(async (database) => {
      const { db } = database;
      const request = await asks(db, "李管家", fee(await billLine(database)));
      const nudge = (at: string) =>
        escalateApprovals(db, {
          nowMs: Date.parse(at),
          today: parseCivilDate(at.slice(0, 10)),
          cards: approvalCards(),
        });
      const notices = async (kind: string) =>
        (
          await rows<{ recipient: string }>(
            db,
            Prisma.sql`SELECT recipient FROM outbox WHERE dedupe_key LIKE ${`approval|%|${kind}|%`} ORDER BY recipient`,
          )
        ).map(({ recipient }) => recipient);
      expect(await nudge("2026-03-02T08:59:59+08:00")).toBe(0);
      expect(await nudge("2026-03-02T09:00:00+08:00")).toBe(1);
      expect(await nudge("2026-03-02T10:00:00+08:00")).toBe(0);
      expect(await notices("reminded")).toEqual(["d-S11", "w-S03"]);
      expect(await nudge("2026-03-03T09:00:00+08:00")).toBe(1);
      expect(await notices("escalated")).toEqual(["w-S05", "w-S06"]);
      expect(await nudge("2026-03-09T09:00:00+08:00")).toBe(0);
      await decides(db, "陈经理", request, "approve", "2026-03-09");
      expect(await nudge("2026-03-19T09:00:00+08:00")).toBe(0);
    }));
});
