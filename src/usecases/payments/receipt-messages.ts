import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import type { OutboxMessage } from "../../db/outbox/enqueue.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LinePart } from "../../domain/allocation/open-line.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";
import type { PaymentFact } from "../../ports/payment-gateway.ts";
import type { ReceiptAllocation, RecordedReceipt } from "../receipts/receipt.ts";
import type { PaymentContext } from "./context.ts";
import type { StoredOrder } from "./stored-order.ts";

/** Facts of a receipt, for the words of bot/notices. */
export interface PaymentNotice {
  /** `payer`: somebody who paid a forwarded link and belongs to no tenant of this receipt; sees no tenant data. */
  readonly audience: "member" | "payer";
  readonly receiptNo: string;
  readonly payeeName: string;
  readonly tenantName: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  /** `late-fee`: the fee of the line, not the line itself. */
  readonly allocations: readonly {
    readonly kind: LineKind;
    readonly component: LinePart;
    readonly period: DateRange;
    readonly amountFen: Fen;
  }[];
  readonly prepaymentFen: Fen;
  /** What the tenant owes on all published bills afterwards. */
  readonly stillOwedFen: Fen;
  /** Nothing of it went to the lines that were to be paid: they had been paid before. */
  readonly isDoublePayment: boolean;
}

interface Addressee {
  readonly personId: string | null;
  readonly appId: string;
  readonly openId: string;
}

/** The receipt for whoever paid and for the tenant's members whom the official account reaches; one per person. */
export async function receiptMessages(
  tx: Transaction,
  of: { readonly receipt: RecordedReceipt; readonly order: StoredOrder; readonly fact: PaymentFact },
  context: PaymentContext,
): Promise<OutboxMessage[]> {
  const { receipt, order, fact } = of;
  const appId = context.officialAccountAppId;
  if (appId === undefined || receipt.receiptId === undefined || receipt.receiptNo === undefined) return [];
  const members = await findReachableMembers(tx, order.tenantId, appId);
  const payerId = fact.appId === appId ? fact.payerExternalId : undefined;
  const payer = payerId === undefined ? undefined : await findPayer(tx, appId, payerId);
  const isMember = members.some((member) => member.openId === payerId);
  const facts = await noticeFacts(tx, receipt, receipt.receiptNo, order, context.businessClock.today());
  const toAddress = (audience: PaymentNotice["audience"], { personId, openId }: Addressee): OutboxMessage => ({
    channel: "official-account",
    appId,
    recipient: openId,
    ...(personId === null ? {} : { personId }),
    occasion: "notice",
    dedupeKey: `receipt|${receipt.receiptId}|${personId ?? openId}`,
    message: context.paymentCard({ ...facts, audience }),
  });
  return [
    ...members.map((member) => toAddress("member", member)),
    ...(payer && !isMember ? [toAddress("payer", payer)] : []),
  ];
}

async function noticeFacts(
  tx: Transaction,
  receipt: RecordedReceipt,
  receiptNo: string,
  order: StoredOrder,
  today: CivilDate,
): Promise<Omit<PaymentNotice, "audience">> {
  const names = await row<{ payeeName: string; tenantName: string }>(
    tx,
    Prisma.sql`SELECT e.name AS "payeeName", t.name AS "tenantName" FROM legal_entity e, tenant t
      WHERE e.id = ${order.entityId}::uuid AND t.id = ${order.tenantId}::uuid`,
  );
  const open = (await loadClaims(tx, { tenantId: order.tenantId, publishedOnly: true })).map((claim) =>
    openLineOf(claim, today),
  );
  const ordered = new Set(order.parts.map((part) => part.lineId));
  return {
    receiptNo,
    payeeName: names?.payeeName ?? "",
    tenantName: names?.tenantName ?? "",
    amountFen: receipt.amountFen,
    valueDate: receipt.valueDate,
    allocations: await allocationFacts(tx, receipt.allocations),
    prepaymentFen: receipt.prepaymentFen,
    stillOwedFen: open.reduce((sum, line) => sum + line.principalFen + line.lateFeeFen, 0n),
    isDoublePayment: ordered.size > 0 && !receipt.allocations.some((allocation) => ordered.has(allocation.lineId)),
  };
}

/** A fee is named after its line, whose kind the receipt doesn't repeat. */
async function allocationFacts(
  tx: Transaction,
  allocations: readonly ReceiptAllocation[],
): Promise<PaymentNotice["allocations"]> {
  const lineIds = allocations.map((allocation) => allocation.lineId);
  const lines = await rows<{ id: string; kind: LineKind }>(
    tx,
    Prisma.sql`SELECT id, kind FROM bill_line WHERE id = ANY (${lineIds}::uuid[])`,
  );
  const kinds = new Map(lines.map(({ id, kind }) => [id, kind]));
  return allocations.map(({ lineId, kind, period, amountFen }) => ({
    kind: kind === "late-fee" ? (kinds.get(lineId) ?? "other") : kind,
    component: kind === "late-fee" ? "late-fee" : "principal",
    period,
    amountFen,
  }));
}

/** One identity per person: the one bound last. */
const findReachableMembers = (tx: Transaction, tenantId: string, appId: string): Promise<Addressee[]> =>
  rows<Addressee>(
    tx,
    Prisma.sql`SELECT DISTINCT ON (c.person_id) c.person_id AS "personId", c.app_id AS "appId", c.external_id AS "openId"
      FROM tenant_member m
      JOIN person p ON p.id = m.person_id AND p.forgotten_at IS NULL
      JOIN channel_identity c ON c.person_id = m.person_id
        AND c.platform = 'official-account' AND c.app_id = ${appId} AND c.reachable
      WHERE m.tenant_id = ${tenantId}::uuid AND m.revoked_at IS NULL
      ORDER BY c.person_id, c.bound_at DESC, c.external_id`,
  );

/** The payer may be nobody we know, and a known one who has left the account isn't written to. */
async function findPayer(tx: Transaction, appId: string, openId: string): Promise<Addressee | undefined> {
  const known = await row<{ personId: string; reachable: boolean }>(
    tx,
    Prisma.sql`SELECT person_id AS "personId", reachable FROM channel_identity
      WHERE platform = 'official-account' AND app_id = ${appId} AND external_id = ${openId}`,
  );
  if (known && !known.reachable) return undefined;
  return { personId: known?.personId ?? null, appId, openId };
}
