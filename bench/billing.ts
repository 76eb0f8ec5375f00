import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { migrate } from "../prisma/migrate.ts";
import { openEmbeddedServer } from "../src/db/embedded/embedded-server.ts";
import { copyLimit, createDatabase, dropDatabase, withDatabase } from "./billing/copy-limit.ts";
import { serverCpuSeconds } from "./billing/server-cpu.ts";

/*
 * npm run bench -- billing [leases …] [--rounds 2]: a whole issue of a month, six lines a lease, against two limits
 * measured in the same run: COPY of the very same rows into the same tables and indexes, and the pure computation in
 * memory. Meanwhile tenants ask for their bills. Default: 10,000 and 100,000 leases.
 *
 * What others do on the machine can only make a run slower. So the sizes take turns, each time on a fresh copy of the
 * imported park, the smallest once more at the end, and of every figure the best counts. Processor seconds of the run and
 * of PostgreSQL are printed beside the seconds: where only the seconds grew, the machine was busy. Exit code 1 if a target
 * is missed.
 */

const MOST_TIMES_THE_LIMIT = 2.5;
const MOST_GROWTH = 1.2;
const MOST_CHAT_MS = 300;
/** Importing is not what is measured; the file is read as a whole. */
const SEED_HEAP_MB = 4096;
/** A run that had to keep all its leases in memory would not get through with this. */
const HEAP_MB = 1024;

interface Measured {
  readonly leases: number;
  readonly lines: number;
  readonly runSeconds: number;
  /** Of the run's process and of the server's together; undefined where the machine does not tell. */
  readonly cpuSeconds: number | undefined;
  readonly computeSeconds: number;
  readonly copySeconds: number;
  readonly peakMb: number;
  readonly chatP95Ms: number;
  readonly chats: number;
}

function start(script: string, args: readonly string[], heapMb = HEAP_MB): ChildProcess {
  const path = new URL(`billing/${script}.ts`, import.meta.url).pathname;
  return spawn(process.execPath, [`--max-old-space-size=${heapMb}`, "--import", "tsx", path, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

async function resultOf<T>(child: ChildProcess): Promise<T | undefined> {
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`a part of the benchmark ended with ${code}`);
  return text === "" ? undefined : (JSON.parse(text) as T);
}

async function part<T>(script: string, ...args: string[]): Promise<T> {
  return (await resultOf<T>(start(script, args))) as T;
}

/** Imports the park once; every round bills a copy of it. */
async function prepare(url: string, leases: number): Promise<void> {
  const park = withDatabase(url, `park_${leases}`);
  await createDatabase(url, `park_${leases}`);
  await migrate(park);
  await resultOf(start("seed", [park, String(leases)], SEED_HEAP_MB));
}

async function measure(url: string, leases: number): Promise<Measured> {
  const source = withDatabase(url, `bench_${leases}`);
  await createDatabase(url, `bench_${leases}`, `park_${leases}`);
  // The limit's tables hold what the run found, so that its indexes are as full.
  await createDatabase(url, `limit_${leases}`, `park_${leases}`);
  const compute = await part<{ seconds: number; lines: number }>("compute", source);
  const probe = start("chat-probe", [source]);
  const chats = resultOf<number[]>(probe);
  const [run, serverSeconds] = await withServerCpu(url, () =>
    part<{ seconds: number; cpuSeconds: number; peakMb: number }>("run", source),
  );
  probe.stdin?.end();
  const tookMs = ((await chats) ?? []).sort((a, b) => a - b);
  const copy = await copyLimit(source, withDatabase(url, `limit_${leases}`));
  if (copy.lines !== compute.lines) throw new Error(`issued ${copy.lines} lines, computed ${compute.lines}`);
  await dropDatabase(url, `bench_${leases}`);
  await dropDatabase(url, `limit_${leases}`);
  return {
    leases,
    lines: copy.lines,
    runSeconds: run.seconds,
    cpuSeconds: serverSeconds === undefined ? undefined : run.cpuSeconds + serverSeconds,
    computeSeconds: compute.seconds,
    copySeconds: copy.seconds,
    peakMb: run.peakMb,
    chatP95Ms: tookMs[Math.floor(tookMs.length * 0.95)] ?? Number.POSITIVE_INFINITY,
    chats: tookMs.length,
  };
}

/** The work's result and the processor seconds that the server used meanwhile, chat queries included. */
async function withServerCpu<T>(url: string, work: () => Promise<T>): Promise<[T, number | undefined]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const asked = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const pid = asked.rows[0]?.pid ?? 0;
    const before = serverCpuSeconds(pid);
    const result = await work();
    const after = serverCpuSeconds(pid);
    return [result, before === undefined || after === undefined ? undefined : after - before];
  } finally {
    await client.end();
  }
}

