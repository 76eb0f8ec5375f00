import { Prisma } from "../../../generated/prisma/client.ts";
import { openBookingDate } from "../../db/ledger/period.ts";
import { claimFeeThrough, type LineClaim, openLineOf } from "../../db/line-claims.ts";
import { row, rows } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, smallerFen, toJsonInteger } from "../../domain/money/fen.ts";
import { type BankDecision, decideBankLine } from "../../domain/reconciliation/bank-decision.ts";
import {
  distinctTenants,
  type KnownTenant,
  type LineEvidence,
  type OpenBill,
} from "../../domain/reconciliation/bank-line.ts";
import { rankCandidates } from "../../domain/reconciliation/candidates.ts";
import type { ExceptionFacts } from "../../domain/reconciliation/proposals.ts";
import { addDays, type CivilDate, daysBetween, formatMonth, monthOf } from "../../domain/time/civil-date.ts";
import { raiseException } from "../exceptions/exception.ts";
import { accrueLateFees } from "../late-fees/accrue-late-fees.ts";
import { writeWaivers } from "../late-fees/write-waivers.ts";
import { loadClaimsOf } from "../receipts/claim-index.ts";
import type { RecordedReceipt } from "../receipts/receipt.ts";
import { receiveMoney } from "../receipts/record-receipt.ts";
import type { Refusal } from "../receipts/refusal.ts";
import type { BankStatementLine } from "./bank-lines.ts";
import { type Account, type ReconciliationContext, receiptContextOf } from "./context.ts";
import { confirmPayer } from "./fingerprints.ts";
import { lockLine, writeMatches } from "./match-rows.ts";
import { type OpenClaims, openBillsOf } from "./open-bills.ts";
import { claimCandidate, findClaimants, tieClaims } from "./transfer-claims.ts";

/** What a run knows of the books before it locks anything. */
export interface BankBook {
  readonly account: Account;
  readonly tenants: ReadonlyMap<string, KnownTenant>;
  readonly evidence: ReadonlyMap<string, LineEvidence>;
  readonly claims: OpenClaims;
}

export type LineOutcome =
  | { readonly type: "taken" }
  | { readonly type: "settled" }
  /** The books cannot take the money: the line stays open, and the day with it. */
  | { readonly type: "refused"; readonly refusal: Refusal };

/**
 * Stages 2 to 7 for one line that brought money: decides under the lock of the tenants that it may concern, books the
 * receipt, takes the line, and puts before people what they have to know. A line that is taken already is left alone.
 */
export async function settleBankLine(
  tx: Transaction,
  line: BankStatementLine,
  book: BankBook,
  context: ReconciliationContext,
): Promise<LineOutcome> {
  if ((await lockLine(tx, line.id)).taken) return { type: "taken" };
  const evidence = book.evidence.get(line.id);
  if (!evidence) throw new Error(`no evidence was loaded for line ${line.id}`);
  const { decision, bills } = await decideLocked(tx, line, evidence, book);
  const stated = decision.type === "post" && decision.transit ? await waiveTransit(tx, line, decision, book) : false;
  const posted = await receiveMoney(
    tx,
    {
      channel: "bank",
      accountCode: line.accountCode,
      channelNo: await freeChannelNo(tx, line),
      tenantCode: decision.type === "post" ? decision.tenant.code : null,
      entityCode: book.account.entity,
      amountFen: line.amountFen,
      valueDate: line.valueDate,
      billNos: decision.type === "post" ? decision.billNos : [],
      remark: line.remark,
    },
    receiptContextOf(context),
  );
  if (!posted.ok) {
    if (stated) throw new Error(`a stated figure was waived for a line that the books refuse: ${posted.code}`);
    return { type: "refused", refusal: posted };
  }
  if (decision.type === "post") {
    book.claims.forget();
    await writeMatches(tx, [matchOf(line, receiptIdOf(posted), decision, context)]);
    await raiseRemarks(tx, line, decision, posted, context);
    // What a number or a code in the remark says about the payer is certain; what followed from the payer is not.
    const contradicted = decision.remarks.some((remark) => remark.kind === "MULTI_TENANT_PAYER");
    if (decision.stage <= 3 && !contradicted) await confirmPayer(tx, line, decision.tenant.tenantId, context.actor);
  } else {
    await ask(tx, line, decision, posted, { evidence, bills, book }, context);
  }
  await raiseClosedPeriod(tx, line, posted, context);
  return { type: "settled" };
}

