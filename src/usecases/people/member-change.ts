import { recordAudit } from "../../db/audit.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { Platform } from "../../ports/messenger.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** A known person who changes who may speak for a tenant. */
export interface MemberActor {
  readonly personId: string;
  readonly channel: Platform;
  readonly encryption: FieldEncryption;
  /** Business clock. */
  readonly nowMs: number;
  readonly today: CivilDate;
}

export const NOT_OWNER = (): Refusal =>
  refuse(
    "NOT_OWNER",
    "只有贵司的负责人可以管理同事，请联系负责人办理。",
    "Only an owner of the tenant manages members; ask an owner.",
  );

export const LAST_OWNER = (): Refusal =>
  refuse(
    "LAST_OWNER",
    "贵司只剩这一位负责人，请先把另一位同事设为负责人。",
    "This is the tenant's last owner. Make a colleague owner first.",
  );

export const MEMBER_UNKNOWN = (): Refusal =>
  refuse(
    "MEMBER_UNKNOWN",
    "这位同事已经不在名单里了，回复“我的同事”可看最新名单。",
    "This member is not in the list any more; look at the list again.",
  );

/** Every change of who may speak for a tenant leaves a trace; ids only, because the trail outlives the person's name. */
export const auditMember = (
  tx: Transaction,
  actor: Pick<MemberActor, "personId" | "channel" | "today">,
  change: { action: string; memberId: string; before?: object; after?: object },
): Promise<void> =>
  recordAudit(tx, [
    {
      actor: `person:${actor.personId}`,
      channel: actor.channel,
      businessDate: actor.today,
      action: change.action,
      subjectKind: "tenant-member",
      subjectId: change.memberId,
      before: change.before,
      after: change.after,
    },
  ]);
