import { recordAudit } from "../../db/audit.ts";
import type { Transaction } from "../../db/transaction.ts";
import { DUNNING_ACTIONS, type DunningAction } from "../../domain/dunning/ladder.ts";
import type { World } from "../../domain/world/world.ts";
import { ladderInForce, replaceLadder } from "../dunning/ladder-store.ts";
import type { ImportContext } from "./import-world.ts";
import type { ImportProblem } from "./problem.ts";

const isAction = (text: string): text is DunningAction => DUNNING_ACTIONS.some((action) => action === text);

/** Puts the file's dunning ladder in force as a new version; a file without one leaves it as it is, and so does one after an approval. */
export async function writeDunningLadder(
  tx: Transaction,
  world: World,
  context: ImportContext,
): Promise<ImportProblem[]> {
  const steps = world.policies.dunning.map(({ offsetDays, action }) => {
    if (!isAction(action)) throw new Error(`the file names a dunning action that readWorld does not know: ${action}`);
    return { offsetDays, action };
  });
  if (steps.length === 0) return [];
  const source = context.policySource ?? "import";
  const before = await ladderInForce(tx);
  if (source === "import" && before.source === "approval") {
    const message = `催缴阶梯后来经审批改过（第${before.version}版），导入不覆盖；要改请走审批（approval request policy）`;
    return [{ path: "$.policies.dunning", code: "POLICY_BY_APPROVAL", message }];
  }
  const replaced = await replaceLadder(tx, steps, source);
  if (!replaced.changed) return [];
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      businessDate: context.today,
      action: "dunning-ladder.changed",
      subjectKind: "dunning-ladder",
      subjectId: String(replaced.version),
      before: { version: before.version, source: before.source, steps: before.steps },
      after: { version: replaced.version, source, steps },
    },
  ]);
  if (before.source === "default") return [];
  const message = `催缴阶梯从第${before.version}版改为第${replaced.version}版；已经处理过的步骤不会重做`;
  return [{ path: "$.policies.dunning", code: "POLICY_CHANGED", message }];
}
