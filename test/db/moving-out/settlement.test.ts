import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseYuan } from "../../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { EARLY_END_SUBJECT } from "../../../src/usecases/moving-out/ask-early-end.ts";
import { confirmSettlement } from "../../../src/usecases/moving-out/consent.ts";
import { continueMoveOut } from "../../../src/usecases/moving-out/continue-move-out.ts";
import { askForfeiture, FORFEIT_SUBJECT } from "../../../src/usecases/moving-out/forfeit-deposit.ts";
import { giveNotice } from "../../../src/usecases/moving-out/give-notice.ts";
import { loadProgress } from "../../../src/usecases/moving-out/progress.ts";
import { askRefundsTo } from "../../../src/usecases/moving-out/settlement-refunds.ts";
import { findTenantStatement } from "../../../src/usecases/queries/tenant-statement.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { confirmBankPayout } from "../../../src/usecases/refunds/bank-payouts.ts";
import { withDatabase } from "../../support/database.ts";
import { accepted, at, balances, expectBooksInOrder } from "../../support/ledger-world.ts";
import { imported, issue, publish } from "../billing/park.ts";
import { readingRow } from "../billing/world.ts";
import { approve, contextOn, doing, Killed, park, personId } from "./moving-out-world.ts";

const ACCOUNT = { holder: "租户T1", bank: "招商银行东莞分行", accountNo: "6225880212345678" };

const pays = (db: Database, yuan: string, date: string) =>
  recordReceipt(
    db,
    {
      tenantCode: "T1",
      entityCode: "E1",
      amountFen: parseYuan(yuan),
      valueDate: parseCivilDate(date),
      channel: "bank",
      accountCode: "CMB1",
    },
    at(date),
  );

/** Steps with their state, as the chat shows them. */
const stepsOn = (db: Database, today: string) =>
  doing(db, async (tx, moveOut) =>
    Object.fromEntries(
      (await loadProgress(tx, moveOut, parseCivilDate(today))).steps.map(({ step, state, why }) => [
        step,
        why ?? state,
      ]),
    ),
  );

const goesOn = async (db: Database, today: string, dies = false) => {
  const steward = await personId(db, "管家");
  return doing(db, (tx, moveOut) => continueMoveOut(tx, moveOut, { personId: steward }, contextOn(today)), { dies });
};

const eventsOf = (db: Database, type: string) =>
  rows<{ debit: string; credit: string; fen: bigint }>(
    db,
    Prisma.sql`SELECT p.debit_account AS debit, p.credit_account AS credit, sum(p.amount_fen)::bigint AS fen
      FROM ledger_transaction t JOIN ledger_posting p ON p.transaction_id = t.id WHERE t.event_type = ${type}
      GROUP BY 1, 2 ORDER BY 1, 2`,
  );

