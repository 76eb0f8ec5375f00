import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { PayoutAccount } from "../refunds/payout-accounts.ts";
import { requestRefund } from "../refunds/request-refund.ts";
import type { MoveOutContext } from "./context.ts";
import { findOwnSources } from "./settlement-facts.ts";
import { auditMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

export interface AskedRefunds {
  /** Asked for now. */
  readonly refundNos: readonly string[];
  /** What cannot go back the way it came waits for an account of the tenant. */
  readonly accountMissing: boolean;
}

/**
 * Asks back what remains of deposit and prepayment, payment by payment, each with its own approval and payout. What is
 * asked for already is reserved and not found again, so that repeating it asks for nothing twice. The tenant has confirmed.
 */
export async function askSettlementRefunds(
  tx: Transaction,
  moveOut: StoredMoveOut,
  requestedBy: string,
  context: MoveOutContext,
  payoutAccount?: PayoutAccount,
): Promise<AskedRefunds> {
  if (moveOut.consent !== "confirmed") throw new Error(`${moveOut.number}: refunds before the tenant has confirmed`);
  const refundNos: string[] = [];
  let accountMissing = false;
  for (const source of await findOwnSources(tx, moveOut)) {
    const asked = await requestRefund(
      tx,
      {
        of: { key: source.key, tenantId: moveOut.tenantId },
        reason: `退租结算 ${moveOut.number}`,
        requestedBy,
        payoutAccount,
      },
      context,
    );
    if (!asked.ok) {
      if (asked.code !== "PAYOUT_ACCOUNT_NEEDED") throw new Error(`${moveOut.number}: ${asked.code}`);
      accountMissing = true;
      continue;
    }
    refundNos.push(asked.refund.refundNo);
    await execute(
      tx,
      Prisma.sql`INSERT INTO move_out_refund (refund_id, move_out_id)
        VALUES (${asked.refund.refundId}::uuid, ${moveOut.moveOutId}::uuid)`,
    );
  }
  if (refundNos.length > 0) await auditMoveOut(tx, context, moveOut.moveOutId, "refunds-asked", { refundNos });
  return { refundNos, accountMissing };
}

/** The same where a person says to which account; only after the tenant has confirmed. */
export async function askRefundsTo(
  tx: Transaction,
  moveOut: StoredMoveOut,
  to: { readonly requestedBy: string; readonly payoutAccount?: PayoutAccount | undefined },
  context: MoveOutContext,
): Promise<({ readonly ok: true } & AskedRefunds) | Refusal> {
  if (moveOut.consent !== "confirmed") {
    return refuse("NOT_CONFIRMED", "租户还没有确认结算单，不能发起退款。", "The tenant has not confirmed the sheet.");
  }
  return { ok: true, ...(await askSettlementRefunds(tx, moveOut, to.requestedBy, context, to.payoutAccount)) };
}

/** Refunds of a settlement with their states. */
export const findSettlementRefunds = (
  tx: Transaction,
  moveOutId: string,
): Promise<
  { readonly refundNo: string; readonly state: string; readonly amountFen: bigint; readonly source: string }[]
> =>
  rows(
    tx,
    Prisma.sql`SELECT f.refund_no AS "refundNo", f.state, f.amount_fen AS "amountFen", f.source FROM move_out_refund m
      JOIN refund f ON f.id = m.refund_id WHERE m.move_out_id = ${moveOutId}::uuid ORDER BY f.refund_no COLLATE "C"`,
  );