/** Of the rounds of one size: every time the shortest, memory and chat of the run that was fastest. */
function bestOf(rounds: readonly Measured[]): Measured {
  const [fastest] = [...rounds].sort((a, b) => a.runSeconds - b.runSeconds);
  if (!fastest) throw new Error("nothing was measured");
  const cpu = rounds.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  return {
    ...fastest,
    cpuSeconds: cpu.length === 0 ? undefined : Math.min(...cpu),
    computeSeconds: Math.min(...rounds.map(({ computeSeconds }) => computeSeconds)),
    copySeconds: Math.min(...rounds.map(({ copySeconds }) => copySeconds)),
    peakMb: Math.max(...rounds.map(({ peakMb }) => peakMb)),
  };
}

const perLeaseMs = (seconds: number, leases: number): string => `${((1000 * seconds) / leases).toFixed(3)} ms a lease`;

function print(measured: Measured): string[] {
  const { leases, lines, runSeconds, cpuSeconds, computeSeconds, copySeconds, peakMb, chatP95Ms, chats } = measured;
  const ratio = ratioOf(measured);
  console.log(`${leases} leases, ${lines} lines`);
  console.log(`  COPY of the same rows ${copySeconds.toFixed(2)} s, pure computation ${computeSeconds.toFixed(2)} s`);
  console.log(`  whole run ${runSeconds.toFixed(2)} s = ${ratio.toFixed(2)} × (COPY + compute), at most 2.5`);
  console.log(`  ${Math.round(lines / runSeconds)} lines/s, ${perLeaseMs(runSeconds, leases)}`);
  if (cpuSeconds !== undefined) {
    console.log(`  processors ${cpuSeconds.toFixed(2)} s (run and PostgreSQL), ${perLeaseMs(cpuSeconds, leases)}`);
  }
  console.log(`  peak memory of the run ${peakMb.toFixed(0)} MB`);
  console.log(`  ${chats} chat queries meanwhile, p95 ${chatP95Ms.toFixed(0)} ms, under ${MOST_CHAT_MS}`);
  const missed: string[] = [];
  if (ratio > MOST_TIMES_THE_LIMIT) missed.push(`${leases} leases: ratio ${ratio.toFixed(2)}`);
  if (chatP95Ms >= MOST_CHAT_MS) missed.push(`${leases} leases: chat p95 ${chatP95Ms.toFixed(0)} ms`);
  return missed;
}

const ratioOf = ({ runSeconds, copySeconds, computeSeconds }: Measured): number =>
  runSeconds / (copySeconds + computeSeconds);

/** Both sizes must cost the same seconds per lease, within a fifth. What grew besides is printed to explain it. */
function compare(small: Measured, large: Measured): string[] {
  const more = large.leases / small.leases;
  const growth = large.runSeconds / small.runSeconds / more;
  const cpuGrowth =
    small.cpuSeconds === undefined || large.cpuSeconds === undefined
      ? "unknown"
      : `${(large.cpuSeconds / small.cpuSeconds / more).toFixed(2)} ×`;
  const limits = (of: Measured): number => of.copySeconds + of.computeSeconds;
  console.log(
    `per lease ${growth.toFixed(2)} × from ${small.leases} to ${large.leases}, at most ${MOST_GROWTH}; ` +
      `its processor time ${cpuGrowth}, the limits ${(limits(large) / limits(small) / more).toFixed(2)} ×, ` +
      `memory ${(large.peakMb / small.peakMb).toFixed(2)} ×`,
  );
  return growth > MOST_GROWTH ? [`time per lease grew ${growth.toFixed(2)} ×`] : [];
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: "string", default: "2" } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const sizes = positionals.length > 0 ? positionals.map(Number) : [10_000, 100_000];
const folder = mkdtempSync(join(tmpdir(), "parkledger-bench-"));
// As root the server runs under another account, which must be able to enter.
chmodSync(folder, 0o711);
const server = await openEmbeddedServer(folder);
const missed: string[] = [];
try {
  for (const leases of sizes) await prepare(server.url, leases);
  const turns = [...Array.from({ length: rounds }, () => sizes).flat(), ...(sizes.length > 1 ? sizes.slice(0, 1) : [])];
  const measured: Measured[] = [];
  for (const leases of turns) {
    const one = await measure(server.url, leases);
    console.log(`${leases} leases: ${one.runSeconds.toFixed(2)} s, ${ratioOf(one).toFixed(2)} × (COPY + compute)`);
    measured.push(one);
  }
  const best = sizes.map((leases) => bestOf(measured.filter((one) => one.leases === leases)));
  for (const one of best) missed.push(...print(one));
  const [small, large] = [best[0], best.at(-1)];
  if (small && large && large !== small) missed.push(...compare(small, large));
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
for (const what of missed) console.error(`missed: ${what}`);
if (missed.length > 0) process.exitCode = 1;
