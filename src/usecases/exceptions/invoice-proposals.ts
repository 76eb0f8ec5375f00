import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { LIVE_RED_STATES } from "../../domain/invoice/red-letter.ts";
import { moveRedLetter, requestRedLetter } from "../invoices/red-letters.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { may } from "../staff/permissions.ts";
import type { AppliedProposal } from "./claim-proposal.ts";
import { type ExceptionItem, placeOfException } from "./exception.ts";
import type { ResolutionContext } from "./resolution.ts";

/** Asks for a red letter of what stands above the money, or of the whole invoice. Another colleague agrees to it or not. */
export async function askRedLetter(
  tx: Transaction,
  exception: ExceptionItem,
  how: "red-part" | "red-all",
  note: string | undefined,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  if (!may(context.staff, "invoice.handle", placeOfException(exception))) {
    return refuse(
      "NOT_ALLOWED",
      `${context.staff.name}没有开票的权限，请由出纳或财务经理申请红冲。`,
      `${context.staff.code} may not handle invoices.`,
    );
  }
  const { invoice = "", cause = "", lineId, component } = exception.facts;
  const overFen = BigInt(exception.facts.overFen ?? 0);
  const part =
    how === "red-part" && lineId !== undefined && component !== undefined
      ? { amountFen: overFen, parts: [{ lineId, component, amountFen: overFen }] }
      : {};
  const asked = await requestRedLetter(
    tx,
    { invoiceNumber: invoice, reason: "mistake", explanation: note ?? cause, ...part },
    { actor: context.actor, channel: context.channel, ip: context.ip, today: context.today, nowMs: context.nowMs },
  );
  return asked.ok ? { ok: true, effects: [{ type: "red-letter", redNo: asked.redLetter.redNo }] } : asked;
}

/** Takes a red letter back that lives still. One that was issued is a paper, and stays. */
export async function withdrawRedLetter(
  tx: Transaction,
  redNo: string,
  context: ResolutionContext,
): Promise<{ readonly ok: true } | Refusal> {
  const found = await row<{ state: string }>(tx, Prisma.sql`SELECT state FROM red_letter WHERE red_no = ${redNo}`);
  if (found?.state === "red-issued") {
    return refuse(
      "RED_LETTER_ISSUED",
      `红字发票 ${redNo} 已经开出，不能撤销；需要的话请重新开票。`,
      `The red letter ${redNo} has been issued.`,
    );
  }
  if (!LIVE_RED_STATES.some((state) => state === found?.state)) return { ok: true };
  const moved = await moveRedLetter(
    tx,
    { redNo, event: { type: "withdraw" } },
    { actor: context.actor, channel: context.channel, ip: context.ip, today: context.today, nowMs: context.nowMs },
  );
  return moved.ok ? { ok: true } : moved;
}
