import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { openDisputeWithin } from "../disputes/dispute-line.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { MoveOutContext } from "./context.ts";
import { tellSteward, tellTenant } from "./notices.ts";
import { offsetDeposit } from "./offset-deposit.ts";
import { loadLeaseClaims } from "./settlement-facts.ts";
import { type AskedRefunds, askSettlementRefunds } from "./settlement-refunds.ts";
import { findSheet, makeSheet, sheetStillHolds } from "./sheet.ts";
import { auditMoveOut, findMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

export interface Consent {
  /** Person: the tenant's, or the colleague who holds the signed paper. */
  readonly personId: string;
  /** Of the sheet that was seen. */
  readonly version: number;
  readonly via: "chat" | "paper";
}

/**
 * The tenant confirms the settlement: the deposit pays what is open, with the sheet's day as value date, and what remains
 * is asked back as refunds. A click on an older sheet is refused; where the books have moved since, another sheet is made
 * and nothing is booked. Confirming twice answers as before. The caller holds the settlement (lockMoveOut).
 */
export async function confirmSettlement(
  tx: Transaction,
  moveOut: StoredMoveOut,
  consent: Consent,
  context: MoveOutContext,
): Promise<({ readonly ok: true } & AskedRefunds) | Refusal> {
  if (moveOut.consent === "confirmed")
    return { ok: true, ...(await askSettlementRefunds(tx, moveOut, consent.personId, context)) };
  const sheet = await findSheet(tx, moveOut);
  const stale = whyStale(moveOut, consent.version);
  if (stale || !sheet) return stale ?? noSheet;
  if (!(await sheetStillHolds(tx, moveOut, sheet))) {
    const again = await makeSheet(tx, moveOut, context);
    if (!again.ok) return again;
    return refuse(
      "SHEET_CHANGED",
      "结算单发出后账目有变化，已按最新账目重新出单，请核对新的结算单再确认。",
      "The books have moved since the sheet; another one was made.",
    );
  }
  await offsetDeposit(tx, moveOut, sheet.asOf, context);
  await execute(
    tx,
    Prisma.sql`UPDATE move_out SET consent = 'confirmed', consented_by = ${consent.personId}::uuid,
        consented_on = ${context.today}::date, consent_via = ${consent.via === "paper" ? "paper" : context.channel}
      WHERE id = ${moveOut.moveOutId}::uuid`,
  );
  await auditMoveOut(tx, context, moveOut.moveOutId, "confirmed", { version: consent.version, via: consent.via });
  const confirmed = await findMoveOut(tx, moveOut);
  if (!confirmed) throw new Error("a settlement that was just confirmed is gone");
  const asked = await askSettlementRefunds(tx, confirmed, consent.personId, context);
  await tellSteward(tx, asked.accountMissing ? "account-needed" : "confirmed", confirmed, context);
  await tellTenant(tx, "confirmed", confirmed, context, consent.via === "chat" ? consent.personId : undefined);
  return { ok: true, ...asked };
}

/**
 * The tenant objects: the named lines (undefined: all that are open) are disputed, so that fee and dunning stop for them,
 * the sheet is void and the steward hears of it. Nothing is booked or paid before another sheet is confirmed.
 */
export async function objectToSettlement(
  tx: Transaction,
  moveOut: StoredMoveOut,
  objection: {
    readonly personId: string;
    readonly version: number;
    readonly reason: string;
    readonly lineIds?: readonly string[] | undefined;
  },
  context: MoveOutContext,
): Promise<{ readonly ok: true; readonly disputedLines: number } | Refusal> {
  const stale = whyStale(moveOut, objection.version);
  if (stale) return stale;
  const open = (await loadLeaseClaims(tx, moveOut)).filter(({ disputed }) => !disputed);
  const meant =
    objection.lineIds === undefined ? open : open.filter(({ lineId }) => objection.lineIds?.includes(lineId));
  for (const { lineId } of meant) {
    const opened = await openDisputeWithin(tx, { lineId, from: context.today, reason: objection.reason }, context);
    if (!opened.ok) return opened;
  }
  await execute(
    tx,
    Prisma.sql`UPDATE move_out SET consent = 'objected', consented_by = ${objection.personId}::uuid,
        consented_on = ${context.today}::date, consent_via = ${context.channel}, objection = ${objection.reason}
      WHERE id = ${moveOut.moveOutId}::uuid`,
  );
  await auditMoveOut(tx, context, moveOut.moveOutId, "objected", { version: objection.version, lines: meant.length });
  await tellSteward(tx, "objected", { ...moveOut, consent: "objected", objection: objection.reason }, context);
  return { ok: true, disputedLines: meant.length };
}

const noSheet = refuse("NO_SHEET", "结算单还没有出，管家出单后会发给您确认。", "There is no sheet yet.");

function whyStale(moveOut: StoredMoveOut, version: number): Refusal | undefined {
  if (moveOut.sheetVersion === 0) return noSheet;
  if (moveOut.consent === "confirmed") {
    return refuse("CONFIRMED_ALREADY", "结算单已经确认过了，无需重复操作。", "The sheet is confirmed already.");
  }
  if (moveOut.consent === "objected") {
    return refuse("OBJECTED_ALREADY", "您对这份结算单提过异议，管家处理后会重新出单。", "The sheet was objected to.");
  }
  if (version === moveOut.sheetVersion) return undefined;
  return refuse("SHEET_STALE", "这是旧的结算单，请看最新一份再确认。", "There is a newer sheet.");
}
