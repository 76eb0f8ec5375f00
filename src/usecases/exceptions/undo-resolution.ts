import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { expireApproval } from "../approvals/cancel-approval.ts";
import { allOrNothing } from "../approvals/or-nothing.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { type NewMovement, recordMovements } from "../reconciliation/channel-movements.ts";
import { type NewMatch, releaseLine, writeMatches } from "../reconciliation/match-rows.ts";
import { releasePosItems } from "../reconciliation/pos-items.ts";
import { reopenClaims } from "../reconciliation/transfer-claims.ts";
import { dropDocuments } from "./ask-document.ts";
import { takeBankFeesBack } from "./bank-fee-relief.ts";
import { type Effect, loadReceipt } from "./effects.ts";
import { type ExceptionItem, findException } from "./exception.ts";
import { withdrawRedLetter } from "./invoice-proposals.ts";
import { recordAgain, takeBack, unclaim } from "./receipt-moves.ts";
import type { ResolutionContext, Resolved } from "./resolution.ts";
import {
  loadPostings,
  lockException,
  outdatedOf,
  refusalFor,
  standingResolution,
  unknown,
} from "./resolve-exception.ts";
import { cancelReturn } from "./return-money.ts";
import { refreshCards } from "./write-resolution.ts";

/**
 * Takes a resolution back: every balance is as it was before (I17), by counter-events, and the difference is open again. A
 * difference that is open already is left as it is.
 */
export const undoResolution = (
  db: Database,
  command: {
    readonly exceptionId: string;
    readonly note?: string | undefined;
    /** Of a page: what it showed. What was settled otherwise since is not undone by it. */
    readonly version?: number | undefined;
  },
  context: ResolutionContext,
): Promise<Resolved | Refusal> =>
  allOrNothing(db, async (tx) => {
    const exception = await lockException(tx, command.exceptionId);
    const problem = refusalFor(exception, context);
    if (problem || !exception) return problem ?? unknown(command.exceptionId);
    const outdated = outdatedOf(exception, command.version);
    if (outdated) return outdated;
    const resolution = await standingResolution(tx, exception.id);
    if (exception.state === "open" || !resolution) return withdrawWishes(tx, exception, context);
    for (const effect of [...resolution.effects].reverse()) {
      const undone = await undoEffect(tx, exception, effect, resolution.effects, context);
      if (!undone.ok) return undone;
    }
    await reopen(tx, exception, resolution, command.note, context);
    const after = await findException(tx, exception.id);
    if (!after) throw new Error(`exception ${exception.id} is gone`);
    await refreshCards(tx, after, context);
    return { ok: true, exception: after, postings: await loadPostings(tx, exception.entityId), approvals: [] };
  });

/** Nothing is settled yet: what somebody has asked others for, an approval or an answer of the channel, is asked for no more. */
async function withdrawWishes(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<Resolved> {
  if (exception.waitsFor === undefined && !exception.asksChannel)
    return { ok: true, exception, postings: [], approvals: [] };
  await dropDocuments(tx, exception.id, "对账差异的处理已撤销", context);
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET requery_by = NULL, requery_at = NULL, version = version + 1
      WHERE id = ${exception.id}::uuid`,
  );
  const after = await findException(tx, exception.id);
  if (!after) throw new Error(`exception ${exception.id} is gone`);
  await refreshCards(tx, after, context);
  return { ok: true, exception: after, postings: [], approvals: [] };
}

async function undoEffect(
  tx: Transaction,
  exception: ExceptionItem,
  effect: Effect,
  all: readonly Effect[],
  context: ResolutionContext,
): Promise<{ readonly ok: true } | Refusal> {
  switch (effect.type) {
    case "claimed":
      await reopenClaims(tx, exception.id);
      return unclaim(tx, effect.receiptId, exception.statementLineId, context);
    case "received":
      return takeBack(tx, effect.receiptId, "resolution undone", context);
    case "taken-back": {
      const old = await loadReceipt(tx, effect.receiptId);
      const recorded = await recordAgain(tx, old, {}, context);
      if (recorded.ok && recorded.receiptId !== undefined) await pointBack(tx, all, recorded.receiptId);
      return recorded;
    }
    case "movement":
      await reverseMovement(tx, effect.movementId, context);
      return { ok: true };
    case "red-letter":
      return withdrawRedLetter(tx, effect.redNo, context);
    case "payout-confirmed":
      return refuse(
        "PAYOUT_CONFIRMED",
        `退款 ${effect.refundNo} 已登记为银行付出，不能在这里撤销；如登记有误，请与银行核对后另行处理。`,
        `The payout of ${effect.refundNo} is on record.`,
      );
    case "released":
      await releaseLine(tx, effect.lineId);
      await writeMatches(tx, [exceptionTakes(exception, effect.lineId, context)]);
      return { ok: true };
    case "relief": {
      await lockOwners(tx, effect.reliefIds);
      await takeBankFeesBack(tx, effect.reliefIds, context);
      return { ok: true };
    }
    case "approval":
      return cancelWaivers(tx, effect.approvalIds, context);
    case "refund":
      return cancelReturn(tx, effect.refundNo, context);
    case "raised":
      return withdraw(tx, effect.exceptionId);
    case "matched":
      await releaseLine(tx, effect.lineId);
      await writeMatches(tx, [exceptionTakes(exception, effect.lineId, context)]);
      return { ok: true };
    default:
      return effect satisfies never;
  }
}

/** What had gone over to a receipt of this resolution is about the money again that stands in its place now. */
const pointBack = (tx: Transaction, effects: readonly Effect[], receiptId: string): Promise<number> =>
  execute(
    tx,
    Prisma.sql`UPDATE exception_item SET receipt_id = ${receiptId}::uuid, facts = facts || jsonb_build_object('receiptNo',
        (SELECT receipt_no FROM receipt WHERE id = ${receiptId}::uuid))
      WHERE receipt_id = ANY (${effects.flatMap((one) => (one.type === "received" ? [one.receiptId] : []))}::uuid[])`,
  );

const exceptionTakes = (exception: ExceptionItem, lineId: string, context: ResolutionContext): NewMatch => ({
  lineId,
  bookKind: "exception",
  bookId: exception.id,
  stage: 7,
  reasons: exception.facts.reasons,
  matchedBy: context.actor,
});

async function reverseMovement(tx: Transaction, movementId: string, context: ResolutionContext): Promise<void> {
  const movement = await row<{
    entityId: string;
    accountCode: string;
    kind: NewMovement["kind"];
    amountFen: Fen;
    valueDate: CivilDate;
    subjectKey: string;
  }>(
    tx,
    Prisma.sql`SELECT entity_id AS "entityId", account_code AS "accountCode", kind, amount_fen AS "amountFen",
        value_date::text AS "valueDate", subject_key AS "subjectKey" FROM channel_movement WHERE id = ${movementId}::uuid`,
  );
  if (!movement) throw new Error(`no movement ${movementId}`);
  await recordMovements(tx, [
    {
      ...movement,
      amountFen: -movement.amountFen,
      subjectKey: `undo|${movementId}`,
      reversesId: movementId,
      recordedBy: context.actor,
    },
  ]);
  await releasePosItems(tx, movementId);
}

async function lockOwners(tx: Transaction, reliefIds: readonly string[]): Promise<void> {
  const owners = await rows<{ tenantId: string; entityId: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT b.tenant_id AS "tenantId", f.entity_id AS "entityId" FROM claim_relief f
      JOIN bill_line l ON l.id = f.line_id JOIN bill b ON b.id = l.bill_id WHERE f.id = ANY (${[...reliefIds]}::uuid[])`,
  );
  await lockTenantAccounts(tx, owners);
}

