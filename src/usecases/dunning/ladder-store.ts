import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { DEFAULT_DUNNING_LADDER, type DunningStep, inLadderOrder } from "../../domain/dunning/ladder.ts";

/** A version of the ladder; steps from the lowest to the highest. */
export interface DunningLadder {
  readonly version: number;
  readonly source: "default" | "import" | "approval";
  readonly steps: readonly DunningStep[];
}

/** The ladder now. A park that has said nothing has the default of money-rules 12, written down as version 1 on first use. */
export async function ladderInForce(tx: Transaction): Promise<DunningLadder> {
  const stored = await latestLadder(tx);
  if (stored) return stored;
  await writeVersion(tx, 1, DEFAULT_DUNNING_LADDER, "default");
  const written = await latestLadder(tx);
  if (!written) throw new Error("the default ladder was written and is not there");
  return written;
}

/** Makes these steps the next version, unless they are in force already. */
export async function replaceLadder(
  tx: Transaction,
  steps: readonly DunningStep[],
  source: "import" | "approval",
): Promise<{ readonly changed: boolean; readonly before: DunningLadder; readonly version: number }> {
  await execute(tx, Prisma.sql`SELECT pg_advisory_xact_lock(hashtext('parkledger-dunning-ladder'))`);
  const before = await ladderInForce(tx);
  const ordered = inLadderOrder(steps);
  if (canonicalJson(before.steps) === canonicalJson(ordered)) {
    return { changed: false, before, version: before.version };
  }
  const version = before.version + 1;
  await writeVersion(tx, version, ordered, source);
  return { changed: true, before, version };
}

async function latestLadder(tx: Transaction): Promise<DunningLadder | undefined> {
  const [stored] = await rows<DunningLadder>(
    tx,
    Prisma.sql`SELECT version, source, steps FROM dunning_ladder ORDER BY version DESC LIMIT 1`,
  );
  return stored && { ...stored, steps: inLadderOrder(stored.steps) };
}

const writeVersion = (
  tx: Transaction,
  version: number,
  steps: readonly DunningStep[],
  source: DunningLadder["source"],
): Promise<number> =>
  execute(
    tx,
    Prisma.sql`INSERT INTO dunning_ladder (version, steps, source)
      VALUES (${version}, ${canonicalJson(inLadderOrder(steps))}::jsonb, ${source}) ON CONFLICT (version) DO NOTHING`,
  );
