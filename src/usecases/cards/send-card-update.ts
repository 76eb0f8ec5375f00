import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import type { CardUpdate } from "../../db/outbox/content.ts";
import { execute, row } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Messenger, Recipient, SendOutcome } from "../../ports/messenger.ts";

/** "response_code valid 72 h, one call per code" (reference/platforms.md section 3.5). */
const CODE_LIFE_MS = 72 * 3_600_000;

export interface DueCardUpdate {
  readonly recipient: Recipient;
  readonly update: CardUpdate;
  readonly dedupeKey: string;
  /** The id for the further message, where the copy itself can't be replaced. */
  readonly taskId: string;
}

/**
 * Replaces one copy by the way that its platform has: at any time, with a response code of the copy, or, where cards can't
 * be changed or no code is left, by a further message. The last code of a copy is for taking its buttons away: a step on
 * the way that leaves them is left out, and what follows once they are gone makes no further message. `nowMs` is the wire
 * clock.
 */
export async function sendCardUpdate(
  db: Database,
  messenger: Messenger,
  due: DueCardUpdate,
  nowMs: number,
): Promise<SendOutcome> {
  const replace = messenger.updateCard?.bind(messenger);
  if (!replace) return due.update.isFinal ? sayInstead(messenger, due) : leftOut;
  const { recipient, dedupeKey, update } = due;
  const replacement = { recipient, dedupeKey, taskId: update.taskId, card: update.card };
  if (messenger.cardUpdates !== "by-code") return replace(replacement);
  for (;;) {
    const responseCode = await inTransaction(db, (tx) => spendCode(tx, update, nowMs));
    if (responseCode === undefined) {
      return update.isFinal && !(await hasLostItsButtons(db, update.taskId)) ? sayInstead(messenger, due) : leftOut;
    }
    const outcome = await replace({ ...replacement, responseCode });
    // Nothing was sent, so the code is as good as before. After `unknown` it may be used up.
    if (outcome.state === "later") await giveBack(db, responseCode);
    if (outcome.state !== "refused" || outcome.responseCodeSpent !== true) return outcome;
  }
}

const leftOut: SendOutcome = { state: "accepted", channel: "left-out" };

const sayInstead = (messenger: Messenger, { recipient, update, dedupeKey, taskId }: DueCardUpdate) =>
  messenger.send(recipient, { occasion: "notice", card: update.card, dedupeKey, taskId });

/** Marked before the call: after a crash in between, a code that may be used up is not tried again. */
async function spendCode(
  tx: Parameters<typeof row>[0],
  update: CardUpdate,
  nowMs: number,
): Promise<string | undefined> {
  const takesButtons = !update.card.buttons.some((button) => button.kind === "action");
  const keep = update.isFinal || takesButtons ? 0 : 1;
  const since = new Date(nowMs - CODE_LIFE_MS).toISOString();
  const spent = await row<{ code: string }>(
    tx,
    Prisma.sql`UPDATE card_response_code SET spent_at = ${new Date(nowMs).toISOString()}::timestamptz
      WHERE code = (SELECT code FROM card_response_code
        WHERE task_id = ${update.taskId} AND spent_at IS NULL AND received_at > ${since}::timestamptz
        ORDER BY received_at, code LIMIT 1 FOR UPDATE)
      AND ${keep} < (SELECT count(*) FROM card_response_code
        WHERE task_id = ${update.taskId} AND spent_at IS NULL AND received_at > ${since}::timestamptz)
      RETURNING code`,
  );
  return spent?.code;
}

/** An earlier replacement has arrived: nobody can press anything on the copy any more. */
async function hasLostItsButtons(db: Database, taskId: string): Promise<boolean> {
  const found = await row<{ arrived: boolean }>(
    db,
    Prisma.sql`SELECT EXISTS (SELECT 1 FROM outbox sent JOIN outbox u ON u.stream_key = sent.stream_key
        AND u.stream_seq > sent.stream_seq JOIN delivery d ON d.outbox_id = u.id
      WHERE sent.id = ${taskId}::uuid AND u.message->>'kind' = 'card-update' AND u.message->>'taskId' = ${taskId}
        AND d.state = 'accepted' AND d.via <> 'left-out') AS arrived`,
  );
  return found?.arrived ?? false;
}

const giveBack = (db: Database, code: string): Promise<number> =>
  execute(db, Prisma.sql`UPDATE card_response_code SET spent_at = NULL WHERE code = ${code}`);
