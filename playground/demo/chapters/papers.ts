import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { createDocumentStore } from "../../../src/usecases/documents/file-store.ts";
import { setInvoiceSetting } from "../../../src/usecases/invoices/invoice-settings.ts";
import { type ChatMessage, readableText } from "../../official-account/chat.ts";
import type { Follower } from "../../official-account/follower.ts";
import { readable, type ChatMessage as StaffMessage } from "../../wecom/chat.ts";
import type { Member } from "../../wecom/member.ts";
import type { Printer } from "../print.ts";
import type { Stage } from "../stage.ts";

const WAIT_MS = 20_000;
/** A browser that has not run yet starts first. */
const PRINT_WAIT_MS = 90_000;
const OPEN_ID = "oDemoOpenId101";
const NAME = "陈志强";
const FINANCE = { userId: "qian.jingli", name: "钱经理" } as const;
const TAX_NO = "91350100M000100Y43";
/** As it was copied from a paper: a letter O for the digit 0. */
const MISREAD = "9135O100M000100Y43";

/**
 * Chapter 6: 陈志强 opens the PDF of his bill and asks for the invoice of what he paid; a misread tax number is corrected in the
 * chat. 钱经理 gets every field on a card and enters the numbers of the tax platform; the property company's invoices are made by
 * 诺诺. Then the month's vouchers are exported.
 */
export async function papersInChat(stage: Stage, print: Printer): Promise<void> {
  const { officialAccount, wecom } = stage.playground;
  if (wecom === undefined) throw new Error("the story needs the staff's chat");
  const chen = officialAccount.user(OPEN_ID);
  const finance = wecom.member(FINANCE.userId);
  print.chapter("第六章 账单PDF、抬头、发票、凭证");
  await print.step(
    "账单PDF",
    async () => {
      const offer = await ask(print, chen, "9月账单PDF", /账单/, (message) => paperLinkOf(message) !== "");
      return keepPdf(stage, paperLinkOf(offer));
    },
    (found) => found,
  );
  const seenByFinance = finance.messages.length;
  await print.step("物业公司的发票交给诺诺自动开，园区公司的仍由财务手工开", () => chooseNuonuo(stage));
  const applied = await print.step(
    "开发票：税号抄错一位，机器人给出建议，确认后交给财务",
    async () => {
      await ask(print, chen, "开9月的普通发票", /请把公司名称和税号发给我/);
      await ask(print, chen, `东莞恒芯电子有限公司 ${MISREAD}`, /是不是下面这个/);
      await ask(print, chen, TAX_NO, /确认要保存吗/);
      await ask(print, chen, "确认", /开票确认/);
      const done = await ask(print, chen, "确认开票", /已提交，申请号 FP-/);
      return applicationIn(stage, /FP-\d{6}-\d{5}/.exec(readableText(done))?.[0] ?? "");
    },
    ({ applicationNo, byHand, automatic }) =>
      `${applicationNo}，按主体、税率和费用分成 ${byHand.length + automatic} 张，其中 ${automatic} 张自动开`,
  );
  if (applied === undefined) return;
  const { applicationNo, byHand, automatic } = applied;
  await print.step(`${FINANCE.name}收到全部开票信息，逐张登记号码，租户马上收到`, async () => {
    tell(
      print,
      await finance.waitForMessage((message) => readable(message).includes(applicationNo), WAIT_MS, seenByFinance),
    );
    for (const place of byHand) {
      const number = `2644200000000000${place.toString().padStart(4, "0")}`;
      const heard = chen.messages.length;
      await order(print, finance, `${applicationNo} 第${place}张 ${number}`, /已登记|都已登记/);
      const told = (message: ChatMessage) => readableText(message).includes(number);
      print.chat(NAME, await chen.waitForMessage(told, WAIT_MS, heard));
    }
  });
  await print.step(
    "诺诺开好其余的，号码和文件自动登记，租户各收到一次",
    () => madeByNuonuo(stage, automatic),
    (numbers) => `${numbers.join("、")}；诺诺那边也只有这 ${automatic} 张`,
  );
  await print.step("再要一次同样的发票：不会重复开", () => ask(print, chen, "开9月的普通发票", /已经|没有|到账/));
  await print.step(
    `${FINANCE.name}导出9月凭证，金蝶格式`,
    async () => {
      const before = finance.messages.length;
      await order(print, finance, "导出9月凭证，金蝶", /借方合计/);
      tell(print, await finance.waitForMessage(({ type }) => type === "file", WAIT_MS, before));
      return keepNewestFile(stage);
    },
    (found) => found,
  );
}

