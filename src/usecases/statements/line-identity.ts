import { createHash } from "node:crypto";
import type { ParsedLine, StatementSource } from "../../domain/reconciliation/statement.ts";

/**
 * What makes two rows the same row (money-rules 10): their content, hashed. A bank's row is its dates, amount, text,
 * counterparty and serial number; not its balance, which a bank that sorts differently prints differently. A channel's row
 * is named by the channel's numbers, so that ALL, SUCCESS and REFUND bills of one day overlap harmlessly.
 */
export function contentHash(source: StatementSource, line: ParsedLine): string {
  const content =
    source === "bank"
      ? [
          line.valueDate,
          line.bookingDate,
          line.bookedTime,
          line.amountFen.toString(),
          plain(line.remark),
          plain(line.counterpartyName),
          line.counterpartyAccount,
          line.channelNo,
          line.virtualAccountNo,
        ]
      : [
          source,
          line.kind,
          line.bookingDate,
          line.bookedTime,
          line.amountFen.toString(),
          line.feeFen?.toString(),
          line.orderNo,
          line.refundNo,
          line.channelNo,
          line.channelRefundNo,
          source === "wechat-fund" ? line.further.资金流水单号 : undefined,
          source === "wechat-fund" ? line.status : undefined,
        ];
  return createHash("sha256")
    .update(JSON.stringify(content.map((part) => part ?? "")))
    .digest("hex");
}

/** Exports differ in spaces and in full-width forms. */
const plain = (text: string | undefined): string => (text ?? "").normalize("NFKC").replace(/\s+/g, "");