describe("a tenant moves out before the lease ends", () => {
  const database = withDatabase();

  /** January and the deposit are paid, February (and the water of January) not. The last day is 20 February. */
  async function noticed(): Promise<Database> {
    const { db } = database;
    await imported(db, park(), "2026-01-01");
    await issue(db, "2026-01");
    await publish(db, "2026-01");
    // Rent of January and the deposit.
    accepted(await pays(db, "4000.00", "2026-01-05"));
    await issue(db, "2026-02");
    await publish(db, "2026-02");
    const zhou = await personId(db, "周凯");
    const wish = { leaseCode: "L1", lastDay: parseCivilDate("2026-02-20"), reason: "公司搬迁", noticedBy: zhou };
    const given = accepted(await inTransaction(db, (tx) => giveNotice(tx, wish, contextOn("2026-02-05"))));
    expect(given.early).toBe(true);
    const again = accepted(await inTransaction(db, (tx) => giveNotice(tx, wish, contextOn("2026-02-05"))));
    expect(again).toMatchObject({ repeated: true, moveOut: { number: given.moveOut.number } });
    return db;
  }

  it("step by step, each killed before it commits and then done twice", async () => {
    const db = await noticed();
    const steward = await personId(db, "管家");
    const zhou = await personId(db, "周凯");
    expect(await stepsOn(db, "2026-02-05")).toMatchObject({ notice: "early-end-request", readings: "later" });

    // 1 The early end is asked for and approved.
    await expect(goesOn(db, "2026-02-05", true)).rejects.toThrow(Killed);
    expect(await stepsOn(db, "2026-02-05")).toMatchObject({ notice: "early-end-request" });
    expect(accepted(await goesOn(db, "2026-02-05")).did).toEqual(["notice"]);
    expect(accepted(await goesOn(db, "2026-02-05")).did).toEqual([]);
    expect(await stepsOn(db, "2026-02-05")).toMatchObject({ notice: "early-end-approval" });
    expect(await approve(db, EARLY_END_SUBJECT, "2026-02-06", ["S02"])).toBe("approved");
    expect(await stepsOn(db, "2026-02-06")).toMatchObject({ notice: "done", readings: "last-day" });

    // 2 The final reading must stand on the last day.
    expect(await stepsOn(db, "2026-02-21")).toMatchObject({ readings: "missing-readings", "final-bill": "later" });
    await imported(db, park({ readings: [readingRow("W1", "2026-02-20", "125")] }), "2026-02-21");
    expect(await stepsOn(db, "2026-02-21")).toMatchObject({ readings: "done", "final-bill": "now" });

    // 3 and 6: the final bill and the sheet.
    await expect(goesOn(db, "2026-02-21", true)).rejects.toThrow(Killed);
    expect(await db.bill.count({ where: { origin: "settlement" } })).toBe(0);
    expect(accepted(await goesOn(db, "2026-02-21")).did).toEqual(["final-bill", "sheet"]);
    expect(accepted(await goesOn(db, "2026-02-21")).did).toEqual([]);
    const lines = await rows(
      db,
      Prisma.sql`SELECT l.charge_code AS charge, l.correction_no AS correction, l.amount_fen AS fen FROM bill_line l
        JOIN bill b ON b.id = l.bill_id WHERE b.origin = 'settlement' ORDER BY l.position`,
    );
    // Rent of February: 20 of 28 days are 714.2857 → 714.29, so 285.71 of the 1,000.00 come back. Water: 15 × 3.00.
    expect(lines).toEqual([
      { charge: "rent", correction: 1, fen: -28_571n },
      { charge: "water", correction: 0, fen: 4_500n },
    ]);
    await expectBooksInOrder(db);

    // 5 ¥500.00 are kept for a broken door; the sheet says it only when it is made again.
    const forfeit = { amountFen: 50_000n, reason: "入户门损坏", requestedBy: steward };
    accepted(await doing(db, (tx, moveOut) => askForfeiture(tx, moveOut, forfeit, contextOn("2026-02-21"))));
    expect(await stepsOn(db, "2026-02-21")).toMatchObject({ deposit: "forfeit-approval" });
    expect(await approve(db, FORFEIT_SUBJECT, "2026-02-21", ["S02"])).toBe("approved");
    // 500.00 ÷ 1.09 = 458.7156 → 458.72 income, 41.28 tax.
    expect(await eventsOf(db, "deposit.forfeited")).toEqual([
      { debit: "2241.01", credit: "2221.01", fen: 4_128n },
      { debit: "2241.01", credit: "6301", fen: 45_872n },
    ]);
    expect(await stepsOn(db, "2026-02-21")).toMatchObject({ deposit: "done", sheet: "now" });
    // Who confirms the sheet that was sent before confirms nothing: another one is made.
    const stale = await doing(db, (tx, moveOut) =>
      confirmSettlement(tx, moveOut, { personId: zhou, version: 1, via: "chat" }, contextOn("2026-02-21")),
    );
    expect(stale).toMatchObject({ ok: false, code: "SHEET_CHANGED" });

    // 7 Consent. Fee: 9 days (12 to 20 February) × 0.0005 of 714.29 is 3.2143 → 3.21, of 30.00 is 0.135 → 0.14.
    // Owed: 714.29 + 3.21 + 30.00 + 0.14 + 45.00 = 792.64; the deposit gives 3,000.00 − 500.00 − 792.64 = 1,707.36 back.
    const confirm = (dies: boolean, version = 2) =>
      doing(
        db,
        (tx, moveOut) =>
          confirmSettlement(tx, moveOut, { personId: zhou, version, via: "chat" }, contextOn("2026-02-25")),
        { dies },
      );
    expect(await confirm(false, 1)).toMatchObject({ ok: false, code: "SHEET_STALE" });
    await expect(confirm(true)).rejects.toThrow(Killed);
    expect(await eventsOf(db, "deposit.offset")).toEqual([]);
    // Four days later: the sheet's day is the value date, so the figures are those of the sheet.
    expect(await confirm(false)).toMatchObject({ ok: true, refundNos: [], accountMissing: true });
    expect(await eventsOf(db, "deposit.offset")).toEqual([{ debit: "2241.01", credit: "1122", fen: 79_264n }]);
    expect(await confirm(false)).toMatchObject({ ok: true, refundNos: [] });
    expect(await stepsOn(db, "2026-02-25")).toMatchObject({ consent: "done", refund: "payout-account" });
    await expectBooksInOrder(db);

    // The tenant's statement says by what nothing is owed any more: what the deposit paid, and what was forgiven stays none.
    const tenantId =
      (await row<{ id: string }>(db, Prisma.sql`SELECT tenant_id AS id FROM lease WHERE code = 'L1'`))?.id ?? "";
    const february = { from: parseCivilDate("2026-02-01"), to: parseCivilDate("2026-02-28") };
    const [statement] = await findTenantStatement(db, tenantId, february, parseCivilDate("2026-02-25"));
    expect(statement).toMatchObject({ offsetFen: 79_264n, waivedFen: 0n, closingFen: 0n });
    expect(statement?.entries.filter(({ kind }) => kind === "deposit-offset")).toEqual([
      { date: "2026-02-21", kind: "deposit-offset", no: "", amountFen: -79_264n },
    ]);

    // 5 again: the rest goes back by the refund's own approval and payout.
    const ask = (dies = false) =>
      doing(
        db,
        (tx, moveOut) =>
          askRefundsTo(tx, moveOut, { requestedBy: zhou, payoutAccount: ACCOUNT }, contextOn("2026-02-25")),
        { dies },
      );
    await expect(ask(true)).rejects.toThrow(Killed);
    const asked = accepted(await ask());
    expect(asked.refundNos).toHaveLength(1);
    expect(accepted(await ask()).refundNos).toEqual([]);
    expect(await rows(db, Prisma.sql`SELECT amount_fen AS fen, source FROM refund`)).toEqual([
      { fen: 170_736n, source: "deposit" },
    ]);
    expect(await approve(db, "refund", "2026-02-25", ["S02"])).toBe("approved");
    expect(await stepsOn(db, "2026-02-25")).toMatchObject({ refund: "refund-payout", close: "later" });
    const paid = await inTransaction(db, (tx) =>
      confirmBankPayout(
        tx,
        { refundNo: asked.refundNos[0] ?? "", bankReference: "CMB-1", paidOn: parseCivilDate("2026-02-26") },
        contextOn("2026-02-26"),
      ),
    );
    expect(paid).toMatchObject({ ok: true });

    // 8 The lease is closed, once.
    await expect(goesOn(db, "2026-02-26", true)).rejects.toThrow(Killed);
    expect(accepted(await goesOn(db, "2026-02-26")).did).toEqual(["close"]);
    expect(accepted(await goesOn(db, "2026-02-26")).did).toEqual([]);
    expect(new Set(Object.values(await stepsOn(db, "2026-02-26")))).toEqual(new Set(["done"]));
    const books = await balances(db);
    expect(books["2241.01"] ?? 0n).toBe(0n);
    expect(books["2203"] ?? 0n).toBe(0n);
    expect(books["1122"] ?? 0n).toBe(0n);
    await expectBooksInOrder(db);
    // A later run finds nothing to bill.
    expect((await issue(db, "2026-03")).bills).toEqual([]);
    await expectBooksInOrder(db);
  });
});
