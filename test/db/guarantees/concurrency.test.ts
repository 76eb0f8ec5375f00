import pg from "pg";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { takeNumbers } from "../../../src/db/number-series.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate, parseMonth } from "../../../src/domain/time/civil-date.ts";
import { closePeriod } from "../../../src/usecases/periods/accounting-periods.ts";
import { withDatabase } from "../../support/database.ts";
import { insertEstate, insertRow } from "../../support/rows.ts";

const database = withDatabase();
let entityId = "";
let booking: pg.Client;

beforeAll(async () => {
  const estate = await insertEstate(database.db, "X");
  entityId = estate.entityId;
  await insertRow(database.db, "person", { id: estate.tenantId, name: "会计" });
  await insertRow(database.db, "staff", { id: estate.tenantId, person_id: estate.tenantId, code: "S1", name: "会计" });
});
beforeEach(async () => {
  booking = new pg.Client({ connectionString: database.url });
  await booking.connect();
});
afterEach(() => booking.end());

const book = (month: string) =>
  booking.query(
    `INSERT INTO ledger_transaction (id, entity_id, event_type, event_id, period, booking_date, value_date)
      VALUES (gen_random_uuid(), $1, 'test', gen_random_uuid(), $2, ($2 || '-15')::date, ($2 || '-15')::date)`,
    [entityId, month],
  );
const close = (month: string) =>
  closePeriod(database.db, {
    entity: "EX",
    month: parseMonth(month),
    staff: "S1",
    today: parseCivilDate("2026-09-05"),
    channel: "cli",
  });

/** Comes back when somebody waits for a lock that this connection holds, or the other way round. */
async function somebodyWaits(): Promise<void> {
  for (;;) {
    const [found] = await database.db.$queryRaw<{ waits: boolean }[]>`SELECT EXISTS (SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`;
    if (found?.waits) return;
  }
}

describe("closing a month while somebody books", () => {
  it("waits until the booking is done, so that what is closed is complete", async () => {
    await booking.query("BEGIN");
    await book("2026-06");
    let closed = false;
    const closing = close("2026-06").then((result) => {
      closed = true;
      return result;
    });
    await somebodyWaits();
    expect(closed).toBe(false);
    await booking.query("COMMIT");
    expect(await closing).toMatchObject({ ok: true, closed: true });
  });

  it("makes the booking wait, and then refuses it", async () => {
    const closer = new pg.Client({ connectionString: database.url });
    await closer.connect();
    try {
      await closer.query("BEGIN");
      await closer.query("SELECT 1 FROM legal_entity WHERE id = $1 FOR UPDATE", [entityId]);
      const booked = book("2026-07").then(
        () => "booked",
        (error: Error) => error.message,
      );
      await somebodyWaits();
      await closer.query("INSERT INTO accounting_period VALUES ($1, '2026-07', 'locked', 'staff:S1')", [entityId]);
      await closer.query("COMMIT");
      expect(await booked).toBe("accounting period 2026-07 is locked");
    } finally {
      await closer.end();
    }
  });
});

describe("numbers of a series", () => {
  it("have no gap: one that was taken back is given again, and ten at once get ten in a row", async () => {
    const take = (count: number) => inTransaction(database.db, (tx) => takeNumbers(tx, "receipt|EX|2026", count));
    expect(await take(1)).toBe(1n);
    const takenBack = inTransaction(database.db, async (tx) => {
      expect(await takeNumbers(tx, "receipt|EX|2026", 3)).toBe(2n);
      throw new Error("taken back");
    });
    await expect(takenBack).rejects.toThrow("taken back");
    const firsts = await Promise.all(Array.from({ length: 10 }, () => take(2)));
    expect(firsts.sort((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 10 }, (_, index) => BigInt(2 + index * 2)),
    );
  });
});
