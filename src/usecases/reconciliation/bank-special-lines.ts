import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { type NewException, raiseException } from "../exceptions/exception.ts";
import type { BankStatementLine } from "./bank-lines.ts";
import { recordMovements } from "./channel-movements.ts";
import type { ReconciliationContext } from "./context.ts";
import { lockLine, writeMatches } from "./match-rows.ts";

const REVERSAL_WORDS = /冲[账帐正销回抵]|退[票汇回]|红字|抹账|撤销|REVERS/i;

export const isReversal = (line: BankStatementLine): boolean =>
  line.amountFen < 0n && (line.reversal || REVERSAL_WORDS.test(line.remark));

/** 冲账: the bank takes a payment back. Names the receipt that it had brought; a person undoes it with one tap (V6, V10). */
export async function raiseReversal(
  tx: Transaction,
  line: BankStatementLine,
  context: ReconciliationContext,
): Promise<void> {
  if ((await lockLine(tx, line.id)).taken) return;
  const original = await findOriginal(tx, line);
  const reasons = original
    ? [`银行冲回 ${original.valueDate} 到账、登记为 ${original.receiptNo} 的款项`]
    : ["银行冲账，没有找到原来的到账"];
  if (original?.invoiced) reasons.push("其中已开票的账单，发票不会自动红冲，请财务处理");
  await raiseForLine(
    tx,
    line,
    {
      kind: "REVERSED_LINE",
      amountFen: -line.amountFen,
      tenantId: original?.tenantId ?? undefined,
      receiptId: original?.receiptId,
      facts: {
        reasons,
        statementFen: toJsonInteger(line.amountFen),
        ...(original === undefined ? {} : { receiptNo: original.receiptNo, otherDate: original.valueDate }),
        ...(original?.tenant == null ? {} : { tenant: original.tenant }),
        ...(original?.invoiced ? { invoiced: true } : {}),
      },
    },
    context,
  );
}

interface Original {
  readonly receiptId: string;
  readonly receiptNo: string;
  readonly valueDate: CivilDate;
  readonly tenantId: string | null;
  readonly tenant: string | null;
  readonly invoiced: boolean;
}

/** How far back a bank takes a payment back. */
const REVERSAL_DAYS = 60;

const findOriginal = (tx: Transaction, line: BankStatementLine): Promise<Original | undefined> =>
  row<Original>(
    tx,
    Prisma.sql`SELECT r.id AS "receiptId", r.receipt_no AS "receiptNo", r.value_date::text AS "valueDate",
        r.tenant_id AS "tenantId", t.code AS tenant,
        EXISTS (SELECT 1 FROM allocation a JOIN invoice_coverage c ON c.line_id = a.line_id
          WHERE a.source = 'receipt' AND a.source_id = r.id) AS invoiced
      FROM statement_line o
      JOIN LATERAL (SELECT m.book_id FROM match_item m WHERE m.statement_line_id = o.id AND m.active AND m.book_kind = 'receipt'
        UNION ALL SELECT x.receipt_id FROM exception_item x WHERE x.statement_line_id = o.id AND x.receipt_id IS NOT NULL) m ON true
      JOIN receipt r ON r.id = m.book_id AND r.state = 'counted' LEFT JOIN tenant t ON t.id = r.tenant_id
      WHERE o.account_code = ${line.accountCode} AND o.amount_fen = ${-line.amountFen} AND NOT o.reversal
        AND o.booking_date BETWEEN ${addDays(line.bookingDate, -REVERSAL_DAYS)}::date AND ${line.bookingDate}::date
        AND (o.channel_no = ${line.channelNo} OR o.counterparty_account_id = ${line.counterpartyAccountId}::uuid
          OR o.counterparty_name = ${line.counterpartyName}
          OR (${line.counterpartyAccountId}::uuid IS NULL AND ${line.counterpartyName}::text IS NULL))
        AND NOT EXISTS (SELECT 1 FROM exception_item x WHERE x.kind = 'REVERSED_LINE' AND x.receipt_id = r.id)
      ORDER BY coalesce(o.channel_no = ${line.channelNo}, false) DESC, o.booking_date DESC, o.ordinal DESC LIMIT 1`,
  );

const CHANNEL_NAMES = /财付通|微信支付|TENPAY|WECHAT ?PAY/i;

export const isSettlement = (line: BankStatementLine): boolean =>
  line.amountFen > 0n && CHANNEL_NAMES.test(`${line.counterpartyName ?? ""} ${line.remark}`);

