import { Prisma } from "../../../generated/prisma/client.ts";
import { type LineClaim, loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type CivilDate, daysBetween } from "../../domain/time/civil-date.ts";
import { leaseInPortfolio } from "../staff/portfolio.ts";
import type { List, ListCell } from "./list.ts";
import { wordOf } from "./words.zh-CN.ts";

/** Bills of one page; a bill has a handful of lines. */
const PAGE_BILLS = 500;
const ALL = Prisma.sql`true`;

/**
 * Every line that is or was owed, by bill number and position: what was charged, what is left, and the late fee that is owed
 * today, by the same function that chat and cashier use.
 */
export const receivablesList: List = {
  name: "receivables",
  title: "应收明细",
  headers: [
    "主体",
    "项目",
    "租户编号",
    "租户名称",
    "合同",
    "账单号",
    "费用编号",
    "费用类别",
    "期间起",
    "期间止",
    "更正次数",
    "到期日",
    "逾期天数",
    "账单金额",
    "冲减后应收",
    "已收",
    "未收本金",
    "违约金累计",
    "违约金已收",
    "违约金减免",
    "未收违约金",
    "未收合计",
    "有争议",
    "税率",
  ], // prettier-ignore
  async *rows(tx, today, scope) {
    const names = await tenantNames(tx);
    let after = "";
    for (;;) {
      const bills = await rows<{ id: string; billNo: string }>(
        tx,
        Prisma.sql`SELECT id, bill_no AS "billNo" FROM bill
          WHERE state IN ('issued', 'published') AND ${scope ? leaseInPortfolio(Prisma.sql`bill.lease_id`, scope) : ALL} AND bill_no COLLATE "C" > ${after} COLLATE "C"
          ORDER BY bill_no COLLATE "C" LIMIT ${PAGE_BILLS}`,
      );
      const last = bills.at(-1);
      if (last === undefined) return;
      after = last.billNo;
      const claims = await loadClaims(tx, { billIds: bills.map(({ id }) => id), settled: scope?.openOnly !== true });
      for (const claim of [...claims].sort(byBillAndPosition)) yield rowOf(claim, names, today);
    }
  },
};

const byBillAndPosition = (a: LineClaim, b: LineClaim): number =>
  Buffer.compare(Buffer.from(a.billNo), Buffer.from(b.billNo)) ||
  a.position - b.position ||
  Buffer.compare(Buffer.from(a.lineId), Buffer.from(b.lineId));

async function tenantNames(tx: Transaction): Promise<ReadonlyMap<string, string>> {
  const found = await rows<{ id: string; name: string }>(tx, Prisma.sql`SELECT id, name FROM tenant`);
  return new Map(found.map(({ id, name }) => [id, name]));
}

function rowOf(claim: LineClaim, names: ReadonlyMap<string, string>, today: CivilDate): ListCell[] {
  const { principalFen, lateFeeFen } = openLineOf(claim, today);
  const { dueDate } = claim.lateFeeFacts;
  const overdue = principalFen > 0n && dueDate < today ? daysBetween(dueDate, today) : 0;
  return [
    claim.entityCode,
    claim.projectCode,
    claim.tenantCode,
    names.get(claim.tenantId) ?? "",
    claim.leaseCode,
    claim.billNo,
    claim.charge,
    wordOf(claim.kind),
    claim.period.from,
    claim.period.to,
    { integer: claim.correction },
    dueDate,
    { integer: overdue },
    { amountFen: claim.amountFen },
    { amountFen: claim.principalFen },
    { amountFen: claim.principalFen - claim.openFen },
    { amountFen: principalFen },
    { amountFen: lateFeeFen + claim.lateFeePaidFen + claim.lateFeeWaivedFen },
    { amountFen: claim.lateFeePaidFen },
    { amountFen: claim.lateFeeWaivedFen },
    { amountFen: lateFeeFen },
    { amountFen: principalFen + lateFeeFen },
    claim.disputed ? "是" : "",
    claim.taxRate,
  ];
}
