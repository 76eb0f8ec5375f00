import { connectDatabase } from "../../src/db/client.ts";
import { parseCivilDate, parseMonth } from "../../src/domain/time/civil-date.ts";
import { issueRun } from "../../src/usecases/billing/run-billing.ts";

/* run.ts <database url>: issues February 2026, as `bill run --issue` does; prints seconds, its own processor
 * seconds and its peak memory as JSON. */

const [url = ""] = process.argv.slice(2);
const db = connectDatabase(url);
const begunMs = performance.now();
const begunCpu = process.cpuUsage();
const run = {
  actor: "bench",
  channel: "cli",
  today: parseCivilDate("2026-02-01"),
  createdBy: "S01",
  approvedBy: "S02",
};
const issued = await issueRun(db, { period: parseMonth("2026-02"), acknowledge: [] }, run);
if (!issued.ok) throw new Error(issued.message);
const seconds = (performance.now() - begunMs) / 1000;
const { user, system } = process.cpuUsage(begunCpu);
const cpuSeconds = (user + system) / 1_000_000;
console.log(JSON.stringify({ seconds, cpuSeconds, peakMb: process.resourceUsage().maxRSS / 1024 }));
await db.$disconnect();
