import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LineReference } from "../../domain/allocation/open-line.ts";
import type { AllocationPolicy } from "../../domain/allocation/payment-order.ts";
import { type AllocationPlan, type Designation, planAllocation } from "../../domain/allocation/receipt-allocation.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { AllocationKey } from "../../domain/world/property.ts";
import { type ClaimIndex, indexClaims } from "./claim-index.ts";
import type { ReceiptAllocation } from "./receipt.ts";

export interface PlannedReceipt {
  readonly plan: AllocationPlan;
  readonly claims: ClaimIndex;
}

/** Where money of a tenant at an entity goes. The preview and the receipt are this one function (money-rules 8). */
export async function planReceipt(
  tx: Transaction,
  of: { readonly tenantId: string; readonly entity: { readonly id: string; readonly code: string } },
  money: { readonly amountFen: Fen; readonly valueDate: CivilDate; readonly designated: Designation },
): Promise<PlannedReceipt> {
  const claims = await loadClaims(tx, { tenantId: of.tenantId, entityId: of.entity.id });
  const plan = planAllocation({
    entity: of.entity.code,
    amountFen: money.amountFen,
    valueDate: money.valueDate,
    openLines: claims.map((claim) => openLineOf(claim, money.valueDate)),
    designated: money.designated,
    policies: await loadAllocationPolicies(tx),
  });
  return { plan, claims: indexClaims(claims) };
}

/** How each project wants its lines paid, by project code. */
export async function loadAllocationPolicies(tx: Transaction): Promise<Readonly<Record<string, AllocationPolicy>>> {
  const projects = await rows<{ code: string; order: AllocationKey[] }>(
    tx,
    Prisma.sql`SELECT code, allocation_order AS "order" FROM project`,
  );
  return Object.fromEntries(projects.map(({ code, order }) => [code, { order }]));
}

/** An allocation as people see it. */
export const viewOf = (
  line: Pick<LineReference, "lineId" | "billNo" | "charge" | "role" | "period" | "kind">,
  part: "principal" | "late-fee",
  amountFen: Fen,
): ReceiptAllocation => ({
  billNo: line.billNo,
  charge: line.charge,
  role: line.role,
  period: line.period,
  kind: part === "late-fee" ? "late-fee" : line.kind,
  amountFen,
  lineId: line.lineId,
});
