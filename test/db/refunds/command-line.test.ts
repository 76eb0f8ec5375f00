import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ExcelJS from "exceljs";
import { describe, expect, it } from "vitest";
import type { CliContext, Command, OptionValues } from "../../../src/cli/command.ts";
import {
  refundCancelCommand,
  refundConfirmPaidCommand,
  refundLiftHoldCommand,
  refundListCommand,
  refundPayoutListCommand,
  refundRequestCommand,
  refundShowCommand,
} from "../../../src/cli/commands/refund.ts";
import { loadConfig } from "../../../src/config/env.ts";
import { expectBooksInOrder, openRefundWorld, paysAhead, type RefundWorld } from "./refund-world.ts";

const loaded = loadConfig({});

interface Ran extends Record<string, unknown> {
  readonly exitCode: number;
  readonly problem: string | undefined;
}

async function run(
  world: RefundWorld,
  command: Command,
  options: OptionValues,
  ...positionals: string[]
): Promise<Ran> {
  if (!loaded.ok) throw new Error("no configuration");
  const context = {
    db: world.db,
    clock: world.clock,
    config: loaded.config,
    encryption: world.refunds.encryption,
  } as unknown as CliContext;
  const { json, exitCode = 0, problems = [] } = await command.run(context, positionals, options);
  return { ...(json as Record<string, unknown>), exitCode, problem: problems[0] };
}

const PAYEE = { payee: "东莞恒芯电子有限公司", bank: "招商银行东莞分行", account: "6225880212345678" };

describe("refund on the command line", () => {
  it("asks, is approved by another person, shows and lists", async () => {
    const world = await openRefundWorld();
    const { receiptNo } = await paysAhead(world, "800.00");
    const ask = { receipt: receiptNo, amount: "300.00", reason: "重复付款" };
    expect(await run(world, refundRequestCommand, { ...ask, as: "S03", "approve-as": "S03" })).toMatchObject({
      exitCode: 1,
    });
    expect(await run(world, refundListCommand, {})).toMatchObject({ refunds: [] });
    expect(await run(world, refundRequestCommand, { ...ask, as: "S09" })).toMatchObject({
      exitCode: 1,
      problem: "REFUND_NOT_YOURS 您的角色或负责的园区不能为这笔款申请退款。",
    });
    const asked = await run(world, refundRequestCommand, { ...ask, as: "S03", "approve-as": "S04" });
    expect(asked).toMatchObject({ state: "approved", amountFen: 30_000, route: "wechat", receiptNo, exitCode: 0 });
    expect(await run(world, refundShowCommand, {}, String(asked.refundNo))).toMatchObject({ state: "approved" });
    expect(await run(world, refundRequestCommand, { ...ask, amount: "500.01", as: "S03" })).toMatchObject({
      problem: "REFUND_TOO_MUCH 这笔款最多可退 ¥500.00（已用于账单、已退和正在退的部分除外）。",
    });
    expect(
      await run(world, refundCancelCommand, { reason: "不退了", as: "S06" }, String(asked.refundNo)),
    ).toMatchObject({
      state: "cancelled",
    });
    await expectBooksInOrder(world);
  });

  it("a deposit goes to the bank as a file, and comes back with its reference", async () => {
    const world = await openRefundWorld();
    const folder = mkdtempSync(join(tmpdir(), "parkledger-payouts-"));
    const ask = { lease: "L001", amount: "400.00", reason: "退租", as: "S03", "approve-as": "S04" };
    expect(await run(world, refundRequestCommand, ask)).toMatchObject({ exitCode: 1 });
    const asked = await run(world, refundRequestCommand, { ...ask, ...PAYEE });
    expect(asked).toMatchObject({ state: "bank-due", source: "deposit" });
    const out = join(folder, "payouts.csv");
    expect(await run(world, refundPayoutListCommand, { out, as: "S01" })).toMatchObject({ exitCode: 1 });
    expect(await run(world, refundPayoutListCommand, { out, as: "S06" })).toMatchObject({ rows: 1, totalFen: 40_000 });
    const [, line] = readFileSync(out, "utf8").split("\r\n");
    expect(line).toContain("6225880212345678");
    expect(line).toContain("400.00");
    const sheetFile = join(folder, "payouts.xlsx");
    await run(world, refundPayoutListCommand, { out: sheetFile, as: "S06" });
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(sheetFile);
    // A number of nineteen digits stays the text that it is.
    expect(book.worksheets[0]?.getRow(2).getCell(6).value).toBe("6225880212345678");
    rmSync(folder, { recursive: true });
    const paid = { reference: "CMB-20260905-1", date: "2026-09-05", as: "S06" };
    expect(await run(world, refundConfirmPaidCommand, paid, String(asked.refundNo))).toMatchObject({
      state: "paid",
      bankReference: "CMB-20260905-1",
    });
    await expectBooksInOrder(world);
  });

  it("a held one is listed, and lifted by somebody else than who asked", async () => {
    const world = await openRefundWorld();
    const { receiptNo } = await paysAhead(world, "300.00");
    world.clock.advanceMs(-3_500_000);
    const ask = { receipt: receiptNo, reason: "重复付款", as: "S06", "approve-as": "S04" };
    const asked = await run(world, refundRequestCommand, ask);
    expect(asked).toMatchObject({ state: "approved", holds: ["ASKED_RIGHT_AFTER_PAYMENT"] });
    const { refundNo } = asked as unknown as { refundNo: string };
    expect(await run(world, refundListCommand, { held: true })).toMatchObject({ refunds: [{ refundNo }] });
    const note = "已电话核实";
    expect(await run(world, refundLiftHoldCommand, { note, as: "S06" }, refundNo)).toMatchObject({ exitCode: 1 });
    expect(await run(world, refundLiftHoldCommand, { note, as: "S07" }, refundNo)).toMatchObject({ holds: [] });
    expect(await run(world, refundListCommand, { held: true })).toMatchObject({ refunds: [] });
  });
});