const receiptIdOf = (receipt: RecordedReceipt): string => {
  if (receipt.receiptId === undefined) throw new Error("a recorded receipt has an id");
  return receipt.receiptId;
};

const matchOf = (
  line: BankStatementLine,
  receiptId: string,
  decision: { readonly stage: number; readonly reasons: readonly string[] },
  context: ReconciliationContext,
) => ({
  lineId: line.id,
  bookKind: "receipt" as const,
  bookId: receiptId,
  stage: decision.stage,
  reasons: decision.reasons,
  matchedBy: context.actor,
});

/** Decides, locks whom it concerns, looks again; the second look is the one that counts. */
async function decideLocked(
  tx: Transaction,
  line: BankStatementLine,
  evidence: LineEvidence,
  book: BankBook,
): Promise<{ decision: BankDecision; bills: readonly OpenBill[] }> {
  const { account, claims } = book;
  const concerned = distinctTenants([
    ...evidence.bills.filter((bill) => bill.entityId === account.entityId),
    ...evidence.virtualAccounts,
    ...evidence.fingerprints,
    ...evidence.byName,
  ]).map((tenant) => tenant.tenantId);
  const lock = (tenantIds: readonly string[]) =>
    lockTenantAccounts(
      tx,
      tenantIds.map((tenantId) => ({ tenantId, entityId: account.entityId })),
    );
  await lock(concerned);
  const look = async (fresh: readonly LineClaim[], rest: readonly LineClaim[], locked: readonly string[]) => {
    const known = [...fresh, ...rest.filter((claim) => !locked.includes(claim.tenantId))];
    const bills = openBillsOf(known, book.tenants, line.valueDate);
    const stated = await loadStated(tx, line, account, locked);
    const paid = await loadPaidBefore(tx, line, evidence);
    const decision = decideBankLine({
      line: lineOf(line),
      entityId: account.entityId,
      evidence,
      openBills: bills,
      statedFen: (tenantId) => stated.filter((one) => one.tenantId === tenantId).map((one) => one.amountFen),
      paidBefore: (billNo) => paid.has(billNo),
    });
    return { decision, bills };
  };
  const fresh = await claims.fresh(tx, concerned);
  const first = await look(fresh, concerned.length === 0 ? await claims.all(tx) : [], concerned);
  const chosen = first.decision.type === "post" ? first.decision.tenant.tenantId : undefined;
  if (chosen === undefined || concerned.includes(chosen)) return first;
  await lock([chosen]);
  return look(await claims.fresh(tx, [chosen]), await claims.all(tx), [chosen]);
}

const lineOf = (line: BankStatementLine) => ({
  amountFen: line.amountFen,
  valueDate: line.valueDate,
  remark: line.remark,
  payerName: line.counterpartyName,
  payerAccountId: line.counterpartyAccountId,
});

/** Days back from the value date in which a stated figure still holds (money-rules 8). */
const STATED_DAYS = 3;

interface Stated {
  readonly tenantId: string;
  readonly amountFen: Fen;
  readonly statedOn: CivilDate;
  readonly billNos: readonly string[];
}

const loadStated = (
  tx: Transaction,
  line: BankStatementLine,
  account: Account,
  tenantIds: readonly string[],
): Promise<Stated[]> =>
  rows<Stated>(
    tx,
    Prisma.sql`SELECT tenant_id AS "tenantId", amount_fen AS "amountFen", stated_on::text AS "statedOn", bill_nos AS "billNos"
      FROM stated_figure WHERE entity_id = ${account.entityId}::uuid AND tenant_id = ANY (${[...tenantIds]}::uuid[])
        AND amount_fen = ${line.amountFen}
        AND stated_on BETWEEN ${addDays(line.valueDate, -STATED_DAYS)}::date AND ${line.valueDate}::date
      ORDER BY stated_on DESC, cardinality(bill_nos)`,
  );

