import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { nodeVersionProblem } from "../../src/config/node-version.ts";
import { DatabaseProblem } from "../../src/db/database-problem.ts";
import { correctReading } from "./chapters/correction.ts";
import { amountsExplained } from "./chapters/explained.ts";
import { saidInFreeWords } from "./chapters/free-words.ts";
import { checkBooks, importAndBill, receipts } from "./chapters/ledger.ts";
import { tenantMovesOut } from "./chapters/moving-out.ts";
import { tenantIsOverdue } from "./chapters/overdue.ts";
import { papersInChat } from "./chapters/papers.ts";
import { statementArrives } from "./chapters/reconciliation.ts";
import { refundInChat } from "./chapters/refund.ts";
import { tenantPays } from "./chapters/tenant.ts";
import { wechatBillArrives } from "./chapters/wechat-bill.ts";
import { writePhones } from "./phones.ts";
import { createPrinter, type Printer } from "./print.ts";
import { type Stage, StageOccupied, setStage } from "./stage.ts";
import { typeAsTenant } from "./terminal.ts";

/* npm run demo [-- --exit] [--first]: the story of interfaces.md section 5, or its first chapter alone. */

const CHAPTERS: readonly ((stage: Stage, print: Printer) => Promise<void>)[] = [
  importAndBill,
  tenantPays,
  refundInChat,
  amountsExplained,
  receipts,
  correctReading,
  statementArrives,
  wechatBillArrives,
  papersInChat,
  tenantIsOverdue,
  tenantMovesOut,
  saidInFreeWords,
];

async function main(): Promise<number> {
  const outdated = nodeVersionProblem();
  if (outdated !== undefined) {
    console.error(outdated);
    return 1;
  }
  const print = createPrinter();
  print.line("启动数据库、模拟的微信公众号、微信支付、企业微信、短信，以及园账通……");
  let stage: Stage;
  try {
    stage = await setStage(process.env);
  } catch (error) {
    if (!(error instanceof DatabaseProblem) && !(error instanceof StageOccupied)) throw error;
    console.error(error.message);
    return 1;
  }
  try {
    print.line(
      `园账通在 ${stage.url}，数据在 ${stage.config.databaseUrl === undefined ? stage.config.dataDir : "DATABASE_URL"}`,
    );
    for (const tell of process.argv.includes("--first") ? CHAPTERS.slice(0, 1) : CHAPTERS) await tell(stage, print);
    await checkBooks(stage, print);
    print.line(`每个人手机上看到的：${keepPhones(stage)}`);
    const failed = print.failures.length;
    print.line(failed === 0 ? "故事讲完了，每一步都成功。" : `有 ${failed} 步失败：${print.failures.join("、")}`);
    const stays = !process.argv.includes("--exit") && process.stdout.isTTY === true;
    if (stays) await typeAsTenant(stage, print);
    return failed === 0 ? 0 : 1;
  } finally {
    await stage.close();
  }
}

/** The screens as a page beside the other files of the story; its path. */
function keepPhones(stage: Stage): string {
  const folder = join(stage.config.dataDir, "demo");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "手机.html");
  writePhones(stage.playground, path);
  return path;
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
