import { amountCell, rowOf, type VoucherLayout } from "./layout.ts";

const HEADERS = [
  "主体编码",
  "主体名称",
  "账簿编码",
  "会计期间",
  "凭证日期",
  "凭证字",
  "凭证号",
  "行号",
  "摘要",
  "科目编码",
  "科目名称",
  "借方金额",
  "贷方金额",
  "客户编码",
  "客户名称",
  "项目编码",
  "项目名称",
  "业务单号",
] as const;

/** The plain layout, for any program that maps columns by name. */
export const csvLayout: VoucherLayout = {
  format: "csv",
  sheetName: "凭证",
  headers: [HEADERS],
  row: (record) =>
    rowOf(HEADERS, {
      主体编码: record.entityCode,
      主体名称: record.entityName,
      账簿编码: record.bookCode,
      会计期间: record.period,
      凭证日期: record.date,
      凭证字: record.word,
      凭证号: { integer: record.number },
      行号: { integer: record.lineNo },
      摘要: record.summary,
      科目编码: record.accountCode,
      科目名称: record.accountName,
      借方金额: amountCell(record.debitFen),
      贷方金额: amountCell(record.creditFen),
      客户编码: record.customerCode,
      客户名称: record.customerName,
      项目编码: record.projectCode,
      项目名称: record.projectName,
      业务单号: record.documentNo,
    }),
};
