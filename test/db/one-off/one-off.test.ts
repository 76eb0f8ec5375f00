import { beforeAll, describe, expect, it } from "vitest";
import type { CliContext, Command } from "../../../src/cli/command.ts";
import { estimateCommand, oneOffCommand } from "../../../src/cli/commands/one-off.ts";
import { billReplayCommand } from "../../../src/cli/commands/replay.ts";
import { loadConfig } from "../../../src/config/env.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { importReadings } from "../../../src/usecases/readings/import-readings.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { expectBooksInOrder } from "../../support/ledger-world.ts";
import { imported, issue, preview } from "../billing/park.ts";
import { fixedRent, leaseRow, parkDocument, readingRow, waterCharge, waterMeter } from "../billing/world.ts";

const database = withDatabase();
const clock = movableClock("2026-03-05");

const CONTACTS = [{ name: "张总", phone: "13800000001", role: "owner", openId: "o-zhang" }];

/* A lease with rent and water at 3.00 yuan a ton. S01 is cashier, S02 finance manager, S05 steward. */
beforeAll(async () => {
  const park = parkDocument({
    meters: [waterMeter("W1", "A-1")],
    readings: [readingRow("W1", "2025-12-31", "100"), readingRow("W1", "2026-01-31", "110")],
    leases: [leaseRow("L1", "A-1", "T1", { charges: [fixedRent("1000.00"), waterCharge("W1")] })],
  });
  const staff = [
    { code: "S01", name: "经办", roles: ["cashier", "steward"], projects: ["DG"], wecomUserId: "jingban" },
    { code: "S02", name: "审批", roles: ["finance-manager"], wecomUserId: "shenpi" },
    { code: "S05", name: "管家", roles: ["steward"], projects: ["DG"], wecomUserId: "guanjia" },
  ];
  const tenants = ["T1", "T2"].map((code) => ({
    code,
    name: `租户${code}`,
    ...(code === "T1" ? { contacts: CONTACTS } : {}),
  }));
  await imported(database.db, { ...park, staff, tenants }, "2026-02-01");
  await issue(database.db, "2026-02");
});

const config = loadConfig({
  FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
  OA_APP_ID: "oa-1",
  OA_APP_SECRET: "secret",
  OA_TOKEN: "token1",
  OA_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR",
});
interface Ran extends Record<string, unknown> {
  readonly exitCode: number;
  readonly problem: string | undefined;
}
async function run(command: Command, options: Record<string, string>, positionals: string[] = []): Promise<Ran> {
  if (!config.ok) throw new Error("no configuration");
  const context = { db: database.db, clock, config: config.config } as unknown as CliContext;
  const { json, exitCode = 0, problems = [] } = await command.run(context, positionals, options);
  return { ...(json as Record<string, unknown>), exitCode, problem: problems[0] };
}

/** What waits to be sent to tenants: colleagues are on WeCom. */
const toldTenants = () =>
  database.db.outbox.findMany({
    where: { channel: "official-account" },
    select: { recipient: true, message: true },
  });

const LOCK = { lease: "L1", kind: "service", amount: "120.00", reason: "换门锁" };

