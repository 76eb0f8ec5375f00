import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largePark } from "../../../bench/large-park.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { imported } from "../../db/billing/park.ts";
import { createTestDatabase } from "../../support/database.ts";

/** A clean checkout tries the small park; KILLED_WORKERS_LEASES=2000 the size of a real one. */
const LEASES = Number(process.env.KILLED_WORKERS_LEASES ?? 180);
const KILLS = 10;
/** Share of the whole run after which the latest kill comes: a long run must not be over before the tenth. */
const LATEST_KILL = LEASES > 500 ? 0.15 : 0.3;
const MONTH = "2026-08";
const WORKER = join(import.meta.dirname, "issue-worker.ts");

/** A third of the tenants has money with us, so that who is issued first could matter. */
const park = {
  ...largePark(LEASES, 7),
  opening: {
    asOf: "2026-07-31",
    prepayments: Array.from({ length: Math.floor(LEASES / 9) }, (_, index) => ({
      tenant: `T${String(index * 3).padStart(5, "0")}`,
      entity: "E1",
      amount: String(1000 + 517 * index),
    })),
  },
};

interface Worker {
  readonly child: ChildProcess;
  /** Milliseconds from "ready" to "done"; undefined when it was killed. */
  readonly finished: Promise<number | undefined>;
}

/** Started, connected and about to work. */
async function startWorker(url: string): Promise<Worker> {
  const child = spawn(process.execPath, ["--import", "tsx", WORKER, MONTH], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.value !== "ready") throw new Error(`the worker said ${String(first.value)}`);
  const readyMs = performance.now();
  const finished = (async () => {
    const last = await lines.next();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    if (last.done === true) return undefined;
    if (last.value !== "done") throw new Error(`the worker said ${String(last.value)}`);
    return performance.now() - readyMs;
  })();
  return { child, finished };
}

/** mulberry32: the same moments every time, for what happens at them is luck enough. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Everything that a month leaves behind, in the words of people: no ids, no times of the real clock. */
async function outcome(db: Database): Promise<Record<string, readonly object[]>> {
  const query = (sql: string): Promise<object[]> => rows<object>(db, Prisma.raw(sql));
  return {
    bills: await query(`SELECT b.bill_no, l.code, b.state, b.issue_date::text, b.due_date::text, b.total_fen::text
      FROM bill b JOIN lease l ON l.id = b.lease_id ORDER BY b.bill_no`),
    lines:
      await query(`SELECT b.bill_no, line.position, line.charge_code, line.period_from::text, line.amount_fen::text,
        line.tax_fen::text, line.input_hash, r.principal_fen::text, r.open_fen::text
      FROM bill_line line JOIN bill b ON b.id = line.bill_id LEFT JOIN receivable r ON r.line_id = line.id
      ORDER BY b.bill_no, line.position`),
    allocations: await query(`SELECT b.bill_no, line.charge_code, a.amount_fen::text, a.value_date::text
      FROM allocation a JOIN bill_line line ON line.id = a.line_id JOIN bill b ON b.id = line.bill_id ORDER BY 1, 2, 3`),
    ledger: await query(`SELECT t.event_type, p.debit_account, p.credit_account, count(*)::int, sum(p.amount_fen)::text
      FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`),
    pools: await query(`SELECT p.code, a.month, a.version, a.state, a.cost_fen::text, a.input_hash
      FROM pool_allocation a JOIN pool p ON p.id = a.pool_id ORDER BY 1, 2, 3`),
    runs: await query("SELECT period, state, certificate FROM billing_run"),
    numbers: await query("SELECT series, last_number::text FROM number_series ORDER BY 1"),
  };
}

describe(`a month of ${LEASES} leases with four lines each`, () => {
  const databases: Awaited<ReturnType<typeof createTestDatabase>>[] = [];
  let undisturbed: Record<string, readonly object[]> = {};
  let undisturbedMs = 0;

  const freshPark = async () => {
    const database = await createTestDatabase();
    databases.push(database);
    await imported(database.db, park, "2026-07-31");
    return database;
  };

  beforeAll(async () => {
    const { url, db } = await freshPark();
    const worker = await startWorker(url);
    undisturbedMs = (await worker.finished) ?? 0;
    undisturbed = await outcome(db);
  });
  afterAll(async () => {
    for (const database of databases) await database.close();
  });

  it("is issued by one worker that nobody disturbs", () => {
    expect(undisturbed.bills).toHaveLength(LEASES);
    expect(undisturbed.lines).toHaveLength(4 * LEASES);
    expect(undisturbed.allocations?.length).toBeGreaterThan(0);
    expect(undisturbed.runs).toMatchObject([{ state: "issued" }]);
  });

  it(`is the same after its worker was killed ${KILLS} times`, async () => {
    const { url, db } = await freshPark();
    const seed = 20260801;
    const random = seeded(seed);
    const moments: string[] = [];
    let interrupted = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const worker = await startWorker(url);
      const afterMs = random() * undisturbedMs * LATEST_KILL;
      await delay(afterMs);
      worker.child.kill("SIGKILL");
      const tookMs = await worker.finished;
      if (tookMs === undefined) interrupted += 1;
      const [progress] = await rows<{ state: string }>(
        db,
        Prisma.sql`SELECT concat_ws(' ', run.state, count(*) FILTER (WHERE c.stage = 'compute' AND c.state = 'done'),
            count(*) FILTER (WHERE c.stage = 'issue' AND c.state = 'done')) AS state
          FROM billing_run run LEFT JOIN billing_chunk c ON c.run_id = run.id GROUP BY run.id`,
      );
      moments.push(`${Math.round(afterMs)} ms: ${progress?.state ?? "nothing yet"}`);
      if (progress?.state.startsWith("issued") === true) break;
    }
    console.log(`seed ${seed}, undisturbed ${Math.round(undisturbedMs)} ms; killed after\n  ${moments.join("\n  ")}`);
    expect(interrupted).toBeGreaterThanOrEqual(5);
    if (moments.at(-1)?.includes("issued") !== true) await (await startWorker(url)).finished;
    expect(await outcome(db)).toEqual(undisturbed);
    expect((await checkLedger(db, { today: parseCivilDate("2026-08-01") })).problems).toEqual([]);
  });

  it("is the same when two workers take it at once and one of them is killed", async () => {
    const { url, db } = await freshPark();
    const workers = await Promise.all([startWorker(url), startWorker(url), startWorker(url)]);
    await delay(undisturbedMs * 0.4);
    workers[2]?.child.kill("SIGKILL");
    await Promise.all(workers.map((worker) => worker.finished));
    expect(await outcome(db)).toEqual(undisturbed);
  });
});
