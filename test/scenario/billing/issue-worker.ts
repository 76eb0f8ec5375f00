import { connectDatabase } from "../../../src/db/client.ts";
import { parseCivilDate, parseMonth } from "../../../src/domain/time/civil-date.ts";
import { issueRun } from "../../../src/usecases/billing/run-billing.ts";

/* A worker in a process of its own: issues a month of DATABASE_URL. Prints "ready", then "done", and may be killed. */

const [period = ""] = process.argv.slice(2);
const db = connectDatabase(process.env.DATABASE_URL ?? "", { maxConnections: 3 });
await db.$queryRaw`SELECT 1 AS one`;
console.log("ready");
const issued = await issueRun(
  db,
  { period: parseMonth(period), acknowledge: [] },
  {
    today: parseCivilDate(`${period}-01`),
    actor: "staff:S01",
    channel: "cli",
    createdBy: "S01",
    approvedBy: "S02",
    chunkLeases: 10,
  },
);
await db.$disconnect();
console.log(issued.ok ? "done" : `refused ${issued.code}`);
