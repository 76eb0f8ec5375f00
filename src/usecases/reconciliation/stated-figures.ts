import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { toRecordset } from "../../db/recordset.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** A figure that a tenant was told to pay, in chat, on a page, on paper or by a card. */
export interface StatedFigure {
  readonly tenantId: string;
  readonly entityId: string;
  readonly amountFen: Fen;
  /** Empty: all that was owed to the entity. */
  readonly billNos?: readonly string[] | undefined;
}

/** Where a tenant read it: an answer, the cashier's or the bill's page, a PDF, a card that was pushed. */
export type StatedBy = "chat" | "cashier" | "bill-page" | "paper" | "notice" | "dunning";

/**
 * Remembers what was told: whoever transfers exactly that within three days has paid, and the fee that grew on the way is
 * given up (money-rules 8). The same figure on the same day is kept once.
 */
export async function recordStatedFigures(
  tx: Transaction,
  figures: readonly StatedFigure[],
  statedOn: CivilDate,
  source: StatedBy,
): Promise<void> {
  const values = figures
    .filter((figure) => figure.amountFen > 0n)
    .map(({ billNos, ...figure }) => ({ id: newId(), ...figure, billNos: [...(billNos ?? [])].sort() }));
  if (values.length === 0) return;
  await execute(
    tx,
    Prisma.sql`INSERT INTO stated_figure (id, tenant_id, entity_id, amount_fen, stated_on, bill_nos, source)
      SELECT id, "tenantId", "entityId", "amountFen", ${statedOn}::date,
        ARRAY(SELECT jsonb_array_elements_text("billNos")), ${source}
      FROM jsonb_to_recordset(${toRecordset(values)}::jsonb) AS t(id uuid, "tenantId" uuid, "entityId" uuid,
        "amountFen" bigint, "billNos" jsonb)
      ON CONFLICT DO NOTHING`,
  );
}
