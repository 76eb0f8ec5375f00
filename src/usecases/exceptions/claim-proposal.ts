import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { claimMoney } from "../receipts/claim-receipt.ts";
import type { RecordedReceipt } from "../receipts/receipt.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { receiptContextOf } from "../reconciliation/context.ts";
import { confirmPayer } from "../reconciliation/fingerprints.ts";
import { releaseLine, writeMatches } from "../reconciliation/match-rows.ts";
import { decideClaims } from "../reconciliation/transfer-claims.ts";
import { type Effect, loadReceipt } from "./effects.ts";
import type { ExceptionItem } from "./exception.ts";
import type { ResolutionContext } from "./resolution.ts";

export type AppliedProposal = { readonly ok: true; readonly effects: readonly Effect[] } | Refusal;

export const NOTHING: AppliedProposal & { readonly ok: true } = { ok: true, effects: [] };

export const received = (recorded: RecordedReceipt): string => {
  if (recorded.receiptId === undefined) throw new Error("a recorded receipt has an id");
  return recorded.receiptId;
};

/** The line leaves the exception and is the receipt's. */
export async function matchLine(
  tx: Transaction,
  exception: ExceptionItem,
  receiptId: string,
  reason: string,
  context: ResolutionContext,
): Promise<Effect[]> {
  const lineId = exception.statementLineId;
  if (lineId === undefined) return [];
  const taken = await row<{ kind: string; stage: number }>(
    tx,
    Prisma.sql`SELECT book_kind AS kind, stage FROM match_item WHERE statement_line_id = ${lineId}::uuid AND active`,
  );
  if (taken && taken.kind !== "exception") return [];
  await releaseLine(tx, lineId);
  await writeMatches(tx, [
    {
      lineId,
      bookKind: "receipt",
      bookId: receiptId,
      stage: taken?.stage ?? 7,
      reasons: [reason],
      matchedBy: context.actor,
    },
  ]);
  return [{ type: "matched", lineId, receiptId }];
}

export async function claim(
  tx: Transaction,
  exception: ExceptionItem,
  tenantCode: string,
  context: ResolutionContext,
  chosenBillNos: readonly string[] = [],
): Promise<AppliedProposal> {
  if (exception.receiptId === undefined) {
    return refuse(
      "NOTHING_TO_CLAIM",
      "这条差异没有挂账的款项可以认领。",
      "There is no unclaimed money for this difference.",
    );
  }
  const receipt = await loadReceipt(tx, exception.receiptId);
  const namedBillNos = exception.facts.tenant === tenantCode ? (exception.facts.billNos ?? []) : [];
  const billNos = chosenBillNos.length > 0 ? chosenBillNos : namedBillNos;
  const claimed = await claimMoney(
    tx,
    { receiptNo: receipt.receiptNo, tenantCode, billNos },
    receiptContextOf(context),
  );
  if (!claimed.ok) return claimed;
  const matched = await matchLine(tx, exception, exception.receiptId, `人工认领为 ${tenantCode}`, context);
  await teachPayer(tx, exception, tenantCode, context);
  await decideClaims(tx, exception.id, tenantCode, context.claimRefusedMessages);
  return { ok: true, effects: [{ type: "claimed", receiptId: exception.receiptId }, ...matched] };
}

/** A person has said who it was: the payer is known from now on. */
async function teachPayer(
  tx: Transaction,
  exception: ExceptionItem,
  tenantCode: string,
  context: ResolutionContext,
): Promise<void> {
  if (exception.statementLineId === undefined) return;
  const line = await row<{
    id: string;
    counterpartyName: string | null;
    counterpartyAccountId: string | null;
    tenantId: string;
  }>(
    tx,
    Prisma.sql`SELECT l.id, l.counterparty_name AS "counterpartyName", l.counterparty_account_id AS "counterpartyAccountId",
        t.id AS "tenantId" FROM statement_line l CROSS JOIN tenant t
      WHERE l.id = ${exception.statementLineId}::uuid AND t.code = ${tenantCode} AND l.source = 'bank'`,
  );
  if (line) await confirmPayer(tx, line, line.tenantId, context.actor);
}
