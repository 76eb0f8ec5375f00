import type { Transaction } from "../../db/transaction.ts";
import type { StatementPaper } from "../../domain/documents/paper.ts";
import { type CivilDate, earlier } from "../../domain/time/civil-date.ts";
import { findTenantStatement } from "../queries/tenant-statement.ts";
import { findParties } from "./paper-parts.ts";

/** 对账单 of a tenant and one entity over a range, by the same query as the chat's. */
export async function loadStatementPaper(
  tx: Transaction,
  of: { readonly tenantId: string; readonly entityId: string; readonly from: CivilDate; readonly to: CivilDate },
  today: CivilDate,
): Promise<StatementPaper> {
  const range = { from: of.from, to: of.to };
  const all = await findTenantStatement(tx, of.tenantId, range, today);
  const found = all.find((one) => one.entityId === of.entityId);
  return {
    kind: "statement",
    ...(await findParties(tx, of)),
    range,
    through: found?.through ?? earlier(of.to, today),
    openingFen: found?.openingFen ?? 0n,
    billedFen: found?.billedFen ?? 0n,
    lateFeeFen: found?.lateFeeFen ?? 0n,
    waivedFen: found?.waivedFen ?? 0n,
    paidFen: found?.paidFen ?? 0n,
    ...(found && found.offsetFen !== 0n ? { offsetFen: found.offsetFen } : {}),
    ...(found && found.refundedFen !== 0n ? { refundedFen: found.refundedFen } : {}),
    closingFen: found?.closingFen ?? 0n,
    entries: found?.entries ?? [],
  };
}
