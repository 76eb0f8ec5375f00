import { recordAudit } from "../../db/audit.ts";
import type { Transaction } from "../../db/transaction.ts";
import { isApprovalType, type PolicyRow } from "../../domain/approval/policy.ts";
import { groupBy } from "../../domain/group-by.ts";
import { STAFF_ROLES, type StaffRole } from "../../domain/world/property.ts";
import type { World } from "../../domain/world/world.ts";
import { policyInForce, replacePolicy } from "../approvals/policy-store.ts";
import type { ImportContext } from "./import-world.ts";
import type { ImportProblem } from "./problem.ts";

/**
 * Puts the file's approval policies in force as new versions; types that the file does not name stay as they are, and so
 * does what was decided by approval since. Requests under way keep the version that they began with.
 */
export async function writeApprovalPolicies(
  tx: Transaction,
  world: World,
  context: ImportContext,
): Promise<ImportProblem[]> {
  const warnings: ImportProblem[] = [];
  for (const [type, written] of groupBy(world.policies.approval, (row) => row.type)) {
    if (!isApprovalType(type)) throw new Error(`the file names an approval type that readWorld does not know: ${type}`);
    const source = context.policySource ?? "import";
    const rows = written.map(toPolicyRow);
    const before = await policyInForce(tx, type);
    if (source === "import" && before.source === "approval") {
      warnings.push({
        path: "$.policies.approval",
        code: "POLICY_BY_APPROVAL",
        message: `${type} 的审批制度后来经审批改过（第${before.version}版），导入不覆盖；要改请走审批（approval request policy）`,
      });
      continue;
    }
    const replaced = await replacePolicy(tx, type, rows, source);
    if (!replaced.changed) continue;
    if (before.source !== "default") {
      warnings.push({
        path: "$.policies.approval",
        code: "POLICY_CHANGED",
        message: `${type} 的审批制度从第${before.version}版改为第${replaced.version}版；已经发起的审批仍按原来的版本`,
      });
    }
    await recordAudit(tx, [
      {
        actor: context.actor,
        channel: context.channel,
        businessDate: context.today,
        action: "approval-policy.changed",
        subjectKind: "approval-policy",
        subjectId: type,
        before: { version: before.version, source: before.source, rows: before.rows },
        after: { version: replaced.version, source, rows },
      },
    ]);
  }
  return warnings;
}

function toPolicyRow(row: World["policies"]["approval"][number]): PolicyRow {
  return {
    ...(row.project === undefined ? {} : { project: row.project }),
    ...(row.upToFen === undefined ? {} : { upToFen: row.upToFen }),
    steps: row.steps.map(({ role, count }) => ({ role: staffRole(role), count })),
  };
}

function staffRole(role: string): StaffRole {
  const known = STAFF_ROLES.find((one) => one === role);
  if (known === undefined) throw new Error(`the file names a role that readWorld does not know: ${role}`);
  return known;
}
