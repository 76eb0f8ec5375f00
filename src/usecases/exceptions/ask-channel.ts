import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type ExceptionItem, findException } from "./exception.ts";
import type { ResolutionContext, Resolved } from "./resolution.ts";
import { refreshCards } from "./write-resolution.ts";

/**
 * Puts down that the channel is to be asked. No call is made inside a transaction: who looks next (`answerChannelQuestions`)
 * asks, and acts on the answer in this person's name. The difference stays open until then.
 */
export async function askChannel(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<Resolved> {
  if (!exception.asksChannel) {
    await execute(
      tx,
      Prisma.sql`UPDATE exception_item SET requery_by = ${context.staff.code}, requery_at = clock_timestamp(),
          version = version + 1 WHERE id = ${exception.id}::uuid`,
    );
    await recordAudit(tx, [
      {
        actor: context.actor,
        channel: context.channel,
        ip: context.ip,
        businessDate: context.today,
        action: "exception.channel-asked",
        subjectKind: "exception",
        subjectId: exception.id,
        before: { state: "open" },
        after: { state: "open", orderNo: exception.orderNo ?? null },
      },
    ]);
  }
  const after = await findException(tx, exception.id);
  if (!after) throw new Error(`exception ${exception.id} is gone`);
  await refreshCards(tx, after, context);
  return { ok: true, exception: after, postings: [], approvals: [] };
}
