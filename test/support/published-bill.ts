import { Prisma } from "../../generated/prisma/client.ts";
import type { Database } from "../../src/db/client.ts";
import { newId } from "../../src/db/ids.ts";
import { execute } from "../../src/db/rows.ts";
import { parseYuan, smallerFen } from "../../src/domain/money/fen.ts";
import type { LineKind } from "../../src/domain/world/lease.ts";

/** A bill as a test tells of it; amounts in yuan. What is `paid` no longer stands open, from the first line on. */
export interface BillStory {
  readonly billNo: string;
  readonly lease: string;
  readonly dueDate: string;
  readonly lines: Readonly<Partial<Record<LineKind, string>>>;
  readonly paid?: string;
  /** Of every line; default 0. */
  readonly taxRate?: string;
  /** Default `published`; an issued bill is not for tenants yet. */
  readonly state?: "issued" | "published";
}

/**
 * Writes a bill without a billing run. The month is that of the number, and so is the period of every line; the bill is
 * issued on the first of it.
 */
export async function writeBill(db: Database, story: BillStory): Promise<void> {
  const period = story.billNo.replace(/^.*-(\d{4})(\d{2})-\d+$/, "$1-$2");
  const billId = newId();
  const lines = Object.entries(story.lines).map(([kind, amount]) => ({ kind, amountFen: parseYuan(amount) }));
  const totalFen = lines.reduce((sum, line) => sum + line.amountFen, 0n);
  await execute(
    db,
    Prisma.sql`INSERT INTO bill (id, entity_id, project_id, tenant_id, lease_id, lease_version_id, origin, state, bill_no,
        payment_code, period, issue_date, due_date, total_fen, issued_at, published_at)
      SELECT ${billId}::uuid, l.entity_id, l.project_id, l.tenant_id, l.id, v.id, 'one-off', ${story.state ?? "published"},
        ${story.billNo}, ${`PK${story.billNo.replace(/\D/g, "")}`}, ${period}, ${`${period}-01`}::date,
        ${story.dueDate}::date, ${totalFen}, now(), now()
      FROM lease l JOIN lease_version v ON v.lease_id = l.id AND v.version = 1 WHERE l.code = ${story.lease}`,
  );
  let paidFen = parseYuan(story.paid ?? "0");
  for (const [position, line] of lines.entries()) {
    const lineId = newId();
    const coveredFen = smallerFen(paidFen, line.amountFen);
    paidFen -= coveredFen;
    await execute(
      db,
      Prisma.sql`INSERT INTO bill_line (id, bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
          period_to, correction_no, position, amount_fen, net_fen, tax_fen, tax_rate, engine_version, input_hash, inputs,
          derivation)
        SELECT ${lineId}::uuid, b.id, b.entity_id, b.lease_id, ${line.kind}, 'charge', 0, ${line.kind},
          ${`${period}-01`}::date, (${`${period}-01`}::date + interval '1 month - 1 day')::date, 0, ${position},
          ${line.amountFen}, ${line.amountFen}, 0, ${story.taxRate ?? "0"}::numeric, 'test', '', '{}', '{}'
        FROM bill b WHERE b.id = ${billId}::uuid`,
    );
    await execute(
      db,
      Prisma.sql`INSERT INTO receivable (line_id, bill_id, entity_id, tenant_id, lease_id, principal_fen, open_fen)
        SELECT ${lineId}::uuid, b.id, b.entity_id, b.tenant_id, b.lease_id, ${line.amountFen}, ${line.amountFen - coveredFen}
        FROM bill b WHERE b.id = ${billId}::uuid`,
    );
  }
}
