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

it("the demo tells its whole story, twice in the same folder", { timeout: LIMIT_MS }, async () => {
  const variables = { DATA_DIR: dataFolder() };
  for (const time of ["first", "second"]) {
    const end = await startProgram(DEMO, ["--exit"], variables).ended;
    expect(end.stdout.split("\n").filter((line) => line.includes("✗"))).toEqual([]);
    expect(end, time).toMatchObject({ exitCode: 0, stderr: "" });
    expect(end.stdout).toContain("故事讲完了，每一步都成功。");
    expect(end.stdout).toContain("通知到达 0 次，入账一次，收据一张");
    expect(end.stdout).toContain("通知到达 3 次，入账一次，收据一张");
    expect(end.stdout).toContain("账平");
  }
  // What the story leaves behind stands up to the operator's own check.
  const checked = await runCli(variables, ["ledger", "check", "--json", "--now", "2026-09-25T12:00:00+08:00"]);
  expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, problems: [] });
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
