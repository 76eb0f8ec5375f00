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
import { createPrinter } from "./print.ts";
import { type Stage, StageOccupied, setStage } from "./stage.ts";
import { typeAsTenant } from "./terminal.ts";

/* npm run demo [-- --exit]: the story of interfaces.md section 5, as far as it is built. */

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
    await importAndBill(stage, print);
    await tenantPays(stage, print);
    await refundInChat(stage, print);
    await amountsExplained(stage, print);
    await receipts(stage, print);
    await correctReading(stage, print);
    await statementArrives(stage, print);
    await wechatBillArrives(stage, print);
    await papersInChat(stage, print);
    await tenantIsOverdue(stage, print);
    await tenantMovesOut(stage, print);
    await saidInFreeWords(stage, print);
    await checkBooks(stage, print);
    const failed = print.failures.length;
    print.line(failed === 0 ? "故事讲完了，每一步都成功。" : `有 ${failed} 步失败：${print.failures.join("、")}`);
    const stays = !process.argv.includes("--exit") && process.stdout.isTTY === true;
    if (stays) await typeAsTenant(stage, print);
    return failed === 0 ? 0 : 1;
  } finally {
    await stage.close();
  }
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
