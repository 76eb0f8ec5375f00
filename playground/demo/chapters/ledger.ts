import { readFile } from "node:fs/promises";
import { billNoticesOf } from "../../../src/compose/bill-notices.ts";
import { platformApps } from "../../../src/compose/platform-apps.ts";
import { formatYuan, parseYuan } from "../../../src/domain/money/fen.ts";
import { addDays, formatDate, parseMonth } from "../../../src/domain/time/civil-date.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { previewRun } from "../../../src/usecases/billing/preview-run.ts";
import { publishBills } from "../../../src/usecases/billing/publish-bills.ts";
import { issueRun } from "../../../src/usecases/billing/run-billing.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import { lateFeeAsOf } from "../../../src/usecases/late-fees/late-fee-as-of.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../../src/usecases/receipts/undo-receipt.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";
import { DEMO_WORLD } from "../world-file.ts";

const SEPTEMBER = { period: parseMonth("2026-09"), acknowledge: "all" } as const;

const contextOf = (stage: Stage, staff: string) => ({
  today: stage.clock.today(),
  actor: `staff:${staff}`,
  channel: "demo",
});

/** Chapter 1: from the contract to the published bill, and the books beneath it. */
export async function importAndBill(stage: Stage, print: Printer): Promise<void> {
  const { db } = stage.application;
  print.chapter("第一章 从合同到账单");
  await print.step(
    "导入合同、表计、读数和期初数据",
    async () => {
      const world = readWorld(JSON.parse(await readFile(DEMO_WORLD, "utf8")));
      if (!world.ok) throw new Error(world.errors.map((error) => `${error.path} ${error.message}`).join("\n"));
      const result = await importWorld(db, world.world, {
        ...contextOf(stage, "S01"),
        encryption: stage.encryption,
        apps: platformApps(stage.config),
        dryRun: false,
      });
      if (!result.ok) throw new Error(result.errors.map((error) => error.message).join("\n"));
      for (const total of result.opening) {
        print.line(
          `    期初 ${total.entity}：应收 ${formatYuan(total.receivablesFen)}，预收 ${formatYuan(total.prepaymentsFen)}，押金 ${formatYuan(total.depositsFen)}`,
        );
      }
      return result;
    },
    (result) =>
      `合同 ${result.imported.leases} 份，租户 ${result.imported.tenants} 家，读数 ${result.imported.readings} 条`,
  );

  await print.step(
    "租户的联系人关注公众号",
    () => followAccount(stage),
    (followers) => `${followers} 人`,
  );
  await print.step(
    "预览 2026年9月账单（不留下任何痕迹）",
    () => previewRun(db, SEPTEMBER, (bill) => bill),
    (plan) =>
      `${plan.bills.length} 张，合计 ${formatYuan(plan.certificate.totalFen)}，异常 ${plan.anomalies.length} 条，未出 ${plan.parked.length} 行`,
  );
  const run = { ...contextOf(stage, "S01"), createdBy: "S01", approvedBy: "S02" };
  await print.step("由另一位同事审批后开出", async () => {
    const self = await issueRun(db, SEPTEMBER, { ...run, approvedBy: "S01" });
    if (self.ok) throw new Error("自己审批自己竟然通过了");
    print.line(`    先试试自己审批自己：${self.message}`);
    const issued = await issueRun(db, SEPTEMBER, run);
    if (!issued.ok) throw new Error(issued.message);
  });
  await print.step(
    "发布，电子账单推送到公众号",
    () => publishBills(db, SEPTEMBER, run, billNoticesOf({ config: stage.config, clock: stage.clock })),
    (bills) => `${bills.length} 张`,
  );
  stage.jobs.nudgeRelay();
}

/** Everybody in the world file who has an openid follows the account, as people do before a park goes live. */
async function followAccount(stage: Stage): Promise<number> {
  const followers = await stage.application.db.channelIdentity.findMany({ where: { platform: "official-account" } });
  for (const { externalId } of followers) await stage.playground.officialAccount.user(externalId).subscribe();
  // The staff are members of the company's WeCom already.
  const staff = await stage.application.db.channelIdentity.findMany({ where: { platform: "wecom" } });
  for (const { externalId } of staff) stage.playground.wecom?.member(externalId);
  return followers.length;
}

/** Chapter 1, second half: cash and bank, part and over-payment, late fee, an undo, and the ledger check. */
export async function receipts(stage: Stage, print: Printer): Promise<void> {
  const { db } = stage.application;
  print.chapter("第一章（续） 收款、违约金与核对");
  stage.clock.moveTo("2026-09-25T10:00:00+08:00");
  const billNo = "DG-202609-00009";
  await print.step(
    `${billNo} 逾期，违约金算到昨天`,
    () => lateFeeAsOf(db, billNo, addDays(stage.clock.today(), -1)),
    (fee) => (fee.ok ? formatYuan(fee.totalFen) : fee.message.zh),
  );
  const receive = (amount: string, preview: boolean) =>
    recordReceipt(
      db,
      {
        channel: "bank",
        tenantCode: "T004",
        entityCode: "E1",
        amountFen: parseYuan(amount),
        valueDate: stage.clock.today(),
        preview,
      },
      contextOf(stage, "S01"),
    );
  await print.step(
    "先付 5,000 元会怎样（预览）",
    async () => {
      const preview = await receive("5000", true);
      const real = await receive("5000", false);
      if (!preview.ok || !real.ok) throw new Error("收款被拒绝");
      if (JSON.stringify(preview.allocations, bigints) !== JSON.stringify(real.allocations, bigints)) {
        throw new Error("预览与实际不一致");
      }
      for (const part of real.allocations) {
        print.line(
          `    ${part.billNo} ${part.charge}${part.kind === "late-fee" ? "（违约金）" : ""} ${formatYuan(part.amountFen)}`,
        );
      }
      return real;
    },
    (receipt) => `与实际入账一致，收据 ${receipt.receiptNo}`,
  );
  await print.step(
    "再付 20,000 元，多出的转入预收，随后银行退票撤销",
    async () => {
      const over = await receive("20000", false);
      if (!over.ok || over.receiptNo === undefined) throw new Error("收款被拒绝");
      print.line(`    转入预收 ${formatYuan(over.prepaymentFen)}`);
      const undone = await undoReceipt(db, { receiptNo: over.receiptNo, reason: "银行退票" }, contextOf(stage, "S01"));
      if (!undone.ok) throw new Error(undone.message.zh);
      return undone;
    },
    (undone) => `${undone.receiptNo} 如同从未到账`,
  );
}

/** The end of every story: the books computed again from what happened. */
export async function checkBooks(stage: Stage, print: Printer): Promise<void> {
  await print.step(
    "从业务事实重新计算账簿",
    async () => {
      const result = await checkLedger(stage.application.db, { today: stage.clock.today() });
      if (!result.ok)
        throw new Error(result.problems.map((one) => `${one.code} ${one.subject} ${one.message}`).join("\n"));
      return result;
    },
    (result) =>
      `账平（核对 ${Object.values(result.checked).reduce((sum, count) => sum + count, 0)} 项，${formatDate(stage.clock.today())}）`,
  );
}

const bigints = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
