import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { type DifferenceKind, KIND_NAMES } from "../../../src/domain/reconciliation/difference.ts";
import type { BillEntry } from "../../wechat-pay/bills.ts";
import { readable, type ChatMessage as StaffMessage } from "../../wecom/chat.ts";
import type { Member } from "../../wecom/member.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";
import { payAll } from "./overdue.ts";

const WAIT_MS = 20_000;
const ACCOUNT = "WX1";
const MERCHANT = "1900000001";
const DAY = "2026-10-01";
const MANAGERS = [
  { userId: "qian.jingli", name: "钱经理" },
  { userId: "ma.jingli", name: "马经理" },
] as const;
const PAYERS = [
  { openId: "oDemoOpenId401", name: "吴帆" },
  { openId: "oDemoOpenId601", name: "郑启明" },
] as const;
/** What WeChat's bill will say that is not so, and the button with which it is settled. */
const PLANTED: readonly { readonly kind: DifferenceKind; readonly what: string; readonly button: string }[] = [
  { kind: "AMOUNT_MISMATCH", what: "吴帆的一笔少写了 1 元", button: "以对账单为准" },
  { kind: "LOCAL_MISSING", what: "多出一笔 88 元，没有订单", button: "挂待认领" },
  { kind: "FEE_MISMATCH", what: "郑启明的一笔多扣了 5 元手续费", button: "认可" },
];

/**
 * Chapter 5, second half: the bill of WeChat Pay comes by itself at ten o'clock, with three differences that were planted in
 * it. Each is found and none is invented; cards go out, a tap settles one, and the day is closed.
 */
export async function wechatBillArrives(stage: Stage, print: Printer): Promise<void> {
  const { wechatPay, officialAccount, wecom } = stage.playground;
  if (wecom === undefined) throw new Error("the story needs the staff's chat");
  print.chapter("第五章（续） 微信支付的对账单，埋着三处差异");
  const managers = MANAGERS.map(({ userId, name }) => ({ name, member: wecom.member(userId) }));
  const [qian] = managers;
  if (qian === undefined) throw new Error("no finance manager");
  await print.step(
    "10月1日，几家租户用微信付款",
    async () => {
      for (const payer of PAYERS) await payAll(stage, print, officialAccount.user(payer.openId), payer);
      return wechatPay.bills.entries(MERCHANT, DAY);
    },
    (entries) => `开发公司名下 ${entries.length} 笔`,
  );
  wechatPay.bills.distort((entries, kind) =>
    entries.some(({ atMs }) => isOfDay(atMs)) ? plant(entries, kind) : entries,
  );
  for (const { what } of PLANTED) print.line(`    埋下：${what}`);
  const seen = new Map(managers.map(({ member }) => [member.userId, member.messages.length]));
  await print.step("10月2日 10:40，对账单自己下载、核对", async () => {
    stage.clock.moveTo("2026-10-02T10:40:00+08:00");
    await stage.jobs.tickNow();
    await until("对账单没有导入", async () => (await countFiles(stage)) === 2);
    // Every hour it is looked whether something new is there.
    stage.clock.moveTo("2026-10-02T11:01:00+08:00");
    await stage.jobs.tickNow();
    await until("没有对账", async () => (await differences(stage)).length >= PLANTED.length);
  });
  await print.step(
    "三处差异都找到了，一处不多",
    async () => {
      const found = await differences(stage);
      const kinds = found.map(({ kind }) => kind).sort();
      if (
        kinds.join() !==
        PLANTED.map(({ kind }) => kind)
          .sort()
          .join()
      )
        throw new Error(`找到的是 ${kinds.join("、")}`);
      return found;
    },
    (found) => found.map(({ kind, amountFen }) => `${KIND_NAMES[kind]} ${formatYuan(amountFen)}`).join("；"),
  );
  stage.jobs.nudgeRelay();
  for (const [place, planted] of PLANTED.entries()) {
    const who = managers[place % managers.length] ?? qian;
    await print.step(`${who.name}一点：${planted.what} → ${planted.button}`, () =>
      settle(print, who, KIND_NAMES[planted.kind], planted.button, seen.get(who.member.userId) ?? 0),
    );
  }
  await print.step(
    "日结",
    async () => {
      stage.clock.moveTo("2026-10-02T12:01:00+08:00");
      await stage.jobs.tickNow();
      await until("没有日结", () => isClosed(stage));
      return differences(stage);
    },
    (open) =>
      `微信账户 10月1日已结${open.map(({ kind, amountFen }) => `；${KIND_NAMES[kind]} ${formatYuan(amountFen)}等人认领`).join("")}`,
  );
  wechatPay.bills.distort((entries) => entries);
}

