import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { DunningLetterPaper } from "../../domain/documents/paper.ts";
import { groupBy } from "../../domain/group-by.ts";
import { addDays, type CivilDate, daysBetween, type Month, monthOf } from "../../domain/time/civil-date.ts";
import { PAPER_LINK_DAYS, type PaperContext } from "./context.ts";
import { findParties, findPayee } from "./paper-parts.ts";

/** 催款函: a tenant's overdue, undisputed lines with one entity on a date, by bill. */
export async function loadDunningLetter(
  tx: Transaction,
  of: { readonly tenantId: string; readonly entityId: string; readonly asOf: CivilDate; readonly payBefore: CivilDate },
  context: PaperContext,
): Promise<DunningLetterPaper> {
  const claims = await loadClaims(tx, { tenantId: of.tenantId, entityId: of.entityId, publishedOnly: true });
  const overdue = claims.filter((claim) => !claim.disputed && claim.lateFeeFacts.dueDate < of.asOf);
  const byBill = [...groupBy(overdue, (claim) => claim.billId)];
  const known = await rows<{ id: string; month: Month; code: string }>(
    tx,
    Prisma.sql`SELECT id, period AS month, payment_code AS code FROM bill WHERE id = ANY (${byBill.map(([id]) => id)}::uuid[])`,
  );
  const bills = byBill.flatMap(([billId, lines]) => {
    const [first] = lines;
    if (!first) return [];
    const open = lines.map((claim) => openLineOf(claim, of.asOf));
    const { dueDate } = first.lateFeeFacts;
    return [
      {
        billNo: first.billNo,
        month: known.find(({ id }) => id === billId)?.month ?? monthOf(first.period.from),
        dueDate,
        overdueDays: daysBetween(dueDate, of.asOf),
        principalFen: open.reduce((total, line) => total + line.principalFen, 0n),
        lateFeeFen: open.reduce((total, line) => total + line.lateFeeFen, 0n),
      },
    ];
  });
  const oldest = byBill[0]?.[0];
  const billNos = bills.map((bill) => bill.billNo).slice(0, LINK_BILLS_MAX);
  return {
    kind: "dunning-letter",
    ...(await findParties(tx, of)),
    asOf: of.asOf,
    payBefore: of.payBefore,
    bills,
    totalFen: bills.reduce((total, bill) => total + bill.principalFen + bill.lateFeeFen, 0n),
    payee: await findPayee(tx, of, of.asOf, context.encryption),
    paymentCode: known.find(({ id }) => id === oldest)?.code ?? "",
    payUrl:
      billNos.length === 0
        ? undefined
        : context.payUrl({ tenantId: of.tenantId, entityId: of.entityId, billNos }, addDays(of.asOf, PAPER_LINK_DAYS)),
  };
}

/** A code with more bills than this is too fine for a phone to read from paper. */
const LINK_BILLS_MAX = 40;
