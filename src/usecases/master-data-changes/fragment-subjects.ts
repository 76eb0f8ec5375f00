import type { Transaction } from "../../db/transaction.ts";
import { isApprovalType } from "../../domain/approval/policy.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { formatDate } from "../../domain/time/civil-date.ts";
import type { World } from "../../domain/world/world.ts";
import type { ApprovalContext, ApprovalFact, ApprovalRequest } from "../approvals/approval.ts";
import { policyInForce } from "../approvals/policy-store.ts";
import { APPROVER_ROLE_NAMES } from "../approvals/refusals.ts";
import type { Applied, ApprovalSubject } from "../approvals/subject.ts";
import { ladderInForce } from "../dunning/ladder-store.ts";
import type { Refusal } from "../receipts/refusal.ts";
import { type FragmentType, readFragment, writeFragment } from "./fragment.ts";

/** Prices, leases and approval policies change as an import would change them, after the last approval. */
const subjectOf = (type: FragmentType): ApprovalSubject => ({
  type,
  async apply(tx: Transaction, request: ApprovalRequest, context: ApprovalContext): Promise<Applied | Refusal> {
    const read = await readFragment(tx, type, request.payload, context);
    if (!read.ok) return read;
    const before = await beforeOf(tx, type, read.world);
    const written = await writeFragment(tx, read.world, context);
    return written.ok ? { ok: true, before, after: request.payload } : written;
  },
});

export const tariffSubject = subjectOf("tariff");
export const leaseSubject = subjectOf("lease");
export const policySubject = subjectOf("policy");

const ladderFacts = (world: World): ApprovalFact[] =>
  world.policies.dunning.length === 0
    ? []
    : [
        {
          label: "催缴阶梯",
          value: world.policies.dunning
            .map(({ offsetDays, action }) => `${offsetDays}天 ${DUNNING_ACTION_NAMES[action] ?? action}`)
            .join(" → "),
        },
      ];

const DUNNING_ACTION_NAMES: Readonly<Record<string, string>> = {
  remind: "提醒",
  notice: "通知",
  "steward-task": "管家上门",
  "formal-notice": "催款函",
  escalate: "升级经理",
};

/** What of it changes, for the audit trail. */
async function beforeOf(tx: Transaction, type: FragmentType, world: World): Promise<object | undefined> {
  if (type !== "policy") return undefined;
  const types = [...new Set(world.policies.approval.map((row) => row.type))].filter(isApprovalType);
  const versions: Record<string, unknown> = {};
  if (world.policies.dunning.length > 0) {
    const { version, steps } = await ladderInForce(tx);
    versions.dunning = { version, steps };
  }
  for (const one of types) {
    const { version, rows } = await policyInForce(tx, one);
    versions[one] = JSON.parse(canonicalJson({ version, rows }));
  }
  return versions;
}

/** The lines of the card that say what would change. */
export function factsOfFragment(type: FragmentType, world: World): ApprovalFact[] {
  switch (type) {
    case "tariff":
      return world.tariffs.flatMap((tariff) =>
        tariff.prices.map((price) => ({
          label: `${tariff.code} ${formatDate(price.from)}起`,
          value: canonicalJson({ ...price, from: undefined, kind: undefined })
            .replaceAll(/[{}"]/g, "")
            .slice(0, 120),
        })),
      );
    case "lease":
      return world.leases.flatMap((lease) =>
        lease.amendments.map((amendment) => ({
          label: `合同 ${lease.code} ${formatDate(amendment.effective)}起`,
          value: amendment.reason,
        })),
      );
    case "policy":
      return [
        ...ladderFacts(world),
        ...world.policies.approval.map((row) => ({
          label: [row.type, row.project, row.upToFen === undefined ? undefined : `≤ ${formatYuan(row.upToFen)}`]
            .filter((word) => word !== undefined)
            .join(" "),
          value: row.steps
            .map(
              ({ role, count }) =>
                `${APPROVER_ROLE_NAMES[role as keyof typeof APPROVER_ROLE_NAMES] ?? role}${count > 1 ? `×${count}` : ""}`,
            )
            .join(" → "),
        })),
      ];
    default:
      return type satisfies never;
  }
}
