import type { Database } from "../../db/client.ts";
import { openLineOf } from "../../db/line-claims.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { ApprovalRequest } from "../approvals/approval.ts";
import { askAndDecide, type CommandContext } from "../approvals/by-code.ts";
import { allOrNothing } from "../approvals/or-nothing.ts";
import { askRelief } from "../claim-relief/ask-relief.ts";
import { loadClaimsOf } from "../receipts/claim-index.ts";
import type { Refusal } from "../receipts/refusal.ts";

export interface WaiverCommand {
  readonly lineId: string;
  /** Undefined: all that is open through the day before today. */
  readonly amountFen?: Fen | undefined;
  readonly reason: string;
  /** Code of somebody of the staff. */
  readonly requestedBy: string;
  /** Code of another person; undefined: whoever the policy names is asked. */
  readonly approvedBy?: string | undefined;
}

export interface WaivedLateFee {
  readonly ok: true;
  /** `pending`: others must approve, nothing is waived yet. */
  readonly state: "waived" | "pending";
  readonly approval: ApprovalRequest;
  /** Waived, or asked for. */
  readonly amountFen: Fen;
  /** Fee open on the line as it is now, through the day before today. */
  readonly openFen: Fen;
}

/**
 * Asks to forgive late fee of one line, at most what is open through the day before today, and lets the second person
 * approve where one is named. The policy of waivers says whether that is enough. A refusal leaves nothing behind.
 */
export const waiveLateFee = (
  db: Database,
  command: WaiverCommand,
  context: CommandContext,
): Promise<WaivedLateFee | Refusal> => allOrNothing(db, (tx) => waive(tx, command, context));

async function waive(
  tx: Transaction,
  { lineId, amountFen, reason, requestedBy, approvedBy }: WaiverCommand,
  context: CommandContext,
): Promise<WaivedLateFee | Refusal> {
  const decided = await askAndDecide(tx, { requestedBy, approvedBy }, context, ({ personId }, approval) =>
    askRelief(tx, { kind: "waiver", part: "late-fee", lineId, amountFen, reason, requestedBy: personId }, approval),
  );
  if (!decided.ok) return decided;
  const { request, impossible } = decided;
  if (impossible) return impossible;
  const [claim] = await loadClaimsOf(tx, [lineId]);
  if (!claim) throw new Error(`a waiver was asked for line ${lineId}, which is not there`);
  return {
    ok: true,
    state: request.state === "approved" ? "waived" : "pending",
    approval: request,
    amountFen: request.amountFen,
    openFen: openLineOf(claim, context.today).lateFeeFen,
  };
}