/** Which of the named bills are settled, with an earlier receipt of exactly this amount among what paid them. */
async function loadPaidBefore(
  tx: Transaction,
  line: BankStatementLine,
  evidence: LineEvidence,
): Promise<ReadonlySet<string>> {
  const billNos = evidence.bills.map((bill) => bill.billNo);
  if (billNos.length === 0) return new Set();
  const found = await rows<{ billNo: string }>(
    tx,
    Prisma.sql`SELECT b.bill_no AS "billNo" FROM bill b WHERE b.bill_no = ANY (${billNos})
      AND NOT EXISTS (SELECT 1 FROM receivable r WHERE r.bill_id = b.id AND (r.open_fen > 0 OR r.late_fee_open_fen > 0))
      AND EXISTS (SELECT 1 FROM allocation a JOIN bill_line l ON l.id = a.line_id AND l.bill_id = b.id
        JOIN receipt p ON a.source = 'receipt' AND p.id = a.source_id AND p.state = 'counted' AND p.amount_fen = ${line.amountFen})`,
  );
  return new Set(found.map((one) => one.billNo));
}

/**
 * The payer paid what we had said: the fee that grew between the day of the figure and the value date is given up, before
 * the money is spread, so that it settles to the fen.
 */
async function waiveTransit(
  tx: Transaction,
  line: BankStatementLine,
  decision: Extract<BankDecision, { type: "post" }>,
  book: BankBook,
): Promise<boolean> {
  const [stated] = await loadStated(tx, line, book.account, [decision.tenant.tenantId]);
  if (!stated || daysBetween(stated.statedOn, line.valueDate) <= 0) return false;
  const claims = (await book.claims.fresh(tx, [decision.tenant.tenantId])).filter(
    (claim) => stated.billNos.length === 0 || stated.billNos.includes(claim.billNo),
  );
  await accrueLateFees(tx, claims, addDays(line.valueDate, -1));
  const current = await loadClaimsOf(
    tx,
    claims.map((claim) => claim.lineId),
  );
  const waivers = current.flatMap((claim) => {
    const thenFen = claimFeeThrough(claim, addDays(stated.statedOn, -1)).totalFen;
    const nowFen = claimFeeThrough(claim, addDays(line.valueDate, -1)).totalFen;
    const openFen = openLineOf(claim, line.valueDate).lateFeeFen;
    const grownFen = smallerFen(nowFen - thenFen, openFen);
    const words = { reason: "transit", requestedBy: "system", approvedBy: "rule:transit" };
    return grownFen > 0n ? [{ lineId: claim.lineId, amountFen: grownFen, ...words }] : [];
  });
  await writeWaivers(tx, current, waivers, line.valueDate);
  return true;
}

