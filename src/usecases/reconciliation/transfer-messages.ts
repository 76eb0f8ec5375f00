import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import type { OutboxMessage } from "../../db/outbox/enqueue.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LinePart } from "../../domain/allocation/open-line.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";
import type { ReceiptChannel, RecordedReceipt } from "../receipts/receipt.ts";
import type { UndoneReceipt } from "../receipts/undo-receipt.ts";

/** Facts of a transfer that has been found, for the words of bot/notices. */
export interface TransferNotice {
  readonly receiptNo: string;
  readonly tenantName: string;
  readonly channel: ReceiptChannel;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly allocations: readonly {
    readonly kind: LineKind;
    readonly component: LinePart;
    readonly period: DateRange;
    readonly amountFen: Fen;
  }[];
  readonly prepaymentFen: Fen;
  readonly stillOwedFen: Fen;
}

/** A transfer that the bank took back. */
export interface ReversalNotice {
  readonly receiptNo: string;
  readonly tenantName: string;
  readonly amountFen: Fen;
  /** What stands open again, in fen. */
  readonly reopenedFen: Fen;
  readonly prepaymentFen: Fen;
}

export interface TransferMessaging {
  /** Undefined: the official account is off and tenants hear nothing. */
  readonly appId: string | undefined;
  readonly today: CivilDate;
  readonly received: (notice: TransferNotice) => Card;
  readonly reversed: (notice: ReversalNotice) => Card;
}

interface Party {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly channel: ReceiptChannel;
}

const findParty = (tx: Transaction, receiptId: string): Promise<Party | undefined> =>
  row<Party>(
    tx,
    Prisma.sql`SELECT t.id AS "tenantId", t.name AS "tenantName", r.channel FROM receipt r JOIN tenant t ON t.id = r.tenant_id
      WHERE r.id = ${receiptId}::uuid`,
  );

/** One message a person of the tenant: what arrived and where every fen of it went. */
export async function transferMessages(
  tx: Transaction,
  receipt: RecordedReceipt,
  messaging: TransferMessaging,
): Promise<OutboxMessage[]> {
  const { receiptId, receiptNo } = receipt;
  if (receiptId === undefined || receiptNo === undefined) return [];
  const party = await findParty(tx, receiptId);
  if (!party) return [];
  const kinds = await loadKinds(
    tx,
    receipt.allocations.map((one) => one.lineId),
  );
  const open = await loadClaims(tx, { tenantId: party.tenantId, publishedOnly: true });
  const card = messaging.received({
    receiptNo,
    tenantName: party.tenantName,
    channel: party.channel,
    amountFen: receipt.amountFen,
    valueDate: receipt.valueDate,
    allocations: receipt.allocations.map(({ lineId, kind, period, amountFen }) => ({
      kind: kind === "late-fee" ? (kinds.get(lineId) ?? "other") : kind,
      component: kind === "late-fee" ? "late-fee" : "principal",
      period,
      amountFen,
    })),
    prepaymentFen: receipt.prepaymentFen,
    stillOwedFen: open.reduce((sum, claim) => {
      const line = openLineOf(claim, messaging.today);
      return sum + line.principalFen + line.lateFeeFen;
    }, 0n),
  });
  return toMembers(tx, party.tenantId, `receipt|${receiptId}`, card, messaging);
}

/** The bank has taken a transfer back: what is owed again, and why. */
export async function reversalMessages(
  tx: Transaction,
  undone: UndoneReceipt,
  messaging: TransferMessaging,
): Promise<OutboxMessage[]> {
  const party = await findParty(tx, undone.receiptId);
  if (!party) return [];
  const card = messaging.reversed({
    receiptNo: undone.receiptNo,
    tenantName: party.tenantName,
    amountFen: undone.amountFen,
    reopenedFen: undone.allocations.reduce((sum, one) => sum + one.amountFen, 0n),
    prepaymentFen: undone.prepaymentFen,
  });
  return toMembers(tx, party.tenantId, `receipt-undone|${undone.receiptId}`, card, messaging);
}

/** The money was not theirs: nothing is said of whose it is. */
export const claimRefusedMessages = (
  tx: Transaction,
  claim: { readonly claimId: string; readonly tenantId: string; readonly amountFen: Fen },
  card: Card,
  messaging: Pick<TransferMessaging, "appId">,
): Promise<OutboxMessage[]> => toMembers(tx, claim.tenantId, `transfer-claim|${claim.claimId}`, card, messaging);

async function loadKinds(tx: Transaction, lineIds: readonly string[]): Promise<ReadonlyMap<string, LineKind>> {
  const lines = await rows<{ id: string; kind: LineKind }>(
    tx,
    Prisma.sql`SELECT id, kind FROM bill_line WHERE id = ANY (${[...lineIds]}::uuid[])`,
  );
  return new Map(lines.map(({ id, kind }) => [id, kind]));
}

async function toMembers(
  tx: Transaction,
  tenantId: string,
  subject: string,
  card: Card,
  { appId }: Pick<TransferMessaging, "appId">,
): Promise<OutboxMessage[]> {
  if (appId === undefined) return [];
  const members = await rows<{ personId: string; openId: string }>(
    tx,
    Prisma.sql`SELECT DISTINCT ON (c.person_id) c.person_id AS "personId", c.external_id AS "openId"
      FROM tenant_member m JOIN person p ON p.id = m.person_id AND p.forgotten_at IS NULL
      JOIN channel_identity c ON c.person_id = m.person_id AND c.platform = 'official-account' AND c.app_id = ${appId} AND c.reachable
      WHERE m.tenant_id = ${tenantId}::uuid AND m.revoked_at IS NULL
      ORDER BY c.person_id, c.bound_at DESC, c.external_id`,
  );
  return members.map(({ personId, openId }) => ({
    channel: "official-account" as const,
    appId,
    recipient: openId,
    personId,
    occasion: "notice" as const,
    dedupeKey: `${subject}|${personId}`,
    message: card,
  }));
}
