import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** Prepayment (预收) about to be written; amount above zero, all of it unused. */
export interface NewPrepayment {
  readonly entityId: string;
  readonly tenantId: string;
  /** What made it: a receipt's rest, a freed fee, a correction that freed principal or that no line could take, a refund. */
  readonly origin: "receipt" | "late-fee" | "correction" | "refund";
  readonly originId: string;
  /** Whose money it is; null for a credit that no line could take. */
  readonly receiptId: string | null;
  readonly amountFen: Fen;
  /** The oldest is used first. */
  readonly valueDate: CivilDate;
}

export async function writePrepayments(tx: Transaction, prepayments: readonly NewPrepayment[]): Promise<void> {
  if (prepayments.length === 0) return;
  const values = prepayments.map((prepayment) => ({
    id: newId(),
    entity_id: prepayment.entityId,
    tenant_id: prepayment.tenantId,
    origin: prepayment.origin,
    origin_id: prepayment.originId,
    receipt_id: prepayment.receiptId,
    amount_fen: prepayment.amountFen,
    value_date: prepayment.valueDate,
  }));
  await execute(
    tx,
    Prisma.sql`INSERT INTO prepayment (id, entity_id, tenant_id, origin, origin_id, receipt_id, amount_fen, remaining_fen,
        value_date)
      SELECT id, entity_id, tenant_id, origin, origin_id, receipt_id, amount_fen, amount_fen, value_date
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, entity_id uuid, tenant_id uuid, origin text,
        origin_id uuid, receipt_id uuid, amount_fen bigint, value_date date)`,
  );
}

/** Adds to what is left of prepayments; below zero uses them. The database refuses less than none or more than all. */
export async function moveRemaining(
  tx: Transaction,
  movements: readonly { readonly prepaymentId: string; readonly amountFen: Fen }[],
): Promise<void> {
  if (movements.length === 0) return;
  const values = movements.map(({ prepaymentId, amountFen }) => ({ id: prepaymentId, amount_fen: amountFen }));
  await execute(
    tx,
    Prisma.sql`UPDATE prepayment p SET remaining_fen = p.remaining_fen + moved.amount_fen
      FROM (SELECT id, sum(amount_fen) AS amount_fen
        FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, amount_fen bigint) GROUP BY id) moved
      WHERE p.id = moved.id`,
  );
}