/** The bank's number names the receipt, so that the same money typed in by hand is found again; twins get one of their own. */
async function freeChannelNo(tx: Transaction, line: BankStatementLine): Promise<string> {
  const own = `line-${line.id}`;
  if (line.channelNo === null || line.occurrence > 0) return own;
  const used = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM receipt WHERE channel = 'bank' AND account_code = ${line.accountCode} AND channel_no = ${line.channelNo}`,
  );
  return used ? own : line.channelNo;
}

const factsOf = (
  line: BankStatementLine,
): Pick<ExceptionFacts, "valueDate" | "lineNo"> &
  Partial<Record<"payerName" | "payerAccountTail" | "remark", string>> => ({
  valueDate: line.valueDate,
  lineNo: line.ordinal + 1,
  ...(line.counterpartyName === null ? {} : { payerName: line.counterpartyName }),
  ...(line.counterpartyAccountTail === null ? {} : { payerAccountTail: line.counterpartyAccountTail }),
  ...(line.remark === "" ? {} : { remark: line.remark }),
});

async function raiseRemarks(
  tx: Transaction,
  line: BankStatementLine,
  decision: Extract<BankDecision, { type: "post" }>,
  receipt: RecordedReceipt,
  context: ReconciliationContext,
): Promise<void> {
  for (const remark of decision.remarks) {
    await raiseException(
      tx,
      {
        kind: remark.kind,
        entityId: line.entityId,
        accountCode: line.accountCode,
        date: line.bookingDate,
        subjectKey: `line|${line.id}`,
        amountFen: remark.amountFen,
        orderNo: line.channelNo,
        tenantId: decision.tenant.tenantId,
        statementLineId: line.id,
        receiptId: receiptIdOf(receipt),
        facts: {
          ...factsOf(line),
          reasons: [remark.reason],
          statementFen: toJsonInteger(line.amountFen),
          tenant: decision.tenant.code,
          tenantName: decision.tenant.name,
          billNos: decision.billNos,
          ...(receipt.receiptNo === undefined ? {} : { receiptNo: receipt.receiptNo }),
          ...(remark.otherTenant === undefined ? {} : { otherTenant: remark.otherTenant.code }),
        },
      },
      context,
    );
  }
}

async function ask(
  tx: Transaction,
  line: BankStatementLine,
  decision: Extract<BankDecision, { type: "ask" }>,
  receipt: RecordedReceipt,
  known: { readonly evidence: LineEvidence; readonly bills: readonly OpenBill[]; readonly book: BankBook },
  context: ReconciliationContext,
): Promise<void> {
  const { tenant } = decision;
  const wantsCandidates = decision.kind === "UNKNOWN_PAYER" || decision.kind === "MULTI_TENANT_PAYER";
  const { book } = known;
  const bills = wantsCandidates ? openBillsOf(await book.claims.all(tx), book.tenants, line.valueDate) : known.bills;
  const claimants = wantsCandidates ? await findClaimants(tx, line) : [];
  const ranked = wantsCandidates
    ? [
        ...claimants.map(claimCandidate),
        ...rankCandidates(lineOf(line), known.evidence, [...book.tenants.values()], bills).filter(
          (one) => !claimants.some(({ code }) => code === one.tenant),
        ),
      ]
    : [];
  const { id } = await raiseException(
    tx,
    {
      kind: decision.kind,
      entityId: line.entityId,
      accountCode: line.accountCode,
      date: line.bookingDate,
      subjectKey: `line|${line.id}`,
      amountFen: decision.amountFen,
      orderNo: line.channelNo,
      tenantId: tenant?.tenantId,
      statementLineId: line.id,
      receiptId: receiptIdOf(receipt),
      facts: {
        ...factsOf(line),
        reasons: decision.reasons,
        statementFen: toJsonInteger(line.amountFen),
        unclaimed: true,
        ...(tenant === undefined ? {} : { tenant: tenant.code, tenantName: tenant.name }),
        ...(decision.billNos.length === 0 ? {} : { billNos: decision.billNos }),
        ...(ranked.length === 0 ? {} : { candidates: ranked }),
        ...(receipt.receiptNo === undefined ? {} : { receiptNo: receipt.receiptNo }),
      },
    },
    context,
  );
  const codes = claimants.map(({ code }) => code);
  if (codes.length > 0) await tieClaims(tx, id, { amountFen: line.amountFen, codes });
  await writeMatches(tx, [
    {
      lineId: line.id,
      bookKind: "exception",
      bookId: id,
      stage: decision.stage,
      reasons: decision.reasons,
      matchedBy: context.actor,
    },
  ]);
}

/** Money of a month that is closed: booked in the first open one, with its true value date, and said (V9). */
async function raiseClosedPeriod(
  tx: Transaction,
  line: BankStatementLine,
  receipt: RecordedReceipt,
  context: ReconciliationContext,
): Promise<void> {
  const booked = await openBookingDate(tx, line.entityId, line.valueDate);
  if (booked === line.valueDate) return;
  await raiseException(
    tx,
    {
      kind: "CLOSED_PERIOD",
      entityId: line.entityId,
      accountCode: line.accountCode,
      date: line.bookingDate,
      subjectKey: `line|${line.id}`,
      amountFen: line.amountFen,
      orderNo: line.channelNo,
      statementLineId: line.id,
      receiptId: receiptIdOf(receipt),
      facts: {
        ...factsOf(line),
        reasons: [`${formatMonth(monthOf(line.valueDate))}已结账，记入${formatMonth(monthOf(booked))}，起息日不变`],
        statementFen: toJsonInteger(line.amountFen),
        month: monthOf(line.valueDate),
        otherDate: booked,
        ...(receipt.receiptNo === undefined ? {} : { receiptNo: receipt.receiptNo }),
      },
    },
    context,
  );
}
