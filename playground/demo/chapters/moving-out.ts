import { refundNotices } from "../../../bot/notices/refund-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../../src/db/line-claims.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { type Fen, formatYuan } from "../../../src/domain/money/fen.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { confirmBankPayout } from "../../../src/usecases/refunds/bank-payouts.ts";
import { type ChatMessage, readableText } from "../../official-account/chat.ts";
import { readable } from "../../wecom/chat.ts";
import type { Member } from "../../wecom/member.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";
import { ask, payAll, tellStaff } from "./overdue.ts";

const WAIT_MS = 20_000;
const TENANT = { code: "T005", openId: "oDemoOpenId501", name: "刘秀英", lease: "L006" } as const;
const STEWARD = { userId: "zhao.guanjia", name: "赵管家" } as const;
type ApproverRole = "area-manager" | "finance-manager" | "cfo";
const APPROVERS: Readonly<Record<ApproverRole, readonly { readonly userId: string; readonly name: string }[]>> = {
  "area-manager": [
    { userId: "wang.quzong", name: "王区总" },
    { userId: "xu.quzong", name: "许区总" },
  ],
  "finance-manager": [
    { userId: "qian.jingli", name: "钱经理" },
    { userId: "ma.jingli", name: "马经理" },
  ],
  cfo: [{ userId: "tan.zongjian", name: "谭总监" }],
};

/**
 * Chapter 7, second half: 刘秀英 moves out before her lease ends. Notice in the chat, approval, the steward reads the meter,
 * the last bill trues the month up, she confirms the sheet, the deposit goes back, the lease is closed.
 */
export async function tenantMovesOut(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount, wecom } = stage.playground;
  const liu = officialAccount.user(TENANT.openId);
  const steward = wecom?.member(STEWARD.userId);
  if (!wecom || !steward) throw new Error("no steward");
  const says = (words: string, expected: RegExp) => ask(print, liu, TENANT.name, words, expected);
  print.chapter("第七章（续） 退租结算：抄表、结算、确认、退押金");
  await print.step(
    "刘秀英先在前台付清了已出的账单",
    () => paysEverything(stage),
    (paidFen) => formatYuan(paidFen),
  );
  await print.step("在聊天里提出退租", async () => {
    await says("我要退租，11月10日搬走", /提前退租，最后一天是 2026年11月10日/);
    await says("确认退租", /已登记 2026年11月10日 退租（TZ-/);
  });
  await print.step("赵管家发起提前退租审批，钱经理同意", async () => {
    await orders(print, steward, `继续退租 ${TENANT.lease}`, /提前退租审批中/);
    await approveAll(stage, print);
  });
  stage.clock.moveTo("2026-11-10T18:00:00+08:00");
  await print.step("退租当天，赵管家在走廊里抄表", async () => {
    await orders(print, steward, "B-201电表读数5480", /5480/);
    await orders(print, steward, "确认", /已|记录/);
  });
  stage.clock.moveTo("2026-11-11T10:00:00+08:00");
  await print.step("结算账单和结算单一起出来", () =>
    orders(print, steward, `继续退租 ${TENANT.lease}`, /结算账单、结算单/),
  );
  await print.step("结算单送到刘秀英手里，连同PDF", async () => {
    const isSheet = (message: ChatMessage) => /核对退租结算单/.test(readableText(message));
    print.chat(TENANT.name, await liu.waitForMessage(isSheet, WAIT_MS));
    await says("确认结算单", /已确认结算单/);
    const paid = await row<{ billed: number }>(
      stage.application.db,
      Prisma.sql`SELECT count(*)::int AS billed FROM bill WHERE origin = 'settlement'`,
    );
    if (!paid || paid.billed === 0) throw new Error("没有结算账单");
    await says("退款账户 刘秀英，工商银行东莞支行，6222021234567890123", /退款已发起/);
  });
  await print.step(
    "押金只抵签约公司的费用，物业公司的一张她自己付",
    () => payAll(stage, print, liu, TENANT),
    (count) => `${count} 笔付款`,
  );
  await print.step("退款逐笔审批，银行付款", async () => {
    await approveAll(stage, print);
    await payOut(stage);
    await says("退租进度", /退款|结案/);
  });
  await print.step("结案", () => orders(print, steward, `继续退租 ${TENANT.lease}`, /已完成：结案/));
  await print.step(
    "账上不再有她的押金",
    async () => {
      const left = await row<{ fen: Fen }>(
        stage.application.db,
        Prisma.sql`SELECT coalesce(sum(CASE WHEN p.credit_account = '2241.01' THEN p.amount_fen ELSE -p.amount_fen END), 0)::bigint AS fen
          FROM ledger_posting p JOIN tenant t ON t.id = p.tenant_id
          WHERE t.code = ${TENANT.code} AND '2241.01' IN (p.credit_account, p.debit_account)`,
      );
      if (left?.fen !== 0n) throw new Error(`还有押金 ${left?.fen}`);
      return left.fen;
    },
    (fen) => formatYuan(fen),
  );
}

