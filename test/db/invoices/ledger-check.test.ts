import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { EMPTY_TITLE } from "../../../src/domain/invoice/title.ts";
import { applyForInvoice } from "../../../src/usecases/invoices/apply-for-invoice.ts";
import { saveTitle } from "../../../src/usecases/invoices/invoice-titles.ts";
import { issueInvoice } from "../../../src/usecases/invoices/issue-invoice.ts";
import { checkLedgerIn } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import { PLAYED_UNTIL, playedEncryption, playWorld } from "../../support/played-world.ts";

const context = {
  actor: "staff:S06",
  channel: "cli",
  today: PLAYED_UNTIL,
  encryption: playedEncryption(),
  nowMs: Date.parse("2026-11-20T02:00:00Z"),
};

/** Every transaction of these tests is taken back. */
class TakenBack extends Error {}

describe("the ledger check of invoices (I11)", () => {
  const database = withDatabase();
  const isSpoiltBy = async (...statements: string[]): Promise<string[]> => {
    let codes: string[] = [];
    await inTransaction(
      database.db,
      async (tx) => {
        await tx.$executeRawUnsafe("SET LOCAL session_replication_role = replica");
        for (const statement of statements) await tx.$executeRawUnsafe(statement);
        codes = (await checkLedgerIn(tx, { today: PLAYED_UNTIL })).problems.map(({ code }) => code);
        throw new TakenBack();
      },
      { timeoutMs: 120_000 },
    ).catch((error: unknown) => {
      if (!(error instanceof TakenBack)) throw error;
    });
    return [...new Set(codes)];
  };

  beforeAll(async () => {
    await playWorld(database.db);
    await database.db.$executeRaw`UPDATE bill SET published_at = now() WHERE published_at IS NULL AND state <> 'draft'`;
    const owed = await row<{ tenant_id: string; tenant: string; entity: string; fen: bigint }>(
      database.db,
      Prisma.sql`SELECT r.tenant_id, t.code AS tenant, e.code AS entity, sum(r.open_fen + r.late_fee_open_fen)::bigint AS fen
        FROM receivable r JOIN tenant t ON t.id = r.tenant_id JOIN legal_entity e ON e.id = r.entity_id
        GROUP BY 1, 2, 3 HAVING sum(r.open_fen) > 0 AND bool_and(r.disputed_since IS NULL) ORDER BY 4 DESC LIMIT 1`,
    );
    if (!owed) throw new Error("nobody owes anything");
    const paid = await recordReceipt(
      database.db,
      {
        channel: "bank",
        tenantCode: owed.tenant,
        entityCode: owed.entity,
        amountFen: owed.fen,
        valueDate: PLAYED_UNTIL,
      },
      context,
    );
    expect(paid).toMatchObject({ ok: true });
    await inTransaction(database.db, async (tx) => {
      const title = { ...EMPTY_TITLE, name: "华星电子有限公司", taxNo: "91350100M000100Y43" };
      await saveTitle(tx, { tenantId: owed.tenant_id, title }, context);
      const asked = await applyForInvoice(
        tx,
        {
          tenantId: owed.tenant_id,
          kinds: ["rent"],
          months: { from: "2026-11", to: "2026-11" },
          kind: "ordinary",
          memberRole: "finance",
          titleConfirmed: true,
        },
        context,
      );
      if (!asked.ok) throw new Error(`${asked.code} ${asked.message.zh}`);
      const number = "26442000000000000001";
      const made = await issueInvoice(
        tx,
        { applicationNo: asked.applicationNo, place: 1, number, issuedOn: PLAYED_UNTIL },
        context,
      );
      if (!made.ok) throw new Error(made.code);
    });
  }, 120_000);

  it("finds an invoiced world in order", async () => {
    expect(await isSpoiltBy()).toEqual([]);
  });

  it.each([
    ["a line that is covered by more than was received", "UPDATE invoice_coverage SET amount_fen = amount_fen + 1"],
    ["an invoice whose cover is less than its amount", "UPDATE invoice_coverage SET amount_fen = amount_fen - 1"],
    [
      "a printed line that is not what the invoice says",
      `UPDATE invoice SET lines = jsonb_set(lines, '{0,amountFen}', '1') WHERE lines <> '[]'`,
    ],
    ["a red sum without a red letter", "UPDATE invoice SET red_fen = 1"],
    [
      "a red letter of more than its lines",
      `INSERT INTO red_letter (id, red_no, invoice_id, reason, explanation, amount_fen, state, requested_by, business_date)
        SELECT gen_random_uuid(), 'HZ-X', id, 'mistake', 'x', 5, 'approved', 'x', '2026-11-20' FROM invoice WHERE number IS NOT NULL AND application_id IS NOT NULL LIMIT 1`,
    ],
  ])("finds %s", async (_what, statement) => {
    expect(await isSpoiltBy(statement)).toEqual(["I11"]);
  });
});
