import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { EncryptedField } from "../../db/field-encryption.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalContext, ApprovalPayload } from "../approvals/approval.ts";
import { type NewApproval, type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { checkBankAccount } from "./bank-account-subject.ts";
import { type FragmentType, readFragment } from "./fragment.ts";
import { factsOfFragment } from "./fragment-subjects.ts";
import { checkTaxRate, factsOfTaxRate } from "./tax-rate-subject.ts";
import { CHANGE_TEXT } from "./text.zh-CN.ts";

export const CHANGE_TYPES = ["tariff", "lease", "policy", "tax-rate", "bank-account"] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

export interface ChangeWish {
  readonly type: ChangeType;
  /** The parsed file. */
  readonly file: unknown;
  readonly reason: string;
  /** Person. */
  readonly requestedBy: string;
}

/** Asks for a change of master data; it is checked now and once more when the last approver agrees. */
export async function askChange(
  tx: Transaction,
  wish: ChangeWish,
  context: ApprovalContext,
  encrypt: (plain: string) => EncryptedField,
): Promise<RequestedApproval | Refusal> {
  const common = {
    type: wish.type,
    title: CHANGE_TEXT.titles[wish.type],
    amountFen: 0n,
    reason: wish.reason,
    requestedBy: wish.requestedBy,
  };
  if (typeof wish.file !== "object" || wish.file === null || Array.isArray(wish.file)) {
    return refuse("CHANGE_INVALID", "这项变更不能登记：文件应是一个 JSON 对象。", "The file is no JSON object.");
  }
  const file = wish.file as Readonly<Record<string, unknown>>;
  switch (wish.type) {
    case "tax-rate": {
      const checked = await checkTaxRate(tx, file, context.today);
      if (!checked.ok) return checked;
      const { change, entityId } = checked;
      const subjectId = idOf(`${entityId}|${change.kind}|${change.from}`);
      const payload: ApprovalPayload = { ...change };
      return ask({ ...common, entityId, subjectKind: "tax-rate", subjectId, payload, facts: factsOfTaxRate(checked) });
    }
    case "bank-account": {
      const checked = await checkBankAccount(tx, file, encrypt);
      if (!checked.ok) return checked;
      const { entityId, payload, facts, code } = checked;
      const sameness = { ...payload, cipher: undefined };
      return ask({ ...common, entityId, subjectKind: "bank-account", subjectId: idOf(code), payload, sameness, facts });
    }
    case "tariff":
    case "lease":
    case "policy":
      return askFragment(wish.type);
    default:
      return wish.type satisfies never;
  }

  async function askFragment(type: FragmentType): Promise<RequestedApproval | Refusal> {
    const read = await readFragment(tx, type, file, context);
    if (!read.ok) return read;
    const { world } = read;
    const facts = factsOfFragment(type, world);
    if (facts.length === 0) {
      return refuse("CHANGE_INVALID", "这项变更不能登记：文件里没有任何变更。", "The file changes nothing.");
    }
    const named = { tariff: world.tariffs, lease: world.leases, policy: world.policies.approval }[type];
    const ladder = type === "policy" && world.policies.dunning.length > 0 ? ["dunning"] : [];
    const codes = named.map((row) => ("code" in row ? row.code : row.type));
    const subject = [...new Set([...codes, ...ladder])].sort().join("|");
    const place = type === "lease" ? await placeOfLease(tx, world.leases[0]?.code) : {};
    return ask({ ...common, ...place, subjectKind: type, subjectId: idOf(`${type}|${subject}`), payload: file, facts });
  }

  function ask(approval: NewApproval): Promise<RequestedApproval | Refusal> {
    return requestApproval(tx, approval, context);
  }
}

async function placeOfLease(
  tx: Transaction,
  code: string | undefined,
): Promise<Pick<NewApproval, "entityId" | "projectId" | "tenantId">> {
  const found = await row<{ entityId: string; projectId: string; tenantId: string }>(
    tx,
    Prisma.sql`SELECT entity_id AS "entityId", project_id AS "projectId", tenant_id AS "tenantId" FROM lease
      WHERE code = ${code ?? ""}`,
  );
  return found ?? {};
}

/** A stable UUID for what has none of its own, so that asking twice for the same thing is one request. */
function idOf(name: string): string {
  const hex = createHash("sha256").update(`approval-subject|${name}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
