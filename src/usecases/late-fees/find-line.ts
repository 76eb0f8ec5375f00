import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

export interface FoundLine {
  readonly ok: true;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly entityId: string;
}

/** The account of an issued line that can be owed, to be locked before anything is read that decides. */
export async function findLine(tx: Transaction, lineId: string): Promise<FoundLine | Refusal> {
  const found = await row<Omit<FoundLine, "ok">>(
    tx,
    Prisma.sql`SELECT r.tenant_id AS "tenantId", t.name AS "tenantName", r.entity_id AS "entityId" FROM receivable r
      JOIN tenant t ON t.id = r.tenant_id
      JOIN bill b ON b.id = r.bill_id AND b.state IN ('issued', 'published') WHERE r.line_id::text = ${lineId}`,
  );
  if (found) return { ok: true, ...found };
  return refuse(
    "LINE_UNKNOWN",
    `没有这一笔已出账的费用（${lineId}），请检查编号。`,
    `There is no issued line ${lineId}. Check the id.`,
  );
}
