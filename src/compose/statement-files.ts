import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { readBankStatement, type TableRow } from "../banks/bank-statement.ts";
import { decodeText, readCsvRows } from "../banks/csv-rows.ts";
import { type FileFormat, inspectFile } from "../banks/inspect-file.ts";
import type { BankTemplate } from "../banks/templates.ts";
import { readXlsxRows } from "../banks/xlsx-rows.ts";
import type { StatementSource } from "../domain/reconciliation/statement.ts";
import type { StatementEvent } from "../domain/reconciliation/statement-event.ts";
import { readFundFlowBill } from "../payments/wechat-pay/fund-flow-bill.ts";
import { readTradeBill } from "../payments/wechat-pay/trade-bill.ts";
import type { StatementFile } from "../ports/statement-file.ts";

/** How a statement is to be read: whose it is, and, of a bank, by which template (undefined: the one that fits). */
export interface ReadAs {
  readonly source: StatementSource;
  readonly template?: BankTemplate | undefined;
}

/** A file on disk as a statement; hashed and told apart (CSV, XLSX, UTF-8, GBK) by its bytes. Throws when it can't be opened. */
export const openStatementFile = (path: string, as: ReadAs): Promise<StatementFile> =>
  openStatement(basename(path), () => createReadStream(path), as);

/** Bytes that a channel sent as a statement. */
export const statementOf = (name: string, bytes: Uint8Array, as: ReadAs): Promise<StatementFile> =>
  openStatement(name, () => Readable.from([Buffer.from(bytes)]), as);

async function openStatement(name: string, open: () => Readable, as: ReadAs): Promise<StatementFile> {
  const { sha256, sizeBytes, format } = await inspectFile(open());
  return { name, sha256, sizeBytes, bytes: open, events: () => readEvents(open, format, as) };
}

async function* readEvents(open: () => Readable, format: FileFormat, as: ReadAs): AsyncGenerator<StatementEvent> {
  const refusal = refusalOf(format, as.source);
  if (refusal !== undefined) {
    yield { type: "problem", problem: { message: refusal } };
    return;
  }
  try {
    if (format.kind === "text" && as.source === "wechat-trade")
      yield* readTradeBill(decodeText(open(), format.encoding));
    else if (format.kind === "text" && as.source === "wechat-fund") {
      yield* readFundFlowBill(decodeText(open(), format.encoding));
    } else yield* readBankStatement(rowsOf(open, format), as.template);
  } catch (error) {
    const message = unreadable(error, format);
    if (message === undefined) throw error;
    yield { type: "problem", problem: { message } };
  }
}

const rowsOf = (open: () => Readable, format: FileFormat): AsyncGenerator<TableRow> =>
  format.kind === "text" ? readCsvRows(open(), format.encoding) : readXlsxRows(open());

function refusalOf(format: FileFormat, source: StatementSource): string | undefined {
  switch (format.kind) {
    case "text":
      return undefined;
    case "xlsx":
      return source === "bank" ? undefined : "微信支付账单要用原始的 CSV 文件，不要用表格软件另存。";
    case "cut-xlsx":
      return BROKEN_WORKBOOK;
    case "empty":
      return "文件是空的，请重新导出。";
    case "xls":
      return "这是旧版 Excel（.xls）文件或加了密码的工作簿，请另存为不加密的 .xlsx 或 .csv 再导入。";
    case "html":
      return "这是网页而不是表格（有的网银导出的 .xls 其实是网页），请用 Excel 打开后另存为 .xlsx。";
    case "pdf":
      return "这是 PDF，请从网银导出 CSV 或 Excel 格式的流水。";
    case "gzip":
      return "这是压缩文件，请先解压。";
    case "binary":
      return "看不出这是什么文件，请从网银导出 CSV 或 Excel 格式的流水。";
    default:
      return unknownFormat(format);
  }
}

function unknownFormat(format: never): never {
  throw new RangeError(`unknown format: ${JSON.stringify(format)}`);
}

const BROKEN_WORKBOOK = "工作簿已损坏或加了密码，请从网银重新导出。";

/** What the readers of CSV and XLSX throw about a file is the file's fault; what the file system throws is not. */
function unreadable(error: unknown, format: FileFormat): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code?.startsWith("CSV_") === true)
    return `引号不成对，第 ${(error as { lines?: number }).lines ?? "?"} 行附近，请从网银重新导出。`;
  return format.kind === "xlsx" && errno === undefined ? BROKEN_WORKBOOK : undefined;
}
