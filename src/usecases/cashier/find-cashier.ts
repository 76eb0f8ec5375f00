import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

export interface Cashier {
  readonly ok: true;
  readonly staffId: string;
  readonly staffCode: string;
  readonly entityId: string;
  readonly entityCode: string;
}

/** Who takes cash for which entity. The entity may be left out where there is only one, or one shift open. */
export async function findCashier(
  tx: Transaction,
  staffCode: string,
  entityCode: string | undefined,
): Promise<Cashier | Refusal> {
  const staff = await row<{ id: string; mayTakeCash: boolean }>(
    tx,
    Prisma.sql`SELECT s.id, EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = s.id AND r.role IN ('cashier', 'finance-manager'))
        AS "mayTakeCash" FROM staff s WHERE s.code = ${staffCode} AND s.left_at IS NULL`,
  );
  if (!staff)
    return refuse("STAFF_UNKNOWN", `没有在职员工 ${staffCode}。`, `Nobody of the staff has the code ${staffCode}.`);
  if (!staff.mayTakeCash) {
    return refuse("NOT_ALLOWED", `员工 ${staffCode} 不是出纳，不能开班或交班。`, `${staffCode} is no cashier.`);
  }
  const entities = await rows<{ id: string; code: string; open: boolean }>(
    tx,
    Prisma.sql`SELECT e.id, e.code, EXISTS (SELECT 1 FROM cashier_shift c WHERE c.entity_id = e.id AND c.staff_id = ${staff.id}::uuid
        AND c.state = 'open') AS open FROM legal_entity e ORDER BY e.code COLLATE "C"`,
  );
  const open = entities.filter((one) => one.open);
  const chosen =
    entityCode === undefined
      ? open.length === 1
        ? open[0]
        : entities.length === 1
          ? entities[0]
          : undefined
      : entities.find(({ code }) => code === entityCode);
  if (!chosen) {
    const codes = entities.map(({ code }) => code).join("、");
    return refuse("ENTITY_NEEDED", `请用 --entity 指明公司：${codes}。`, `Name the entity: ${codes}.`);
  }
  return { ok: true, staffId: staff.id, staffCode, entityId: chosen.id, entityCode: chosen.code };
}
