import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withDatabase } from "../../support/database.ts";
import { pdfTextPages } from "../../support/pdf-text.ts";
import { PLAYED_KEYS, playWorld } from "../../support/played-world.ts";
import { runCli } from "../../support/server.ts";

const database = withDatabase();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parkledger-pdf-"));
  await playWorld(database.db);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const cli = (...words: string[]) =>
  runCli(
    {
      DATABASE_URL: database.url,
      FIELD_ENCRYPTION_KEY: Buffer.from(PLAYED_KEYS[0]).toString("base64"),
      PUPPETEER_EXECUTABLE_PATH: process.env.PUPPETEER_EXECUTABLE_PATH,
    },
    ["bill", "pdf", ...words, "--now", "2026-11-20T10:00:00+08:00"],
  );

it("writes the bill of the day and says what it wrote", async () => {
  const file = join(folder, "bill.pdf");
  const end = await cli("DG-202611-00001", "--out", file, "--json");
  expect(end.stderr).toBe("");
  expect(end.exitCode).toBe(0);
  const bytes = await readFile(file);
  expect(JSON.parse(end.stdout)).toMatchObject({
    file,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    pages: 2,
  });
  expect((await pdfTextPages(bytes)).join("")).toContain("DG-202611-00001");
  expect(bytes.length).toBeLessThan(200_000);
}, 120_000);

it("refuses a bill that is not there and a place where nothing can be written", async () => {
  const unknown = await cli("DG-209901-00001", "--out", join(folder, "x.pdf"));
  expect([unknown.exitCode, unknown.stderr]).toEqual([1, expect.stringContaining("BILL_UNKNOWN")]);
  const nowhere = await cli("DG-202611-00001", "--out", join(folder, "missing", "x.pdf"));
  expect([nowhere.exitCode, nowhere.stderr]).toEqual([1, expect.stringContaining("FILE_NOT_WRITTEN")]);
  expect((await cli("DG-202611-00001")).exitCode).toBe(2);
}, 180_000);
