import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { openBookingDate } from "../../db/ledger/period.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { loadEntities, loadTaxRates } from "../../db/master-data.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { depositForfeited } from "../../domain/ledger/money-events.ts";
import { type Fen, formatYuan } from "../../domain/money/fen.ts";
import { takeFromDeposits } from "../../domain/moving-out/settlement-plan.ts";
import { indexTaxRates, taxRateOn } from "../../domain/tax/tax-rate.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import { APPLIED, type ApprovalSubject } from "../approvals/subject.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { MoveOutContext } from "./context.ts";
import { writeDepositUses } from "./deposit-uses.ts";
import { loadHeldDeposits } from "./settlement-facts.ts";
import { auditMoveOut, lockMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

export const FORFEIT_SUBJECT = "deposit-forfeiture";

/** Asks to keep a part of the deposit for cause (damage, an early end). Nothing moves before the last approval. */
export async function askForfeiture(
  tx: Transaction,
  moveOut: StoredMoveOut,
  wish: { readonly amountFen: Fen; readonly reason: string; readonly requestedBy: string },
  context: MoveOutContext,
): Promise<RequestedApproval | Refusal> {
  if (moveOut.state !== "open" || moveOut.consent === "confirmed") {
    return refuse("SETTLED_ALREADY", "租户已确认结算单，不能再没收押金。", "The tenant has confirmed the sheet.");
  }
  if (wish.reason.trim() === "") {
    return refuse("REASON_MISSING", "请写明没收押金的原因。", "Say why the deposit is kept.");
  }
  const heldFen = (await loadHeldDeposits(tx, moveOut)).reduce((sum, one) => sum + one.heldFen, 0n);
  if (wish.amountFen <= 0n || wish.amountFen > heldFen) return tooMuch(heldFen);
  return requestApproval(
    tx,
    {
      type: "lease",
      entityId: moveOut.entityId,
      projectId: moveOut.projectId,
      tenantId: moveOut.tenantId,
      subjectKind: FORFEIT_SUBJECT,
      subjectId: moveOut.moveOutId,
      amountFen: wish.amountFen,
      payload: { leaseCode: moveOut.leaseCode, amountFen: wish.amountFen.toString() },
      title: "没收押金",
      facts: [
        { label: "租户", value: moveOut.tenantName },
        { label: "合同", value: moveOut.leaseCode },
        { label: "持有押金", value: formatYuan(heldFen) },
        { label: "没收金额", value: formatYuan(wish.amountFen) },
      ],
      reason: wish.reason,
      requestedBy: wish.requestedBy,
    },
    context,
  );
}

/** 没收押金: 2241.01 → 6301 + 2221.01, at the tax rate of the entity's rent, whose price it is part of (价外费用). */
export const forfeitureSubject: ApprovalSubject = {
  type: "lease",
  async apply(tx, request, context) {
    const moveOut = await lockMoveOut(tx, { moveOutId: request.subjectId });
    if (!moveOut) throw new Error(`approval ${request.number} is about a settlement that does not exist`);
    if (moveOut.state !== "open" || moveOut.consent === "confirmed") {
      return refuse("SETTLED_ALREADY", "租户已确认结算单，不能再没收押金。", "The tenant has confirmed the sheet.");
    }
    const deposits = await loadHeldDeposits(tx, moveOut);
    const heldFen = deposits.reduce((sum, one) => sum + one.heldFen, 0n);
    if (request.amountFen > heldFen) return tooMuch(heldFen);
    const eventId = newId();
    await writeDepositUses(tx, moveOut, takeFromDeposits(deposits, request.amountFen), {
      kind: "forfeit",
      eventId,
      reason: request.reason,
      approvalId: request.id,
      usedOn: context.today,
    });
    const postings = depositForfeited(
      {
        entity: moveOut.entityId,
        project: moveOut.projectId,
        tenant: moveOut.tenantId,
        lease: moveOut.leaseId,
        bookingDate: await openBookingDate(tx, moveOut.entityId, context.today),
        valueDate: context.today,
      },
      { amountFen: request.amountFen, taxRate: await rentRateOn(tx, moveOut.entityCode, context.today) },
    );
    await postToLedger(tx, [{ eventType: "deposit.forfeited", eventId, postings }]);
    await auditMoveOut(tx, context, moveOut.moveOutId, "deposit-forfeited", { amountFen: request.amountFen });
    return { ...APPLIED, before: { heldFen }, after: { heldFen: heldFen - request.amountFen } };
  },
};

/** Whether a forfeiture waits for its approval. */
export const isForfeitPending = async (tx: Transaction, moveOutId: string): Promise<boolean> =>
  (
    await row<{ pending: boolean }>(
      tx,
      Prisma.sql`SELECT EXISTS (SELECT 1 FROM approval_request WHERE subject_kind = ${FORFEIT_SUBJECT}
        AND subject_id = ${moveOutId}::uuid AND state = 'pending') AS pending`,
    )
  )?.pending ?? false;

async function rentRateOn(tx: Transaction, entityCode: string, day: CivilDate): Promise<string> {
  const entity = (await loadEntities(tx)).find(({ code }) => code === entityCode);
  if (!entity) throw new Error(`no entity ${entityCode}`);
  return taxRateOn(entity, "rent", day, indexTaxRates(await loadTaxRates(tx)));
}

const tooMuch = (heldFen: Fen): Refusal =>
  refuse(
    "FORFEIT_OUT_OF_RANGE",
    `持有的押金为 ${formatYuan(heldFen)}，没收金额须大于零且不超过它。`,
    `The deposit held is ${formatYuan(heldFen)}.`,
  );
