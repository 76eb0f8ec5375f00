import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type List, PAGE_ROWS } from "./list.ts";
import { wordOf } from "./words.zh-CN.ts";

interface AllocationRow {
  readonly id: string;
  readonly receiptNo: string | null;
  readonly source: string;
  readonly entity: string;
  readonly tenant: string;
  readonly tenantName: string;
  readonly billNo: string;
  readonly charge: string;
  readonly kind: string;
  readonly periodFrom: string;
  readonly periodTo: string;
  readonly component: string;
  readonly amountFen: Fen;
  readonly valueDate: string;
  readonly rule: string;
  readonly reversals:
    | readonly { readonly amountFen: string; readonly effectiveDate: string; readonly reason: string }[]
    | null;
}

/** Every allocation in order of making, each counter-entry as a row below zero after the one that it takes back from. */
export const allocationsList: List = {
  name: "allocations",
  title: "核销明细",
  headers: [
    "收款编号",
    "来源",
    "主体",
    "租户编号",
    "租户名称",
    "账单号",
    "费用编号",
    "费用类别",
    "期间起",
    "期间止",
    "本金或违约金",
    "金额",
    "起算日",
    "依据",
  ], // prettier-ignore
  async *rows(tx) {
    let after = "00000000-0000-0000-0000-000000000000";
    for (;;) {
      // Ids grow with time, so their order is that of making.
      const page = await rows<AllocationRow>(
        tx,
        Prisma.sql`
          WITH page AS (SELECT * FROM allocation WHERE id > ${after}::uuid ORDER BY id LIMIT ${PAGE_ROWS})
          SELECT page.id, coalesce(r.receipt_no, origin.receipt_no) AS "receiptNo", page.source, e.code AS entity,
            t.code AS tenant, t.name AS "tenantName", b.bill_no AS "billNo", l.charge_code AS charge, l.kind,
            l.period_from::text AS "periodFrom", l.period_to::text AS "periodTo", page.component,
            page.amount_fen AS "amountFen", page.value_date::text AS "valueDate", page.rule,
            (SELECT jsonb_agg(jsonb_build_object('amountFen', v.amount_fen::text, 'effectiveDate', v.effective_date,
                'reason', v.reason) ORDER BY v.recorded_at, v.event_id) FROM allocation_reversal v
              WHERE v.allocation_id = page.id) AS reversals
          FROM page JOIN legal_entity e ON e.id = page.entity_id JOIN tenant t ON t.id = page.tenant_id
            JOIN bill_line l ON l.id = page.line_id JOIN bill b ON b.id = l.bill_id
            LEFT JOIN receipt r ON page.source = 'receipt' AND r.id = page.source_id
            LEFT JOIN prepayment p ON page.source = 'prepayment' AND p.id = page.source_id
            LEFT JOIN receipt origin ON origin.id = p.receipt_id
          ORDER BY page.id`,
      );
      for (const one of page) {
        const row = (amountFen: Fen, from: string, rule: string) => [
          one.receiptNo ?? "",
          wordOf(one.source),
          one.entity,
          one.tenant,
          one.tenantName,
          one.billNo,
          one.charge,
          wordOf(one.kind),
          one.periodFrom,
          one.periodTo,
          wordOf(one.component),
          { amountFen },
          from,
          rule,
        ];
        yield row(one.amountFen, one.valueDate, one.rule);
        for (const { amountFen, effectiveDate, reason } of one.reversals ?? []) {
          yield row(-BigInt(amountFen), effectiveDate, wordOf(reason));
        }
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) return;
      after = last.id;
    }
  },
};