/** What is issued so far, at both entities, by bank. */
async function paysEverything(stage: Stage): Promise<Fen> {
  const { db } = stage.application;
  const today = stage.clock.today();
  const tenant = await row<{ id: string }>(db, Prisma.sql`SELECT id FROM tenant WHERE code = ${TENANT.code}`);
  const claims = await inTransaction(db, (tx) => loadClaims(tx, { tenantId: tenant?.id ?? "" }));
  const owed = new Map<string, Fen>();
  for (const claim of claims) {
    const open = openLineOf(claim, today);
    owed.set(claim.entityCode, (owed.get(claim.entityCode) ?? 0n) + open.principalFen + open.lateFeeFen);
  }
  let paidFen = 0n;
  for (const [entityCode, amountFen] of owed) {
    const receipt = await recordReceipt(
      db,
      { channel: "bank", tenantCode: TENANT.code, entityCode, amountFen, valueDate: today },
      { actor: "staff:S03", channel: "demo", today },
    );
    if (!receipt.ok) throw new Error(receipt.message.zh);
    paidFen += amountFen;
  }
  return paidFen;
}

/** Tells a colleague's phone to say something and prints what comes back. */
async function orders(print: Printer, member: Member, words: string, expected: RegExp): Promise<void> {
  const seen = member.messages.length;
  print.says(STEWARD.name, words);
  await member.say(words);
  const answer = await member.waitForMessage((message) => expected.test(readable(message)), WAIT_MS, seen);
  tellStaff(print, STEWARD.name, answer);
}

/** Whoever the policy asks agrees, document by document. */
async function approveAll(stage: Stage, print: Printer): Promise<void> {
  const { db } = stage.application;
  const pending = await rows<{ number: string; steps: { role: ApproverRole; count: number }[] }>(
    db,
    Prisma.sql`SELECT a.number, a.steps FROM approval_request a JOIN tenant t ON t.id = a.tenant_id
      WHERE a.state = 'pending' AND t.code = ${TENANT.code} ORDER BY a.number`,
  );
  if (pending.length === 0) throw new Error("没有待审批的单据");
  for (const { number, steps } of pending) {
    for (const { userId, name } of steps.flatMap(({ role, count }) => APPROVERS[role].slice(0, count))) {
      const member = stage.playground.wecom?.member(userId);
      if (!member) throw new Error(`no ${name}`);
      const seen = member.messages.length;
      print.says(name, `同意 ${number}`);
      await member.say(`同意 ${number}`);
      await member.waitForMessage((message) => readable(message).includes(number), WAIT_MS, seen);
    }
  }
  const left = await rows(
    db,
    Prisma.sql`SELECT 1 FROM approval_request a JOIN tenant t ON t.id = a.tenant_id
      WHERE a.state = 'pending' AND t.code = ${TENANT.code}`,
  );
  if (left.length > 0) throw new Error(`还有 ${left.length} 张单据没有批完`);
}

/** The cashier pays the list at the bank and types its references. */
async function payOut(stage: Stage): Promise<void> {
  const { db } = stage.application;
  const today = stage.clock.today();
  const due = await rows<{ refundNo: string }>(
    db,
    Prisma.sql`SELECT f.refund_no AS "refundNo" FROM refund f JOIN tenant t ON t.id = f.tenant_id
      WHERE f.state = 'bank-due' AND t.code = ${TENANT.code} ORDER BY f.refund_no`,
  );
  for (const { refundNo } of due) {
    const paid = await inTransaction(db, (tx) =>
      confirmBankPayout(
        tx,
        { refundNo, bankReference: `ICBC-${refundNo}`, paidOn: today },
        {
          actor: "staff:S03",
          channel: "demo",
          today,
          notices: refundNotices(stage.config.officialAccount?.appId),
        },
      ),
    );
    if (!paid.ok) throw new Error(paid.message.zh);
  }
}
