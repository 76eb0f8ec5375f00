import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { REPOSITORY } from "../../import/examples.ts";
import { runCli, startProgram } from "../../support/server.ts";

const LIMIT_MS = 240_000;
const DEMO = join(REPOSITORY, "playground/demo/main.ts");

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "parkledger-demo-"));
  chmodSync(folder, 0o711);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** What each chapter must have shown; a failed step of its own is in the exit code. */
const SHOWN: readonly (readonly [chapter: string, shown: RegExp])[] = [
  ["2", /通知到达 0 次，入账一次，收据一张/],
  ["2", /通知到达 3 次，入账一次，收据一张/],
  ["3", /一个退款单号，付了一次/],
  ["5", /钱经理 收到：转账凭证/],
  ["5", /三处差异都找到了，一处不多：金额不符 -¥1\.00；长款：渠道有、账上无 ¥88\.00；手续费不符 ¥5\.00（/],
  ["5", /微信账户 10月1日已结/],
  ["6", /账单\.pdf/],
  ["7", /照片已收到，已登记：已上门/],
  ["7", /账单未付，共3,?[\d.]+元[^\n]*\/s\//],
  ["end", /账平（核对 \d+ 项/],
  ["end", /故事讲完了，每一步都成功。/],
];

it("the demo tells its whole story, and begins again in the same folder", { timeout: LIMIT_MS }, async () => {
  const variables = { DATA_DIR: dataFolder() };
  const end = await startProgram(DEMO, ["--exit"], variables).ended;
  expect(end.stdout.split("\n").filter((line) => line.includes("✗"))).toEqual([]);
  expect(end).toMatchObject({ exitCode: 0, stderr: "" });
  expect(SHOWN.filter(([, shown]) => !shown.test(end.stdout))).toEqual([]);
  // What the story leaves behind stands up to the operator's own check.
  const checked = await runCli(variables, ["ledger", "check", "--json", "--now", "2026-11-25T12:00:00+08:00"]);
  expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, problems: [] });
  // Its first chapter again: what an earlier story left is cleared away.
  const again = await startProgram(DEMO, ["--exit", "--first"], variables).ended;
  expect(again).toMatchObject({ exitCode: 0, stderr: "" });
  expect(again.stdout).toContain("账平");
});

it("the demo leaves somebody's own data alone", { timeout: LIMIT_MS }, async () => {
  const folder = dataFolder();
  const world = join(folder, "world.json");
  writeFileSync(
    world,
    JSON.stringify({
      format: "parkledger/1",
      operator: { code: "MINE", name: "我的园区" },
      entities: [{ code: "E1", name: "我的公司" }],
      projects: [],
    }),
  );
  expect(await runCli({ DATA_DIR: folder }, ["import", world])).toMatchObject({ exitCode: 0 });
  const end = await startProgram(DEMO, ["--exit"], { DATA_DIR: folder }).ended;
  expect(end.exitCode).toBe(1);
  expect(end.stderr).toContain("这个数据库里已有您自己的数据，演示不会动它");
  expect(end.stderr).not.toContain("    at ");
});
