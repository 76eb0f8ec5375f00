import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import type { ApprovalFact } from "../approvals/approval.ts";
import type { StoredRefund } from "./stored-refund.ts";
import { REFUND_WORDS } from "./words.zh-CN.ts";

export const REFUND_TITLE = REFUND_WORDS.title;

/** What an approver has to know: whose money, of which payment, what becomes of it, and what the tenant still owes. */
export async function approvalFactsOf(
  tx: Transaction,
  refund: StoredRefund,
  today: CivilDate,
): Promise<readonly ApprovalFact[]> {
  const { facts } = REFUND_WORDS;
  const list: ApprovalFact[] = [
    { label: facts.tenant, value: refund.tenantName ?? REFUND_WORDS.unknownPayer },
    { label: facts.what, value: await whatIsRefunded(tx, refund) },
    { label: facts.entity, value: refund.entityName },
  ];
  if (refund.receiptNo !== null && refund.receiptDate !== null && refund.receiptChannel !== null) {
    const channel = REFUND_WORDS.channels[refund.receiptChannel];
    list.push({ label: facts.payment, value: `${refund.receiptNo}（${formatDate(refund.receiptDate)} ${channel}）` });
  }
  list.push({ label: facts.route, value: routeOf(refund) });
  if (refund.tenantId !== null) {
    const open = (await loadClaims(tx, { tenantId: refund.tenantId, publishedOnly: true })).map((claim) =>
      openLineOf(claim, today),
    );
    const owedFen = open.reduce((sum, line) => sum + line.principalFen + line.lateFeeFen, 0n);
    list.push({ label: facts.owed, value: formatYuan(owedFen) });
  }
  list.push({ label: facts.refundNo, value: refund.refundNo });
  return list;
}

async function whatIsRefunded(tx: Transaction, refund: StoredRefund): Promise<string> {
  if (refund.lineEffect === null || refund.lineId === null) return REFUND_WORDS.sources[refund.source];
  const line = await row<{ billNo: string; charge: string }>(
    tx,
    Prisma.sql`SELECT b.bill_no AS "billNo", l.charge_code AS charge FROM bill_line l JOIN bill b ON b.id = l.bill_id
      WHERE l.id = ${refund.lineId}::uuid`,
  );
  return REFUND_WORDS.lineEffects[refund.lineEffect](line?.billNo ?? "", line?.charge ?? "");
}

/** An account is named by its last digits only: cards are screenshots in waiting. */
function routeOf(refund: StoredRefund): string {
  if (refund.route === "wechat") return REFUND_WORDS.routes.wechat;
  const { payoutHolder, payoutBank, payoutTail } = refund;
  return REFUND_WORDS.routes.bank(payoutHolder ?? "", payoutBank ?? "", payoutTail ?? "");
}
