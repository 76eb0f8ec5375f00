import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate } from "../prisma/migrate.ts";
import { connectDatabase, type Database } from "../src/db/client.ts";
import { openEmbeddedServer } from "../src/db/embedded/embedded-server.ts";
import { createFieldEncryption } from "../src/db/field-encryption.ts";
import { parseCivilDate, parseMonth } from "../src/domain/time/civil-date.ts";
import { readWorld } from "../src/domain/world/read-world.ts";
import { previewRun } from "../src/usecases/billing/preview-run.ts";
import { publishBills } from "../src/usecases/billing/publish-bills.ts";
import { issueRun } from "../src/usecases/billing/run-billing.ts";
import { importWorld } from "../src/usecases/import-world/import-world.ts";
import { largePark } from "./large-park.ts";

/* 2,000 leases of four lines: import, preview, issue and publish of two months. `-- <leases>` for another size. */

const LIMIT_MS = 10_000;
const LEASES = Number(process.argv[2] ?? 2000);
const slow: string[] = [];

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begunMs = performance.now();
  const result = await work();
  const tookMs = performance.now() - begunMs;
  console.log(`${what.padEnd(24)} ${(tookMs / 1000).toFixed(2).padStart(7)} s`);
  if (tookMs > LIMIT_MS && (what.startsWith("preview") || what.startsWith("issue"))) slow.push(what);
  return result;
}

async function measure(db: Database): Promise<void> {
  const today = parseCivilDate("2026-07-31");
  const document = JSON.parse(JSON.stringify(largePark(LEASES, 8))) as unknown;
  const read = await timed("read", async () => readWorld(document, { today }));
  if (!read.ok) throw new Error(JSON.stringify(read.errors.slice(0, 3)));
  const encryption = createFieldEncryption([Buffer.alloc(32, 1)]);
  const actor = { actor: "bench", channel: "cli" };
  const context = { ...actor, today, encryption, apps: {}, dryRun: false };
  const result = await timed("import", () => importWorld(db, read.world, context));
  if (!result.ok) throw new Error(JSON.stringify(result.errors.slice(0, 3)));
  for (const month of ["2026-08", "2026-09"]) {
    const command = { period: parseMonth(month), acknowledge: [] };
    const run = { ...actor, today: parseCivilDate(`${month}-01`), createdBy: "S01", approvedBy: "S02" };
    const plan = await timed(`preview ${month}`, () => previewRun(db, command, (bill) => bill));
    const issued = await timed(`issue ${month}`, () => issueRun(db, command, run));
    if (!issued.ok) throw new Error(issued.message);
    await timed(`publish ${month}`, () => publishBills(db, command, run, async () => []));
    console.log(`  ${plan.bills.length} bills, ${plan.certificate.lines} lines`);
  }
}

const folder = mkdtempSync(join(tmpdir(), "parkledger-bench-"));
// As root the server runs under another account, which must be able to enter.
chmodSync(folder, 0o711);
const server = await openEmbeddedServer(folder);
try {
  await migrate(server.url);
  const db = connectDatabase(server.url);
  await measure(db);
  await db.$disconnect();
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
if (slow.length > 0) {
  console.error(`over ${LIMIT_MS / 1000} s: ${slow.join(", ")}`);
  process.exitCode = 1;
}
