import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { ApprovalRequest } from "../approvals/approval.ts";
import type { Applied, ApprovalSubject } from "../approvals/subject.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { lockLine } from "../reconciliation/match-rows.ts";
import { settleCards } from "./card-settlement.ts";
import type { Effect } from "./effects.ts";
import { type ExceptionItem, findException } from "./exception.ts";
import { refreshCards, writeResolution } from "./write-resolution.ts";

export const EXCEPTION_SUBJECT = "exception";

/** A difference that is given up for good: settled in the requester's name when the second person has agreed. */
export const exceptionSubject: ApprovalSubject = {
  type: "write-off",
  async apply(tx, request, context): Promise<Applied | Refusal> {
    const { proposal, note, version } = request.payload as { proposal: string; note: string | null; version: number };
    const exception = await lock(tx, request.subjectId);
    if (exception?.state !== "open" || exception.version !== version) {
      return refuse(
        "DIFFERENCE_CHANGED",
        "这条对账差异已经变化或处理，请重新查看。",
        "The difference has changed since.",
      );
    }
    const by = { actor: await actorOf(tx, request), channel: context.channel, ip: context.ip, today: context.today };
    const effects = await effectsOf(tx, exception, proposal, by);
    if ("ok" in effects) return effects;
    await writeResolution(tx, exception, { proposal, note: note ?? undefined, approvalId: request.id }, effects, by);
    const after = await findException(tx, exception.id);
    if (!after) throw new Error(`exception ${exception.id} is gone`);
    await refreshCards(tx, after, { cards: context.exceptions });
    return { ok: true, before: { state: "open" }, after: { state: "resolved", proposal } };
  },
  async release(tx, request, _how, context): Promise<void> {
    const exception = await findException(tx, request.subjectId, "lock");
    if (exception?.state !== "open") return;
    await execute(tx, Prisma.sql`UPDATE exception_item SET version = version + 1 WHERE id = ${exception.id}::uuid`);
    // Nobody is waited for any more; the buttons come back.
    const open = { ...exception, version: exception.version + 1, waitsFor: undefined };
    await refreshCards(tx, open, { cards: context.exceptions });
  },
};

async function effectsOf(
  tx: Transaction,
  exception: ExceptionItem,
  proposal: string,
  by: { readonly actor: string },
): Promise<readonly Effect[] | Refusal> {
  if (exception.kind === "SETTLEMENT_MISMATCH" && proposal === "write-off") {
    const settled = await settleCards(tx, exception, { restIs: "fee" }, by);
    return settled.ok ? settled.effects : settled;
  }
  return [];
}

async function lock(tx: Transaction, id: string): Promise<ExceptionItem | undefined> {
  const seen = await findException(tx, id);
  if (seen?.statementLineId !== undefined) await lockLine(tx, seen.statementLineId);
  return seen && findException(tx, id, "lock");
}

async function actorOf(tx: Transaction, request: ApprovalRequest): Promise<string> {
  const staff = await row<{ code: string }>(
    tx,
    Prisma.sql`SELECT code FROM staff WHERE person_id = ${request.requestedBy}::uuid ORDER BY left_at DESC NULLS FIRST,
      code COLLATE "C" LIMIT 1`,
  );
  return staff ? `staff:${staff.code}` : `person:${request.requestedBy}`;
}
