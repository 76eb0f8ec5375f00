import { beforeAll, describe, expect, it } from "vitest";
import { openBookingDate } from "../../../src/db/ledger/period.ts";
import { parseCivilDate, parseMonth } from "../../../src/domain/time/civil-date.ts";
import { accrueNightly } from "../../../src/usecases/late-fees/accrue-nightly.ts";
import { closePeriod, reopenPeriod } from "../../../src/usecases/periods/accounting-periods.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import { PLAYED_UNTIL, playWorld } from "../../support/played-world.ts";
import { type Estate, insertBill, insertEstate, insertLine, insertRow } from "../../support/rows.ts";

const database = withDatabase();
const day = parseCivilDate;

describe("closing a month of a lived-in world", () => {
  beforeAll(() => playWorld(database.db));
  const october = { entity: "E1", month: parseMonth("2026-10"), today: PLAYED_UNTIL, channel: "cli" };

  it("locks it, once; what belongs to it is then booked in the month after, with its true value date", async () => {
    const closed = { ok: true, closed: true, missing: [] };
    expect(await closePeriod(database.db, { ...october, staff: "S06" })).toEqual(closed);
    expect(await closePeriod(database.db, { ...october, staff: "S07" })).toEqual(closed);
    expect(await database.db.auditEvent.count({ where: { action: "period.closed" } })).toBe(1);

    const receipt = await recordReceipt(
      database.db,
      { channel: "cash", tenantCode: "T001", entityCode: "E1", amountFen: 100n, valueDate: day("2026-10-30") },
      { actor: "staff:S03", channel: "cli", today: PLAYED_UNTIL },
    );
    if (!receipt.ok) throw new Error(receipt.message.en);
    const booked = await database.db.ledgerTransaction.findFirst({
      where: { eventType: "receipt.recorded", eventId: receipt.receiptId ?? "" },
    });
    expect(booked).toMatchObject({
      period: "2026-11",
      bookingDate: new Date("2026-11-01"),
      valueDate: new Date("2026-10-30"),
    });
  });

  it("is undone by another person than the closer, and leaves a trace of both", async () => {
    expect(await reopenPeriod(database.db, { ...october, staff: "S06" })).toMatchObject({
      ok: false,
      code: "SAME_PERSON",
    });
    expect(await reopenPeriod(database.db, { ...october, staff: "S08" })).toEqual({
      ok: true,
      closed: false,
      missing: [],
    });
    const entity = await database.db.legalEntity.findUniqueOrThrow({ where: { code: "E1" } });
    expect(await openBookingDate(database.db, entity.id, day("2026-10-30"))).toBe("2026-10-30");
    const trail = await database.db.auditEvent.findMany({
      where: { subjectKind: "accounting-period" },
      orderBy: { sequence: "asc" },
    });
    expect(trail.map(({ actor, action, before, after }) => ({ actor, action, before, after }))).toEqual([
      { actor: "staff:S06", action: "period.closed", before: { state: "open" }, after: { state: "locked" } },
      { actor: "staff:S08", action: "period.reopened", before: { state: "locked" }, after: { state: "open" } },
    ]);
  });

  it.each([
    ["a month that is not over", { month: parseMonth("2026-11") }, "MONTH_NOT_OVER"],
    ["an unknown entity", { entity: "E9" }, "ENTITY_UNKNOWN"],
    ["nobody of the staff", { staff: "S99" }, "STAFF_UNKNOWN"],
  ])("is refused for %s", async (_name, change, code) => {
    expect(await closePeriod(database.db, { ...october, staff: "S06", ...change })).toMatchObject({ ok: false, code });
  });
});

describe("a month in which something is missing", () => {
  let estate: Estate;
  const command = { entity: "EX", month: parseMonth("2026-08"), staff: "SX", today: day("2026-09-05"), channel: "cli" };

  beforeAll(async () => {
    // 0.05 % a day from 12 August: twenty days to the end of the month on 109.00 are 1.09.
    estate = await insertEstate(database.db, "X", {
      lateFee: { dailyRate: "0.0005", graceDays: 0, graceMode: "free", capPercent: "30" },
    });
    const personId = estate.tenantId;
    await insertRow(database.db, "person", { id: personId, name: "会计" });
    await insertRow(database.db, "staff", { id: personId, person_id: personId, code: "SX", name: "会计" });
    const { billId, billNo } = await insertBill(database.db, estate, { total_fen: 10_900n, bill_no: "BX-1" });
    const lineId = await insertLine(database.db, estate, billId);
    await insertRow(database.db, "receivable", {
      line_id: lineId,
      bill_id: billId,
      entity_id: estate.entityId,
      tenant_id: estate.tenantId,
      lease_id: estate.leaseId,
      principal_fen: 10_900n,
      open_fen: 10_900n,
    });
    expect(billNo).toBe("BX-1");
    await insertBill(database.db, estate, { state: "draft", bill_no: "draft-1", total_fen: 5_000n });
  });

  it("stays open and says what", async () => {
    expect(await closePeriod(database.db, command)).toEqual({
      ok: true,
      closed: false,
      missing: [
        { date: "2026-08-01", account: "1122", amountFen: 5_000n, what: expect.stringContaining("LX") },
        { date: "2026-08-31", account: "1122", amountFen: 109n, what: expect.stringContaining("BX-1") },
      ],
    });
  });

  it("closes when drafts are gone and fees accrued", async () => {
    await database.db.bill.delete({ where: { billNo: "draft-1" } });
    await accrueNightly(database.db, day("2026-08-31"));
    expect(await closePeriod(database.db, command)).toEqual({ ok: true, closed: true, missing: [] });
  });
});
