import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import { newId } from "../../db/ids.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { toJsonInteger } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { updateCards } from "../cards/update-cards.ts";
import type { Effect } from "./effects.ts";
import type { ExceptionCards, ExceptionItem } from "./exception.ts";

/** A proposal as it was carried out. */
export interface ChosenProposal {
  readonly proposal: string;
  readonly note?: string | undefined;
  readonly details?: object | undefined;
  /** The document that let it happen. */
  readonly approvalId?: string | undefined;
}

/** Writes down what was chosen and what an undo has to give back; the difference is settled. */
export async function writeResolution(
  tx: Transaction,
  exception: ExceptionItem,
  command: ChosenProposal,
  effects: readonly Effect[],
  context: Actor & { readonly today: CivilDate },
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO exception_resolution (id, exception_id, ordinal, proposal, note, effect, resolved_by, resolved_on, approval_id)
      SELECT ${newId()}::uuid, ${exception.id}::uuid, count(*) + 1, ${command.proposal}, ${command.note ?? null},
        ${JSON.stringify(effects)}::jsonb, ${context.actor}, ${context.today}::date,
        ${command.approvalId ?? null}::uuid
      FROM exception_resolution WHERE exception_id = ${exception.id}::uuid`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE exception_item SET state = 'resolved', resolved_with = ${command.proposal}, resolved_by = ${context.actor},
        resolved_at = now(), requery_by = NULL, requery_at = NULL, version = version + 1 WHERE id = ${exception.id}::uuid`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "exception.resolved",
      subjectKind: "exception",
      subjectId: exception.id,
      before: { kind: exception.kind, state: "open", amountFen: toJsonInteger(exception.amountFen) },
      after: {
        state: "resolved",
        proposal: command.proposal,
        note: command.note ?? null,
        details: command.details,
        effects,
      },
    },
  ]);
}

/** Every copy of the card says what became of it. */
export async function refreshCards(
  tx: Transaction,
  exception: ExceptionItem,
  context: { readonly cards?: Pick<ExceptionCards, "status"> | undefined; readonly clickedTaskId?: string | undefined },
): Promise<void> {
  if (!context.cards) return;
  await updateCards(tx, {
    subject: { kind: "exception", id: exception.id },
    version: exception.version,
    card: context.cards.status(exception),
    isFinal: false,
    exceptTaskId: context.clickedTaskId,
  });
}
