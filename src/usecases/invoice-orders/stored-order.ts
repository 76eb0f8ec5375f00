import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { OrderState } from "../../domain/invoice/order-step.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { OrderKey } from "../../ports/invoice-provider.ts";
import type { Place } from "../staff/permissions.ts";
import { buildingsOfTenant } from "../staff/portfolio.ts";

/** What a provider was asked to make: an invoice, or the red letter of one. */
export interface StoredOrder {
  readonly orderId: string;
  readonly orderNo: string;
  readonly provider: string;
  readonly state: OrderState;
  readonly serialNo: string | null;
  readonly retryWanted: boolean;
  readonly problemCode: string | null;
  readonly problem: string | null;
  readonly version: number;
  /** Of a red letter: the blue one. */
  readonly invoiceId: string;
  readonly redLetterId: string | null;
  readonly applicationId: string;
  readonly applicationNo: string;
  readonly redNo: string | null;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly entityId: string;
  readonly entityName: string;
  readonly sellerTaxNo: string;
  readonly amountFen: Fen;
  /** Whose finance sees to it. */
  readonly projectId: string | null;
  readonly buildingIds: readonly string[];
}

/** Where an order belongs: who may handle it, and who hears of it. */
export const placeOfOrder = ({ projectId, buildingIds }: StoredOrder): Place => ({
  projectId: projectId ?? undefined,
  buildingIds,
});

/**
 * An order by its id or number. With "lock", what it is about is locked before it: the application, or the red letter,
 * which everybody holds who makes, closes or moves one of them.
 */
export async function findOrder(
  tx: Transaction,
  key: { readonly orderId: string } | { readonly orderNo: string },
  how?: "lock",
): Promise<StoredOrder | undefined> {
  const condition =
    "orderId" in key ? Prisma.sql`o.id = ${key.orderId}::uuid` : Prisma.sql`o.order_no = ${key.orderNo}`;
  if (how === "lock") {
    await execute(
      tx,
      Prisma.sql`SELECT 1 FROM red_letter r WHERE r.id = (SELECT o.red_letter_id FROM invoice_order o WHERE ${condition}) FOR UPDATE`,
    );
    await execute(
      tx,
      Prisma.sql`SELECT 1 FROM invoice_application a WHERE a.id = (SELECT i.application_id FROM invoice_order o
        JOIN invoice i ON i.id = o.invoice_id WHERE o.red_letter_id IS NULL AND ${condition}) FOR UPDATE`,
    );
    await execute(tx, Prisma.sql`SELECT 1 FROM invoice_order o WHERE ${condition} FOR UPDATE`);
  }
  return row<StoredOrder>(
    tx,
    Prisma.sql`SELECT o.id AS "orderId", o.order_no AS "orderNo", o.provider, o.state, o.serial_no AS "serialNo", o.retry_wanted AS "retryWanted",
        o.problem_code AS "problemCode", o.problem, o.version, o.invoice_id AS "invoiceId", o.red_letter_id AS "redLetterId",
        a.id AS "applicationId", a.application_no AS "applicationNo", r.red_no AS "redNo", i.tenant_id AS "tenantId", t.name AS "tenantName",
        i.entity_id AS "entityId", e.name AS "entityName", coalesce(e.tax_no, '') AS "sellerTaxNo", coalesce(r.amount_fen, i.amount_fen) AS "amountFen",
        (SELECT l.project_id FROM lease l WHERE l.tenant_id = i.tenant_id ORDER BY l.start_date DESC, l.code COLLATE "C" LIMIT 1) AS "projectId",
        ${buildingsOfTenant(Prisma.sql`i.tenant_id`)} AS "buildingIds"
      FROM invoice_order o JOIN invoice i ON i.id = o.invoice_id JOIN invoice_application a ON a.id = i.application_id
      JOIN tenant t ON t.id = i.tenant_id JOIN legal_entity e ON e.id = i.entity_id LEFT JOIN red_letter r ON r.id = o.red_letter_id
      WHERE ${condition}`,
  );
}

export interface OrderChange {
  readonly state?: OrderState;
  /** Of the wire clock; null: nothing more is done by itself. */
  readonly nextStepAtMs?: number | null;
  readonly serialNo?: string | undefined;
  readonly retryWanted?: boolean;
  readonly problem?: { readonly code: string; readonly reason: string } | null;
  /** Another number, for what the provider has turned down for good under the last one. */
  readonly orderNo?: string;
}

/** At most so much of what a provider says is kept. */
const REASON_MAX = 300;

/** Writes what is given and leaves the rest; the version grows, so that finance's cards can follow. */
export async function setOrder(tx: Transaction, order: StoredOrder, change: OrderChange): Promise<StoredOrder> {
  const next = {
    state: change.state ?? order.state,
    serialNo: change.serialNo ?? order.serialNo,
    retryWanted: change.retryWanted ?? order.retryWanted,
    orderNo: change.orderNo ?? order.orderNo,
    problemCode: change.problem === undefined ? order.problemCode : (change.problem?.code ?? null),
    problem: change.problem === undefined ? order.problem : (change.problem?.reason.slice(0, REASON_MAX) ?? null),
  };
  const nextStep =
    change.nextStepAtMs === undefined
      ? Prisma.sql`next_step_at`
      : change.nextStepAtMs === null
        ? Prisma.sql`NULL`
        : Prisma.sql`${new Date(change.nextStepAtMs).toISOString()}::timestamptz`;
  await execute(
    tx,
    Prisma.sql`UPDATE invoice_order SET state = ${next.state}, serial_no = ${next.serialNo}, retry_wanted = ${next.retryWanted},
        order_no = ${next.orderNo}, problem_code = ${next.problemCode}, problem = ${next.problem}, version = version + 1, next_step_at = ${nextStep}
      WHERE id = ${order.orderId}::uuid`,
  );
  return { ...order, ...next, version: order.version + 1 };
}

export const keyOf = (order: StoredOrder): OrderKey => ({
  sellerTaxNo: order.sellerTaxNo,
  orderNo: order.orderNo,
  serialNo: order.serialNo ?? undefined,
});

/** How often the provider was asked this about an order. */
export const countOrderCalls = async (
  tx: Transaction,
  order: StoredOrder,
  operation: "create" | "query" | "retry" | "files",
): Promise<number> =>
  (
    await row<{ calls: number }>(
      tx,
      Prisma.sql`SELECT count(*)::int AS calls FROM vendor_call WHERE subject_kind = 'invoice-order'
        AND subject_id = ${order.orderId}::uuid AND operation = ${operation}`,
    )
  )?.calls ?? 0;
