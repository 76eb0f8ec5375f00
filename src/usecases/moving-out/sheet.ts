import { Prisma } from "../../../generated/prisma/client.ts";
import { openLineOf } from "../../db/line-claims.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { requestDocument } from "../documents/documents.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { MoveOutContext } from "./context.ts";
import { isForfeitPending } from "./forfeit-deposit.ts";
import { tellTenant } from "./notices.ts";
import { loadForfeitedFen, loadSettlement } from "./settlement-facts.ts";
import { auditMoveOut, type StoredMoveOut } from "./stored-move-out.ts";

/** What a sheet says; amounts as text, as it is kept. */
export interface SheetContent {
  readonly lines: readonly { readonly lineId: string; readonly openFen: string; readonly lateFeeFen: string }[];
  readonly owedFen: string;
  readonly forfeitedFen: string;
  /** Held before anything was kept or set off. */
  readonly depositFen: string;
  readonly prepaymentFen: string;
}

export interface StoredSheet {
  readonly version: number;
  readonly asOf: CivilDate;
  readonly content: SheetContent;
  readonly documentId: string | null;
}

/**
 * Makes the settlement sheet of today, has it printed and sent, and asks the tenant for consent. Once per state of the
 * books: asked again while the tenant is asked, it answers with the sheet that stands, unless the figures have changed.
 */
export async function makeSheet(
  tx: Transaction,
  moveOut: StoredMoveOut,
  context: MoveOutContext,
): Promise<{ readonly ok: true; readonly sheet: StoredSheet; readonly made: boolean } | Refusal> {
  if (moveOut.billedOn === null) {
    return refuse("FINAL_BILL_MISSING", "请先出结算账单。", "The final bill is not issued yet.");
  }
  const before = await findSheet(tx, moveOut);
  if (moveOut.consent === "confirmed" && before) return { ok: true, sheet: before, made: false };
  if (await isForfeitPending(tx, moveOut.moveOutId)) {
    return refuse("FORFEIT_PENDING", "没收押金还在审批中，审批后再出结算单。", "A forfeiture waits for approval.");
  }
  const { content, disputed } = await contentOn(tx, moveOut, context.today);
  if (disputed > 0) {
    return refuse(
      "LINES_DISPUTED",
      `还有 ${disputed} 笔费用有异议，请先处理异议再出结算单。`,
      `${disputed} lines of the lease are disputed.`,
    );
  }
  if (moveOut.consent === "asked" && before && sameFigures(before, await contentOn(tx, moveOut, before.asOf))) {
    return { ok: true, sheet: before, made: false };
  }
  const version = moveOut.sheetVersion + 1;
  const documentId = await requestDocument(tx, {
    kind: "settlement",
    leaseId: moveOut.leaseId,
    asOf: context.today,
    version,
  });
  if (documentId === undefined) throw new Error(`no document of lease ${moveOut.leaseCode}`);
  await execute(
    tx,
    Prisma.sql`INSERT INTO move_out_sheet (move_out_id, version, as_of, content, document_id)
      VALUES (${moveOut.moveOutId}::uuid, ${version}, ${context.today}::date, ${JSON.stringify(content)}::jsonb,
        ${documentId}::uuid)`,
  );
  await execute(
    tx,
    Prisma.sql`INSERT INTO document_posting (document_id, state) VALUES (${documentId}::uuid, 'waiting')
      ON CONFLICT (document_id) DO NOTHING`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE move_out SET sheet_version = ${version}, consent = 'asked', consented_by = NULL, consented_on = NULL,
        objection = NULL WHERE id = ${moveOut.moveOutId}::uuid`,
  );
  await auditMoveOut(tx, context, moveOut.moveOutId, "sheet-made", { version, ...content });
  const now = { ...moveOut, sheetVersion: version, consent: "asked" as const };
  await tellTenant(tx, "sheet", now, context);
  return { ok: true, sheet: { version, asOf: context.today, content, documentId }, made: true };
}

/** The sheet that stands. */
export const findSheet = (
  tx: Transaction,
  { moveOutId, sheetVersion }: Pick<StoredMoveOut, "moveOutId" | "sheetVersion">,
): Promise<StoredSheet | undefined> =>
  row<StoredSheet>(
    tx,
    Prisma.sql`SELECT version, as_of::text AS "asOf", content, document_id AS "documentId" FROM move_out_sheet
      WHERE move_out_id = ${moveOutId}::uuid AND version = ${sheetVersion}`,
  );

/** Whether the books still say what the sheet says, on the sheet's own day. */
export async function sheetStillHolds(tx: Transaction, moveOut: StoredMoveOut, sheet: StoredSheet): Promise<boolean> {
  return sameFigures(sheet, await contentOn(tx, moveOut, sheet.asOf));
}

const sameFigures = (sheet: StoredSheet, now: { readonly content: SheetContent; readonly disputed: number }): boolean =>
  now.disputed === 0 && canonicalJson(sheet.content) === canonicalJson(now.content);

async function contentOn(
  tx: Transaction,
  moveOut: StoredMoveOut,
  asOf: CivilDate,
): Promise<{ readonly content: SheetContent; readonly disputed: number }> {
  const { claims, plan } = await loadSettlement(tx, moveOut, asOf);
  const forfeitedFen: Fen = await loadForfeitedFen(tx, moveOut.moveOutId);
  const lines = claims.map((claim) => {
    const { principalFen, lateFeeFen } = openLineOf(claim, asOf);
    return { lineId: claim.lineId, openFen: principalFen.toString(), lateFeeFen: lateFeeFen.toString() };
  });
  return {
    content: {
      lines: lines.filter(({ openFen, lateFeeFen }) => openFen !== "0" || lateFeeFen !== "0"),
      owedFen: plan.owedFen.toString(),
      forfeitedFen: forfeitedFen.toString(),
      depositFen: (plan.depositFen + forfeitedFen).toString(),
      prepaymentFen: plan.prepaymentFen.toString(),
    },
    disputed: claims.filter(({ disputed }) => disputed).length,
  };
}
