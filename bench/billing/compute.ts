import {
  loadLeaseFacts,
  loadMetersOfLeases,
  loadPoolWorld,
  loadSharedFacts,
  loadUnitsOfLeases,
} from "../../src/db/billing-facts.ts";
import { connectDatabase } from "../../src/db/client.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { indexFacts } from "../../src/domain/charging/run-plan/billing-index.ts";
import { planLease } from "../../src/domain/charging/run-plan/plan-lease.ts";
import {
  addPoolDemand,
  computeDemandedPoolMonths,
  poolDemand,
} from "../../src/domain/charging/run-plan/pool-months.ts";
import { parseCivilDate, parseMonth } from "../../src/domain/time/civil-date.ts";
import { sha256 } from "../../src/usecases/billing/plan-leases.ts";

/*
 * compute.ts <database url>: the pure computation of February 2026 in memory, on one core. Leases are loaded a slice at a
 * time, and loading is not counted: what 100,000 leases weigh is not the question. Seconds as JSON.
 */

const SLICE_LEASES = 2_000;
const [url = ""] = process.argv.slice(2);
const period = parseMonth("2026-02");
const options = { hash: sha256, publishedOn: parseCivilDate("2026-02-01") };
const noLeases = { leases: [], issuedLines: [], depositsHeld: [], billedThrough: [], parkedRetries: [] };
const db = connectDatabase(url);
const ids = (await db.$queryRaw<{ id: string }[]>`SELECT id FROM lease ORDER BY code`).map(({ id }) => id);
let spentMs = 0;
let lines = 0;

function counted<T>(work: () => T): T {
  const begunMs = performance.now();
  const result = work();
  spentMs += performance.now() - begunMs;
  return result;
}

await inTransaction(
  db,
  async (tx) => {
    const shared = await loadSharedFacts(tx);
    const world = await loadPoolWorld(tx, shared.pools);
    const index = counted(() => indexFacts({ ...shared, ...noLeases, ...world }));
    const demand = poolDemand(index.pools.keys(), period);
    const slices = Array.from({ length: Math.ceil(ids.length / SLICE_LEASES) }, (_, slice) =>
      ids.slice(slice * SLICE_LEASES, (slice + 1) * SLICE_LEASES),
    );
    for (const slice of slices) {
      const { facts } = await loadLeaseFacts(tx, period, slice);
      const leased = indexFacts({ ...shared, units: [], ...facts, meters: [], readings: [] });
      counted(() => addPoolDemand(demand, leased));
    }
    const poolMonths = counted(() => computeDemandedPoolMonths(demand, index));
    for (const slice of slices) {
      const { facts } = await loadLeaseFacts(tx, period, slice);
      const metering = await loadMetersOfLeases(tx, facts.leases);
      const units = await loadUnitsOfLeases(tx, facts.leases);
      counted(() => {
        const ofSlice = indexFacts({ ...shared, units, ...facts, ...metering });
        for (const lease of facts.leases) {
          const { bills } = planLease(ofSlice, lease, period, poolMonths, options);
          for (const bill of bills) lines += bill.held ? 0 : bill.lines.length;
        }
      });
    }
  },
  { timeoutMs: 3_600_000 },
);
await db.$disconnect();
console.log(JSON.stringify({ seconds: spentMs / 1000, lines }));
