import type { Fen } from "../domain/money/fen.ts";
import type { VoucherRecord } from "../domain/vouchers/voucher-record.ts";
import type { Cell } from "../reports/table-file.ts";
import { amountCell, type VoucherLayout } from "./layout.ts";

/**
 * The columns of the K3Cloud (金蝶云星空) voucher import (GL_VOUCHER, 引入): field key and caption, in the template's
 * order. Of the dimensions (FDetailID) the template carries those of the account book; ours are the standard customer
 * (FFLEX6) and the project, a dimension of the customer's own (FF100002 as a rule). Source: docs/vouchers.md.
 */
export const KINGDEE_COLUMNS = [
  ["FBillHead(GL_VOUCHER)", "*单据头(序号)"],
  ["FAccountBookID", "*(单据头)账簿#编码"],
  ["FAccountBookID#Name", "(单据头)账簿#名称"],
  ["FDate", "*(单据头)日期"],
  ["FBUSDATE", "(单据头)业务日期"],
  ["FYEAR", "(单据头)会计年度"],
  ["FPERIOD", "(单据头)期间"],
  ["FVOUCHERGROUPID", "*(单据头)凭证字#编码"],
  ["FVOUCHERGROUPID#Name", "(单据头)凭证字#名称"],
  ["FVOUCHERGROUPNO", "*(单据头)凭证号"],
  ["FATTACHMENTS", "(单据头)附件数"],
  ["FISADJUSTVOUCHER", "(单据头)是否调整期凭证"],
  ["FACCBOOKORGID", "*(单据头)核算组织#编码"],
  ["FACCBOOKORGID#Name", "(单据头)核算组织#名称"],
  ["FSourceBillKey", "(单据头)业务类型#编码"],
  ["FSourceBillKey#Name", "(单据头)业务类型#名称"],
  ["FIMPORTVERSION", "(单据头)引入版本号"],
  ["*Split*1", "间隔列"],
  ["FEntity", "*分录(序号)"],
  ["FEXPLANATION", "(分录)摘要"],
  ["FACCOUNTID", "*(分录)科目编码#编码"],
  ["FACCOUNTID#Name", "(分录)科目编码#名称"],
  ["FDetailID#FF100002", "(分录)项目#编码"],
  ["FDetailID#FF100002#Name", "(分录)项目#名称(Null)"],
  ["FDetailID#FFLEX6", "(分录)客户#编码"],
  ["FDetailID#FFLEX6#Name", "(分录)客户#名称(Null)"],
  ["FCURRENCYID", "*(分录)币别#编码"],
  ["FCURRENCYID#Name", "(分录)币别#名称"],
  ["FEXCHANGERATETYPE", "*(分录)汇率类型#编码"],
  ["FEXCHANGERATETYPE#Name", "(分录)汇率类型#名称"],
  ["FEXCHANGERATE", "(分录)汇率"],
  ["FUnitId", "(分录)单位#编码"],
  ["FUnitId#Name", "(分录)单位#名称"],
  ["FPrice", "(分录)单价"],
  ["FQty", "(分录)数量"],
  ["FAMOUNTFOR", "(分录)原币金额"],
  ["FDEBIT", "(分录)借方金额"],
  ["FCREDIT", "(分录)贷方金额"],
  ["FSettleTypeID", "(分录)结算方式#编码"],
  ["FSettleTypeID#Name", "(分录)结算方式#名称"],
  ["FSETTLENO", "(分录)结算号"],
  ["FBUSNO", "(分录)业务编号"],
  ["FEXPORTENTRYID", "(分录)现金流量#分录ID"],
] as const;

/** Codes of the preset voucher words, currency and rate type of a new K3Cloud database. */
const WORD_CODES: Readonly<Record<string, string>> = { 记: "PRE001", 收: "PRE002", 付: "PRE003", 转: "PRE004" };
const CNY = "PRE001";
const FIXED_RATE = "HLTX01_SYS";

const KEYS = KINGDEE_COLUMNS.map(([key]) => key);

export const kingdeeLayout: VoucherLayout = {
  format: "kingdee",
  sheetName: "凭证#单据头(FBillHead)",
  headers: [KEYS, KINGDEE_COLUMNS.map(([, caption]) => caption)],
  row(record) {
    const filled: Readonly<Record<string, Cell>> = { ...headOf(record), ...entryOf(record) };
    return KEYS.map((key) => filled[key] ?? "");
  },
};

/** The head stands beside the first entry only: a second head would be a second voucher. */
const headOf = (record: VoucherRecord): Readonly<Record<string, Cell>> =>
  record.lineNo > 1
    ? {}
    : {
        "FBillHead(GL_VOUCHER)": `${record.bookCode}-${record.period}-${record.word}-${record.number}`,
        FAccountBookID: record.bookCode,
        FDate: record.date,
        FBUSDATE: record.date,
        FYEAR: { integer: Number(record.period.slice(0, 4)) },
        FPERIOD: { integer: Number(record.period.slice(5)) },
        FVOUCHERGROUPID: WORD_CODES[record.word] ?? "",
        "FVOUCHERGROUPID#Name": record.word,
        FVOUCHERGROUPNO: { integer: record.number },
        FATTACHMENTS: { integer: 0 },
        FACCBOOKORGID: record.bookCode,
      };

const entryOf = (record: VoucherRecord): Readonly<Record<string, Cell>> => ({
  FEntity: { integer: record.lineNo },
  FEXPLANATION: record.summary,
  FACCOUNTID: record.accountCode,
  "FACCOUNTID#Name": record.accountName,
  "FDetailID#FF100002": record.projectCode,
  "FDetailID#FF100002#Name": record.projectName,
  "FDetailID#FFLEX6": record.customerCode,
  "FDetailID#FFLEX6#Name": record.customerName,
  FCURRENCYID: CNY,
  "FCURRENCYID#Name": "人民币",
  FEXCHANGERATETYPE: FIXED_RATE,
  "FEXCHANGERATETYPE#Name": "固定汇率",
  FEXCHANGERATE: { integer: 1 },
  FAMOUNTFOR: { amountFen: amountOf(record) },
  FDEBIT: amountCell(record.debitFen),
  FCREDIT: amountCell(record.creditFen),
  FBUSNO: record.documentNo,
});

const amountOf = (record: VoucherRecord): Fen => (record.debitFen === 0n ? record.creditFen : record.debitFen);
