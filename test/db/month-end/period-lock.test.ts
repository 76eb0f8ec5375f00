import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { makePack } from "../../../src/usecases/month-end/make-pack.ts";
import { closePeriod } from "../../../src/usecases/periods/accounting-periods.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import { date } from "../../support/ledger-world.ts";
import { PLAYED_UNTIL, playWorld } from "../../support/played-world.ts";

const database = withDatabase();
beforeAll(() => playWorld(database.db));

const october = { entity: "E1", month: parseMonth("2026-10") };
const close = () => closePeriod(database.db, { ...october, today: PLAYED_UNTIL, channel: "cli", staff: "S06" });

/** As `recon run` writes it. */
const dayOf = (account: string, day: string, closed: boolean) =>
  execute(
    database.db,
    Prisma.sql`INSERT INTO statement_day (account_code, day, entity_id, closed, certificate, run_by)
      SELECT ${account}, ${day}::date, id, ${closed}, '{"lines":3,"inFen":120000,"outFen":500}'::jsonb, 'test'
      FROM legal_entity WHERE code = 'E1'
      ON CONFLICT (account_code, day) DO UPDATE SET closed = EXCLUDED.closed`,
  );

describe("a month with a day of the bank that did not come out", () => {
  it("stays open and names account and day; other months' days and closed ones are no obstacle", async () => {
    await dayOf("CMB1", "2026-10-14", true);
    await dayOf("CMB1", "2026-10-15", false);
    await dayOf("CMB1", "2026-11-02", false);
    expect(await close()).toEqual({
      ok: true,
      closed: false,
      missing: [
        {
          date: "2026-10-15",
          account: "CMB1",
          amountFen: 0n,
          what: expect.stringMatching(/账户 CMB1 这一天还没有日结/),
        },
      ],
    });
  });

  it("shows it in the pack with what came in and went out", async () => {
    const made = await makePack(database.db, october);
    if (!made.ok) throw new Error(made.code);
    expect(made.pack.days).toEqual([
      { account: "CMB1", date: "2026-10-14", closed: true, lines: 3, inFen: 120_000n, outFen: 500n },
      { account: "CMB1", date: "2026-10-15", closed: false, lines: 3, inFen: 120_000n, outFen: 500n },
    ]);
    expect(made.pack.missing).toHaveLength(1);
    expect(made.pack.locked).toBe(false);
  });

  it("does not wait for a Sunday: nothing moved on it, and the Monday after is closed", async () => {
    await dayOf("CMB1", "2026-10-16", true);
    await dayOf("CMB1", "2026-10-18", false);
    const days = async () => {
      const made = await makePack(database.db, october);
      return made.ok ? made.pack.missing.map(({ date: day }) => day) : [];
    };
    // Neither has a line; the 15th is proved by the 16th, the 18th by nothing yet.
    expect(await days()).toEqual(["2026-10-18"]);
    await dayOf("CMB1", "2026-10-19", true);
    expect(await days()).toEqual([]);
    await dayOf("CMB1", "2026-10-16", false);
    await dayOf("CMB1", "2026-10-19", false);
    expect(await days()).toHaveLength(4);
    await dayOf("CMB1", "2026-10-16", true);
    await dayOf("CMB1", "2026-10-18", true);
    await dayOf("CMB1", "2026-10-19", true);
  });

  it("is locked once the day is closed, and the pack says so", async () => {
    await dayOf("CMB1", "2026-10-15", true);
    expect(await close()).toEqual({ ok: true, closed: true, missing: [] });
    const made = await makePack(database.db, october);
    expect(made.ok && made.pack.locked).toBe(true);
  });

  it("keeps its figures when money of October comes to light: that is November's, and everything still ties", async () => {
    const packOf = async (month: string) => {
      const made = await makePack(database.db, { entity: "E1", month: parseMonth(month) });
      if (!made.ok) throw new Error(made.code);
      return made.pack;
    };
    const [october, november] = [await packOf("2026-10"), await packOf("2026-11")];
    const [owing] = await rows<{ tenant: string }>(
      database.db,
      Prisma.sql`SELECT t.code AS tenant FROM receivable r JOIN tenant t ON t.id = r.tenant_id JOIN legal_entity e ON e.id = r.entity_id
        JOIN bill b ON b.id = r.bill_id WHERE e.code = 'E1' AND b.due_date < '2026-10-30' GROUP BY 1 ORDER BY sum(r.open_fen) DESC LIMIT 1`,
    );
    const paid = await recordReceipt(
      database.db,
      {
        channel: "bank",
        tenantCode: owing?.tenant ?? "",
        entityCode: "E1",
        amountFen: 5_000_000n,
        valueDate: date("2026-10-30"),
      },
      { actor: "staff:S03", channel: "cli", today: PLAYED_UNTIL },
    );
    if (!paid.ok) throw new Error(paid.message.en);
    expect(paid.prepaymentFen).toBeLessThan(5_000_000n);
    const after = await packOf("2026-10");
    expect(after.receivables).toEqual(october.receivables);
    expect(after.liabilities).toEqual(october.liabilities);
    const later = await packOf("2026-11");
    // What it paid of claims, less what fees shrank and set free again, is November's.
    expect(later.receivablesTotal.receivedFen - november.receivablesTotal.receivedFen).toBe(
      5_000_000n - paid.prepaymentFen - paid.freedFen,
    );
    for (const pack of [after, later])
      expect(pack.ties.filter(({ differenceFen }) => differenceFen !== 0n)).toEqual([]);
  });
});
