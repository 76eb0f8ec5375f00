import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { ReceiptAllocation } from "../receipts/receipt.ts";
import { receiveMoney } from "../receipts/record-receipt.ts";

/** What a payment to one legal entity would do today. */
export interface PaymentPreview {
  readonly entityName: string;
  /** In the order in which they would be paid. */
  readonly allocations: readonly ReceiptAllocation[];
  readonly prepaymentFen: Fen;
  /** Owed to the entity today, late fees included, and what would be left of it. */
  readonly owedFen: Fen;
  readonly owedAfterFen: Fen;
}

/**
 * “我先付5000会怎样”: the real receipt in its preview (money-rules 8 "Preview"), once for each legal entity that the tenant
 * owes, since money has one entity. Empty when nothing is owed. Writes nothing.
 */
export async function previewPayment(
  tx: Transaction,
  { tenantId, amountFen, today }: { readonly tenantId: string; readonly amountFen: Fen; readonly today: CivilDate },
): Promise<PaymentPreview[]> {
  const claims = await loadClaims(tx, { tenantId });
  const owed = new Map<string, Fen>();
  for (const claim of claims) {
    const open = openLineOf(claim, today);
    owed.set(claim.entityCode, (owed.get(claim.entityCode) ?? 0n) + open.principalFen + open.lateFeeFen);
  }
  const entities = await rows<{ code: string; name: string }>(
    tx,
    Prisma.sql`SELECT code, name FROM legal_entity WHERE code = ANY (${[...owed.keys()]}) ORDER BY name COLLATE "C"`,
  );
  const [tenantCode] = claims.map((claim) => claim.tenantCode);
  if (tenantCode === undefined) return [];
  const previews: PaymentPreview[] = [];
  for (const entity of entities) {
    const owedFen = owed.get(entity.code) ?? 0n;
    if (owedFen === 0n) continue;
    const preview = await receiveMoney(
      tx,
      { channel: "bank", tenantCode, entityCode: entity.code, amountFen, valueDate: today, preview: true },
      { actor: "preview", channel: "chat", today },
    );
    if (!preview.ok) throw new Error(`a preview was refused: ${preview.code}`);
    const paidFen = preview.allocations.reduce((total, { amountFen: fen }) => total + fen, 0n);
    const { allocations, prepaymentFen } = preview;
    previews.push({ entityName: entity.name, allocations, prepaymentFen, owedFen, owedAfterFen: owedFen - paidFen });
  }
  return previews;
}
