import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CliContext } from "../../../src/cli/command.ts";
import { invoiceCertificateCommand, invoiceSettingCommand } from "../../../src/cli/commands/invoice-settings.ts";
import { row } from "../../../src/db/rows.ts";
import { importApprovalWorld } from "../../support/approval-world.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();
const context = (): CliContext => ({ db: database.db, clock: movableClock("2026-03-01") }) as unknown as CliContext;

describe("how an entity invoices, by command line", () => {
  it("is looked at, changed key by key, and told with its change in the audit trail", async () => {
    await importApprovalWorld(database.db);
    const set = (options: Record<string, string>) =>
      invoiceSettingCommand.run(context(), [], { entity: "E1", ...options });
    expect((await set({})).text).toEqual(["E1 月开票额度 不限，专票不要银行资料，退款先等红票，手工开票"]);
    await set({ "monthly-limit": "100000", as: "S05" });
    await set({ "special-needs-bank": "yes" });
    expect((await set({ "refund-waits": "no" })).json).toEqual({
      entity: "E1",
      monthlyLimitFen: 10_000_000,
      specialNeedsBank: true,
      refundWaitsForRedLetter: false,
      provider: "manual",
      drawer: null,
      extensionNumber: null,
    });
    expect((await set({ "monthly-limit": "none" })).text[0]).toContain("月开票额度 不限，专票要银行资料，退款不等红票");
    const changes = await row<{ count: bigint }>(
      database.db,
      Prisma.sql`SELECT count(*) AS count FROM audit_event WHERE action = 'invoice-setting.changed'`,
    );
    expect(changes?.count).toBe(4n);
    expect((await invoiceSettingCommand.run(context(), [], { entity: "E9" })).problems).toEqual([
      "ENTITY_UNKNOWN 没有法人主体 E9。",
    ]);
    // Made by a provider: the entity needs its tax number; a name that is none, and an extension that is none, are refused.
    expect((await set({ provider: "nuonuo" })).problems?.[0]).toContain("TAX_NO_MISSING");
    await database.db.$executeRaw`UPDATE legal_entity SET tax_no = '91441900MA00DEMO01' WHERE code = 'E1'`;
    expect((await set({ provider: "nuonuo", drawer: "王会计", extension: "12" })).text[0]).toContain(
      "由 nuonuo 自动开票，开票员 王会计，分机号 12",
    );
    expect((await set({ extension: "none" })).text[0]).toMatch(/开票员 王会计$/);
    await expect(set({ provider: "baiwang" })).rejects.toThrow(/manual、nuonuo/);
    await expect(set({ extension: "A" })).rejects.toThrow(/1到5位数字/);
    expect((await set({ provider: "manual" })).text[0]).toContain("手工开票");
    await expect(set({ "monthly-limit": "0" })).rejects.toThrow(/大于 0/);
    await expect(set({ "refund-waits": "maybe" })).rejects.toThrow(/只能是 yes、no/);
  });

  it("keeps the certificate of a building, whole or not at all", async () => {
    const set = (options: Record<string, string>) =>
      invoiceCertificateCommand.run(context(), [], { project: "DG", building: "A", ...options });
    expect((await set({})).text).toEqual(["DG A 还没有登记产权证"]);
    expect((await set({ region: "广东省东莞市" })).problems?.[0]).toContain("CERTIFICATE_INCOMPLETE");
    const all = { region: "广东省东莞市松山湖", address: "科技路1号A栋", number: "粤(2020)东莞不动产权第0000001号" };
    expect((await set({ ...all, "cross-city": "yes" })).text[0]).toContain("跨地市");
    expect((await set({ ...all })).text[0]).toBe(
      "DG A 广东省东莞市松山湖 科技路1号A栋，产权证号 粤(2020)东莞不动产权第0000001号",
    );
    expect((await set({ building: "Z" })).problems).toEqual(["BUILDING_UNKNOWN 项目 DG 没有楼栋 Z。"]);
  });
});