/** Documents that nobody has decided yet are cancelled with it; an approved waiver is somebody else's decision and stays. */
async function cancelWaivers(
  tx: Transaction,
  approvalIds: readonly string[],
  context: ResolutionContext,
): Promise<{ readonly ok: true } | Refusal> {
  const decided = await row<{ number: string; type: string }>(
    tx,
    Prisma.sql`SELECT number, type FROM approval_request WHERE id = ANY (${[...approvalIds]}::uuid[]) AND state = 'approved' LIMIT 1`,
  );
  if (decided?.type === "reopen") {
    return refuse(
      "REOPENING_APPROVED",
      `反结账 ${decided.number} 已经批准，不能在这里撤销；需要的话请重新结账。`,
      `The reopening ${decided.number} has been approved.`,
    );
  }
  if (decided) {
    return refuse(
      "WAIVER_APPROVED",
      `减免 ${decided.number} 已经批准，不能在这里撤销；差额不再欠，如需追回请另行补收。`,
      `The waiver ${decided.number} has been approved.`,
    );
  }
  if (!context.approvals) throw new Error("an undo of a waiver is asked where approvals are known");
  for (const id of approvalIds)
    await expireApproval(tx, id, "对账差异的处理已撤销", { ...context, ...context.approvals });
  return { ok: true };
}

/** The exception that the resolution had raised goes with it, unless somebody has settled it meanwhile. */
async function withdraw(tx: Transaction, exceptionId: string): Promise<{ readonly ok: true } | Refusal> {
  const settled = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM exception_item WHERE id = ${exceptionId}::uuid AND state = 'resolved'`,
  );
  if (settled) {
    return refuse(
      "FOLLOWED_BY_OTHERS",
      `这笔款后来已被认领，请先撤销那一条（${exceptionId}）。`,
      `The money has been claimed since. Undo exception ${exceptionId} first.`,
    );
  }
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET state = 'resolved', resolved_with = 'withdrawn', resolved_by = 'system',
        resolved_at = now(), version = version + 1 WHERE id = ${exceptionId}::uuid`,
  );
  return { ok: true };
}

async function reopen(
  tx: Transaction,
  exception: ExceptionItem,
  resolution: { readonly id: string; readonly proposal: string },
  note: string | undefined,
  context: ResolutionContext,
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`UPDATE exception_resolution SET undone_by = ${context.actor}, undone_on = ${context.today}::date
      WHERE id = ${resolution.id}::uuid`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET state = 'open', resolved_with = NULL, resolved_by = NULL, resolved_at = NULL,
        version = version + 1 WHERE id = ${exception.id}::uuid`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "exception.reopened",
      subjectKind: "exception",
      subjectId: exception.id,
      before: { state: "resolved", proposal: resolution.proposal },
      after: { state: "open", note: note ?? null },
    },
  ]);
}
