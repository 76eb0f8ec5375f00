import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { voucherCards } from "../../../bot/notices/voucher-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { voucherPoll } from "../../../src/compose/voucher-services.ts";
import { newId } from "../../../src/db/ids.ts";
import { cardOf, type OutboxContent } from "../../../src/db/outbox/content.ts";
import { execute, row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { createDocumentStore } from "../../../src/usecases/documents/file-store.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { recordMovements } from "../../../src/usecases/reconciliation/channel-movements.ts";
import { confirmBankPayout } from "../../../src/usecases/refunds/bank-payouts.ts";
import { cancelRefund } from "../../../src/usecases/refunds/end-refund.ts";
import { postVouchers } from "../../../src/usecases/vouchers/post-vouchers.ts";
import { readKingdee, readPlain, readYonyou } from "../../independent/read-voucher-file.ts";
import { APPROVAL_ENCRYPTION } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import {
  approves,
  asks,
  contextOf,
  expectBooksInOrder,
  idsOf,
  openRefundWorld,
  paysAhead,
  personId,
  type RefundWorld,
  works,
} from "../refunds/refund-world.ts";
import { balances, ledgerMovement, movementOf } from "./movements.ts";

const ACCOUNT = { holder: "东莞恒芯电子有限公司", bank: "招商银行东莞分行", accountNo: "6225880212345678" };
const day = parseCivilDate;

/**
 * A September in which money goes back and between accounts: a refund over WeChat (800.00 ahead, 300.00 back), a deposit
 * of 25,200.00 by bank, unclaimed money whose refund is taken back, fees, a settlement and a bank charge.
 */
async function play(world: RefundWorld): Promise<void> {
  const { entityId, tenantId } = await idsOf(world, "T001", "E1");
  const { key } = await paysAhead(world, "800.00");
  const { refund } = await asks(world, { of: { key }, yuan: "300.00" });
  await approves(world, refund, "S04");
  await works(world);
  world.wechat.endRefund("1900000001", refund.outRefundNo, "SUCCESS");
  await world.wechat.notifications.settled();

  const lease = await row<{ id: string }>(world.db, Prisma.sql`SELECT id FROM lease WHERE code = 'L001'`);
  const deposit = await asks(world, {
    of: { key: `deposit:${lease?.id}:`, tenantId },
    yuan: "25200.00",
    payoutAccount: ACCOUNT,
    reason: "退租",
  });
  await approves(world, deposit.refund, "S06", "S08");
  const at = { actor: "staff:S03", channel: "cli", today: world.clock.today() };
  const payout = { refundNo: deposit.refund.refundNo, bankReference: "CMB-1", paidOn: day("2026-09-05") };
  const paid = await inTransaction(world.db, (tx) =>
    confirmBankPayout(tx, payout, { ...at, notices: world.refunds.notices }),
  );
  expect(paid).toMatchObject({ ok: true });

  const found = await recordReceipt(
    world.db,
    { channel: "bank", tenantCode: null, entityCode: "E1", amountFen: 123_456n, valueDate: day("2026-09-04") },
    at,
  );
  if (!found.ok) throw new Error("not recorded");
  const unclaimed = await asks(world, {
    of: { key: `unclaimed:${found.receiptId}` },
    by: "孙出纳",
    payoutAccount: ACCOUNT,
  });
  await approves(world, unclaimed.refund, "S04", "S05");
  const finance = await personId(world, "钱经理");
  const returned = await inTransaction(world.db, (tx) =>
    cancelRefund(
      tx,
      { refundNo: unclaimed.refund.refundNo, by: "finance", personId: finance, reason: "账户不对" },
      contextOf(world, "staff:S06"),
    ),
  );
  expect(returned).toMatchObject({ ok: true });

  const movement = { entityId, accountCode: "WX1", valueDate: day("2026-09-05"), recordedBy: "job" };
  await inTransaction(world.db, (tx) =>
    recordMovements(tx, [
      { ...movement, kind: "channel-fee", amountFen: 480n, subjectKey: "fee" },
      // A fee that the channel gave back.
      { ...movement, kind: "channel-fee", amountFen: -180n, subjectKey: "fee-back" },
      { ...movement, kind: "channel-settled", amountFen: 49_700n, subjectKey: "settled" },
      { ...movement, kind: "bank-fee", amountFen: 1_000n, subjectKey: "bank-fee" },
    ]),
  );
}

describe("vouchers of a month in which money went back", () => {
  let world: RefundWorld;
  let folder = "";
  const atEnd: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    world = await openRefundWorld((close) => atEnd.push(close));
    await play(world);
    folder = await mkdtemp(join(tmpdir(), "vouchers-"));
  }, 120_000);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    for (const close of atEnd) await close();
  });

  const files = () =>
    rows<{ id: string; recipient: string }>(
      world.db,
      Prisma.sql`SELECT message->>'documentId' AS id, recipient FROM outbox WHERE message->>'kind' = 'file' ORDER BY created_at, id`,
    );
  const newestFile = async () => {
    const id = (await files()).at(-1)?.id ?? "";
    const file = await createDocumentStore(world.db, APPROVAL_ENCRYPTION).read(id);
    if (!file) throw new Error("no file was kept");
    const path = join(folder, file.fileName);
    await writeFile(path, file.bytes);
    return { path, name: file.fileName };
  };

  const logger = { error: (problem: unknown) => problems.push(problem) } as never;
  const problems: unknown[] = [];
  /** One look of the worker for files that were asked for. */
  const makes = () => voucherPoll(world.db, { clock: world.clock, encryption: APPROVAL_ENCRYPTION, logger }).work();
  /** What came with the newest file, or instead of it. */
  const posted = async (who: string): Promise<string> => {
    const found = await rows<{ message: OutboxContent }>(
      world.db,
      Prisma.sql`SELECT message FROM outbox WHERE recipient = ${who} AND dedupe_key LIKE 'vouchers|%|0' ORDER BY created_at DESC, id DESC LIMIT 1`,
    );
    return wordsOf(found.flatMap(({ message }) => cardOf(message) ?? []));
  };

  it("are asked for in the chat by who may, and the file holds what the ledger moved on both sides", async () => {
    const chat = openChat(world.db, world.clock);
    const says = async (platform: "wecom" | "dingtalk", who: string, text: string) =>
      wordsOf(await chat.says(platform, who, text));
    expect(await says("wecom", "li.guanjia", "导出9月凭证")).toMatch(/您的角色不能办理“导出凭证”/);
    expect(await says("wecom", "sun.chuna", "导出9月凭证")).toMatch(/您的角色不能办理“导出凭证”/);
    expect(await files()).toEqual([]);

    const moved = await ledgerMovement(world.db, "2026-09");
    // A deposit went out through 2241.03, the channel's account paid fees of 3.00 and the settlement.
    expect(moved["E1|2241.03|"]).toEqual([30_000 + 2_520_000 + 123_456, 30_000 + 2_520_000 + 123_456]);
    expect(moved["E1|6603|"]).toEqual([480 + 1_000, 180]);
    for (const [words, read, name] of [
      ["导出2026年9月的凭证，金蝶", readKingdee, "凭证2026-09-kingdee.xlsx"],
      ["9月用友凭证", readYonyou, "凭证2026-09-yonyou.csv"],
      ["导出9月凭证", readPlain, "凭证2026-09-csv.csv"],
    ] as const) {
      expect(await says("wecom", "qian.jingli", words)).toMatch(/正在生成2026年9月的凭证/);
      expect(await says("wecom", "qian.jingli", words)).toMatch(/还在生成/);
      expect(await Promise.all([makes(), makes()])).toContain(1);
      expect(await posted("qian.jingli")).toMatch(/2026年9月凭证[\s\S]*借方合计/);
      const file = await newestFile();
      expect(file.name).toBe(name);
      const entries = await read(file.path);
      expect(movementOf(entries)).toEqual(moved);
      for (const [voucher, sum] of balances(entries)) expect([voucher, sum]).toEqual([voucher, 0]);
    }
    const summaries = (await readPlain((await newestFile()).path)).map((entry) => entry.summary);
    for (const words of [
      "应退款 TK-E1-2026-000001",
      "支付退款 TK-E1-2026-000001",
      "退款撤回 TK-E1-2026-000003",
      "支付渠道手续费",
      "支付渠道结算到账",
      "银行手续费",
      "收到待认领款",
    ]) {
      expect(
        summaries.some((summary) => summary.startsWith(words)),
        words,
      ).toBe(true);
    }
    expect(chat.failures).toEqual([]);
    await expectBooksInOrder(world);
  });

  it("go to who asked, the director on DingTalk too, for the last month when none is said", async () => {
    world.clock.advanceDays(30);
    const chat = openChat(world.db, world.clock);
    await execute(
      world.db,
      Prisma.sql`INSERT INTO channel_identity (id, person_id, platform, app_id, external_id)
        SELECT ${newId()}::uuid, person_id, 'dingtalk', 'ding', 'demo-s08' FROM staff WHERE code = 'S08'`,
    );
    const before = (await files()).length;
    expect(wordsOf(await chat.says("dingtalk", "demo-s08", "导出凭证，金蝶格式"))).toMatch(
      /正在生成2026年9月的凭证（金蝶）/,
    );
    await makes();
    expect(await posted("demo-s08")).toMatch(/2026年9月凭证[\s\S]*本次新增 0 张/);
    expect((await files()).slice(before)).toMatchObject([{ recipient: "demo-s08" }]);
    expect(wordsOf(await chat.says("wecom", "qian.jingli", "导出1月到3月的凭证"))).toMatch(/一次导出一个月/);
    await chat.says("wecom", "qian.jingli", "导出2025年1月的凭证");
    await makes();
    expect(await posted("qian.jingli")).toMatch(/2025年1月没有可以导出的凭证/);
    expect((await files()).length).toBe(before + 1);
    expect(problems).toEqual([]);
    expect(chat.failures).toEqual([]);
  });

  it("come whole or not at all: what fails is tried three times, then said; who lost the role, or all buildings but one, gets nothing", async () => {
    const chat = openChat(world.db, world.clock);
    const before = (await files()).length;
    const failing = () =>
      postVouchers(world.db, {
        today: world.clock.today(),
        encryption: APPROVAL_ENCRYPTION,
        fileOf: () => Promise.reject(new Error("the disk is full")),
        cards: voucherCards,
        onProblem: (error) => problems.push(error),
      });
    await chat.says("wecom", "qian.jingli", "导出9月凭证");
    for (let attempt = 1; attempt <= 4; attempt += 1) await failing();
    expect(problems).toHaveLength(3);
    expect(await posted("qian.jingli")).toMatch(/没有生成成功/);
    await chat.says("wecom", "qian.jingli", "导出9月凭证");
    await execute(
      world.db,
      Prisma.sql`INSERT INTO staff_building SELECT s.id, b.id FROM staff s, building b WHERE s.code = 'S06' LIMIT 1`,
    );
    expect(await makes()).toBe(1);
    expect((await files()).length).toBe(before);
    await execute(
      world.db,
      Prisma.sql`DELETE FROM staff_building b USING staff s WHERE s.id = b.staff_id AND s.code = 'S06'`,
    );
    await chat.says("wecom", "qian.jingli", "导出9月凭证");
    await execute(
      world.db,
      Prisma.sql`DELETE FROM staff_role r USING staff s WHERE s.id = r.staff_id AND s.code = 'S06' AND r.role IN ('finance-manager', 'cfo')`,
    );
    expect(await makes()).toBe(1);
    expect((await files()).length).toBe(before);
    expect(
      await rows(world.db, Prisma.sql`SELECT 1 AS left_over FROM voucher_request WHERE state = 'waiting'`),
    ).toEqual([]);
    expect(chat.failures).toEqual([]);
  });
});
