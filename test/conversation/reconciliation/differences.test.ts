import { beforeEach, expect, it } from "vitest";
import { reconciliationMessaging } from "../../../bot/notices/reconciliation-messaging.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../../src/db/ids.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { resolveException } from "../../../src/usecases/exceptions/resolve-exception.ts";
import { undoResolution } from "../../../src/usecases/exceptions/undo-resolution.ts";
import { listFingerprints, revokeFingerprint } from "../../../src/usecases/reconciliation/fingerprints.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { openDesk, type StatementDesk } from "../../db/reconciliation/statement-world.ts";
import { importApprovalWorld } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { balances, date, expectBooksInOrder, issueBill } from "../../support/ledger-world.ts";

/*
 * 周财务 (S05) and 吴财务 (S06) look after the money of 东莞公司; 王会计 is of 一号电子 (T1), 陈老板 of 二号贸易 (T2). Nothing
 * is owed: what is claimed becomes prepayment, to the fen.
 */

const DAY = "2026-03-10";
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let clock: MovableClock;
let chat: ReturnType<typeof openChat>;
let desk: StatementDesk;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = movableClock(DAY);
  await importApprovalWorld(database.db);
  chat = openChat(database.db, clock);
  desk = await openDesk(database.db);
  return () => database.close();
});

/** The days on which the same payer's transfers arrive. */
const DAY_OF: Readonly<Record<string, string>> = {
  D1: "2026-03-10",
  D2: "2026-03-11",
  D3: "2026-03-12",
  D4: "2026-03-13",
};
const tenantSays = async (openId: string, text: string) => wordsOf(await chat.says("official-account", openId, text));
const claims = () =>
  rows<{ tenant: string; state: string; slip: string | null; tied: boolean }>(
    database.db,
    Prisma.sql`SELECT t.code AS tenant, c.state, c.slip_media_id AS slip, c.exception_id IS NOT NULL AS tied
      FROM transfer_claim c JOIN tenant t ON t.id = c.tenant_id ORDER BY t.code`,
  );
const stranger = (fen: bigint, serial: string) => ({
  amountFen: fen,
  payer: "路人",
  account: "6222009",
  remark: "货款",
  serial,
});

it("租户认领、发凭证，财务一点确认", async () => {
  expect(await tenantSays("o-王会计", "转账1234.56元已付请查收")).toMatch(/已记下.*截图/);
  expect(wordsOf(await chat.sendsPicture("official-account", "o-王会计", "media-1"))).toMatch(/照片已收到/);
  expect(await claims()).toEqual([{ tenant: "T1", state: "open", slip: "media-1", tied: false }]);
  // The statement comes in afterwards: whoever claimed is the first candidate.
  await desk.import(DAY, [stranger(123_456n, "C1")], 0n);
  await desk.run(DAY);
  expect(await claims()).toMatchObject([{ tied: true }]);
  const [card] = await chat.cardsOf("w-S05");
  expect(wordsOf(card ? [card.card] : [])).toMatch(/付款人不明/);
  const answer = wordsOf(await chat.presses("wecom", "w-S05", "认领给一号电子"));
  expect(answer).toMatch(/已处理/);
  expect(answer).toMatch(/借 2241.02 贷 2203 ¥1,234.56/);
  expect(await claims()).toMatchObject([{ tenant: "T1", state: "confirmed" }]);
  expect((await balances(database.db))["2203"]).toBe(-123_456n);
  // The colleague's copy says who did it; a second tap changes nothing.
  const [other] = await chat.cardsOf("w-S06");
  expect(other?.card.buttons).toEqual([]);
  expect(other?.card.outcome).toMatch(/认领/);
  await expectBooksInOrder(database.db);
  expect(chat.failures).toEqual([]);
});

it("认领两次后认得付款人：第三笔自动入账；停用这个指纹后又要问人", async () => {
  const learnt = () => inTransaction(database.db, (tx) => listFingerprints(tx, "T1"));
  const confirm = async (fen: bigint, text: string, serial: string, openingFen?: bigint) => {
    await desk.import(DAY_OF[serial] ?? DAY, [stranger(fen, serial)], openingFen);
    const run = await desk.run(DAY_OF[serial] ?? DAY);
    expect(run.exceptions.map(({ kind }) => kind)).toEqual(["UNKNOWN_PAYER"]);
    expect(await tenantSays("o-王会计", text)).toMatch(/有一笔金额相符的待认领款项/);
    expect(wordsOf(await chat.presses("wecom", "w-S05", "认领给一号电子"))).toMatch(/已处理/);
  };
  const bill = (billNo: string, lease: string, amountFen: bigint, issueDate: string) =>
    issueBill(database.db, {
      billNo,
      lease,
      issueDate,
      dueDate: "2026-03-31",
      lines: [{ charge: billNo, kind: "rent", amountFen }],
    });
  await bill("DG-202603-00900", "L1", 100_000n, DAY);
  await confirm(10_000n, "转账100元已付请查收", "D1", 0n);
  expect(await learnt()).toMatchObject([{ payer: "路人", accountTail: "2009", confirmations: 1, revokedBy: null }]);
  await confirm(20_000n, "转账200元已付请查收", "D2");
  expect(await learnt()).toMatchObject([{ confirmations: 2 }]);

  // Both tenants owe 777.00 and 333.00, so that the sum alone says nothing: the payer does.
  for (const [lease, first] of [
    ["L1", 901],
    ["L2", 911],
  ] as const) {
    await bill(`DG-202603-00${first}`, lease, 77_700n, DAY_OF.D3 ?? "");
    await bill(`DG-202603-00${first + 1}`, lease, 33_300n, DAY_OF.D3 ?? "");
  }
  await desk.import(DAY_OF.D3 ?? "", [stranger(77_700n, "D3")]);
  const third = await desk.run(DAY_OF.D3 ?? "");
  expect(third.exceptions).toEqual([]);
  expect(third.matched.map(({ line, stage }) => [line, stage])).toEqual([["D3", 4]]);

  const [fingerprint] = await learnt();
  const S05 = { actor: "staff:S05", channel: "test", today: date(DAY) };
  expect(await revokeFingerprint(database.db, fingerprint?.id ?? "", S05)).toMatchObject({ ok: true });
  await desk.import(DAY_OF.D4 ?? "", [stranger(33_300n, "D4")]);
  const fourth = await desk.run(DAY_OF.D4 ?? "");
  expect(fourth.exceptions.map(({ kind }) => kind)).toEqual(["UNKNOWN_PAYER"]);
  await expectBooksInOrder(database.db);
  expect(chat.failures).toEqual([]);
});

