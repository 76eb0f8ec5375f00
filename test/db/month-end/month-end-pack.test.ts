import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import type { Fen } from "../../../src/domain/money/fen.ts";
import { type Month, parseMonth, shiftMonth } from "../../../src/domain/time/civil-date.ts";
import { makePack, makePackIn } from "../../../src/usecases/month-end/make-pack.ts";
import type { MonthEndPack, ReceivableRow } from "../../../src/usecases/month-end/month-end-pack.ts";
import { withDatabase } from "../../support/database.ts";
import { playWorld } from "../../support/played-world.ts";
import { withoutGuards } from "../../support/rows.ts";

const database = withDatabase();
beforeAll(() => playWorld(database.db));

const ENTITIES = ["E1", "E2"];
/** From before anything was owed to after the play. */
const MONTHS = ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"].map(parseMonth);

async function packOf(entity: string, month: Month): Promise<MonthEndPack> {
  const made = await makePack(database.db, { entity, month });
  if (!made.ok) throw new Error(made.code);
  return made.pack;
}

const sum = (list: readonly Fen[]): Fen => list.reduce((total, one) => total + one, 0n);

/** Debits less credits of an account at the end of a month, straight from the postings. */
async function balanceOf(entity: string, account: string, month: Month): Promise<Fen> {
  const [found] = await rows<{ fen: Fen }>(
    database.db,
    Prisma.sql`SELECT coalesce(sum(CASE WHEN p.debit_account = ${account} THEN p.amount_fen ELSE 0 END
        - CASE WHEN p.credit_account = ${account} THEN p.amount_fen ELSE 0 END), 0)::bigint AS fen
      FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id JOIN legal_entity e ON e.id = p.entity_id
      WHERE e.code = ${entity} AND to_char(t.booking_date, 'YYYY-MM') <= ${month}`,
  );
  return found?.fen ?? 0n;
}

describe("the month-end pack of a lived-in world", () => {
  const rowSum = (row: ReceivableRow): Fen =>
    row.openingFen +
    row.takenOverFen +
    row.billedFen +
    row.lateFeeFen +
    row.correctionFen -
    row.receivedFen -
    row.waivedFen -
    row.writtenOffFen -
    row.bankFeeFen;

  it.each(ENTITIES)(
    "%s: every row sums, closing is the next month's opening, totals are the ledger's to the fen",
    async (entity) => {
      let movedFen = 0n;
      for (const month of MONTHS) {
        const pack = await packOf(entity, month);
        const next = await packOf(entity, shiftMonth(month, 1));
        for (const row of pack.receivables) {
          expect([month, row.kind, rowSum(row)]).toEqual([month, row.kind, row.closingFen]);
          const after = next.receivables.find(({ kind }) => kind === row.kind);
          expect([month, row.kind, after?.openingFen ?? 0n]).toEqual([month, row.kind, row.closingFen]);
          movedFen += row.billedFen + row.receivedFen;
        }
        expect(rowSum(pack.receivablesTotal)).toBe(pack.receivablesTotal.closingFen);
        expect(pack.receivablesTotal.closingFen).toBe(await balanceOf(entity, "1122", month));
        for (const account of pack.liabilities) {
          const moved = sum(account.movements.map(({ increaseFen, decreaseFen }) => increaseFen - decreaseFen));
          expect([month, account.account, account.openingFen + moved]).toEqual([
            month,
            account.account,
            account.closingFen,
          ]);
          expect(-account.closingFen).toBe(await balanceOf(entity, account.account, month));
          const after = next.liabilities.find((one) => one.account === account.account);
          expect(after?.openingFen).toBe(account.closingFen);
        }
        expect(sum(pack.aging.map(({ totalFen }) => totalFen))).toBe(pack.receivablesTotal.closingFen);
        for (const tenant of pack.aging) {
          const { notDueFen, days30Fen, days60Fen, days90Fen, olderFen } = tenant;
          expect(notDueFen + days30Fen + days60Fen + days90Fen + olderFen).toBe(tenant.totalFen);
        }
        expect(pack.ties.filter(({ differenceFen }) => differenceFen !== 0n)).toEqual([]);
      }
      // What was looked at was not nothing.
      expect(movedFen).toBeGreaterThan(1_000_000n);
    },
  );

  it("shows each way in which a claim moves in its own column", async () => {
    const packs = await Promise.all(ENTITIES.flatMap((entity) => MONTHS.map((month) => packOf(entity, month))));
    const column = (of: (row: ReceivableRow) => Fen) =>
      packs.some((pack) => pack.receivables.some((row) => of(row) !== 0n));
    expect(column((row) => row.takenOverFen)).toBe(true);
    expect(column((row) => row.billedFen)).toBe(true);
    expect(column((row) => row.correctionFen)).toBe(true);
    expect(column((row) => row.receivedFen)).toBe(true);
    // One fen was waived.
    expect(sum(packs.map((pack) => pack.receivablesTotal.waivedFen)) > 0n).toBe(true);
    // A discount lowers its charge and is no kind of its own.
    expect(packs.flatMap((pack) => pack.receivables.map(({ kind }) => kind))).not.toContain("discount");
    const fees = packs.flatMap((pack) => pack.receivables.filter(({ kind }) => kind === "late-fee"));
    expect(fees.some((row) => row.lateFeeFen > 0n)).toBe(true);
    expect(fees.some((row) => row.receivedFen > 0n)).toBe(true);
    const events = packs.flatMap((pack) =>
      pack.liabilities.flatMap(({ movements }) => movements.map(({ event }) => event)),
    );
    expect(new Set(events)).toEqual(
      new Set([
        ...events,
        "opening.prepayment",
        "opening.deposit",
        "receipt.recorded",
        "receipt.unclaimed",
        "receipt.claimed",
      ]),
    );
  });

  it("lists a difference instead of hiding it, with its account and amount", async () => {
    class TakenBack extends Error {}
    const seen: unknown[] = [];
    await inTransaction(database.db, async (tx) => {
      // Seven fen of a paid rent that the books never saw.
      await withoutGuards(
        tx,
        `UPDATE allocation SET amount_fen = amount_fen - 7 WHERE id = (SELECT a.id FROM allocation a
          JOIN bill_line l ON l.id = a.line_id AND l.kind = 'rent' JOIN legal_entity e ON e.id = a.entity_id AND e.code = 'E1'
          JOIN receipt r ON r.id = a.source_id AND r.state = 'counted'
          WHERE a.source = 'receipt' AND a.component = 'principal' AND a.amount_fen > 7
            AND NOT EXISTS (SELECT 1 FROM allocation_reversal v WHERE v.allocation_id = a.id) ORDER BY a.id LIMIT 1)`,
      );
      const made = await makePackIn(tx, { entity: "E1", month: parseMonth("2026-12") });
      if (made.ok)
        seen.push(...made.pack.ties.filter(({ account, differenceFen }) => account === "1122" && differenceFen !== 0n));
      throw new TakenBack();
    }).catch((error: unknown) => {
      if (!(error instanceof TakenBack)) throw error;
    });
    expect(seen).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ account: "1122", what: "closing", differenceFen: 7n }),
        expect.objectContaining({ account: "1122", what: "open-items-today", kind: "rent", differenceFen: 7n }),
        expect.objectContaining({ account: "1122", what: "facts-today", differenceFen: 7n }),
      ]),
    );
  });

  it("knows no other entity", async () => {
    expect(await makePack(database.db, { entity: "NO", month: parseMonth("2026-09") })).toMatchObject({
      ok: false,
      code: "ENTITY_UNKNOWN",
    });
  });
});
