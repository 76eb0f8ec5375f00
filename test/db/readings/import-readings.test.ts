import { beforeAll, describe, expect, it } from "vitest";
import type { OfferedReading } from "../../../src/domain/metering/judge-reading.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { importReadings } from "../../../src/usecases/readings/import-readings.ts";
import { acceptReading, findQuarantined, refuseReading } from "../../../src/usecases/readings/quarantined-readings.ts";
import { withDatabase } from "../../support/database.ts";
import { imported, issue, preview } from "../billing/park.ts";
import { fixedRent, leaseRow, parkDocument, readingRow, waterCharge, waterMeter } from "../billing/world.ts";

const database = withDatabase();
const context = { today: parseCivilDate("2026-03-05"), actor: "staff:S01", channel: "cli" };

/* One lease with water at 3.00 yuan a ton; the reading of February comes by file. */
beforeAll(async () => {
  await imported(
    database.db,
    parkDocument({
      meters: [waterMeter("W1", "A-1"), waterMeter("W2", "A-2")],
      readings: [readingRow("W1", "2025-12-31", "100"), readingRow("W1", "2026-01-31", "110")],
      leases: [leaseRow("L1", "A-1", "T1", { charges: [fixedRent("1000.00"), waterCharge("W1")] })],
    }),
    "2026-02-01",
  );
});

const offered = (meter: string, standsOn: string, total: string): OfferedReading => ({
  meter,
  standsOn: parseCivilDate(standsOn),
  values: { total },
  kind: "periodic",
  rollover: false,
});
let files = 0;
const importRows = (readings: readonly OfferedReading[], options: { dryRun?: boolean; sha256?: string } = {}) => {
  files += 1;
  const rows = readings.map((reading, index) => ({ row: index + 2, offered: reading }));
  const file = { sha256: options.sha256 ?? `hash-${files}`, name: "feb.csv", template: "generic", readings: rows };
  return importReadings(database.db, file, { ...context, dryRun: options.dryRun });
};
const marked = async () =>
  (
    await database.db.$queryRaw<{ code: string }[]>`
      SELECT l.code FROM billing_recheck r JOIN lease l ON l.id = r.lease_id ORDER BY 1`
  ).map(({ code }) => code);
const waterOf = async (period: string) => {
  const { bills, parked } = await preview(database.db, period);
  const lines = bills.flatMap((bill) => bill.lines).filter((line) => line.charge === "water");
  return {
    parked: parked.map(({ code }) => code),
    lines: lines.map(({ period: service, correction, amountFen }) => [service.from.slice(0, 7), correction, amountFen]),
  };
};

describe("readings by file", () => {
  it("leave nothing behind in a dry run", async () => {
    expect(await importRows([offered("W1", "2026-02-28", "125")], { dryRun: true })).toMatchObject({ taken: 1 });
    expect((await waterOf("2026-03")).parked).toEqual(["READING_MISSING"]);
  });

  it("enter in any order of rows, twins once, and the doubtful ones wait with row and reason", async () => {
    const result = await importRows([
      offered("W1", "2026-02-28", "125"),
      offered("W1", "2026-02-10", "115"),
      offered("W1", "2026-02-28", "125.0"),
      offered("W1", "2026-02-28", "126"),
      offered("W9", "2026-02-28", "1"),
    ]);
    expect(result).toMatchObject({ taken: 2, known: 1 });
    expect(result.quarantined.map(({ row, code }) => [row, code])).toEqual([
      [5, "READING_DUPLICATE"],
      [6, "METER_UNKNOWN"],
    ]);
    // February: 125 − 110 = 15 t × 3.00 = 45.00.
    expect(await waterOf("2026-03")).toEqual({ parked: [], lines: [["2026-02", 0, 4500]] });
  });

  it("of months that nobody has billed mark nobody: the next run need not look back", async () => {
    expect(await marked()).toEqual([]);
  });

  it("of a file that came before are all known", async () => {
    await importRows([offered("W2", "2026-02-28", "7")], { sha256: "same" });
    expect(await importRows([offered("W2", "2026-02-28", "7")], { sha256: "same" })).toMatchObject({
      duplicateOf: { name: "feb.csv", importedOn: "2026-03-05" },
      taken: 0,
      known: 1,
    });
  });

  it("accepted as a correction change what was billed, by a correction line of the next run", async () => {
    await issue(database.db, "2026-03");
    const waiting = await findQuarantined(database.db);
    const duplicate = waiting.find(({ code }) => code === "READING_DUPLICATE");
    const accepted = await acceptReading(database.db, { id: duplicate?.id ?? "", reason: "看错一位" }, context);
    expect(accepted).toMatchObject({ ok: true, meter: "W1", standsOn: "2026-02-28" });
    // Marked, so that it is found however far back it lies.
    expect(await marked()).toEqual(["L1"]);
    await importRows([offered("W1", "2026-03-31", "140")]);
    // The file came on 5 March: its reading of 31 March is not believed.
    expect((await findQuarantined(database.db)).map(({ code }) => code)).toContain("READING_IN_FUTURE");
    // 126 instead of 125: one ton more, 3.00; March itself has no reading yet.
    expect(await waterOf("2026-04")).toEqual({ parked: ["READING_MISSING"], lines: [["2026-02", 1, 300]] });
  });

  it("that come late stand on their day once a person vouches for them, and nobody decides twice", async () => {
    await importRows([offered("W1", "2026-02-20", "120")]);
    const late = (await findQuarantined(database.db)).find(({ code }) => code === "READING_OUT_OF_ORDER");
    expect(await acceptReading(database.db, { id: late?.id ?? "", reason: "抄表员补交" }, context)).toMatchObject({
      ok: true,
    });
    expect(await acceptReading(database.db, { id: late?.id ?? "", reason: "再来" }, context)).toMatchObject({
      ok: false,
      code: "READING_DECIDED",
    });
  });

  it("of a meter that nobody registered stay out, whoever vouches, and can be refused", async () => {
    const unknown = (await findQuarantined(database.db)).find(({ code }) => code === "METER_UNKNOWN");
    const id = unknown?.id ?? "";
    expect(await acceptReading(database.db, { id, reason: "?" }, context)).toMatchObject({ code: "METER_UNKNOWN" });
    expect(await refuseReading(database.db, { id, reason: "不是我们的表" }, context)).toEqual({ ok: true });
    expect((await findQuarantined(database.db)).some((reading) => reading.id === id)).toBe(false);
  });
});
