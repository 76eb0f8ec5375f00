import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { CHARGE_KINDS, type ChargeKind } from "../../domain/world/lease.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import { type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may, type Place } from "../staff/permissions.ts";
import { buildingsOfLease } from "../staff/portfolio.ts";

export const ONE_OFF_SUBJECT = "one-off-charge";

export interface OneOffWish {
  readonly leaseCode: string;
  readonly kind: string;
  readonly amountFen: Fen;
  readonly reason: string;
}

/** What the document keeps; amounts as text. */
export interface OneOffPayload {
  readonly leaseId: string;
  readonly kind: ChargeKind;
  readonly amountFen: string;
  readonly askedOn: CivilDate;
}

const placeOf = ({ projectId, buildingIds }: { projectId: string; buildingIds: string[] }): Place => ({
  projectId,
  buildingIds,
});

/** Asks to charge a lease once for something that its terms do not say (a lost key, a repair); see apply-one-off.ts. */
export async function askOneOff(
  tx: Transaction,
  wish: OneOffWish,
  requester: StaffMember,
  context: ApprovalContext,
): Promise<RequestedApproval | Refusal> {
  const kind = CHARGE_KINDS.find((one) => one === wish.kind);
  if (!kind) {
    return refuse(
      "KIND_UNKNOWN",
      `没有费用种类 ${wish.kind}，可用：${CHARGE_KINDS.join("、")}`,
      "There is no such kind.",
    );
  }
  if (wish.amountFen <= 0n) return refuse("AMOUNT_NOT_POSITIVE", "金额要大于零。", "The amount must be above zero.");
  if (wish.reason.trim() === "") return refuse("REASON_MISSING", "请写明收费的原因。", "Say what it is for.");
  const lease = await row<{
    id: string;
    entityId: string;
    projectId: string;
    tenantId: string;
    tenantName: string;
    start: CivilDate;
    mode: string;
    buildingIds: string[];
  }>(
    tx,
    Prisma.sql`SELECT l.id, l.entity_id AS "entityId", l.project_id AS "projectId", l.tenant_id AS "tenantId",
        t.name AS "tenantName", (v.terms->>'start') AS start, p.mode, ${buildingsOfLease(Prisma.sql`l.id`)} AS "buildingIds"
      FROM lease l JOIN tenant t ON t.id = l.tenant_id JOIN project p ON p.id = l.project_id
        JOIN lease_version v ON v.lease_id = l.id AND v.version = 1
      WHERE l.code = ${wish.leaseCode}`,
  );
  if (!lease || !may(requester, "tenant.read", placeOf(lease))) {
    return refuse("LEASE_UNKNOWN", `没有合同 ${wish.leaseCode}，请检查合同编号。`, "There is no such lease.");
  }
  if (lease.mode !== "live") {
    return refuse("PROJECT_NOT_LIVE", "这个项目还没有正式上线，不能收费。", "The project is not live.");
  }
  await lockTenantAccounts(tx, [{ tenantId: lease.tenantId, entityId: lease.entityId }]);
  const payload: OneOffPayload = {
    leaseId: lease.id,
    kind,
    amountFen: wish.amountFen.toString(),
    askedOn: context.today,
  };
  return requestApproval(
    tx,
    {
      type: "lease",
      entityId: lease.entityId,
      projectId: lease.projectId,
      tenantId: lease.tenantId,
      subjectKind: ONE_OFF_SUBJECT,
      subjectId: newId(),
      amountFen: wish.amountFen,
      payload: { ...payload },
      title: "一次性收费",
      facts: [
        { label: "租户", value: lease.tenantName },
        { label: "合同", value: wish.leaseCode },
        { label: "金额", value: formatYuan(wish.amountFen) },
        { label: "日期", value: formatDate(context.today) },
      ],
      reason: wish.reason,
      requestedBy: requester.personId,
    },
    context,
  );
}