/**
 * The channel settles to the bank: 1002 → 1012.01, booked once by whichever statement is in first. A fund-flow bill that
 * says another amount, or nothing, is `SETTLEMENT_MISMATCH`.
 */
export async function settleFromChannel(
  tx: Transaction,
  line: BankStatementLine,
  context: ReconciliationContext,
): Promise<void> {
  if ((await lockLine(tx, line.id)).taken) return;
  const found = await findFundSettlement(tx, line);
  if (found && found.amountFen === line.amountFen) {
    const subjectKey = `settled|${found.fundLineId}`;
    const written = await recordMovements(tx, [
      {
        entityId: line.entityId,
        accountCode: found.accountCode,
        kind: "channel-settled",
        amountFen: line.amountFen,
        valueDate: found.valueDate,
        subjectKey,
        statementLineId: found.fundLineId,
        recordedBy: context.actor,
      },
    ]);
    const movementId = written.get(subjectKey) ?? (await findMovement(tx, subjectKey));
    await writeMatches(tx, [matchSettlement(line, movementId, "与微信支付资金账单的提现一致", context)]);
    return;
  }
  if (!found && !(await hasFundFile(tx, line))) {
    const merchant = await row<{ code: string }>(
      tx,
      Prisma.sql`SELECT code FROM merchant_account WHERE entity_id = ${line.entityId}::uuid AND channel = 'wechat'
        ORDER BY code COLLATE "C" LIMIT 1`,
    );
    if (merchant) {
      const subjectKey = `settled|${line.id}`;
      const written = await recordMovements(tx, [
        {
          entityId: line.entityId,
          accountCode: merchant.code,
          kind: "channel-settled",
          amountFen: line.amountFen,
          valueDate: line.valueDate,
          subjectKey,
          statementLineId: line.id,
          recordedBy: context.actor,
        },
      ]);
      const movementId = written.get(subjectKey) ?? (await findMovement(tx, subjectKey));
      await writeMatches(tx, [matchSettlement(line, movementId, "微信支付结算到账，资金账单尚未导入", context)]);
      return;
    }
  }
  const expectedFen = found?.amountFen ?? 0n;
  await raiseForLine(
    tx,
    line,
    {
      kind: "SETTLEMENT_MISMATCH",
      amountFen: line.amountFen - expectedFen,
      facts: {
        reasons: [found ? "银行到账与资金账单的提现金额不同" : "资金账单里没有这笔提现"],
        ...(found === undefined ? {} : { withdrawalLineId: found.fundLineId }),
        statementFen: toJsonInteger(line.amountFen),
        booksFen: toJsonInteger(expectedFen),
        ...(found === undefined ? {} : { otherDate: found.valueDate }),
      },
    },
    context,
  );
}

const matchSettlement = (line: BankStatementLine, bookId: string, reason: string, context: ReconciliationContext) => ({
  lineId: line.id,
  bookKind: "settlement" as const,
  bookId,
  stage: 1,
  reasons: [reason],
  matchedBy: context.actor,
});

