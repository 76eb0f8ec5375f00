import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { execute, rows } from "../../db/rows.ts";
import { loadLeases } from "../../db/stored-leases.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { World } from "../../domain/world/world.ts";
import { type CodeBook, loadCodeBook } from "./code-book.ts";
import { type Differences, findDifferences } from "./differences.ts";
import { type ChangedInputs, markRechecks } from "./mark-rechecks.ts";
import { openingLineFacts } from "./opening-line-facts.ts";
import type { ImportProblem } from "./problem.ts";
import { digestMasterData, isLatestImport } from "./repeated-import.ts";
import { writeApprovalPolicies } from "./write-approval-policies.ts";
import { writeAreas } from "./write-areas.ts";
import { writeDunningLadder } from "./write-dunning-ladder.ts";
import { writeLeases } from "./write-leases.ts";
import { type OpeningTotals, writeOpening } from "./write-opening.ts";
import { type PlatformApps, writePeople } from "./write-people.ts";
import { writeMeasurement, writeProperty } from "./write-property.ts";
import { writeReadings } from "./write-readings.ts";

export interface ImportContext extends Actor {
  readonly today: CivilDate;
  /** Where policies come from; default: an import. */
  readonly policySource?: "approval" | undefined;
  readonly encryption: FieldEncryption;
  readonly apps: PlatformApps;
  /** Everything is done and then rolled back: what is reported is what would happen. */
  readonly dryRun: boolean;
}

export type ImportResult =
  | {
      readonly ok: true;
      readonly imported: Readonly<Record<string, number>>;
      readonly opening: readonly OpeningTotals[];
      readonly warnings: readonly ImportProblem[];
    }
  | { readonly ok: false; readonly errors: readonly ImportProblem[] };

const IMPORT_LIMIT_MS = 300_000;

class RolledBack extends Error {
  readonly result: ImportResult;

  constructor(result: ImportResult) {
    super("rolled back on purpose");
    this.result = result;
  }
}

/**
 * Writes a valid world file in one transaction: all of it or nothing. Importing the same file again changes nothing;
 * a changed one updates master data by code and refuses what would change silently (see differences.ts).
 */
