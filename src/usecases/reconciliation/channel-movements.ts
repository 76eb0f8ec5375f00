import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import { toRecordset } from "../../db/recordset.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { BANK, POS_CLEARING, WECHAT_PAY_CLEARING } from "../../domain/ledger/accounts.ts";
import { channelFeeTaken, channelSettled, moneyLeftUnexplained } from "../../domain/ledger/money-events.ts";
import type { Posting } from "../../domain/ledger/posting.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";

/**
 * `channel-fee` 6603 → 1012.01, `channel-settled` 1002 → 1012.01, `bank-fee` 6603 → 1002; of an acquirer `pos-settled`
 * 1002 → 1012.02, `pos-fee` 6603 → 1012.02; money that left for an unknown cause `suspended` 1901 → 1012.01,
 * `bank-suspended` 1901 → 1002. Below zero gives back.
 */
export interface NewMovement {
  readonly entityId: string;
  readonly accountCode: string;
  readonly kind:
    | "channel-fee"
    | "channel-settled"
    | "bank-fee"
    | "pos-settled"
    | "pos-fee"
    | "suspended"
    | "bank-suspended";
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  /** What it is about; the same one again changes nothing. */
  readonly subjectKey: string;
  readonly statementLineId?: string | undefined;
  readonly reversesId?: string | undefined;
  readonly recordedBy: string;
}

/** Books fees and settlements, set-based. Returns the ids of those that are new, by subject. */
export async function recordMovements(
  tx: Transaction,
  movements: readonly NewMovement[],
): Promise<ReadonlyMap<string, string>> {
  const values = movements
    .filter((movement) => movement.amountFen !== 0n)
    .map((movement) => ({ id: newId(), ...movement }));
  if (values.length === 0) return new Map();
  const written = await rows<{ id: string; subjectKey: string }>(
    tx,
    Prisma.sql`INSERT INTO channel_movement (id, entity_id, account_code, kind, amount_fen, value_date, subject_key,
        statement_line_id, reverses_id, recorded_by)
      SELECT id, "entityId", "accountCode", kind, "amountFen", "valueDate", "subjectKey", "statementLineId", "reversesId",
        "recordedBy"
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, "entityId" uuid, "accountCode" text, kind text,
        "amountFen" bigint, "valueDate" date, "subjectKey" text, "statementLineId" uuid, "reversesId" uuid, "recordedBy" text)
      ON CONFLICT (subject_key) DO NOTHING RETURNING id, subject_key AS "subjectKey"`,
  );
  const isNew = new Set(written.map((one) => one.id));
  const bookingDates = bookingDatesOf(tx);
  const ledger = [];
  for (const movement of values) {
    if (!isNew.has(movement.id)) continue;
    const bookingDate = await bookingDates(movement.entityId, movement.valueDate);
    const context = { entity: movement.entityId, bookingDate, valueDate: movement.valueDate };
    ledger.push({
      eventType: `channel.${movement.kind}`,
      eventId: movement.id,
      postings: postingsOf(movement, context),
    });
  }
  await postToLedger(tx, ledger);
  return new Map(written.map((one) => [one.subjectKey, one.id]));
}

function postingsOf(
  { kind, amountFen }: NewMovement,
  context: { readonly entity: string; readonly bookingDate: CivilDate; readonly valueDate: CivilDate },
): Posting[] {
  switch (kind) {
    case "channel-fee":
      return channelFeeTaken(context, WECHAT_PAY_CLEARING, amountFen);
    case "channel-settled":
      return channelSettled(context, WECHAT_PAY_CLEARING, amountFen);
    case "bank-fee":
      return channelFeeTaken(context, BANK, amountFen);
    case "pos-settled":
      return channelSettled(context, POS_CLEARING, amountFen);
    case "pos-fee":
      return channelFeeTaken(context, POS_CLEARING, amountFen);
    case "suspended":
      return moneyLeftUnexplained(context, WECHAT_PAY_CLEARING, amountFen);
    case "bank-suspended":
      return moneyLeftUnexplained(context, BANK, amountFen);
    default:
      return kind satisfies never;
  }
}
