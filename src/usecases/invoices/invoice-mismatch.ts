import { textCard } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import { type LineCover, loadLineCover } from "./line-cover.ts";

/**
 * Money came off invoiced lines: a receipt was taken back, or a correction freed what it had paid. The invoices stand above
 * what is received. Finance decides whether other money is on its way or the invoice goes back; nothing is red-lettered by
 * itself. One exception per cause and invoiced part, however often it is looked at. 先票后款 stands before its money anyway.
 */
export async function reportInvoicesWithoutMoney(tx: Transaction, losses: readonly MoneyLoss[]): Promise<void> {
  const covers = (await loadLineCover(tx, [...new Set(losses.flatMap((loss) => loss.lineIds))])).filter(
    (cover) => !cover.beforeMoney && cover.invoicedFen > cover.receivedFen,
  );
  if (covers.length === 0) return;
  for (const loss of losses) {
    await reportLoss(
      tx,
      loss,
      covers.filter((cover) => loss.lineIds.includes(cover.lineId)),
    );
  }
}

/** Money that came off lines. */
export interface MoneyLoss {
  /** What took the money off, by a key and in words: "收款 SK-… 已撤销". */
  readonly causeKey: string;
  readonly cause: string;
  readonly entityId: string;
  readonly lineIds: readonly string[];
}

async function reportLoss(tx: Transaction, loss: MoneyLoss, covers: readonly LineCover[]): Promise<void> {
  for (const cover of covers) {
    const name = cover.number ?? cover.applicationNo ?? "";
    const overFen = cover.invoicedFen - cover.receivedFen;
    const facts = {
      cause: loss.cause,
      billNo: cover.billNo,
      invoice: name,
      invoicedFen: toJsonInteger(cover.invoicedFen),
      receivedFen: toJsonInteger(cover.receivedFen),
      overFen: toJsonInteger(overFen),
    };
    const written = await rows<{ id: string }>(
      tx,
      Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state)
        VALUES (${newId()}::uuid, ${loss.entityId}::uuid, 'FAPIAO_MISMATCH',
          ${`${loss.causeKey}|${cover.invoiceId}|${cover.lineId}|${cover.component}`}, ${JSON.stringify(facts)}::jsonb, 'open')
        ON CONFLICT (kind, subject_key) DO NOTHING RETURNING id`,
    );
    const [exception] = written;
    if (!exception) continue;
    await tellStaff(tx, {
      to: { roles: ["finance-manager"], entityId: loss.entityId },
      card: textCard(
        "发票与收款不符",
        `${loss.cause}，账单 ${cover.billNo} 的发票 ${name} 仍然有效，比已收的多 ${formatYuan(overFen)}。`,
        "如租户会补付，可以不动；不会补付的，请用“发票红冲”红冲这张发票。系统不会自动红冲。",
      ),
      dedupeKey: `fapiao-mismatch|${exception.id}`,
    });
  }
}
