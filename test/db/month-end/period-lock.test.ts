import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute } from "../../../src/db/rows.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { makePack } from "../../../src/usecases/month-end/make-pack.ts";
import { closePeriod } from "../../../src/usecases/periods/accounting-periods.ts";
import { withDatabase } from "../../support/database.ts";
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

  it("is locked once the day is closed, and the pack says so", async () => {
    await dayOf("CMB1", "2026-10-15", true);
    expect(await close()).toEqual({ ok: true, closed: true, missing: [] });
    const made = await makePack(database.db, october);
    expect(made.ok && made.pack.locked).toBe(true);
  });
});
