import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CardPayment } from "../../domain/reconciliation/card-settlement.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";

/** What an acquirer pays later than that is somebody's decision, not a match by itself. */
const OLDEST_DAYS = 45;

/**
 * Card payments of an entity that no settlement has paid, through a day, the oldest first; and, below zero, those that were
 * taken back after the acquirer had paid them in.
 */
export const loadUnsettledCards = async (
  tx: Transaction,
  entityId: string,
  through: CivilDate,
): Promise<CardPayment[]> => {
  const found = await rows<Omit<CardPayment, "shiftNo"> & { readonly shiftNo: string | null }>(
    tx,
    Prisma.sql`SELECT CASE WHEN u.sign = 1 THEN '+' ELSE '-' END || r.id AS key, (r.amount_fen * u.sign)::bigint AS "amountFen",
        r.value_date::text AS "valueDate", shift.shift_no AS "shiftNo"
      FROM receipt r
      CROSS JOIN (VALUES (1), (-1)) AS u(sign)
      LEFT JOIN LATERAL (SELECT c.shift_no FROM cashier_shift c JOIN staff s ON s.id = c.staff_id
        WHERE c.entity_id = r.entity_id AND r.recorded_by = 'staff:' || s.code AND r.known_at >= c.opened_at
          AND (c.closed_at IS NULL OR r.known_at <= c.closed_at) ORDER BY c.opened_at DESC LIMIT 1) shift ON u.sign = 1
      WHERE r.channel = 'pos' AND r.entity_id = ${entityId}::uuid
        AND r.value_date BETWEEN ${addDays(through, -OLDEST_DAYS)}::date AND ${through}::date
        AND NOT EXISTS (SELECT 1 FROM pos_settlement_item i WHERE i.receipt_id = r.id AND i.sign = u.sign AND i.active)
        AND (u.sign = 1 AND r.state = 'counted' OR u.sign = -1 AND r.state = 'undone'
          AND EXISTS (SELECT 1 FROM pos_settlement_item i WHERE i.receipt_id = r.id AND i.sign = 1 AND i.active))
      ORDER BY r.value_date, r.receipt_no COLLATE "C", u.sign DESC`,
  );
  return found.map(({ shiftNo, ...one }) => ({ ...one, shiftNo: shiftNo ?? undefined }));
};

/** The card payments that a settlement pays; one that another settlement has paid fails on its unique index. */
export async function takePosItems(tx: Transaction, movementId: string, keys: readonly string[]): Promise<void> {
  await execute(
    tx,
    Prisma.sql`INSERT INTO pos_settlement_item (movement_id, receipt_id, sign)
      SELECT ${movementId}::uuid, substr(key, 2)::uuid, CASE left(key, 1) WHEN '+' THEN 1 ELSE -1 END
      FROM unnest(${[...keys]}::text[]) AS key`,
  );
}

/** The settlement was undone: its card payments are owed again. */
export const releasePosItems = (tx: Transaction, movementId: string): Promise<number> =>
  execute(
    tx,
    Prisma.sql`UPDATE pos_settlement_item SET active = false WHERE movement_id = ${movementId}::uuid AND active`,
  );
