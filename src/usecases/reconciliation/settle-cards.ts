import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import { matchCardSettlement } from "../../domain/reconciliation/card-settlement.ts";
import { addDays, type CivilDate, formatDate } from "../../domain/time/civil-date.ts";
import { raiseException } from "../exceptions/exception.ts";
import type { BankStatementLine } from "./bank-lines.ts";
import { raiseForLine } from "./bank-special-lines.ts";
import { recordMovements } from "./channel-movements.ts";
import type { Account, ReconciliationContext } from "./context.ts";
import { lockLine, writeMatches } from "./match-rows.ts";
import { loadUnsettledCards, takePosItems } from "./pos-items.ts";

/** How acquirers and their clearing are called on a bank's statement. */
const ACQUIRERS =
  /银联商务|拉卡拉|通联支付|收单|刷卡(?:清算|结算|款|资金)|商户(?:清算|结算)|POS\s*(?:机|清算|结算|款|入账|资金|SETTLE)/i;

/** A line that looks like an acquirer's settlement; whether it is one depends on whether the desk takes cards. */
export const looksLikeCardSettlement = (line: BankStatementLine): boolean =>
  line.amountFen > 0n && !line.reversal && ACQUIRERS.test(`${line.counterpartyName ?? ""} ${line.remark}`);

/** Whether the entity has ever taken a card at the desk. */
export async function takesCards(tx: Transaction, entityId: string): Promise<boolean> {
  const found = await row<{ some: boolean }>(
    tx,
    Prisma.sql`SELECT EXISTS (SELECT 1 FROM receipt WHERE channel = 'pos' AND entity_id = ${entityId}::uuid) AS some`,
  );
  return found?.some === true;
}

/**
 * The acquirer pays in what the desk took by card: 1002 → 1012.02, its fee 6603 → 1012.02. What fits no days, no shift and no
 * payment is `SETTLEMENT_MISMATCH`. Each card payment is paid in once.
 */
export async function settleFromAcquirer(
  tx: Transaction,
  line: BankStatementLine,
  context: ReconciliationContext,
): Promise<void> {
  if ((await lockLine(tx, line.id)).taken) return;
  const cards = await loadUnsettledCards(tx, line.entityId, line.valueDate);
  const result = matchCardSettlement(line, cards);
  if (result.found === "match") {
    const { movementId } = await bookCardSettlement(
      tx,
      { ...line, keys: result.keys, feeFen: result.feeFen, subject: line.id },
      context.actor,
    );
    await writeMatches(tx, [
      {
        lineId: line.id,
        bookKind: "settlement",
        bookId: movementId,
        stage: 1,
        reasons: [result.reason],
        matchedBy: context.actor,
      },
    ]);
    return;
  }
  await raiseForLine(
    tx,
    line,
    {
      kind: "SETTLEMENT_MISMATCH",
      amountFen: line.amountFen - result.expectedFen,
      facts: {
        reasons: [cards.length === 0 ? "收单机构有到账，没有未结算的刷卡收款" : "收单机构到账与未结算的刷卡收款对不上"],
        statementFen: toJsonInteger(line.amountFen),
        booksFen: toJsonInteger(result.expectedFen),
        pos: true,
        posItems: result.keys,
      },
    },
    context,
  );
}

/** What is booked of a settlement: the money as it arrived, the fee, and which card payments are paid with it. Amounts in fen. */
interface CardBooking {
  readonly entityId: string;
  readonly accountCode: string;
  readonly amountFen: Fen;
  readonly feeFen: Fen;
  readonly valueDate: CivilDate;
  readonly keys: readonly string[];
  /** Of the subject keys: the same settlement is booked once. */
  readonly subject: string;
  readonly id: string;
}

/** Returns the movement that stands for the settlement, and that of the fee where there is one. */
export async function bookCardSettlement(
  tx: Transaction,
  booking: CardBooking,
  actor: string,
): Promise<{ readonly movementId: string; readonly feeMovementId: string | undefined }> {
  const { entityId, accountCode, valueDate, subject } = booking;
  const base = { entityId, accountCode, valueDate, statementLineId: booking.id, recordedBy: actor };
  const settledKey = `pos-settled|${subject}`;
  const feeKey = `pos-fee|${subject}`;
  const written = await recordMovements(tx, [
    { ...base, kind: "pos-settled", amountFen: booking.amountFen, subjectKey: settledKey },
    { ...base, kind: "pos-fee", amountFen: booking.feeFen, subjectKey: feeKey },
  ]);
  const movementId = written.get(settledKey);
  if (movementId === undefined) throw new Error(`the card settlement ${subject} is booked already`);
  await takePosItems(tx, movementId, booking.keys);
  return { movementId, feeMovementId: written.get(feeKey) };
}

/** An acquirer pays on the next working day; the longest row of holidays has eight days. */
const LATE_DAYS = 9;

/**
 * Card payments that are older than any acquirer takes are put before people, in the run of the account into which acquirers
 * pay; else of the entity's first. Each once.
 */
export async function raiseUnsettledCards(
  tx: Transaction,
  account: Account,
  date: CivilDate,
  context: ReconciliationContext,
): Promise<void> {
  const late = await rows<{
    receiptId: string;
    receiptNo: string;
    amountFen: Fen;
    valueDate: CivilDate;
    tenantId: string | null;
    tenant: string | null;
  }>(
    tx,
    Prisma.sql`SELECT r.id AS "receiptId", r.receipt_no AS "receiptNo", r.amount_fen AS "amountFen",
        r.value_date::text AS "valueDate", r.tenant_id AS "tenantId", t.code AS tenant
      FROM receipt r LEFT JOIN tenant t ON t.id = r.tenant_id
      WHERE r.channel = 'pos' AND r.state = 'counted' AND r.entity_id = ${account.entityId}::uuid
        AND r.value_date < ${addDays(date, -LATE_DAYS)}::date
        AND NOT EXISTS (SELECT 1 FROM pos_settlement_item i WHERE i.receipt_id = r.id AND i.sign = 1 AND i.active)
        AND NOT EXISTS (SELECT 1 FROM exception_item x WHERE x.kind = 'CHANNEL_MISSING' AND x.receipt_id = r.id)
        AND ${account.code} = coalesce(
          (SELECT v.account_code FROM channel_movement v WHERE v.kind = 'pos-settled' AND v.entity_id = r.entity_id
            ORDER BY v.recorded_at DESC LIMIT 1),
          (SELECT b.code FROM bank_account b WHERE b.entity_id = r.entity_id ORDER BY b.code COLLATE "C" LIMIT 1))
      ORDER BY r.value_date, r.receipt_no COLLATE "C"`,
  );
  for (const one of late) {
    await raiseException(
      tx,
      {
        kind: "CHANNEL_MISSING",
        entityId: account.entityId,
        accountCode: account.code,
        date,
        subjectKey: `receipt|${one.receiptId}`,
        amountFen: one.amountFen,
        tenantId: one.tenantId ?? undefined,
        receiptId: one.receiptId,
        facts: {
          reasons: [`${formatDate(one.valueDate)}的刷卡收款 ${one.receiptNo} 一直没有结算到账`],
          statementFen: 0,
          booksFen: toJsonInteger(one.amountFen),
          valueDate: one.valueDate,
          receiptNo: one.receiptNo,
          pos: true,
          ...(one.tenant === null ? {} : { tenant: one.tenant }),
        },
      },
      context,
    );
  }
}
