import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { onTestFailed, onTestFinished } from "vitest";

/* The program as people run it: a process of its own, seen only through its port, its output and its exit code. */

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const SERVER = at("src/main.ts");
const CLI = at("src/cli/main.ts");
const ROOT = at(".");
/** A loaded machine needs its time for the start of a process. */
const START_LIMIT_MS = 40_000;
const POLL_MS = 25;

export type Variables = Readonly<Record<string, string | undefined>>;

export interface ProcessEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartedProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  stdout(): string;
  stderr(): string;
  send(signal: "SIGTERM" | "SIGINT"): void;
  /** kill -9 of the process with everything it started; resolves when it is gone. */
  killHard(): Promise<void>;
}

export interface RunningServer extends StartedProcess {
  readonly url: string;
  /** The structured log so far, one entry a line. */
  log(): readonly Record<string, unknown>[];
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts a TypeScript program of this tree with these variables and nothing else of ours in its environment. */
export const startProgram = (entry: string, words: readonly string[], variables: Variables): StartedProcess =>
  startCommand(process.execPath, ["--import", at("node_modules/tsx/dist/loader.mjs"), entry, ...words], variables);

function startCommand(command: string, words: readonly string[], variables: Variables): StartedProcess {
  const child = spawn(command, [...words], {
    cwd: ROOT,
    env: cleanEnvironment(variables),
    // A group of its own, so that nothing it started survives a kill.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return watched(child);
}

/** Runs `src/main.ts` until it is ready; rejects with what it said when it ends before. */
export const startServer = (variables: Variables, words: readonly string[] = []): Promise<RunningServer> =>
  readyServer(startProgram(SERVER, words, variables), variables, words.includes("worker"));

/** The same by `npm start`; what is sent to it is sent to npm. */
export const startServerByNpm = (variables: Variables): Promise<RunningServer> =>
  readyServer(startCommand("npm", ["start"], variables), variables, false);

async function readyServer(started: StartedProcess, variables: Variables, isWorker: boolean): Promise<RunningServer> {
  const url = variables.PUBLIC_URL ?? `http://127.0.0.1:${variables.PORT}`;
  await waitUntil(started, async () => (isWorker ? started.stdout().includes('"msg":"started"') : await isReady(url)));
  return {
    ...started,
    url,
    log: () => entriesOf(started.stdout()),
    async stop() {
      started.send("SIGTERM");
      return (await started.ended).exitCode;
    },
  };
}

/** Runs the server where it is expected to refuse: resolves with its end. */
export const runServer = (variables: Variables, words: readonly string[] = []): Promise<ProcessEnd> =>
  startProgram(SERVER, words, variables).ended;

export const runCli = (variables: Variables, words: readonly string[]): Promise<ProcessEnd> =>
  startProgram(CLI, words, variables).ended;

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function cleanEnvironment(variables: Variables): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, TZ } = process.env;
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...(TZ === undefined ? {} : { TZ }), ...given };
}

function watched(child: ChildProcess): StartedProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error("the process was not started");
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<ProcessEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...output }));
  });
  const killGroup = (): void => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  };
  process.once("exit", killGroup);
  const killHard = async (): Promise<void> => {
    killGroup();
    await ended;
    process.removeListener("exit", killGroup);
  };
  onTestFinished(killHard);
  onTestFailed(() =>
    console.log(`process ${pid} said at the end:\n${tailOf(output.stdout)}\n${tailOf(output.stderr)}`),
  );
  return {
    pid,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    send: (signal) => void process.kill(pid, signal),
    killHard,
  };
}

const tailOf = (text: string): string => text.slice(-4_000);

async function waitUntil(started: StartedProcess, isReached: () => Promise<boolean>): Promise<void> {
  let end: ProcessEnd | undefined;
  started.ended.then(
    (reached) => {
      end = reached;
    },
    () => {},
  );
  const deadlineMs = Date.now() + START_LIMIT_MS;
  while (!(await isReached())) {
    if (end !== undefined || Date.now() > deadlineMs) {
      const what = end === undefined ? "is not ready" : `ended with ${end.exitCode}`;
      throw new Error(`the server ${what}:\n${started.stdout()}\n${started.stderr()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );

/** The lines that are JSON: everything but what a crash prints. */
const entriesOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
