import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { groupBy } from "../../domain/group-by.ts";
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
export async function matchByNumber(
  tx: Transaction,
  accountCode: string,
  date: CivilDate,
  channel: "bank" | "wechat",
  actor: string,
): Promise<number> {
  const matched = await execute(
    tx,
    // Line by line through the receipts' key, whatever the planner believes about tables that have just been filled; who is
    // taken is asked before the sort, or the search would wade through the rows that this very statement writes.
    Prisma.sql`WITH lines AS MATERIALIZED (
        SELECT id, ordinal, account_code, channel_no, amount_fen, value_date FROM statement_line
        WHERE ${linesOfDay(accountCode, date)} AND NOT reversal AND source IN ('bank', 'wechat-trade')
          AND kind IN ('payment', 'transfer') AND coalesce(status, 'SUCCESS') = 'SUCCESS' AND channel_no IS NOT NULL),
      found AS MATERIALIZED (
        SELECT l.id AS line_id, l.ordinal, r.id AS receipt_id FROM lines l
        CROSS JOIN LATERAL (SELECT id FROM receipt WHERE channel = ${channel} AND account_code = l.account_code
          AND channel_no = l.channel_no AND amount_fen = l.amount_fen AND value_date = l.value_date AND state = 'counted'
          LIMIT 1) r
        WHERE NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = l.id AND m.active)
          AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'receipt' AND m.book_id = r.id AND m.active))
      INSERT INTO match_item (id, statement_line_id, book_kind, book_id, stage, reasons, active, matched_by)
      SELECT gen_random_uuid(), one.line_id, 'receipt', one.receipt_id, 1, ${JSON.stringify(["流水号与收款登记一致"])}::jsonb,
        true, ${actor}
      FROM (SELECT DISTINCT ON (receipt_id) receipt_id, line_id FROM found ORDER BY receipt_id, ordinal, line_id) one
      ON CONFLICT DO NOTHING`,
  );
  // What has just been filled looks empty to the planner, which then compares every line with every match.
  if (matched >= MANY) await tx.$executeRawUnsafe("ANALYZE statement_line, match_item");
  return matched;
}

const MANY = 1_000;

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
    Prisma.sql`WITH lines AS MATERIALIZED (
        SELECT id, ordinal, account_code, channel_no, amount_fen, value_date FROM statement_line
        WHERE ${linesOfDay(accountCode, date)} AND NOT reversal AND amount_fen > 0
          AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.statement_line_id = statement_line.id AND m.active)),
      found AS MATERIALIZED (
        SELECT l.id AS line_id, l.ordinal, r.id AS receipt_id, true AS same_number FROM lines l
          JOIN receipt r ON r.channel = 'bank' AND r.account_code = l.account_code AND r.channel_no = l.channel_no
        UNION ALL
        SELECT l.id, l.ordinal, r.id, false FROM lines l
          JOIN receipt r ON r.account_code = l.account_code AND r.value_date = l.value_date AND r.amount_fen = l.amount_fen
            AND r.channel = 'bank' AND r.channel_no IS DISTINCT FROM l.channel_no)
      SELECT f.line_id AS "lineId", r.id AS "receiptId", r.receipt_no AS "receiptNo",
        r.tenant_id AS "tenantId", t.code AS tenant, r.channel_no AS "channelNo", r.amount_fen AS "amountFen",
        r.value_date::text AS "valueDate", f.same_number AS "sameNumber"
      FROM found f JOIN receipt r ON r.id = f.receipt_id LEFT JOIN tenant t ON t.id = r.tenant_id
      WHERE r.state = 'counted' AND r.channel_no NOT LIKE 'line-%'
        AND NOT EXISTS (SELECT 1 FROM match_item m WHERE m.book_kind = 'receipt' AND m.book_id = r.id AND m.active)
        AND NOT EXISTS (SELECT 1 FROM exception_item x WHERE x.receipt_id = r.id AND x.state = 'open'
          AND x.kind NOT IN ('CHANNEL_MISSING', 'CUTOFF'))
      ORDER BY f.ordinal, f.line_id, r.receipt_no COLLATE "C"`,
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
  const byLine = groupBy(candidates, (one) => one.lineId);
  const taken = new Set<string>();
  const used = new Set<string>();
  for (const line of lines) {
    const fitting = (byLine.get(line.id) ?? []).filter((one) => !used.has(one.receiptId));
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
