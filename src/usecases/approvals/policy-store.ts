import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type ApprovalStep, type ApprovalType, DEFAULT_POLICY, type PolicyRow } from "../../domain/approval/policy.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";

/** The policy of a type as it is in force. */
export interface PolicyInForce {
  readonly id: string;
  readonly version: number;
  readonly source: "default" | "import" | "approval";
  readonly rows: readonly PolicyRow[];
}

interface StoredRow {
  readonly project?: string;
  readonly upToFen?: string;
  readonly steps: readonly ApprovalStep[];
}

/** The policy of a type now. A park that has said nothing has the default, written down as version 1 on first use. */
export async function policyInForce(tx: Transaction, type: ApprovalType): Promise<PolicyInForce> {
  const stored = await latestPolicy(tx, type);
  if (stored) return stored;
  await writeVersion(tx, type, 1, DEFAULT_POLICY[type], "default");
  const written = await latestPolicy(tx, type);
  if (!written) throw new Error(`the default policy of ${type} was written and is not there`);
  return written;
}

/** Makes these rows the next version, unless they are in force already. Returns what was before and whether it changed. */
export async function replacePolicy(
  tx: Transaction,
  type: ApprovalType,
  policy: readonly PolicyRow[],
  source: "import" | "approval",
): Promise<{ readonly changed: boolean; readonly before: PolicyInForce; readonly version: number }> {
  await execute(tx, Prisma.sql`SELECT pg_advisory_xact_lock(hashtext('parkledger-approval-policy'))`);
  const before = await policyInForce(tx, type);
  if (canonicalJson(before.rows) === canonicalJson(policy)) return { changed: false, before, version: before.version };
  const version = before.version + 1;
  await writeVersion(tx, type, version, policy, source);
  return { changed: true, before, version };
}

async function writeVersion(
  tx: Transaction,
  type: ApprovalType,
  version: number,
  policy: readonly PolicyRow[],
  source: PolicyInForce["source"],
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO approval_policy (id, type, version, tiers, source)
      VALUES (${newId()}::uuid, ${type}, ${version}, ${canonicalJson(policy)}::jsonb, ${source})
      ON CONFLICT (type, version) DO NOTHING`,
  );
}

async function latestPolicy(tx: Transaction, type: ApprovalType): Promise<PolicyInForce | undefined> {
  const stored = await row<{ id: string; version: number; source: PolicyInForce["source"]; tiers: StoredRow[] }>(
    tx,
    Prisma.sql`SELECT id, version, source, tiers FROM approval_policy WHERE type = ${type} ORDER BY version DESC LIMIT 1`,
  );
  if (!stored) return undefined;
  const { tiers, ...policy } = stored;
  const rows = tiers.map(({ project, upToFen, steps }) => ({
    ...(project === undefined ? {} : { project }),
    ...(upToFen === undefined ? {} : { upToFen: BigInt(upToFen) }),
    steps,
  }));
  return { ...policy, rows };
}
