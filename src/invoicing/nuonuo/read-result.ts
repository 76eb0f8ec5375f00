import { parseYuan } from "../../domain/money/fen.ts";
import { civilDateAt } from "../../domain/time/civil-date.ts";
import type { InvoiceStatus } from "../../ports/invoice-provider.ts";

/** One row of queryInvoiceResult, as far as we read it. */
export type ResultRow = Readonly<Record<string, unknown>>;

/** The rows of an answer, whatever it is wrapped in. */
export function rowsIn(value: unknown): readonly ResultRow[] {
  const list = Array.isArray(value) ? value : ((value as { list?: unknown } | null | undefined)?.list ?? []);
  return (Array.isArray(list) ? list : []).filter((row): row is ResultRow => typeof row === "object" && row !== null);
}

export const textIn = (row: ResultRow, name: string): string => {
  const value = row[name];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
};

/**
 * 2 开票完成; 20 开票中, 21 签章中; 22 开票失败, 24 签章失败; 3 已作废, 31 作废中. What else there may be is waited for, not
 * guessed at.
 */
export function statusOf(row: ResultRow): InvoiceStatus {
  const serialNo = textIn(row, "serialNo") || undefined;
  const reason = textIn(row, "failCause") || textIn(row, "statusMsg");
  switch (textIn(row, "status")) {
    case "2":
      return madeOf(row, serialNo);
    case "22":
      return { state: "failed", code: "22", reason: reason || "开票失败", serialNo };
    case "24":
      return { state: "failed", code: "24", reason: reason || "签章失败", serialNo };
    case "3":
    case "31":
      return { state: "failed", code: "3", reason: "发票已在服务商后台作废", serialNo };
    default:
      return { state: "making", serialNo };
  }
}

function madeOf(row: ResultRow, serialNo: string | undefined): InvoiceStatus {
  // The documents' example misspells its own field.
  const number =
    textIn(row, "allElectronicInvoiceNumber") || textIn(row, "allElectronicInvoiceNumbe") || textIn(row, "invoiceNo");
  const issuedAtMs = Number(row.invoiceTime);
  if (number === "" || !(issuedAtMs > 0)) return { state: "making", serialNo };
  return {
    state: "made",
    number,
    issuedOn: civilDateAt(issuedAtMs),
    files: { pdf: linkIn(row, "pdfUrl"), ofd: linkIn(row, "ofdUrl"), xml: linkIn(row, "xmlUrl") },
    serialNo,
    amountFen: amountIn(row),
  };
}

const linkIn = (row: ResultRow, name: string): string | undefined => {
  const link = textIn(row, name);
  return /^https?:\/\//.test(link) ? link : undefined;
};

function amountIn(row: ResultRow): bigint | undefined {
  const text = textIn(row, "orderAmount");
  return /^-?\d+(\.\d{1,2})?$/.test(text) ? parseYuan(text) : undefined;
}
