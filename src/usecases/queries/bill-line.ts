import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/** The id of the line of a charge that can be owed on a bill, or undefined. The latest where there are corrections. */
export async function findBillLine(db: Transaction, billNo: string, charge: string): Promise<string | undefined> {
  const [line] = await rows<{ id: string }>(
    db,
    Prisma.sql`SELECT line.id FROM bill_line line JOIN bill b ON b.id = line.bill_id JOIN receivable r ON r.line_id = line.id
      WHERE b.bill_no = ${billNo} AND line.charge_code = ${charge} ORDER BY line.correction_no DESC LIMIT 1`,
  );
  return line?.id;
}