export async function findMovement(tx: Transaction, subjectKey: string): Promise<string> {
  const found = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM channel_movement WHERE subject_key = ${subjectKey}`,
  );
  if (!found) throw new Error(`no movement ${subjectKey}`);
  return found.id;
}

const SETTLEMENT_DAYS = 3;

/** The withdrawal that the bank line answers: of the same amount, else the one nearest before it that waits for a bank line. */
const findFundSettlement = (
  tx: Transaction,
  line: BankStatementLine,
): Promise<{ fundLineId: string; accountCode: string; amountFen: Fen; valueDate: CivilDate } | undefined> =>
  row(
    tx,
    Prisma.sql`SELECT f.id AS "fundLineId", f.account_code AS "accountCode", (-f.amount_fen)::bigint AS "amountFen",
        f.value_date::text AS "valueDate"
      FROM statement_line f JOIN merchant_account a ON a.code = f.account_code AND a.entity_id = ${line.entityId}::uuid
      WHERE f.source = 'wechat-fund' AND f.kind = 'settlement' AND f.amount_fen < 0
        AND f.value_date BETWEEN ${addDays(line.valueDate, -SETTLEMENT_DAYS)}::date AND ${line.valueDate}::date
        AND NOT EXISTS (SELECT 1 FROM channel_movement v JOIN match_item m ON m.book_kind = 'settlement' AND m.book_id = v.id
          AND m.active WHERE v.subject_key = 'settled|' || f.id)
        -- One withdrawal answers one bank line, also when the two differ.
        AND NOT EXISTS (SELECT 1 FROM exception_item x WHERE x.kind = 'SETTLEMENT_MISMATCH'
          AND x.facts->>'withdrawalLineId' = f.id::text)
      ORDER BY (-f.amount_fen = ${line.amountFen}) DESC, f.value_date DESC, f.ordinal LIMIT 1`,
  );

async function hasFundFile(tx: Transaction, line: BankStatementLine): Promise<boolean> {
  const found = await row<{ some: boolean }>(
    tx,
    Prisma.sql`SELECT EXISTS (SELECT 1 FROM statement_file f WHERE f.entity_id = ${line.entityId}::uuid
      AND f.source = 'wechat-fund' AND f.statement_date BETWEEN ${addDays(line.valueDate, -1)}::date AND ${line.valueDate}::date) AS some`,
  );
  return found?.some === true;
}

/** Money that left and that no book of ours knows. */
export async function raiseOutgoing(
  tx: Transaction,
  line: BankStatementLine,
  context: ReconciliationContext,
): Promise<void> {
  if ((await lockLine(tx, line.id)).taken) return;
  if (await matchRefund(tx, line, context)) return;
  await raiseForLine(
    tx,
    line,
    {
      kind: "LOCAL_MISSING",
      amountFen: line.amountFen,
      facts: { reasons: ["银行有这笔支出，账上没有"], statementFen: toJsonInteger(line.amountFen), outgoing: true },
    },
    context,
  );
}

/** A bank payout of a refund: our number in the remark, or the bank's reference that was noted when it was paid. */
async function matchRefund(tx: Transaction, line: BankStatementLine, context: ReconciliationContext): Promise<boolean> {
  const found = await row<{ id: string; state: string; refundNo: string; amountFen: Fen; tenantId: string | null }>(
    tx,
    Prisma.sql`SELECT f.id, f.state, f.refund_no AS "refundNo", f.amount_fen AS "amountFen", f.tenant_id AS "tenantId"
      FROM refund f WHERE f.entity_id = ${line.entityId}::uuid AND f.route = 'bank' AND f.state IN ('bank-due', 'paid')
        AND (f.bank_reference = ${line.channelNo} OR position(f.refund_no IN upper(${line.remark})) > 0
          OR position(f.out_refund_no IN ${line.remark}) > 0)
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'refund' AND m.book_id = f.id AND m.active)
      ORDER BY f.refund_no LIMIT 1`,
  );
  if (!found) return false;
  if (found.state === "paid" && found.amountFen === -line.amountFen) {
    await writeMatches(tx, [
      {
        lineId: line.id,
        bookKind: "refund",
        bookId: found.id,
        stage: 1,
        reasons: [`退款 ${found.refundNo} 的付款`],
        matchedBy: context.actor,
      },
    ]);
    return true;
  }
  const reason =
    found.state === "paid" ? "银行付出的金额与退款不同" : `银行已付出，退款 ${found.refundNo} 还没有登记为已付`;
  await raiseForLine(
    tx,
    line,
    {
      kind: "REFUND_MISMATCH",
      amountFen: found.amountFen + line.amountFen === 0n ? -line.amountFen : -line.amountFen - found.amountFen,
      tenantId: found.tenantId ?? undefined,
      facts: {
        reasons: [reason],
        refundNo: found.refundNo,
        statementFen: toJsonInteger(line.amountFen),
        booksFen: toJsonInteger(-found.amountFen),
        ...(found.state === "bank-due" && found.amountFen === -line.amountFen ? { payoutDue: true } : {}),
      },
    },
    context,
  );
  return true;
}

/** A difference that takes the line. */
export async function raiseForLine(
  tx: Transaction,
  line: BankStatementLine,
  exception: Pick<NewException, "kind" | "amountFen" | "facts" | "tenantId" | "receiptId">,
  context: ReconciliationContext,
): Promise<string> {
  const { id } = await raiseException(
    tx,
    {
      ...exception,
      entityId: line.entityId,
      accountCode: line.accountCode,
      date: line.bookingDate,
      subjectKey: `line|${line.id}`,
      orderNo: line.orderNo ?? line.channelNo,
      statementLineId: line.id,
      facts: {
        ...exception.facts,
        valueDate: line.valueDate,
        lineNo: line.ordinal + 1,
        ...(line.counterpartyName === null ? {} : { payerName: line.counterpartyName }),
        ...(line.remark === "" ? {} : { remark: line.remark }),
      },
    },
    context,
  );
  await writeMatches(tx, [
    {
      lineId: line.id,
      bookKind: "exception",
      bookId: id,
      stage: 7,
      reasons: exception.facts.reasons,
      matchedBy: context.actor,
    },
  ]);
  return id;
}