it("两家都说是自己的：财务选一家，另一家的认领被退回并告知；撤销后都重新等待", async () => {
  await desk.import(DAY, [stranger(50_000n, "C2")], 0n);
  const { exceptions } = await desk.run(DAY);
  const id = exceptions[0]?.id ?? "";
  expect(await tenantSays("o-王会计", "转账500元已付请查收")).toMatch(/有一笔金额相符的待认领款项/);
  expect(await tenantSays("o-陈老板", "转账500元已付请查收")).toMatch(/有一笔金额相符的待认领款项/);
  const staff = await findStaffMember(database.db, { code: "S05" });
  if (!staff) throw new Error("no S05");
  const context = {
    actor: "staff:S05",
    channel: "test",
    today: date(DAY),
    nowMs: clock.nowMs(),
    staff,
    ...reconciliationMessaging("wx", date(DAY)),
  };
  const resolved = await resolveException(database.db, { exceptionId: id, proposal: "claim:T2" }, context);
  expect(resolved.ok).toBe(true);
  expect((await claims()).map(({ tenant, state }) => [tenant, state])).toEqual([
    ["T1", "refused"],
    ["T2", "confirmed"],
  ]);
  const told = await rows<{ recipient: string; text: string }>(
    database.db,
    Prisma.sql`SELECT recipient, message::text AS text FROM outbox WHERE channel = 'official-account'
      AND inbox_event_id IS NULL ORDER BY recipient`,
  );
  expect(told.map(({ recipient }) => recipient)).toEqual(["o-王会计", "o-陈老板"]);
  expect(told[0]?.text).toMatch(/不是贵司的款项/);
  // Nothing of who it was.
  expect(told[0]?.text).not.toMatch(/二号贸易|路人/);
  const undone = await undoResolution(database.db, { exceptionId: id }, context);
  expect(undone.ok).toBe(true);
  expect((await claims()).map(({ state }) => state)).toEqual(["open", "open"]);
  expect((await balances(database.db))["2241.02"]).toBe(-50_000n);
  await expectBooksInOrder(database.db);
});

it("园区的员工群也看到这张卡，按钮只给有权处理的人，处理后群里的卡片一起更新", async () => {
  // 马钉钉 (S11) is on DingTalk and an area manager: reads, does not decide.
  await execute(
    database.db,
    Prisma.sql`INSERT INTO staff_group (id, project_id, platform, app_id, external_id)
      SELECT ${newId()}::uuid, id, 'dingtalk', 'ding', 'cid-group' FROM project WHERE code = 'DG'`,
  );
  await desk.import(DAY, [stranger(9_900n, "C4")], 0n);
  await desk.run(DAY);
  await desk.run(DAY);
  const inGroup = await chat.cardsOf("cid-group");
  expect(inGroup).toHaveLength(1);
  expect(wordsOf(inGroup.map(({ card }) => card))).toMatch(/付款人不明/);
  expect(inGroup[0]?.card.buttonsFor).toEqual([]);
  await chat.presses("wecom", "w-S05", "继续挂账");
  expect((await chat.cardsOf("cid-group"))[0]?.card.outcome).toBe("继续挂账");
  expect(chat.failures).toEqual([]);
});

it("没有认领过的人发来图片，照旧请他说明；别人看不到也点不动差异", async () => {
  expect(wordsOf(await chat.sendsPicture("official-account", "o-王会计", "media-9"))).not.toMatch(/凭证/);
  await desk.import(DAY, [stranger(7_700n, "C3")], 0n);
  await desk.run(DAY);
  const [lying] = await chat.cardsOf("w-S05");
  const button = lying?.card.buttons[0];
  if (button?.kind !== "action") throw new Error("no button");
  // 李管家 got hold of the button's words; 莫经理 is of another park.
  for (const who of ["w-S01", "w-S04"])
    expect(wordsOf(await chat.clicks("wecom", who, button.action))).toMatch(/没有处理|无权|没有/);
  expect((await balances(database.db))["2241.02"]).toBe(-7_700n);
  expect(wordsOf(await chat.says("wecom", "w-S05", "对账"))).toMatch(/付款人不明/);
  expect(chat.failures).toEqual([]);
});
