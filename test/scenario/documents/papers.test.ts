import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { explainLine } from "../../../src/domain/explanation/explain-line.ts";
import { toChineseCapitals } from "../../../src/domain/money/chinese-capitals.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { addDays, type CivilDate, formatDate } from "../../../src/domain/time/civil-date.ts";
import { checkShortCode } from "../../../src/usecases/documents/check-code.ts";
import { findExplainableLines } from "../../../src/usecases/explain/explainable-lines.ts";
import { findBill } from "../../../src/usecases/queries/bill-document.ts";
import { findTenantStatement } from "../../../src/usecases/queries/tenant-statement.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { pdfTextPages, readInOrder } from "../../support/pdf-text.ts";
import { PLAYED_UNTIL } from "../../support/played-world.ts";
import { withPapersWorld } from "./papers-world.ts";

const world = withPapersWorld();
const yuan = (fen: number): string => formatYuan(BigInt(fen));

describe("papers of a park that has lived for some months", { timeout: 180_000 }, () => {
  it("every bill says what bill show says, and explains each line as the chat does", async () => {
    const bills = await rows<{ id: string; billNo: string }>(
      world.db,
      Prisma.sql`SELECT id, bill_no AS "billNo" FROM bill WHERE state = 'published' ORDER BY bill_no`,
    );
    expect(bills.length).toBeGreaterThan(10);
    for (const { id, billNo } of bills) {
      const printed = await world.print({ kind: "bill", billId: id });
      const shown = await findBill(world.db, billNo, PLAYED_UNTIL, false);
      if (!shown) throw new Error(billNo);
      const text = (await pdfTextPages(printed.bytes)).join("");
      const stored = await findExplainableLines(world.db, { billNo });
      readInOrder(text, [
        "费用账单",
        ...shown.lines.flatMap((line) => [
          `${formatDate(line.period.from)}${line.period.from === line.period.to ? "" : `至${formatDate(line.period.to)}`}`,
          `${yuan(line.taxFen)}${yuan(line.amountFen)}`,
        ]),
        `本期合计`,
        yuan(shown.totalFen),
        ...(shown.lateFeeFen > 0
          ? [`逾期违约金（算到${formatDate(addDays(PLAYED_UNTIL, -1))}）${yuan(shown.lateFeeFen)}`]
          : []),
        `${shown.owedFen > 0 ? "本单应付" : "本单已结清"}${yuan(shown.owedFen)}`,
        toChineseCapitals(BigInt(shown.owedFen)),
        ...stored.map((line) => explainLine({ ...line, name: world.context.lineName(line) }).join("")),
      ]);
      expect(printed.pages).toBeLessThan(5);
      // What it asks for settles when it is transferred within three days (money-rules 8).
      const stated = await row<{ fen: bigint }>(
        world.db,
        Prisma.sql`SELECT amount_fen AS fen FROM stated_figure WHERE source = 'paper' AND bill_nos = ${[billNo]}`,
      );
      expect(stated?.fen).toBe(shown.owedFen > 0 ? BigInt(shown.owedFen) : undefined);
    }
  });

  it("the same bill on the same day is the same file; a payment makes another version, and both codes are known", async () => {
    const open = await row<{ id: string; billNo: string; tenant: string; entity: string }>(
      world.db,
      Prisma.sql`SELECT b.id, b.bill_no AS "billNo", t.code AS tenant, e.code AS entity FROM bill b
        JOIN tenant t ON t.id = b.tenant_id JOIN legal_entity e ON e.id = b.entity_id
        JOIN receivable r ON r.bill_id = b.id GROUP BY 1, 2, 3, 4 HAVING sum(r.open_fen) > 100000 ORDER BY b.bill_no LIMIT 1`,
    );
    if (!open) throw new Error("nothing is open");
    const first = await world.print({ kind: "bill", billId: open.id });
    const again = await world.print({ kind: "bill", billId: open.id });
    expect(again).toMatchObject({ sha256: first.sha256, shortCode: first.shortCode, fileId: first.fileId });
    // Made anew from nothing but the record: the same bytes.
    const recorded = await recordReceipt(
      world.db,
      {
        channel: "bank",
        tenantCode: open.tenant,
        entityCode: open.entity,
        amountFen: 12_345n,
        valueDate: PLAYED_UNTIL,
        billNos: [open.billNo],
      },
      { actor: "staff:S01", channel: "cli", today: PLAYED_UNTIL },
    );
    expect(recorded.ok).toBe(true);
    const paid = await world.print({ kind: "bill", billId: open.id });
    expect(paid.contentHash).not.toBe(first.contentHash);
    expect((await pdfTextPages(paid.bytes)).join("")).toContain("¥123.45");
    for (const { shortCode, contentHash } of [first, paid]) {
      const typed = ` ${shortCode.toLowerCase().replaceAll("-", " ").replaceAll("0", "o")} `;
      expect(await checkShortCode(world.db, typed)).toMatchObject({ kind: "bill", shortCode, contentHash });
    }
    expect(await checkShortCode(world.db, "0000-0000-0000")).toBeUndefined();
    expect(await checkShortCode(world.db, "not a code")).toBeUndefined();
  });

  it("receipts tell what they paid, an undone one that it is void", async () => {
    const receipts = await rows<{ id: string; receiptNo: string; fen: bigint; state: string }>(
      world.db,
      Prisma.sql`SELECT id, receipt_no AS "receiptNo", amount_fen AS fen, state FROM receipt WHERE tenant_id IS NOT NULL`,
    );
    expect(receipts.map(({ state }) => state)).toContain("undone");
    for (const { id, receiptNo, fen, state } of receipts) {
      const printed = await world.print({ kind: "receipt", receiptId: id });
      const text = (await pdfTextPages(printed.bytes)).join("");
      readInOrder(text, ["收据", receiptNo, `实收金额${formatYuan(fen)}`, toChineseCapitals(fen), "款项用途"]);
      expect(text.includes("已作废")).toBe(state === "undone");
      const parts = await rows<{ fen: bigint }>(
        world.db,
        Prisma.sql`SELECT a.amount_fen - coalesce((SELECT sum(v.amount_fen) FROM allocation_reversal v WHERE v.allocation_id = a.id), 0)::bigint AS fen
          FROM allocation a WHERE a.source = 'receipt' AND a.source_id = ${id}::uuid ORDER BY a.sequence`,
      );
      readInOrder(
        text,
        parts.filter((part) => part.fen > 0n).map((part) => formatYuan(part.fen)),
      );
      expect(printed.fileName).toBe(`收据${receiptNo}.pdf`);
    }
  });

  it("a statement runs from its opening to its closing balance as the chat's does", async () => {
    const tenants = await rows<{ tenantId: string; entityId: string }>(
      world.db,
      Prisma.sql`SELECT DISTINCT tenant_id AS "tenantId", entity_id AS "entityId" FROM bill ORDER BY 1, 2 LIMIT 4`,
    );
    const range = { from: "2026-10-01" as CivilDate, to: "2026-11-30" as CivilDate };
    for (const { tenantId, entityId } of tenants) {
      const printed = await world.print({ kind: "statement", tenantId, entityId, ...range });
      const all = await findTenantStatement(world.db, tenantId, range, PLAYED_UNTIL);
      const expected = all.find((one) => one.entityId === entityId);
      if (!expected) throw new Error("no statement");
      readInOrder((await pdfTextPages(printed.bytes)).join(""), [
        "对账单",
        `期初余额${formatYuan(expected.openingFen)}`,
        ...expected.entries.map(
          (entry) => `${entry.no}${formatYuan(entry.amountFen < 0n ? -entry.amountFen : entry.amountFen)}`,
        ),
        "期末余额",
        formatYuan(expected.closingFen),
      ]);
    }
  });

  it("a formal letter asks for what is overdue and stays as it was sent", async () => {
    const due = await row<{ tenantId: string; entityId: string; tenant: string; code: string; entity: string }>(
      world.db,
      Prisma.sql`SELECT b.tenant_id AS "tenantId", b.entity_id AS "entityId", t.name AS tenant, t.code, e.code AS entity
        FROM receivable r JOIN bill b ON b.id = r.bill_id JOIN tenant t ON t.id = b.tenant_id
          JOIN legal_entity e ON e.id = b.entity_id
        WHERE r.open_fen > 0 AND b.due_date < ${PLAYED_UNTIL}::date AND r.disputed_since IS NULL
        ORDER BY t.code, e.code LIMIT 1`,
    );
    if (!due) throw new Error("nothing is overdue");
    const { tenantId, entityId } = due;
    const subject = {
      kind: "dunning-letter",
      tenantId,
      entityId,
      asOf: PLAYED_UNTIL,
      payBefore: addDays(PLAYED_UNTIL, 7),
    } as const;
    const letter = await world.print(subject);
    const text = (await pdfTextPages(letter.bytes)).join("");
    readInOrder(text, ["催款函", `${due.tenant}：`, "截至2026年11月20日", "合计", "请贵方在2026年11月27日前付清"]);
    await recordReceipt(
      world.db,
      { channel: "bank", tenantCode: due.code, entityCode: due.entity, amountFen: 100n, valueDate: PLAYED_UNTIL },
      { actor: "staff:S01", channel: "cli", today: PLAYED_UNTIL },
    );
    expect((await world.print(subject)).sha256).toBe(letter.sha256);
  });

  it("a settlement sheet sets what is open against deposit and prepayment", async () => {
    for (const leaseId of await world.ids(Prisma.sql`SELECT id FROM lease ORDER BY code LIMIT 4`)) {
      const printed = await world.print({ kind: "settlement", leaseId, asOf: PLAYED_UNTIL });
      const owed = await row<{ fen: bigint }>(
        world.db,
        Prisma.sql`SELECT coalesce(sum(r.open_fen), 0)::bigint AS fen FROM receivable r
          JOIN lease l ON l.id = r.lease_id AND l.entity_id = r.entity_id JOIN bill_line b ON b.id = r.line_id AND b.kind <> 'deposit'
          WHERE r.lease_id = ${leaseId}::uuid`,
      );
      const deposit = await row<{ fen: bigint }>(
        world.db,
        Prisma.sql`SELECT (coalesce((SELECT sum(amount_fen) FROM opening_deposit WHERE lease_id = ${leaseId}::uuid), 0)
          + coalesce((SELECT sum(r.principal_fen - r.open_fen) FROM receivable r JOIN bill_line b ON b.id = r.line_id
              AND b.kind = 'deposit' WHERE r.lease_id = ${leaseId}::uuid), 0))::bigint AS fen`,
      );
      const text = (await pdfTextPages(printed.bytes)).join("");
      readInOrder(text, ["退租结算单", "未结费用合计", `减：押金${formatYuan(-(deposit?.fen ?? 0n))}`]);
      // A transfer is found by a bill's number; the code of a lease says nothing to the reconciliation.
      if (text.includes("租户应补")) expect(text).toMatch(/转账附言[A-Z]+-[A-Z0-9]+-\d{5}/);
      const amounts = [...text.matchAll(/未结费用合计¥([\d,]+\.\d\d)/g)].map((match) => match[1]?.replaceAll(",", ""));
      expect(Number(amounts[0])).toBeGreaterThanOrEqual(Number(owed?.fen ?? 0n) / 100);
    }
  });

  it("prints what two ask for at once and keeps it once", async () => {
    const [billId = ""] = await world.ids(Prisma.sql`SELECT id FROM bill ORDER BY bill_no DESC LIMIT 1`);
    const both = await Promise.all([
      world.print({ kind: "bill", billId }, "2026-12-24" as CivilDate),
      world.print({ kind: "bill", billId }, "2026-12-24" as CivilDate),
    ]);
    expect(both[0].fileId).toBe(both[1].fileId);
    const kept = await inTransaction(world.db, (tx) =>
      rows(tx, Prisma.sql`SELECT id FROM document_version WHERE content_hash = ${both[0].contentHash}`),
    );
    expect(kept.length).toBe(1);
  });
});
