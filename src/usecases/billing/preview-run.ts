import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { Certificate, LeasePlan, PlannedBill, RunPlan } from "../../domain/charging/run-plan/plan.ts";
import { certificateOf } from "../../domain/charging/run-plan/plan-billing-run.ts";
import { operatorSharesOf, poolsBalanced } from "../../domain/charging/run-plan/pool-months.ts";
import { shiftMonth } from "../../domain/time/civil-date.ts";
import type { BillingCommand } from "./command.ts";
import { type LoadedRun, loadRun, planLeases } from "./plan-leases.ts";

/** Planning 100,000 leases is one long read. */
export const SNAPSHOT = { timeoutMs: 300_000, isolation: "RepeatableRead" } as const;

/** Leases that a preview plans at a time: what a chunk was computed from is dropped with it, as a run that issues does. */
const CHUNK_LEASES = 500;

export interface PreviewOptions {
  readonly chunkLeases?: number | undefined;
}

/** What a run would do, with what the caller keeps of each bill. */
export interface Preview<Kept> extends Omit<RunPlan, "bills"> {
  readonly bills: readonly Kept[];
}

/**
 * What a run would do. Reads one snapshot and leaves nothing behind (money-rules 2); issue plans its chunks by the same
 * function, so what is approved is what is issued. Bills come by lease code and in the order of interfaces.md 3; `keep`
 * takes of each what is needed (undefined: nothing), because whole bills with the proofs of their lines weigh too much.
 */
export async function previewRun<Kept>(
  db: Database,
  command: BillingCommand,
  keep: (bill: PlannedBill) => Kept | undefined,
  options: PreviewOptions = {},
): Promise<Preview<Kept>> {
  return inTransaction(
    db,
    async (tx) => {
      const loaded = await loadRun(tx, command, command.issueDate);
      const balanced = poolsBalanced(loaded.poolMonths);
      const bills: Kept[] = [];
      const parked: LeasePlan["parked"][number][] = [];
      const anomalies: LeasePlan["anomalies"][number][] = [];
      let certificate: Certificate = certificateOf([], balanced);
      for await (const plan of planAll(tx, command, loaded, options)) {
        for (const bill of plan.bills) {
          const kept = keep(bill);
          if (kept !== undefined) bills.push(kept);
        }
        parked.push(...plan.parked);
        anomalies.push(...plan.anomalies);
        certificate = certificateOf(plan.bills, balanced, certificate);
      }
      const pools = { homes: loaded.poolHomes, projects: loaded.shared.projects };
      const serviceMonth = shiftMonth(command.period, -1);
      const operatorShares = operatorSharesOf(loaded.poolMonths, pools, serviceMonth, command.project);
      return { period: command.period, bills, parked, anomalies, operatorShares, certificate };
    },
    SNAPSHOT,
  );
}

/** Whether a preview shows what is looked for; looks no further than the chunk in which it is found. */
export async function previewShows(
  db: Database,
  command: BillingCommand,
  isFound: (plan: LeasePlan) => boolean,
): Promise<boolean> {
  return inTransaction(
    db,
    async (tx) => {
      const loaded = await loadRun(tx, command, command.issueDate);
      for await (const plan of planAll(tx, command, loaded, {})) if (isFound(plan)) return true;
      return false;
    },
    SNAPSHOT,
  );
}

/** The plans of all leases by lease code, computed in chunks. */
async function* planAll(
  tx: Transaction,
  command: BillingCommand,
  loaded: LoadedRun,
  { chunkLeases = CHUNK_LEASES }: PreviewOptions,
): AsyncGenerator<LeasePlan> {
  let after = "";
  for (;;) {
    const chunk = await rows<{ id: string; code: string }>(
      tx,
      Prisma.sql`SELECT l.id, l.code FROM lease l JOIN project p ON p.id = l.project_id
        WHERE l.code COLLATE "C" > ${after} AND (${command.project ?? ""} = '' OR p.code = ${command.project ?? ""})
          AND p.mode <> 'off'
        ORDER BY l.code COLLATE "C" LIMIT ${chunkLeases}`,
    );
    const last = chunk.at(-1);
    if (!last) return;
    after = last.code;
    const leaseIds = chunk.map(({ id }) => id);
    yield* (await planLeases(tx, command, loaded, leaseIds)).plans;
  }
}
