import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { DatabaseProblem } from "../database-problem.ts";
import { installedBinaries, usableBinaries } from "./binaries.ts";
import { canConnect, ensureCluster, runningServer, serverUrl, startServer, stopServer } from "./cluster.ts";
import { isProcessAlive, withFolderLock } from "./folder-lock.ts";
import { postGuardian } from "./guardian.ts";
import { type ServerHome, serverHome, writePrivate } from "./home.ts";

const LOCK_TIMEOUT_MS = 120_000;
const ATTACH_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
const DATABASE = "parkledger";

export interface EmbeddedServer {
  readonly url: string;
  /** Stops the server if no other process uses it. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * The embedded PostgreSQL of a data folder: attaches to the running server or starts one. Each process that uses it has
 * a file in clients/; whoever closes last stops the server, and a guardian does it for processes that were killed.
 * `disposable` switches off what protects data in a crash and deletes them at the end: for tests only. Throws
 * DatabaseProblem.
 */
export async function openEmbeddedServer(
  dataDir: string,
  options: { readonly disposable?: boolean } = {},
): Promise<EmbeddedServer> {
  const place = serverHome(dataDir);
  const client = clientFile();
  const url = await underLock(place, async () => {
    writePrivate(place.control, client, "");
    try {
      return (await attach(place)) ?? (await start(place, options.disposable ?? false));
    } catch (error) {
      rmSync(join(place.control, client), { force: true });
      throw error;
    }
  });
  let closed = false;
  return {
    url,
    async close() {
      if (closed) return;
      closed = true;
      // Somebody may have deleted the whole folder; the guardian then sees to the server.
      if (!existsSync(place.control)) return;
      await underLock(place, async () => {
        rmSync(join(place.control, client), { force: true });
        if (hasLiveClients(place)) return;
        const pid = runningServer(place);
        if (pid !== undefined) await stopServer(place, pid);
        rmSync(join(place.control, "server.json"), { force: true });
        if (options.disposable) discard(place);
      });
    },
  };
}

function discard(place: ServerHome): void {
  rmSync(place.cluster, { recursive: true, force: true });
  if (place.home === place.control) return;
  rmSync(place.home, { recursive: true, force: true });
  rmSync(join(place.control, "location"), { force: true });
}

const underLock = <T>(place: ServerHome, work: () => Promise<T>): Promise<T> =>
  withFolderLock(join(place.control, "lock"), LOCK_TIMEOUT_MS, work);

let opened = 0;
const clientFile = (): string => join("clients", `${process.pid}-${++opened}`);

function hasLiveClients(place: ServerHome): boolean {
  let live = false;
  for (const name of readdirSync(join(place.control, "clients"))) {
    if (isProcessAlive(Number(name.split("-", 1)[0]))) live = true;
    else rmSync(join(place.control, "clients", name), { force: true });
  }
  return live;
}

/** The running server's URL, or undefined when there is none (any more). */
async function attach(place: ServerHome): Promise<string | undefined> {
  const deadlineMs = Date.now() + ATTACH_TIMEOUT_MS;
  for (;;) {
    const pid = runningServer(place);
    if (pid === undefined) return undefined;
    const state = readState(place);
    // Another pid: the number in an old postmaster.pid belongs to some other program by now.
    if (state === undefined || state.pid !== pid) return undefined;
    const url = serverUrl(state.password, state.port, DATABASE);
    if (await canConnect(url)) return url;
    if (Date.now() > deadlineMs) return undefined;
    await delay(POLL_MS);
  }
}

function readState(place: ServerHome): { pid: number; port: number; password: string } | undefined {
  let text: string;
  let password: string;
  try {
    text = readFileSync(join(place.control, "server.json"), "utf8");
    password = readFileSync(join(place.control, "password"), "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new DatabaseProblem(
      "DATA_DIR_UNUSABLE",
      `${place.control} 中的数据库由另一个用户启动，请用同一用户运行`,
      `the database in ${place.control} was started by another user: run as that user`,
      error,
    );
  }
  const { pid, port } = JSON.parse(text) as { pid: number; port: number };
  return { pid, port, password };
}

async function start(place: ServerHome, disposable: boolean): Promise<string> {
  const binaries = usableBinaries(installedBinaries(), place.home, place.account);
  const password = ensureCluster(place, binaries);
  const { pid, port } = await startServer(place, binaries, { password, disposable });
  writePrivate(place.control, "server.json", JSON.stringify({ pid, port }));
  postGuardian(place.control, pid, place.cluster);
  await ensureDatabase(serverUrl(password, port, "postgres"));
  return serverUrl(password, port, DATABASE);
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
