import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canConnect } from "../../../src/db/embedded/cluster.ts";
import { openEmbeddedServer } from "../../../src/db/embedded/embedded-server.ts";
import { openDatabase } from "../../../src/db/open-database.ts";

const CLIENT = fileURLToPath(new URL("./embedded-client.ts", import.meta.url));
const open = (folder: string) => openEmbeddedServer(folder, { disposable: true });

describe("the embedded server", () => {
  let folder = "";
  const children: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "parkledger-embedded-"));
    chmodSync(folder, 0o711);
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Another process with the server open; resolves with its URL. */
  async function otherProcess(): Promise<{ child: ChildProcess; url: string }> {
    const child = spawn(process.execPath, ["--import", "tsx", CLIENT, folder], { stdio: ["pipe", "pipe", "inherit"] });
    children.push(child);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return { child, url: line.toString().trim() };
  }

  it("is started by the first process, shared by the next and stopped by the last", async () => {
    const first = await open(folder);
    const second = await open(folder);
    expect(second.url).toBe(first.url);
    await first.close();
    expect(await canConnect(second.url)).toBe(true);
    await second.close();
    await second.close();
    expect(await canConnect(second.url)).toBe(false);
    expect(existsSync(join(folder, "postgres", "server.json"))).toBe(false);
  });

  it("is started once by processes that come at the same moment", async () => {
    const processes = await Promise.all([otherProcess(), otherProcess(), otherProcess()]);
    expect(new Set(processes.map(({ url }) => url)).size).toBe(1);
    for (const { child } of processes) child.stdin?.end();
    await Promise.all(processes.map(({ child }) => once(child, "exit")));
    expect(await canConnect(processes[0].url)).toBe(false);
  });

  it("stops when the process that started it is killed", async () => {
    const { child, url } = await otherProcess();
    child.kill("SIGKILL");
    await expect.poll(() => canConnect(url), { timeout: 20_000, interval: 250 }).toBe(false);
  });

  it("stays for a process that attached when the one that started it is killed", async () => {
    const { child, url } = await otherProcess();
    const mine = await open(folder);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    expect(mine.url).toBe(url);
    await mine.close();
    expect(await canConnect(url)).toBe(false);
  });

  it("comes back with its data after it was killed", async () => {
    const before = await open(folder);
    const { pid } = JSON.parse(readFileSync(join(folder, "postgres", "server.json"), "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    await expect.poll(() => canConnect(before.url), { interval: 50 }).toBe(false);
    const after = await open(folder);
    expect(await canConnect(after.url)).toBe(true);
    await after.close();
    await before.close();
    expect(await canConnect(after.url)).toBe(false);
  });

  it("refuses data of another major version with a sentence", async () => {
    const server = await openEmbeddedServer(folder);
    await server.close();
    writeFileSync(join(folder, "postgres", "cluster", "PG_VERSION"), "15\n");
    await expect(openEmbeddedServer(folder)).rejects.toMatchObject({
      code: "DATA_OF_OTHER_VERSION",
      message: expect.stringContaining("holds data of PostgreSQL 15"),
    });
  });

  it.runIf(process.getuid?.() === 0)(
    "keeps its files where its account can reach them, when root's folder is closed",
    async () => {
      chmodSync(folder, 0o700);
      const server = await openEmbeddedServer(folder);
      const home = readFileSync(join(folder, "postgres", "location"), "utf8").trim();
      try {
        expect(existsSync(join(home, "cluster", "PG_VERSION"))).toBe(true);
        await server.close();
        const again = await openEmbeddedServer(folder);
        await again.close();
        rmSync(home, { recursive: true });
        await expect(openEmbeddedServer(folder)).rejects.toMatchObject({ code: "DATA_LOST" });
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
  );
});

describe("a database of one's own", () => {
  it.each([
    ["nobody listens", "postgresql://u:poison@127.0.0.1:1/x"],
    ["the address is none", "postgresql://u:poison@127.0.0.1:notaport/x"],
  ])("is refused with a sentence without the password when %s", async (_name, databaseUrl) => {
    const opening = openDatabase({ databaseUrl, dataDir: "unused" });
    await expect(opening).rejects.toMatchObject({ code: "URL_UNUSABLE" });
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining("poison") });
  });
});
