import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import ExcelJS from "exceljs";

/*
 * Reads the voucher files as the accounting software of the receiver would: by the captions of its own import template
 * and nothing of ours. An entry is what a ledger over there would book.
 */

export interface ReadEntry {
  /** Book, month, word and number: which voucher. */
  readonly voucher: string;
  readonly account: string;
  readonly customer: string;
  readonly project: string;
  readonly debitCents: number;
  readonly creditCents: number;
  readonly summary: string;
}

type Row = Readonly<Record<string, string>>;

const cents = (text: string | undefined): number => {
  const clean = (text ?? "").trim();
  if (clean === "") return 0;
  const [whole = "0", decimals = ""] = clean.split(".");
  return Number(whole) * 100 + Number(decimals.padEnd(2, "0"));
};

async function csvRows(file: string): Promise<Row[]> {
  return parse(await readFile(file, "utf8"), { bom: true, columns: true }) as Row[];
}

async function sheetRows(file: string, headerRow: number): Promise<Row[]> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(file);
  const sheet = workbook.worksheets[0];
  if (!sheet) throw new Error("no sheet");
  // Columns count from 1.
  const headers = (sheet.getRow(1).values as unknown[]).slice(1).map(String);
  const rows: Row[] = [];
  sheet.eachRow((row, number) => {
    if (number <= headerRow) return;
    rows.push(Object.fromEntries(headers.map((header, index) => [header, row.getCell(index + 1).text])));
  });
  return rows;
}

/** The plain file. */
export const readPlain = async (file: string): Promise<ReadEntry[]> =>
  (await csvRows(file)).map((row) => ({
    voucher: `${row.账簿编码}|${row.会计期间}|${row.凭证字}|${row.凭证号}`,
    account: row.科目编码 ?? "",
    customer: row.客户编码 ?? "",
    project: row.项目编码 ?? "",
    debitCents: cents(row.借方金额),
    creditCents: cents(row.贷方金额),
    summary: row.摘要 ?? "",
  }));

/** U8: its month is a number, and its year stands in the external document's columns. */
export const readYonyou = async (file: string): Promise<ReadEntry[]> =>
  (await csvRows(file)).map((row) => ({
    voucher: `${row.外部凭证帐套号}|${row.外部凭证会计年度}-${(row.会计期间 ?? "").padStart(2, "0")}|${row.凭证类别字}|${row.凭证编号}`,
    account: row.科目编码 ?? "",
    customer: row.客户编码 ?? "",
    project: row.项目编码 ?? "",
    debitCents: cents(row.借方金额),
    creditCents: cents(row.贷方金额),
    summary: row.摘要 ?? "",
  }));

/** K3Cloud: two header rows; the head of a voucher stands beside its first entry. */
export async function readKingdee(file: string): Promise<ReadEntry[]> {
  let voucher = "";
  return (await sheetRows(file, 2)).map((row) => {
    if (row["FBillHead(GL_VOUCHER)"]) {
      voucher = `${row.FAccountBookID}|${row.FYEAR}-${(row.FPERIOD ?? "").padStart(2, "0")}|${row["FVOUCHERGROUPID#Name"]}|${row.FVOUCHERGROUPNO}`;
    }
    return {
      voucher,
      account: row.FACCOUNTID ?? "",
      customer: row["FDetailID#FFLEX6"] ?? "",
      project: row["FDetailID#FF100002"] ?? "",
      debitCents: cents(row.FDEBIT),
      creditCents: cents(row.FCREDIT),
      summary: row.FEXPLANATION ?? "",
    };
  });
}