export async function importWorld(db: Database, world: World, context: ImportContext): Promise<ImportResult> {
  try {
    return await inTransaction(
      db,
      async (tx) => {
        // One import at a time: two of them would compare with the same "before".
        await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtext('parkledger-import'))`);
        const result = await writeWorld(tx, world, context);
        if (!result.ok || context.dryRun) throw new RolledBack(result);
        return result;
      },
      { timeoutMs: IMPORT_LIMIT_MS },
    );
  } catch (error) {
    if (error instanceof RolledBack) return error.result;
    throw error;
  }
}

/** The same inside the caller's transaction, which takes all of it back when the result is a refusal. */
export async function writeWorld(tx: Transaction, world: World, context: ImportContext): Promise<ImportResult> {
  const book = await loadCodeBook(tx);
  const stored = new Map((await loadLeases(tx)).map((lease) => [lease.terms.code, lease]));
  const differences = await findDifferences(tx, world, stored, context.today);
  if (differences.problems.length > 0) return { ok: false, errors: differences.problems };

  const sha256 = createHash("sha256").update(canonicalJson(world)).digest("hex");
  const before = (await isLatestImport(tx, sha256)) ? await digestMasterData(tx) : undefined;
  const changedLeases = differences.leases.map(({ code }) => book.idOf("lease", code));
  const changedPools = [...(await findChangedPools(tx, world)), ...(await poolsOfLeases(tx, changedLeases))];
  const changedUnits = await hasChangedUnits(tx, world);
  await writeProperty(tx, world, book, context.encryption);
  const areas = await writeAreas(tx, world, book, context.today);
  await writePeople(tx, world, book, context.encryption, context.apps);
  await writeMeasurement(tx, world, book, context.today);
  await writeReadings(tx, differences.readings, { source: "import", meterIdOf: (code) => book.idOf("meter", code) });
  await writeLeases(tx, differences.leases, stored, book);
  changedPools.push(...(await poolsOfLeases(tx, changedLeases)));
  if (changedUnits || areas.changes.length > 0) changedPools.push(...(await allPools(tx)));
  const opening = await writeOpeningOnce(tx, world, book);
  if (!opening.ok) return opening;
  const policies = [
    ...(await writeApprovalPolicies(tx, world, context)),
    ...(await writeDunningLadder(tx, world, context)),
  ];
  await markRechecks(tx, changedInputs(differences, book, areas.changes, changedPools), "导入");

  const imported = countsOf(world);
  // The same file again, and nothing has become different: there is nothing to tell about it either.
  if (before === undefined || before !== (await digestMasterData(tx))) {
    await recordImport(tx, sha256, context, imported);
  }
  return { ok: true, imported, opening: opening.totals, warnings: [...areas.warnings, ...policies] };
}

function changedInputs(
  differences: Differences,
  book: CodeBook,
  areas: ChangedInputs["areas"],
  pools: readonly string[],
): ChangedInputs {
  return {
    leases: differences.leases.map(({ code, merged, newAmendments, writeBase }) => ({
      leaseId: book.idOf("lease", code),
      from: writeBase ? merged.start : (newAmendments[0]?.effective ?? merged.start),
    })),
    meters: differences.readings.map((reading) => ({
      meterId: book.idOf("meter", reading.meter),
      from: reading.standsOn,
    })),
    tariffs: differences.prices.map((price) => ({ code: price.tariff, from: price.from })),
    areas,
    pools: [...new Set(pools)],
  };
}

/** Pools that are new or whose terms or given costs differ from what is stored. */
async function findChangedPools(tx: Transaction, world: World): Promise<string[]> {
  const stored = new Map(
    (
      await rows<{ code: string; terms: object; costs: Record<string, string> | null }>(
        tx,
        Prisma.sql`SELECT p.code, p.terms, (SELECT jsonb_object_agg(c.month, c.cost_fen::text) FROM pool_cost c
          WHERE c.pool_id = p.id AND c.revision = (SELECT max(revision) FROM pool_cost d
            WHERE d.pool_id = c.pool_id AND d.month = c.month)) AS costs FROM pool p`,
      )
    ).map((pool) => [pool.code, canonicalJson({ ...pool.terms, costs: pool.costs ?? {} })]),
  );
  return world.pools.filter((pool) => stored.get(pool.code) !== canonicalJson(pool)).map((pool) => pool.code);
}

/** Pools on which these leases have a charge; asked before and after their charges are written again. */
async function poolsOfLeases(tx: Transaction, leaseIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ pool: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT rule->>'pool' AS pool FROM lease_charge
      WHERE rule->>'type' = 'pool' AND lease_id = ANY (${[...leaseIds]}::uuid[])`,
  );
  return found.map((row) => row.pool);
}

/** A unit that is new or moved to another floor may be a member of any pool, leased or not. */
async function hasChangedUnits(tx: Transaction, world: World): Promise<boolean> {
  const stored = new Map(
    (await rows<{ code: string; floor: string | null }>(tx, Prisma.sql`SELECT code, floor FROM unit`)).map((unit) => [
      unit.code,
      unit.floor ?? undefined,
    ]),
  );
  return world.units.some((unit) => !stored.has(unit.code) || stored.get(unit.code) !== unit.floor);
}

async function allPools(tx: Transaction): Promise<string[]> {
  return (await rows<{ code: string }>(tx, Prisma.sql`SELECT code FROM pool`)).map((pool) => pool.code);
}

/** The opening position is booked once; the same one again is passed over, another one is refused. */
async function writeOpeningOnce(
  tx: Transaction,
  world: World,
  book: CodeBook,
): Promise<{ ok: true; totals: OpeningTotals[] } | { ok: false; errors: ImportProblem[] }> {
  const { opening } = world;
  if (!opening) return { ok: true, totals: [] };
  const sha256 = createHash("sha256").update(canonicalJson(opening)).digest("hex");
  const [before] = await rows<{ sha256: string; totals: StoredTotals[] }>(
    tx,
    Prisma.sql`SELECT sha256, result->'totals' AS totals FROM import_batch WHERE result->>'what' = 'opening' LIMIT 1`,
  );
  if (before?.sha256 === sha256) return { ok: true, totals: before.totals.map(readTotals) };
  if (before) {
    const message = "期初数据已经入账，不能再次修改；差额请用收款、调整单或红字更正";
    return { ok: false, errors: [{ path: "$.opening", code: "OPENING_BOOKED", message }] };
  }
  const leases = new Map((await loadLeases(tx)).map((lease) => [lease.terms.code, lease]));
  const leaseOf = (code: string) => {
    const lease = leases.get(code);
    if (!lease) throw new Error(`opening names the unknown lease ${code}: readWorld should have refused it`);
    return { terms: lease.terms, versionId: lease.versionId };
  };
  const factsOf = await openingLineFacts(tx, opening.asOf);
  const totals = await writeOpening(tx, opening, book, leaseOf, factsOf);
  await execute(
    tx,
    Prisma.sql`INSERT INTO import_batch (id, sha256, actor, business_date, result)
      VALUES (${newId()}::uuid, ${sha256}, 'opening', ${opening.asOf}::date,
        ${canonicalJson({ what: "opening", totals })}::jsonb)`,
  );
  return { ok: true, totals };
}

type StoredTotals = { readonly [key in keyof OpeningTotals]: string };

const readTotals = (stored: StoredTotals): OpeningTotals => ({
  entity: stored.entity,
  receivablesFen: BigInt(stored.receivablesFen),
  prepaymentsFen: BigInt(stored.prepaymentsFen),
  depositsFen: BigInt(stored.depositsFen),
});

const countsOf = (world: World): Record<string, number> => ({
  entities: world.entities.length,
  projects: world.projects.length,
  buildings: world.buildings.length,
  units: world.units.length,
  tenants: world.tenants.length,
  staff: world.staff.length,
  tariffs: world.tariffs.length,
  meters: world.meters.length,
  readings: world.readings.length,
  pools: world.pools.length,
  leases: world.leases.length,
});

async function recordImport(
  tx: Transaction,
  sha256: string,
  context: ImportContext,
  imported: Record<string, number>,
): Promise<void> {
  const id = newId();
  const result = JSON.stringify({ what: "world", imported });
  await execute(
    tx,
    Prisma.sql`INSERT INTO import_batch (id, sha256, actor, business_date, result)
      VALUES (${id}::uuid, ${sha256}, ${context.actor}, ${context.today}::date, ${result}::jsonb)`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      businessDate: context.today,
      action: "world.imported",
      subjectKind: "import",
      subjectId: id,
      after: { sha256, imported },
    },
  ]);
}
