import { reconciliationMessaging } from "../../../bot/notices/reconciliation-messaging.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { statementOf } from "../../../src/compose/statement-files.ts";
import { row } from "../../../src/db/rows.ts";
import { formatYuan, toJsonInteger } from "../../../src/domain/money/fen.ts";
import { KIND_NAMES } from "../../../src/domain/reconciliation/difference.ts";
import { loadPayableBills } from "../../../src/usecases/payments/payable-bills.ts";
import { runReconciliation } from "../../../src/usecases/reconciliation/run-reconciliation.ts";
import { importStatement } from "../../../src/usecases/statements/import-statement.ts";
import { BankAccount } from "../../bank/bank.ts";
import { type ChatMessage, readableText } from "../../official-account/chat.ts";
import { readable } from "../../wecom/chat.ts";
import { photoOf } from "../photo.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";

const WAIT_MS = 20_000;
const ACCOUNT = "CMB1";
/** Of the world file. */
const OPENING_FEN = 28_650_000;
const MANAGER = { userId: "qian.jingli", name: "钱经理" } as const;
const STRANGER = { payerName: "恒芯电子（东莞）", payerAccount: "6222020000009876", fen: 123_400, remark: "货款" };

/**
 * Chapter 5: a transfer is found by the code in its remark; another one comes from a payer whom nobody knows. 钱经理 gets a
 * card with the likeliest tenant, settles it with one tap, and the day is closed.
 */
export async function statementArrives(stage: Stage, print: Printer): Promise<void> {
  const { db } = stage.application;
  const manager = stage.playground.wecom?.member(MANAGER.userId);
  if (!manager) throw new Error("no finance manager");
  print.chapter("第五章 银行流水：按附言对上，对不上的一点了结");
  const today = stage.clock.today();
  const contextOf = () => ({
    actor: "staff:S03",
    channel: "demo",
    today,
    nowMs: stage.clock.nowMs(),
    ...reconciliationMessaging(stage.config.officialAccount?.appId, today),
  });
  const reconcile = async () => {
    const run = await runReconciliation(db, { accountCode: ACCOUNT, date: today }, contextOf());
    if (!run.ok) throw new Error(run.message.zh);
    return run;
  };
  const bill = await row<{ code: string; billNo: string; tenantId: string; entityId: string; tenantName: string }>(
    db,
    Prisma.sql`SELECT b.payment_code AS code, b.bill_no AS "billNo", b.tenant_id AS "tenantId", b.entity_id AS "entityId",
        t.name AS "tenantName"
      FROM bill b JOIN receivable r ON r.bill_id = b.id JOIN tenant t ON t.id = b.tenant_id
        JOIN legal_entity e ON e.id = b.entity_id AND e.code = 'E1'
      WHERE b.state = 'published' AND r.open_fen > 0 GROUP BY b.id, t.name ORDER BY b.due_date DESC, b.bill_no LIMIT 1`,
  );
  const payable = bill && (await loadPayableBills(db, { ...bill, billNos: [bill.billNo] }, today));
  if (!bill || !payable) throw new Error("no bill is open");
  await print.step(
    "招商银行的流水导入",
    async () => {
      const account = new BankAccount("755900000000001", "园区", OPENING_FEN);
      account.book({
        date: today,
        time: "09:30:00",
        fen: toJsonInteger(payable.totalFen),
        remark: `房租 ${bill.code}`,
        payerName: bill.tenantName,
        payerAccount: "6222020000001111",
      });
      account.book({ ...STRANGER, date: today, time: "10:05:00" });
      const file = await statementOf("cmb.csv", account.statement(today, today, "cmb"), { source: "bank" });
      const imported = await importStatement(
        db,
        { source: "bank", accountCode: ACCOUNT, date: today, file },
        { ...contextOf(), encryption: stage.encryption },
      );
      if (!imported.ok) throw new Error(imported.problems.join("\n"));
      return imported;
    },
    ({ lines }) => `${lines} 笔`,
  );
  const seen = manager.messages.length;
  await print.step(
    "对账：附言里的付款码找到了账单，另一笔没有人认得",
    async () => {
      const run = await reconcile();
      if (!run.exceptions.some((one) => one.kind === "UNKNOWN_PAYER")) throw new Error("没有发现陌生的付款人");
      return run;
    },
    (run) =>
      `对上 ${run.matched.length} 笔；${run.exceptions.map((one) => `${KIND_NAMES[one.kind]} ${formatYuan(one.amountFen)}`).join("、")}`,
  );
  stage.jobs.nudgeRelay();
  const isAsked = (message: Parameters<typeof readable>[0]) => /付款人不明/.test(readable(message));
  await manager.waitForMessage(isAsked, WAIT_MS, seen);
  const claimedAt = manager.messages.length;
  await print.step("陈志强在公众号里认领，发来转账凭证的照片", () => claimWithPhoto(stage, print));
  await print.step("差异卡片到了钱经理手里，凭证照片就在旁边，一点认领", async () => {
    const slip = await manager.waitForMessage((message) => /发来了转账凭证/.test(readable(message)), WAIT_MS, seen);
    print.line(`    ${MANAGER.name} 收到：${readable(slip).replaceAll("\n", " ").slice(0, 120)}`);
    // His claim has made a new card of it, with him first.
    const card = await manager.waitForMessage(isAsked, WAIT_MS, claimedAt);
    print.line(`    ${MANAGER.name} 收到：${readable(card).replaceAll("\n", " ")}`);
    const before = manager.messages.length;
    const choice = card.card?.shown.buttons.find(({ text }) => text.startsWith("认领")) ?? card.card?.shown.buttons[0];
    if (!choice) throw new Error("卡片上没有按钮");
    await manager.press(choice.text, card.card);
    const answer = await manager.waitForMessage((message) => /已处理/.test(readable(message)), WAIT_MS, before);
    print.line(`    ${MANAGER.name} 收到：${readable(answer).replaceAll("\n", " ")}`);
  });
  await print.step(
    "日结",
    async () => {
      const run = await reconcile();
      if (!run.closed) throw new Error(run.missing.map((one) => one.what).join("；"));
      return run;
    },
    () => "期初加发生额等于期末，逐笔对上或有说明，本日已结",
  );
}

/** 陈志强 says that it was his and sends the photo; it is fetched from WeChat and kept, byte for byte. */
async function claimWithPhoto(stage: Stage, print: Printer): Promise<void> {
  const chen = stage.playground.officialAccount.user("oDemoOpenId101");
  const answers: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    ["转账1234元已付，请查收", () => chen.say("转账1234元已付，请查收"), /金额相符/],
    ["［照片］", () => chen.sendPicture(photoOf(640, 400, [226, 232, 240])), /照片已收到/],
  ];
  for (const [words, send, expected] of answers) {
    const before = chen.messages.length;
    print.says("陈志强", words);
    await send();
    const isAnswer = (message: ChatMessage) => expected.test(readableText(message));
    print.chat("陈志强", await chen.waitForMessage(isAnswer, WAIT_MS, before));
  }
}
