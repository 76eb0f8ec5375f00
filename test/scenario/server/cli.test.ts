import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { REPOSITORY } from "../../import/examples.ts";
import { freePort, runCli, startServer } from "../../support/server.ts";

const LIMIT_MS = 120_000;

/** A data folder of its own, as root too where the database's account can enter. */
function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "parkledger-cli-"));
  chmodSync(folder, 0o711);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

it("attaches to the database of a running server; 0, 1, 2 and 3 mean what they say", {
  timeout: LIMIT_MS,
}, async () => {
  const folder = dataFolder();
  const own = { DATA_DIR: folder };
  const server = await startServer({ ...own, ALLOW_EMBEDDED_DATABASE: "1", PORT: String(await freePort()) });

  const imported = await runCli(own, ["import", join(REPOSITORY, "prisma/demo-world.json"), "--json"]);
  expect(imported).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(imported.stdout)).toMatchObject({ imported: { leases: 8 } });

  const checked = await runCli(own, ["ledger", "check", "--json"]);
  expect(checked.exitCode).toBe(0);
  // Nothing before the document, nothing after it.
  expect(checked.stdout).toMatch(/^\{[\s\S]*\}\n$/);
  expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, problems: [] });

  const broken = join(folder, "broken.json");
  writeFileSync(broken, '{"format":"parkledger/1"}');
  const refused = await runCli(own, ["import", broken, "--json"]);
  expect(refused.exitCode).toBe(1);
  expect(JSON.parse(refused.stdout).errors.length).toBeGreaterThan(0);
  expect(refused.stderr.trim().split("\n").length).toBeGreaterThanOrEqual(JSON.parse(refused.stdout).errors.length);

  const misused = await runCli(own, ["ledger", "chekc", "--json"]);
  expect(misused).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringContaining("ledger check") });
  const misspelt = await runCli(own, ["--json", "bill", "show", "B1", "--explian"]);
  expect(misspelt).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: "没有选项 --explian\n用法：bill show <billNo> [--explain]\n",
  });
  const listed = await runCli(own, ["help"]);
  expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("ledger check"), stderr: "" });

  const elsewhere = { DATABASE_URL: "postgresql://u:poison@127.0.0.1:1/x", FIELD_ENCRYPTION_KEY: KEY };
  const outside = await runCli(elsewhere, ["ledger", "check", "--json"]);
  expect(outside).toMatchObject({ exitCode: 3, stdout: "", stderr: expect.stringContaining("DATABASE_URL") });
  expect(outside.stderr).not.toContain("poison");

  // The server has not noticed: its database is not stopped by those who came and went.
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(server.log().filter((entry) => entry.level === "error")).toEqual([]);

  // Alone it starts the database itself and stops it again.
  const alone = await runCli(own, ["ledger", "check", "--json"]);
  expect(JSON.parse(alone.stdout)).toMatchObject({ ok: true });
});

const KEY = Buffer.alloc(32, 7).toString("base64");
