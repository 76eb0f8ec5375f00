import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { loadBillingFacts } from "../../db/billing-facts.ts";
import type { Database } from "../../db/client.ts";
import { rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { PlanOptions } from "../../domain/charging/run-plan/facts.ts";
import type { RunPlan } from "../../domain/charging/run-plan/plan.ts";
import { planBillingRun } from "../../domain/charging/run-plan/plan-billing-run.ts";
import type { BillingCommand } from "./command.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** Loading the facts of 100,000 leases is one long read. */
export const FACTS_LIMIT_MS = 300_000;

/**
 * What a run would do. Reads one snapshot and leaves nothing behind (money-rules 2); issue computes from the same
 * functions, so what is approved is what is issued.
 */
export async function previewRun(db: Database, command: BillingCommand): Promise<RunPlan> {
  return inTransaction(
    db,
    async (tx) => {
      const { facts } = await loadBillingFacts(tx, command.period);
      return planBillingRun(facts, command.period, await planOptions(tx, command, command.issueDate));
    },
    { timeoutMs: FACTS_LIMIT_MS, isolation: "RepeatableRead" },
  );
}

/** The options of the plan: acknowledgements of this command and of earlier ones. */
export async function planOptions(
  tx: Transaction,
  command: BillingCommand,
  publishedOn: BillingCommand["issueDate"],
): Promise<PlanOptions> {
  const stored = await rows<{ anomaly_id: string }>(tx, Prisma.sql`SELECT anomaly_id FROM anomaly_acknowledgement`);
  return {
    hash: sha256,
    acknowledged:
      command.acknowledge === "all" ? "all" : new Set([...stored.map((row) => row.anomaly_id), ...command.acknowledge]),
    ...(publishedOn === undefined ? {} : { publishedOn }),
    ...(command.project === undefined ? {} : { project: command.project }),
  };
}
