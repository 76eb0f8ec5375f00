import { createHash } from "node:crypto";
import type { Month } from "../domain/time/civil-date.ts";

/** "DG-202609-00001": project, month, number within both. Also the order in which allocation breaks ties. */
export const formatBillNo = (prefix: string, month: Month, sequence: bigint): string =>
  `${prefix}-${month.replace("-", "")}-${sequence.toString().padStart(5, "0")}`;

// No 0/O, 1/I/L, 2/Z, 5/S, 8/B: people copy the code from paper into a bank's remark field.
const ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY";

/**
 * The code that a payer writes into a transfer's remark, "PK" and ten characters. Derived from the bill's id, so a
 * retried write names the same code; uniqueness is judged by the database.
 */
export function paymentCodeOf(billId: string): string {
  let value = BigInt(`0x${createHash("sha256").update(billId).digest("hex").slice(0, 16)}`);
  let code = "";
  for (let index = 0; index < 10; index += 1) {
    code += ALPHABET[Number(value % BigInt(ALPHABET.length))];
    value /= BigInt(ALPHABET.length);
  }
  return `PK${code}`;
}
