import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { DUTIES, KIND_NAMES } from "../../domain/reconciliation/difference.ts";
import { proposalsFor } from "../../domain/reconciliation/proposals.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { findException, placeOfException } from "../exceptions/exception.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import { type LineCover, loadLineCover } from "./line-cover.ts";

/**
 * Money came off invoiced lines: a receipt was taken back, or a correction freed what it had paid. The invoices stand above
 * what is received. Finance decides whether other money is on its way or the invoice goes back; nothing is red-lettered by
 * itself. One exception per cause and invoiced part, however often it is looked at. 先票后款 stands before its money anyway.
 */
export async function reportInvoicesWithoutMoney(
  tx: Transaction,
  losses: readonly MoneyLoss[],
  today: CivilDate,
): Promise<void> {
  const covers = (await loadLineCover(tx, [...new Set(losses.flatMap((loss) => loss.lineIds))])).filter(
    (cover) => !cover.beforeMoney && cover.invoicedFen > cover.receivedFen,
  );
  if (covers.length === 0) return;
  for (const loss of losses) {
    await reportLoss(
      tx,
      loss,
      covers.filter((cover) => loss.lineIds.includes(cover.lineId)),
      today,
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

/** The pseudo account of a difference that no statement shows; it stands in the title of its card. */
const ACCOUNT = "发票";

async function reportLoss(
  tx: Transaction,
  loss: MoneyLoss,
  covers: readonly LineCover[],
  today: CivilDate,
): Promise<void> {
  for (const cover of covers) {
    const name = cover.number ?? cover.applicationNo ?? "";
    const overFen = cover.invoicedFen - cover.receivedFen;
    const facts = {
      reasons: [loss.cause],
      cause: loss.cause,
      billNo: cover.billNo,
      invoice: name,
      invoicedFen: toJsonInteger(cover.invoicedFen),
      receivedFen: toJsonInteger(cover.receivedFen),
      overFen: toJsonInteger(overFen),
      issued: cover.number !== undefined,
      lineId: cover.lineId,
      component: cover.component,
    };
    const duty = DUTIES.FAPIAO_MISMATCH;
    const days = Math.ceil(duty.deadlineHours / 24);
    const written = await rows<{ id: string }>(
      tx,
      Prisma.sql`INSERT INTO exception_item (id, entity_id, kind, subject_key, facts, state, account_code, business_date,
          amount_fen, tenant_id, owner_role, due_at)
        VALUES (${newId()}::uuid, ${loss.entityId}::uuid, 'FAPIAO_MISMATCH',
          ${`${loss.causeKey}|${cover.invoiceId}|${cover.lineId}|${cover.component}`}, ${JSON.stringify(facts)}::jsonb, 'open',
          ${ACCOUNT}, ${today}::date, ${overFen},
          (SELECT tenant_id FROM invoice WHERE id = ${cover.invoiceId}::uuid), ${duty.owner}, ${`${addDays(today, days)}T18:00:00+08:00`}::timestamptz)
        ON CONFLICT (kind, subject_key) DO NOTHING RETURNING id`,
    );
    const [raised] = written;
    const exception = raised && (await findException(tx, raised.id));
    if (!exception) continue;
    await tellStaff(tx, {
      to: { roles: [duty.owner], ...placeOfException(exception) },
      card: mismatchCard(exception.id, facts, overFen),
      subject: { kind: "exception", id: exception.id, version: 1 },
      dedupeKey: `fapiao-mismatch|${exception.id}`,
    });
  }
}

const LABELS: Readonly<Record<string, string>> = { wait: "等待补付", "red-part": "红冲多开", "red-all": "整张红冲" };

/** The card of the difference as it begins; when it is settled, that of bot/notices takes its place. */
function mismatchCard(
  id: string,
  facts: Parameters<typeof proposalsFor>[1] & {
    readonly invoice: string;
    readonly billNo: string;
    readonly cause: string;
  },
  overFen: Fen,
): Card {
  return {
    name: "exception",
    title: KIND_NAMES.FAPIAO_MISMATCH,
    emphasis: { value: formatYuan(overFen), label: "多开的金额" },
    rows: [
      { label: "账单", value: facts.billNo },
      { label: "发票", value: facts.invoice },
    ],
    paragraphs: [
      `${facts.cause}，发票仍然有效，比已收的多 ${formatYuan(overFen)}。`,
      "租户会补付的可以等；不会补付的请红冲。系统不会自动红冲。",
    ],
    buttons: proposalsFor("FAPIAO_MISMATCH", facts, overFen).map(({ code }, choice) => ({
      kind: "action",
      label: LABELS[code] ?? code,
      action: { type: "exception.resolve", id, version: 1, choice },
      ...(choice === 0 ? { style: "primary" as const } : {}),
    })),
  };
}
