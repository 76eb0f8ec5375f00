import { connectDatabase } from "../../src/db/client.ts";
import { createFieldEncryption } from "../../src/db/field-encryption.ts";
import { parseCivilDate, parseMonth } from "../../src/domain/time/civil-date.ts";
import { readWorld } from "../../src/domain/world/read-world.ts";
import { publishBills } from "../../src/usecases/billing/publish-bills.ts";
import { issueRun } from "../../src/usecases/billing/run-billing.ts";
import { importWorld } from "../../src/usecases/import-world/import-world.ts";
import { sixLinePark } from "../six-line-park.ts";

/* seed.ts <database url> <leases>: imports the park slice by slice, and bills January in its first project. */

const SLICE_LEASES = 10_000;
const [url = "", count = "0"] = process.argv.slice(2);
const leases = Number(count);
const actor = { actor: "bench", channel: "cli" };
const db = connectDatabase(url);
for (let from = 0; from < leases; from += SLICE_LEASES) {
  const today = parseCivilDate("2026-01-01");
  const read = readWorld(sixLinePark(from, Math.min(leases, from + SLICE_LEASES)), { today });
  if (!read.ok) throw new Error(JSON.stringify(read.errors.slice(0, 3)));
  const encryption = createFieldEncryption([Buffer.alloc(32, 1)]);
  const result = await importWorld(db, read.world, { ...actor, today, encryption, apps: {}, dryRun: false });
  if (!result.ok) throw new Error(JSON.stringify(result.errors.slice(0, 3)));
  if (from > 0) continue;
  const command = { period: parseMonth("2026-01"), project: "SZ", acknowledge: [] };
  const run = { ...actor, today, createdBy: "S01", approvedBy: "S02" };
  const issued = await issueRun(db, command, run);
  if (!issued.ok) throw new Error(issued.message);
  await publishBills(db, command, run, async () => []);
}
await db.$executeRawUnsafe("VACUUM ANALYZE");
await db.$disconnect();