async function ask(
  print: Printer,
  chen: Follower,
  words: string,
  expected: RegExp,
  fits: (message: ChatMessage) => boolean = () => true,
): Promise<ChatMessage> {
  const seen = chen.messages.length;
  print.says(NAME, words);
  await chen.say(words);
  const isAnswer = (message: ChatMessage) => expected.test(readableText(message)) && fits(message);
  const answer = await chen.waitForMessage(isAnswer, WAIT_MS, seen);
  print.chat(NAME, answer);
  return answer;
}

async function order(print: Printer, member: Member, words: string, expected: RegExp): Promise<void> {
  const seen = member.messages.length;
  print.says(FINANCE.name, words);
  await member.say(words);
  tell(print, await member.waitForMessage((message) => expected.test(readable(message)), WAIT_MS, seen));
}

function tell(print: Printer, message: StaffMessage): void {
  print.line(`  → ${FINANCE.name} 收到（企业微信）`);
  for (const line of readable(message).split("\n")) print.line(`    │ ${line}`);
}

const paperLinkOf = (message: ChatMessage): string =>
  /https?:\/\/[^"\s<>]+\/h5\/document\/[\w.-]+/.exec(readableText(message))?.[0] ?? "";

/** Opens the link as a phone does and keeps the file for who watches. Without any browser there is no paper to print. */
async function keepPdf(stage: Stage, url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PRINT_WAIT_MS) });
  if (answer.status === 503) return "这台机器没有能用的浏览器，PDF 这次没有印出来";
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok || bytes.subarray(0, 5).toString("latin1") !== "%PDF-")
    throw new Error(`HTTP ${answer.status}，不是 PDF`);
  return keep(stage, "账单.pdf", bytes);
}

async function keepNewestFile(stage: Stage): Promise<string> {
  const { db } = stage.application;
  const newest = await row<{ id: string }>(
    db,
    Prisma.sql`SELECT message->>'documentId' AS id FROM outbox WHERE message->>'kind' = 'file' AND dedupe_key LIKE 'vouchers|%'
      ORDER BY created_at DESC, id DESC LIMIT 1`,
  );
  const file = await createDocumentStore(db, stage.encryption).read(newest?.id ?? "");
  if (!file) throw new Error("凭证文件没有保存");
  return keep(stage, file.fileName, file.bytes);
}

async function keep(stage: Stage, name: string, bytes: Uint8Array): Promise<string> {
  const folder = join(stage.config.dataDir, "demo");
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, bytes);
  return `${path}（${Math.ceil(bytes.length / 1024)} KB）`;
}

/** By place: those that finance types, and how many 诺诺 makes. */
async function applicationIn(
  stage: Stage,
  applicationNo: string,
): Promise<{ readonly applicationNo: string; readonly byHand: readonly number[]; readonly automatic: number }> {
  const found = await rows<{ place: number; automatic: boolean }>(
    stage.application.db,
    Prisma.sql`SELECT i.ordinal + 1 AS place, o.id IS NOT NULL AS automatic FROM invoice i JOIN invoice_application a ON a.id = i.application_id
      LEFT JOIN invoice_order o ON o.invoice_id = i.id WHERE a.application_no = ${applicationNo} ORDER BY 1`,
  );
  const byHand = found.filter((one) => !one.automatic).map((one) => one.place);
  const automatic = found.length - byHand.length;
  if (byHand.length === 0 || automatic === 0) throw new Error(`申请 ${applicationNo} 应当有手工和自动两种`);
  return { applicationNo, byHand, automatic };
}

const chooseNuonuo = async (stage: Stage): Promise<void> => {
  const context = { actor: "staff:S06", channel: "cli", today: stage.clock.today() };
  const chosen = await inTransaction(stage.application.db, (tx) =>
    setInvoiceSetting(tx, "E2", { provider: "nuonuo", drawer: FINANCE.name }, context),
  );
  if (!chosen.ok) throw new Error(chosen.message.zh);
};

/** Waits until all are made, here and there; their numbers. */
async function madeByNuonuo(stage: Stage, count: number): Promise<readonly string[]> {
  for (let waited = 0; waited < WAIT_MS; waited += 200) {
    const made = await rows<{ number: string }>(
      stage.application.db,
      Prisma.sql`SELECT number FROM invoice WHERE provider = 'nuonuo' AND state = 'issued' ORDER BY number`,
    );
    if (made.length === count && stage.playground.nuonuo?.invoices.length === count)
      return made.map((one) => one.number);
    await delay(200);
  }
  throw new Error("诺诺的发票没有开出来");
}
