import type { Database } from "../../../src/db/client.ts";
import { loadKnownWorld } from "../../../src/db/known-world.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import { APPROVAL_ENCRYPTION } from "../../support/approval-world.ts";

/** Imports a document with the apps and the key of test/support/chat.ts. */
export async function imports(db: Database, document: object, today: string): Promise<void> {
  const day = parseCivilDate(today);
  const known = await inTransaction(db, loadKnownWorld, { timeoutMs: 60_000 });
  const read = readWorld(JSON.parse(JSON.stringify(document)), { today: day, known });
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  const done = await importWorld(db, read.world, {
    today: day,
    encryption: APPROVAL_ENCRYPTION,
    apps: { wecom: "corp", "official-account": "wx" },
    actor: "operator",
    channel: "cli",
    dryRun: false,
  });
  if (!done.ok) throw new Error(JSON.stringify(done.errors));
}