const isOfDay = (atMs: number): boolean => new Date(atMs + 8 * 3_600_000).toISOString().startsWith(DAY);

/** Of each payer the first payment: one of another amount, of one more was kept; and one that nobody here ever ordered. */
function plant(entries: BillEntry[], kind: "trade" | "fund"): BillEntry[] {
  const [altered, dear] = PAYERS.map(({ openId }) => entries.find(({ payerOpenId }) => payerOpenId === openId));
  if (altered === undefined || dear === undefined) return entries;
  const stranger: BillEntry = {
    ...altered,
    transactionId: "4200009999202610019999999999",
    outTradeNo: "ELSEWHERE20261001",
    payerOpenId: "oSomebodyElse",
    fen: 8_800,
    feeFen: 53,
    description: "外部收款",
  };
  const changed = entries.map((entry) => {
    if (entry === altered) return { ...entry, fen: entry.fen - 100, feeFen: Math.round((entry.fen - 100) * 0.006) };
    return entry === dear && kind === "fund" ? { ...entry, feeFen: entry.feeFen + 500 } : entry;
  });
  return [...changed, stranger];
}

/** Waits for the card about this kind of difference and taps the button on it. */
async function settle(
  print: Printer,
  { name, member }: { readonly name: string; readonly member: Member },
  kindName: string,
  button: string,
  seen: number,
): Promise<void> {
  const isCard = (message: StaffMessage) =>
    message.card?.shown.title.includes(kindName) === true && readable(message).includes(ACCOUNT);
  const { card } = await member.waitForMessage(isCard, WAIT_MS, seen);
  if (card === undefined) throw new Error("没有卡片");
  print.line(`  → ${name} 收到（企业微信）`);
  for (const line of readable({ type: "card", card } as StaffMessage).split("\n")) print.line(`    │ ${line}`);
  const before = member.messages.length;
  await member.press(button, card);
  const answer = await member.waitForMessage(({ type }) => type === "text", WAIT_MS, before);
  print.line(`  → ${name} 收到：${readable(answer).replaceAll("\n", " ")}`);
  if (!/已处理/.test(readable(answer))) throw new Error("没有处理成");
}

const differences = (stage: Stage): Promise<{ kind: DifferenceKind; amountFen: bigint }[]> =>
  rows(
    stage.application.db,
    Prisma.sql`SELECT kind, amount_fen AS "amountFen" FROM exception_item
      WHERE account_code = ${ACCOUNT} AND business_date = ${DAY}::date AND state = 'open' ORDER BY id`,
  );

const countFiles = async (stage: Stage): Promise<number> =>
  (
    await row<{ count: number }>(
      stage.application.db,
      Prisma.sql`SELECT count(*)::int AS count FROM statement_file
        WHERE account_code = ${ACCOUNT} AND statement_date = ${DAY}::date AND source IN ('wechat-trade', 'wechat-fund')`,
    )
  )?.count ?? 0;

const isClosed = async (stage: Stage): Promise<boolean> =>
  (await row(
    stage.application.db,
    Prisma.sql`SELECT 1 AS yes FROM statement_day WHERE account_code = ${ACCOUNT} AND day = ${DAY}::date AND closed`,
  )) !== undefined;

async function until(problem: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + WAIT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadlineMs) throw new Error(problem);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
