import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate, Month } from "../../domain/time/civil-date.ts";
import { firstDayOf, lastDayOf } from "../../domain/time/civil-date.ts";
import type { ListCell, ListScope } from "../lists/list.ts";
import { receiptsList } from "../lists/receipts.ts";
import { receivablesList } from "../lists/receivables.ts";
import { wordOf } from "../lists/words.zh-CN.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may, type StaffAction } from "../staff/permissions.ts";
import { agingOf } from "./aging.ts";
import { collectionOf, rateOf } from "./collection.ts";
import { forecastOf } from "./forecast.ts";
import type { ReportPlace } from "./place.ts";

/** Lists that people of the staff take out of the chat. */
export type ChatList = "arrears" | "receipts" | "aging" | "collection" | "forecast";

/** Who may have which. */
export const ACTION_OF_LIST: Readonly<Record<ChatList, StaffAction>> = {
  arrears: "tenant.read",
  receipts: "recon.read",
  aging: "report.read",
  collection: "report.read",
  forecast: "report.read",
};

export interface ReportSheet {
  readonly sheetName: string;
  readonly headers: readonly (readonly string[])[];
  readonly rows: Iterable<readonly ListCell[]> | AsyncIterable<readonly ListCell[]>;
}

/** A list of what the member may see of a place, in Chinese. The months count for receipts and collection. */
export async function reportSheet(
  tx: Transaction,
  list: ChatList,
  wish: {
    readonly member: StaffMember;
    readonly place: ReportPlace;
    readonly months: { readonly from: Month; readonly to: Month };
    readonly today: CivilDate;
  },
): Promise<ReportSheet> {
  const { member, place, months, today } = wish;
  const seesAll = place.projectCode === undefined && place.buildingIds.length === 0;
  const scope: ListScope = {
    projectIds: place.projectIds,
    buildingIds: place.buildingIds,
    unclaimedOfEntityIds: seesAll ? member.entityIds.filter((entityId) => may(member, "recon.read", { entityId })) : [],
  };
  switch (list) {
    case "arrears":
      return {
        sheetName: "欠费清单",
        headers: [receivablesList.headers],
        rows: receivablesList.rows(tx, today, { ...scope, openOnly: true }),
      };
    case "receipts":
      return {
        sheetName: receiptsList.title,
        headers: [receiptsList.headers],
        rows: receiptsList.rows(tx, today, {
          ...scope,
          dates: { from: firstDayOf(months.from), to: lastDayOf(months.to) },
        }),
      };
    case "aging":
      return {
        sheetName: "账龄",
        headers: [["租户编号", "租户名称", "未到期", "1–30天", "31–60天", "61–90天", "90天以上", "合计"]],
        rows: (await agingOf(tx, place, today)).map((one) => [
          one.tenant,
          one.tenantName,
          ...[one.notDueFen, one.days30Fen, one.days60Fen, one.days90Fen, one.olderFen, one.totalFen].map(
            (amountFen) => ({ amountFen }),
          ),
        ]),
      };
    case "collection":
      return {
        sheetName: "收缴率",
        headers: [["月份", "园区", "楼栋", "费用类别", "应收", "已收", "减免核销", "未收", "收缴率"]],
        rows: (await collectionOf(tx, place, months)).map((one) => [
          one.month,
          one.projectName,
          one.buildingName,
          wordOf(one.kind),
          { amountFen: one.billedFen },
          { amountFen: one.receivedFen },
          { amountFen: one.relievedFen },
          { amountFen: one.openFen },
          rateOf(one.receivedFen, one.billedFen) ?? "",
        ]),
      };
    case "forecast":
      return {
        sheetName: "90天回款预测",
        headers: [["租户编号", "租户名称", "合同", "账单号", "到期日", "预计到账日", "惯常延迟天数", "依据", "金额"]],
        rows: (await forecastOf(tx, place, today)).map((one) => [
          one.tenant,
          one.tenantName,
          one.lease,
          one.billNo ?? "",
          one.dueDate,
          one.expectedOn ?? "",
          { integer: one.delayDays },
          BASIS_WORDS[one.basis],
          { amountFen: one.amountFen },
        ]),
      };
    default:
      return list satisfies never;
  }
}

const BASIS_WORDS = {
  promise: "租户承诺的日期",
  "due-date": "到期日加惯常延迟",
  "not-billed": "尚未出账，按近三个月平均",
  late: "按惯例应已到账，不计入",
} as const;