describe("a charge that a person raises", () => {
  it.each([
    ["by its own requester", { ...LOCK, as: "S02", "approve-as": "S02" }, /不能|另一/],
    ["by somebody without the role", { ...LOCK, as: "S01", "approve-as": "S05" }, /财务经理|角色/],
    ["of nothing", { ...LOCK, amount: "0.00", as: "S01", "approve-as": "S02" }, /大于零/],
    ["of a lease that is not there", { ...LOCK, lease: "L9", as: "S01", "approve-as": "S02" }, /没有合同 L9/],
    ["of a kind that is none", { ...LOCK, kind: "beer", as: "S01", "approve-as": "S02" }, /没有费用种类 beer/],
  ])("is refused %s, and nothing is written", async (_case, options, sentence) => {
    const answer = await run(oneOffCommand, options);
    expect(answer.exitCode).toBe(1);
    expect(answer.problem).toMatch(sentence);
    expect(await database.db.bill.count({ where: { origin: "one-off" } })).toBe(0);
  });

  it("waits for the finance manager when nobody approves", async () => {
    const asked = await run(oneOffCommand, { ...LOCK, reason: "补办门禁卡", as: "S01" });
    expect(asked).toMatchObject({ state: "pending", exitCode: 0 });
    expect(await database.db.bill.count({ where: { origin: "one-off" } })).toBe(0);
    expect(await toldTenants()).toEqual([]);
  });

  it("becomes a bill of its own with one line of the role one-off, posted and payable", async () => {
    const done = await run(oneOffCommand, { ...LOCK, as: "S01", "approve-as": "S02" });
    expect(done).toMatchObject({ state: "approved", charge: "one-off-00001" });
    const [line] = await database.db.$queryRaw<object[]>`
      SELECT line.charge_code, line.role, line.kind, line.amount_fen::int AS amount, line.net_fen::int AS net,
        line.tax_fen::int AS tax, b.state, b.issue_date::text AS issued, b.due_date::text AS due, r.open_fen::int AS open
      FROM bill b JOIN bill_line line ON line.bill_id = b.id JOIN receivable r ON r.line_id = line.id
      WHERE b.bill_no = ${String(done.billNo)}`;
    // Service at 6 %: 120.00 ÷ 1.06 = 113.2075… → 113.21, tax 6.79. Due 10 days after the day.
    expect(line).toEqual({
      charge_code: "one-off-00001",
      role: "one-off",
      kind: "service",
      amount: 12000,
      net: 11321,
      tax: 679,
      state: "published",
      issued: "2026-03-05",
      due: "2026-03-15",
      open: 12000,
    });
    await expectBooksInOrder(database.db);
  });

  it("is told to the tenant once, with what is owed and where to pay", async () => {
    const [told, ...more] = await toldTenants();
    expect(more).toEqual([]);
    expect(told?.recipient).toBe("o-zhang");
    for (const fact of ["2026年3月账单", "¥120.00", "2026年3月15日", "/h5/pay?t="]) {
      expect(JSON.stringify(told?.message)).toContain(fact);
    }
  });

  it("replays, and no later run touches it", async () => {
    const [bill] = await database.db.bill.findMany({ where: { origin: "one-off" } });
    expect(await run(billReplayCommand, {}, [bill?.billNo ?? ""])).toMatchObject({ same: true });
    const { bills } = await preview(database.db, "2026-04");
    expect(bills.flatMap(({ lines }) => lines).filter(({ charge }) => charge.startsWith("one-off"))).toEqual([]);
  });
});

describe("an estimate", () => {
  const ESTIMATE = { meter: "W1", date: "2026-02-28", values: "130", reason: "抄表员进不去" };
  const water = async (period: string) =>
    (await preview(database.db, period)).bills
      .flatMap(({ lines }) => lines)
      .filter(({ charge }) => charge === "water")
      .map(({ period: month, amountFen, estimated }) => [month.from, amountFen, estimated]);

  it("bills the month once it is approved, and says so on the line", async () => {
    expect(await water("2026-03")).toEqual([]);
    expect(await run(estimateCommand, { ...ESTIMATE, as: "S05" })).toMatchObject({ state: "pending" });
    expect(await water("2026-03")).toEqual([]);
    expect(await run(estimateCommand, { ...ESTIMATE, as: "S05", "approve-as": "S02" })).toMatchObject({
      state: "approved",
    });
    // 130 − 110 = 20 t × 3.00.
    expect(await water("2026-03")).toEqual([["2026-02-01", 6000, true]]);
    await issue(database.db, "2026-03");
  });

  it("is trued up by the next real reading, be it below", async () => {
    clock.moveTo("2026-04-02");
    const offered = {
      meter: "W1",
      standsOn: parseCivilDate("2026-03-31"),
      values: { total: "127" },
      kind: "periodic",
      rollover: false,
    } as const;
    const file = { sha256: "march", name: "march.csv", template: "generic", readings: [{ row: 2, offered }] };
    const by = { actor: "staff:S05", channel: "cli", today: clock.today() };
    expect(await importReadings(database.db, file, by)).toMatchObject({ taken: 1 });
    // 127 − 130 = −3 t: a credit of 9.00 in March.
    expect(await water("2026-04")).toEqual([["2026-03-01", -900, false]]);
  });

  it("of a day that has a real reading is refused", async () => {
    const answer = await run(estimateCommand, { ...ESTIMATE, date: "2026-03-31", as: "S05", "approve-as": "S02" });
    expect(answer).toMatchObject({ exitCode: 1 });
    expect(answer.problem).toMatch(/已有读数 127/);
  });
});
