import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CliContext, CommandResult } from "../../../src/cli/command.ts";
import { exportVouchersCommand } from "../../../src/cli/commands/export-vouchers.ts";
import { voucherMappingCommand } from "../../../src/cli/commands/voucher-mapping.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { SUMMARIES } from "../../../src/domain/vouchers/templates.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { exportVouchers } from "../../../src/usecases/vouchers/export-vouchers.ts";
import { readKingdee, readPlain, readYonyou } from "../../independent/read-voucher-file.ts";
import { withDatabase } from "../../support/database.ts";
import { LIVED_UNTIL, liveInWorld } from "../../support/lived-in-world.ts";
import { PLAYED_UNTIL, playWorld } from "../../support/played-world.ts";
import { balances, ledgerMovement, movementOf } from "./movements.ts";

const MONTHS = ["2026-08", "2026-09", "2026-10", "2026-11"];

describe("vouchers of a park's months, read again by somebody else's eyes", () => {
  const database = withDatabase();
  let folder = "";
  beforeAll(async () => {
    await liveInWorld(database.db);
    folder = await mkdtemp(join(tmpdir(), "vouchers-"));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = (period: string, format: string, name: string): Promise<CommandResult> =>
    exportVouchersCommand.run(contextOf(), [], { period, format, out: join(folder, name) });
  const contextOf = (): CliContext =>
    ({ db: database.db, clock: { today: () => LIVED_UNTIL, nowMs: () => 0 } }) as unknown as CliContext;

  it("holds for every account and customer just what the ledger moved, on both sides, in each format", async () => {
    for (const month of MONTHS) {
      const moved = await ledgerMovement(database.db, month);
      for (const [format, name, read] of [
        ["csv", `${month}.csv`, readPlain],
        ["kingdee", `${month}.xlsx`, readKingdee],
        ["yonyou", `${month}-u8.csv`, readYonyou],
      ] as const) {
        const result = await run(month, format, name);
        expect(result.problems ?? []).toEqual([]);
        const entries = await read(join(folder, name));
        expect(movementOf(entries)).toEqual(moved);
        const json = result.json as { rows: number; debitFen: number; creditFen: number };
        expect(json.rows).toBe(entries.length);
        expect(json.debitFen).toBe(json.creditFen);
        for (const [voucher, sum] of balances(entries)) expect([voucher, sum]).toEqual([voucher, 0]);
      }
    }
  });

  it("has words for every kind of event, and has said them all", async () => {
    const said = await rows<{ type: string }>(
      database.db,
      Prisma.sql`SELECT DISTINCT t.event_type AS type FROM voucher_event v JOIN ledger_transaction t ON t.id = v.transaction_id`,
    );
    // Nobody here was estimated so much too high that no line could take the credit.
    const known = [...SUMMARIES.keys()].filter((type) => type !== "correction.credited");
    expect(said.map(({ type }) => type).sort()).toEqual(known.sort());
  });

  it("gives the same file when it is exported again, byte for byte", async () => {
    for (const [format, name] of [
      ["csv", "again.csv"],
      ["kingdee", "again.xlsx"],
    ] as const) {
      const first = (await run("2026-09", format, name)).json as { sha256: string };
      const second = (await run("2026-09", format, `second-${name}`)).json as { sha256: string; newVouchers: number };
      expect(second.sha256).toBe(first.sha256);
      expect(second.newVouchers).toBe(0);
    }
  });

  it("takes each event of the books into one voucher, also when two people export at once", async () => {
    const command = {
      channel: "bank",
      tenantCode: "T001",
      entityCode: "E1",
      amountFen: 100n,
      valueDate: LIVED_UNTIL,
    } as const;
    const paid = await recordReceipt(database.db, command, { actor: "staff:S03", channel: "cli", today: LIVED_UNTIL });
    expect(paid.ok).toBe(true);
    const context = { actor: "staff:S06", channel: "cli", today: LIVED_UNTIL };
    const both = await Promise.all(
      [1, 2].map(() => exportVouchers(database.db, { month: parseMonth("2026-11") }, context)),
    );
    expect(both.map((one) => one.ok && one.newVouchers).sort()).toEqual([0, 1]);
    const left = await row<{ count: bigint }>(
      database.db,
      Prisma.sql`SELECT count(*) AS count FROM ledger_transaction t WHERE period = '2026-11'
        AND NOT EXISTS (SELECT 1 FROM voucher_event v WHERE v.transaction_id = t.id)`,
    );
    expect(left?.count).toBe(0n);
    const numbers = await rows<{ number: number }>(
      database.db,
      Prisma.sql`SELECT number FROM voucher v JOIN legal_entity e ON e.id = v.entity_id
        WHERE e.code = 'E1' AND period = '2026-11' ORDER BY number`,
    );
    expect(numbers.map((one) => one.number)).toEqual(numbers.map((_, index) => index + 1));
  });

  it("refuses to change what was exported", async () => {
    await expect(database.db.$executeRaw`UPDATE voucher_entry SET summary = 'x'`).rejects.toThrow(
      /append-only|refused/,
    );
    await expect(database.db.$executeRaw`DELETE FROM voucher_event`).rejects.toThrow(/append-only|refused/);
  });
});

describe("an accountant who maps the accounts to her own", () => {
  const database = withDatabase();
  let folder = "";
  beforeAll(async () => {
    await playWorld(database.db);
    folder = await mkdtemp(join(tmpdir(), "vouchers-"));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const context = (): CliContext =>
    ({ db: database.db, clock: { today: () => PLAYED_UNTIL, nowMs: () => 0 } }) as unknown as CliContext;
  const export9 = (format = "csv"): Promise<CommandResult> =>
    exportVouchersCommand.run(context(), [], { period: "2026-09", format, out: join(folder, "9.csv") });
  const map = async (lines: readonly string[], options = {}): Promise<CommandResult> => {
    const file = join(folder, "mapping.csv");
    await writeFile(file, ["科目,外部科目编码,外部科目名称,辅助核算", ...lines].join("\n"));
    return voucherMappingCommand.run(context(), [], { entity: "E1", file, ...options });
  };

  it("hears which account is missing, has it as an open exception, and nothing is exported until it is mapped", async () => {
    await map(["1122,112201,应收账款-租户,客户"]);
    const refused = await export9();
    expect(refused.exitCode).toBe(1);
    expect(refused.problems?.join("\n")).toContain("VOUCHER_UNMAPPED E1 科目 6001 没有对应的外部科目");
    expect(await openExceptions()).toContain("E1|account|6001");
    expect(await database.db.voucher.count()).toBe(0);
    // A month without anything on 6001 goes out; September still lacks it, and says so again.
    await exportVouchersCommand.run(context(), [], { period: "2026-01", format: "csv", out: join(folder, "1.csv") });
    await export9();
    expect(await openExceptions()).toContain("E1|account|6001");

    const all = await rows<{ code: string }>(database.db, Prisma.sql`SELECT code FROM ledger_account`);
    const changed = await map(
      all.map(({ code }) =>
        code === "1122" ? "1122,112201,应收账款-租户,客户" : `${code},${code.replace(".", "")},外部${code},`,
      ),
      { book: "001", grouping: "day", words: "three" },
    );
    expect(changed.text[0]).toBe("E1 账簿 001，映射第 2 版，同类业务按天汇总");
    const exported = await export9();
    expect(exported.exitCode ?? 0).toBe(0);
    expect(await openExceptions()).toEqual([]);
    const entries = (await readPlain(join(folder, "9.csv"))).filter((entry) => entry.voucher.startsWith("001|"));
    expect(new Set(entries.map((entry) => entry.account))).toContain("112201");
    // Customers only where the mapping asks for them, and never on the tax account.
    expect(entries.filter((entry) => entry.account === "112201").every((entry) => entry.customer !== "")).toBe(true);
    expect(entries.filter((entry) => entry.account === "222101").every((entry) => entry.customer === "")).toBe(true);
    // All bills of the first of September are one voucher of the day.
    const issued = new Set(
      entries.filter((entry) => entry.summary.startsWith("确认应收")).map((entry) => entry.voucher),
    );
    expect(issued.size).toBe(1);
    for (const [voucher, sum] of balances(entries)) expect([voucher, sum]).toEqual([voucher, 0]);
  });

  it("is told what is wrong with a mapping file", async () => {
    expect((await map(["1122,,x,"])).problems).toEqual(["MAPPING_UNREADABLE 第 2 行：“科目”和“外部科目编码”都要填"]);
    expect((await map(["1122,1,x,部门"])).problems?.[0]).toContain("辅助核算“部门”不认识");
    expect((await map(["9999,1,x,"])).problems).toEqual([
      "ACCOUNT_UNKNOWN 账簿中没有科目 9999，请检查映射表的“科目”列",
    ]);
    const other = await voucherMappingCommand.run(context(), [], { entity: "E9" });
    expect(other.problems).toEqual(["ENTITY_UNKNOWN 没有法人主体 E9"]);
  });

  const openExceptions = async (): Promise<string[]> =>
    (
      await rows<{ key: string }>(
        database.db,
        Prisma.sql`SELECT subject_key AS key FROM exception_item WHERE kind = 'VOUCHER_UNMAPPED' AND state = 'open' ORDER BY 1`,
      )
    ).map((one) => one.key);
});
