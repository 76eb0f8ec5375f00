import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, toJsonInteger } from "../../domain/money/fen.ts";
import type { LineEvidence } from "../../domain/reconciliation/bank-line.ts";
import { compactCode } from "../../domain/reconciliation/remark.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { raiseException } from "../exceptions/exception.ts";
import { type BankStatementLine, linesOfDay } from "./bank-lines.ts";
import type { ReconciliationContext } from "./context.ts";
import { lockLine, writeMatches } from "./match-rows.ts";

/**
 * Stage 1 in one statement: lines that carry the number under which a receipt is booked, with the same amount and day. Of
 * several lines with one number the first takes it. Works for any number of lines.
 */
export const matchByNumber = (
  tx: Transaction,
  accountCode: string,
  date: CivilDate,
  channel: "bank" | "wechat",
  actor: string,
): Promise<number> =>
  execute(
    tx,
    Prisma.sql`INSERT INTO match_item (id, statement_line_id, book_kind, book_id, stage, reasons, active, matched_by)
      SELECT gen_random_uuid(), found.line_id, 'receipt', found.receipt_id, 1, ${JSON.stringify(["流水号与收款登记一致"])}::jsonb,
        true, ${actor}
      FROM (SELECT DISTINCT ON (r.id) r.id AS receipt_id, statement_line.id AS line_id
        FROM statement_line JOIN receipt r ON r.channel = ${channel} AND r.account_code = statement_line.account_code
          AND r.channel_no = statement_line.channel_no AND r.amount_fen = statement_line.amount_fen
          AND r.value_date = statement_line.value_date AND r.state = 'counted'
        WHERE ${linesOfDay(accountCode, date)} AND NOT statement_line.reversal
          AND statement_line.source IN ('bank', 'wechat-trade') AND statement_line.kind IN ('payment', 'transfer')
          AND coalesce(statement_line.status, 'SUCCESS') = 'SUCCESS'
          AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = statement_line.id AND m.active)
          AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'receipt' AND m.book_id = r.id AND m.active)
        ORDER BY r.id, statement_line.ordinal, statement_line.id) found
      ON CONFLICT DO NOTHING`,
  );

interface Candidate {
  readonly lineId: string;
  readonly receiptId: string;
  readonly receiptNo: string;
  readonly tenantId: string | null;
  readonly tenant: string | null;
  readonly channelNo: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly sameNumber: boolean;
}

const loadCandidates = (tx: Transaction, accountCode: string, date: CivilDate): Promise<Candidate[]> =>
  rows<Candidate>(
    tx,
    Prisma.sql`SELECT statement_line.id AS "lineId", r.id AS "receiptId", r.receipt_no AS "receiptNo",
        r.tenant_id AS "tenantId", t.code AS tenant, r.channel_no AS "channelNo", r.amount_fen AS "amountFen",
        r.value_date::text AS "valueDate", r.channel_no IS NOT DISTINCT FROM statement_line.channel_no AS "sameNumber"
      FROM statement_line JOIN receipt r ON r.channel = 'bank' AND r.account_code = statement_line.account_code
          AND r.state = 'counted'
          AND (r.channel_no = statement_line.channel_no
            OR (r.value_date = statement_line.value_date AND r.amount_fen = statement_line.amount_fen))
        LEFT JOIN tenant t ON t.id = r.tenant_id
      WHERE ${linesOfDay(accountCode, date)} AND NOT statement_line.reversal AND statement_line.amount_fen > 0
        AND r.channel_no NOT LIKE 'line-%'
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = statement_line.id AND m.active)
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'receipt' AND m.book_id = r.id AND m.active)
        AND NOT EXISTS (SELECT 1 FROM exception_item x WHERE x.receipt_id = r.id AND x.state = 'open'
          AND x.kind NOT IN ('CHANNEL_MISSING', 'CUTOFF'))
      ORDER BY statement_line.ordinal, statement_line.id, r.receipt_no COLLATE "C"`,
  );

/** A bank's serial number as somebody types it; anything else in that field is a note to oneself. */
const SERIAL = /^(?=.*\d)[0-9A-Za-z-]{6,}$/;

/**
 * Receipts that somebody booked by hand: the same number with another amount is `AMOUNT_MISMATCH`, with another day
 * `CUTOFF`; without the bank's number, the same day and amount and a payer who does not contradict is the same money.
 * Returns the lines that were taken.
 */
