import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { leaseInPortfolio } from "../staff/portfolio.ts";
import { type List, type ListScope, PAGE_ROWS } from "./list.ts";
import { wordOf } from "./words.zh-CN.ts";

interface ReceiptRow {
  readonly receiptNo: string;
  readonly entity: string;
  readonly tenant: string | null;
  readonly tenantName: string | null;
  readonly channel: string;
  readonly account: string;
  readonly channelNo: string;
  readonly orderNo: string | null;
  readonly valueDate: string;
  readonly recordedAt: string;
  readonly amountFen: Fen;
  readonly allocatedFen: Fen;
  readonly prepaymentFen: Fen;
  readonly refundedFen: Fen;
  readonly state: string;
  readonly remark: string | null;
  readonly recordedBy: string;
}

const ALL = Prisma.sql`true`;

/** Money of tenants with a lease in the scope, and of nobody yet. */
const inScope = (scope: ListScope): Prisma.Sql => Prisma.sql`
  (EXISTS (SELECT 1 FROM lease y WHERE y.tenant_id = receipt.tenant_id AND y.entity_id = receipt.entity_id
      AND ${leaseInPortfolio(Prisma.sql`y.id`, scope)})
    OR (receipt.tenant_id IS NULL AND receipt.entity_id = ANY (${[...scope.unclaimedOfEntityIds]}::uuid[])))
  AND (${scope.dates === undefined} OR receipt.value_date BETWEEN ${scope.dates?.from ?? "1970-01-01"}::date
    AND ${scope.dates?.to ?? "1970-01-01"}::date)`;

/** Every receipt, by receipt number: where it came from and what became of it. */
export const receiptsList: List = {
  name: "receipts",
  title: "收款明细",
  headers: [
    "收款编号",
    "主体",
    "租户编号",
    "租户名称",
    "方式",
    "账户",
    "渠道单号",
    "商户订单号",
    "到账日",
    "登记时间",
    "金额",
    "已冲账单",
    "剩余预收",
    "已退款",
    "状态",
    "备注",
    "登记人",
  ], // prettier-ignore
  async *rows(tx, _today, scope) {
    let after = "";
    for (;;) {
      // Money that a prepayment passed on counts for the receipt that it came from.
      const page = await rows<ReceiptRow>(
        tx,
        Prisma.sql`
          WITH page AS (SELECT * FROM receipt WHERE receipt_no COLLATE "C" > ${after} COLLATE "C" AND ${scope ? inScope(scope) : ALL}
            ORDER BY receipt_no COLLATE "C" LIMIT ${PAGE_ROWS}),
          own AS (SELECT a.id, a.amount_fen, a.source_id AS receipt_id FROM allocation a JOIN page ON page.id = a.source_id
              WHERE a.source = 'receipt'
            UNION ALL SELECT a.id, a.amount_fen, p.receipt_id FROM prepayment p JOIN page ON page.id = p.receipt_id
              JOIN allocation a ON a.source = 'prepayment' AND a.source_id = p.id),
          allocated AS (SELECT receipt_id, sum(amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v
              WHERE v.allocation_id = own.id), 0))::bigint AS fen FROM own GROUP BY receipt_id),
          kept AS (SELECT p.receipt_id, sum(p.remaining_fen)::bigint AS fen FROM prepayment p
              JOIN page ON page.id = p.receipt_id GROUP BY p.receipt_id),
          refunded AS (SELECT receipt_id, sum(fen)::bigint AS fen FROM (
            SELECT p.receipt_id, x.amount_fen AS fen FROM refund_part x JOIN refund f ON f.id = x.refund_id
                AND f.state NOT IN ('rejected', 'cancelled') JOIN prepayment p ON p.id = x.prepayment_id
              JOIN page ON page.id = p.receipt_id
            UNION ALL SELECT f.receipt_id, f.amount_fen FROM refund f JOIN page ON page.id = f.receipt_id
              WHERE f.source = 'unclaimed' AND f.state NOT IN ('requested', 'rejected', 'cancelled')) parts
            GROUP BY receipt_id)
          SELECT page.receipt_no AS "receiptNo", e.code AS entity, t.code AS tenant, t.name AS "tenantName", page.channel,
            page.account_code AS account, page.channel_no AS "channelNo", o.out_trade_no AS "orderNo",
            page.value_date::text AS "valueDate",
            to_char(page.known_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS "recordedAt",
            page.amount_fen AS "amountFen", coalesce(allocated.fen, 0)::bigint AS "allocatedFen",
            coalesce(kept.fen, 0)::bigint AS "prepaymentFen",
            coalesce(refunded.fen, 0)::bigint AS "refundedFen", page.state, page.remark, page.recorded_by AS "recordedBy"
          FROM page JOIN legal_entity e ON e.id = page.entity_id LEFT JOIN tenant t ON t.id = page.tenant_id
            LEFT JOIN payment_order o ON o.id = page.payment_order_id LEFT JOIN allocated ON allocated.receipt_id = page.id
            LEFT JOIN kept ON kept.receipt_id = page.id LEFT JOIN refunded ON refunded.receipt_id = page.id
          ORDER BY page.receipt_no COLLATE "C"`,
      );
      for (const receipt of page) {
        yield [
          receipt.receiptNo,
          receipt.entity,
          receipt.tenant ?? "",
          receipt.tenantName ?? "待认领",
          wordOf(receipt.channel),
          receipt.account,
          // What has no number of its own carries ours, which says nothing to anybody.
          receipt.channelNo.startsWith("own-") ? "" : receipt.channelNo,
          receipt.orderNo ?? "",
          receipt.valueDate,
          receipt.recordedAt,
          { amountFen: receipt.amountFen },
          { amountFen: receipt.allocatedFen },
          { amountFen: receipt.prepaymentFen },
          { amountFen: receipt.refundedFen },
          wordOf(receipt.state),
          receipt.remark ?? "",
          receipt.recordedBy,
        ];
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) return;
      after = last.receiptNo;
    }
  },
};
