import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { DatabaseProblem } from "../database-problem.ts";
import { type Binaries, majorVersionOf } from "./binaries.ts";
import { isProcessAlive } from "./folder-lock.ts";
import { type ServerHome, writePrivate } from "./home.ts";

export const SUPERUSER = "parkledger";
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 25;
const PORT_ATTEMPTS = 5;

/** Settings that trade the survival of a crash for speed; for databases of tests only. */
const DISPOSABLE_SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_connections: "200",
};

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
  // Statements and the details of errors carry names and phone numbers: neither belongs in a log.
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
};

/** Creates the cluster if there is none, complete or not at all. Returns the superuser's password. */
export function ensureCluster(place: ServerHome, binaries: Binaries): string {
  const version = majorVersionOf(binaries, place.account);
  const versionFile = join(place.cluster, "PG_VERSION");
  if (existsSync(versionFile)) {
    const found = readFileSync(versionFile, "utf8").trim();
    if (found !== version) {
      throw new DatabaseProblem(
        "DATA_OF_OTHER_VERSION",
        `${place.cluster} 是 PostgreSQL ${found} 的数据，本程序自带的是 ${version}；请用 ${found} 导出再导入，或换一个 DATA_DIR`,
        `${place.cluster} holds data of PostgreSQL ${found}, this program brings ${version}: dump it with ${found} and load it, or set another DATA_DIR`,
      );
    }
    return readFileSync(join(place.control, "password"), "utf8").trim();
  }
  const password = randomBytes(24).toString("base64url");
  const unfinished = `${place.cluster}.new`;
  const passwordFile = join(place.home, "initdb-password");
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (place.account !== undefined) {
    for (const path of [unfinished, passwordFile]) chownSync(path, place.account.uid, place.account.gid);
  }
  const { status, stderr } = spawnSync(
    binaries.initdb,
    [
      `--pgdata=${unfinished}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // The same order of text on every machine, and upper/lower case of all of Unicode.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-sync",
      "--no-instructions",
    ],
    { encoding: "utf8", cwd: place.home, env: serverEnvironment(), ...place.account },
  );
  rmSync(passwordFile, { force: true });
  if (status !== 0) throw serverFailed(lastLine(stderr ?? ""));
  writePrivate(place.control, "password", `${password}\n`);
  renameSync(unfinished, place.cluster);
  return password;
}

/** The process id of the server of this cluster, as long as it is not known to be dead. */
export function runningServer(place: ServerHome): number | undefined {
  try {
    const pid = Number(readFileSync(join(place.cluster, "postmaster.pid"), "utf8").split("\n", 1)[0]);
    return pid > 0 && isProcessAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Starts the server on a free port of the loopback interface and waits until it answers. */
export async function startServer(
  place: ServerHome,
  binaries: Binaries,
  options: { readonly password: string; readonly disposable: boolean },
): Promise<{ readonly pid: number; readonly port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const outcome = await tryStart(place, binaries, { ...options, port });
    if (outcome.started) return { pid: outcome.pid, port };
    // Between choosing the port and binding it, another program may take it.
    if (!/could not bind|Address already in use/.test(outcome.log)) throw serverFailed(fatalLine(outcome.log));
    if (attempt === PORT_ATTEMPTS) {
      throw new DatabaseProblem(
        "PORT_TAKEN",
        `端口 ${port} 被其他程序占用，内置数据库无法启动，请重试`,
        `port ${port} is taken by another program, the embedded database cannot start: try again`,
      );
    }
  }
}

type StartOutcome = { started: true; pid: number } | { started: false; log: string };

async function tryStart(
  place: ServerHome,
  binaries: Binaries,
  options: { readonly password: string; readonly disposable: boolean; readonly port: number },
): Promise<StartOutcome> {
  const settings = { ...SETTINGS, ...(options.disposable ? DISPOSABLE_SETTINGS : {}), port: String(options.port) };
  const logFile = join(place.control, "server.log");
  const log = openSync(logFile, "w", 0o600);
  const server = spawn(
    binaries.postgres,
    ["-D", place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    // Detached: Ctrl-C in the terminal is for the bot, which closes its connections before the server goes.
    { detached: true, stdio: ["ignore", log, log], cwd: place.home, env: serverEnvironment(), ...place.account },
  );
  closeSync(log);
  let ended = false;
  server.once("exit", () => {
    ended = true;
  });
  server.once("error", () => {
    ended = true;
  });
  server.unref();
  const url = serverUrl(options.password, options.port, "postgres");
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (!ended && Date.now() < deadlineMs) {
    if (server.pid !== undefined && (await canConnect(url))) return { started: true, pid: server.pid };
    await delay(POLL_MS);
  }
  if (!ended) server.kill("SIGQUIT");
  return { started: false, log: readFileSync(logFile, "utf8") };
}

/** Asks the server to end its sessions and stop, and waits until it has. */
export async function stopServer(place: ServerHome, pid: number): Promise<void> {
  try {
    process.kill(pid, "SIGINT");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return;
    throw error;
  }
  // The pid file and not the process: an ended process whose parent does not reap it looks alive for ever.
  const deadlineMs = Date.now() + STOP_TIMEOUT_MS;
  while (runningServer(place) === pid) {
    if (Date.now() > deadlineMs) throw serverFailed(`server ${pid} does not stop`);
    await delay(POLL_MS);
  }
}

export const serverUrl = (password: string, port: number, database: string): string =>
  `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;

export async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Not the caller's environment: PGDATA, PGPORT or LC_ALL of the machine must not reach the server. */
const serverEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
});

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
const fatalLine = (log: string): string => /^.*(?:FATAL|PANIC): {1,2}(.*)$/m.exec(log)?.[1] ?? lastLine(log);

const serverFailed = (reason: string): DatabaseProblem =>
  new DatabaseProblem(
    "SERVER_FAILED",
    "内置数据库无法启动或停止，请查看 DATA_DIR/postgres/server.log",
    `the embedded database does not start or stop, see DATA_DIR/postgres/server.log (${reason})`,
  );