export async function matchHandBooked(
  tx: Transaction,
  lines: readonly BankStatementLine[],
  evidence: ReadonlyMap<string, LineEvidence>,
  of: { readonly accountCode: string; readonly date: CivilDate },
  context: ReconciliationContext,
): Promise<ReadonlySet<string>> {
  const candidates = await loadCandidates(tx, of.accountCode, of.date);
  const taken = new Set<string>();
  const used = new Set<string>();
  for (const line of lines) {
    const fitting = candidates.filter((one) => one.lineId === line.id && !used.has(one.receiptId));
    const numbered = fitting.find((one) => one.sameNumber && line.occurrence === 0);
    const byHand = numbered ?? pickByHand(line, fitting, evidence.get(line.id));
    if (!byHand || (await lockLine(tx, line.id)).taken) continue;
    if (numbered && numbered.amountFen !== line.amountFen)
      await raiseDifference(tx, line, numbered, "AMOUNT_MISMATCH", context);
    else if (numbered && numbered.valueDate !== line.valueDate)
      await raiseDifference(tx, line, numbered, "CUTOFF", context);
    else {
      const reasons = numbered ? ["流水号与收款登记一致"] : ["与人工登记的收款同账户、同日、同金额"];
      await writeMatches(tx, [
        { lineId: line.id, bookKind: "receipt", bookId: byHand.receiptId, stage: 1, reasons, matchedBy: context.actor },
      ]);
    }
    taken.add(line.id);
    used.add(byHand.receiptId);
  }
  return taken;
}

function pickByHand(
  line: BankStatementLine,
  fitting: readonly Candidate[],
  evidence: LineEvidence | undefined,
): Candidate | undefined {
  const remark = compactCode(line.remark);
  const possible = fitting.filter((one) => {
    if (one.amountFen !== line.amountFen || one.valueDate !== line.valueDate) return false;
    if (one.channelNo.startsWith("own-") || line.channelNo === null) return true;
    return !SERIAL.test(one.channelNo) || remark.includes(compactCode(one.channelNo));
  });
  const payers = new Set([
    ...(evidence?.bills ?? []).map((bill) => bill.tenantId),
    ...(evidence?.virtualAccounts ?? []).map((one) => one.tenantId),
    ...(evidence?.fingerprints ?? []).map((one) => one.tenantId),
    ...(evidence?.byName ?? []).map((one) => one.tenantId),
  ]);
  if (payers.size > 0) return possible.find((one) => one.tenantId === null || payers.has(one.tenantId));
  return new Set(possible.map((one) => one.tenantId)).size === 1 ? possible[0] : undefined;
}

async function raiseDifference(
  tx: Transaction,
  line: BankStatementLine,
  receipt: Candidate,
  kind: "AMOUNT_MISMATCH" | "CUTOFF",
  context: ReconciliationContext,
): Promise<void> {
  const amountFen = kind === "CUTOFF" ? line.amountFen : line.amountFen - receipt.amountFen;
  const reason =
    kind === "CUTOFF"
      ? `流水起息日 ${line.valueDate}，收款登记在 ${receipt.valueDate}`
      : "同一流水号，银行金额与登记金额不同";
  const { id } = await raiseException(
    tx,
    {
      kind,
      entityId: line.entityId,
      accountCode: line.accountCode,
      date: line.bookingDate,
      subjectKey: `line|${line.id}`,
      amountFen,
      orderNo: line.channelNo,
      tenantId: receipt.tenantId ?? undefined,
      statementLineId: line.id,
      receiptId: receipt.receiptId,
      facts: {
        reasons: [reason],
        statementFen: toJsonInteger(line.amountFen),
        booksFen: toJsonInteger(receipt.amountFen),
        valueDate: line.valueDate,
        otherDate: receipt.valueDate,
        lineNo: line.ordinal + 1,
        receiptNo: receipt.receiptNo,
        ...(receipt.tenant === null ? {} : { tenant: receipt.tenant }),
      },
    },
    context,
  );
  await writeMatches(tx, [
    { lineId: line.id, bookKind: "exception", bookId: id, stage: 1, reasons: [reason], matchedBy: context.actor },
  ]);
}
