import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CliContext } from "../../../src/cli/command.ts";
import { billCompareCommand } from "../../../src/cli/commands/compare.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import { compareLegacy } from "../../../src/usecases/compare/compare-legacy.ts";
import { readLegacyCsv } from "../../../src/usecases/compare/legacy-csv.ts";
import { withDatabase } from "../../support/database.ts";
import { fingerprint, imported, issue, preview } from "../billing/park.ts";
import { areaRent, fixedRent, leaseRow, parkDocument, readingRow, waterCharge, waterMeter } from "../billing/world.ts";

const database = withDatabase();
const SEPTEMBER = parseMonth("2026-09");

const compare = (csv: string) => {
  const file = readLegacyCsv(csv);
  if (!file.ok) throw new Error(JSON.stringify(file.problems));
  return compareLegacy(database.db, file.rows, SEPTEMBER);
};

/** L1 to L4 in the live project; L5 in the shadow project. */
const world = () =>
  parkDocument({
    meters: [waterMeter("W1", "A-1"), waterMeter("W2", "A-2"), waterMeter("W5", "B-1")],
    readings: ["W1", "W2", "W5"].flatMap((meter) => [
      readingRow(meter, "2026-07-31", "100"),
      readingRow(meter, "2026-08-31", "133.3"),
    ]),
    leases: [
      leaseRow("L1", "A-1", "T1", { start: "2026-08-01", charges: [areaRent("58.00"), waterCharge("W1")] }),
      leaseRow("L2", "A-2", "T2", { start: "2026-08-01", charges: [areaRent("58.00"), waterCharge("W2")] }),
      leaseRow("L3", "A-3", "T3", { start: "2026-09-11", charges: [fixedRent("1000.00")] }),
      leaseRow("L4", "A-4", "T4", { charges: [fixedRent("500.00")] }),
      leaseRow("L5", "B-1", "T4", { start: "2026-08-01", charges: [areaRent("10.00"), waterCharge("W5")] }),
    ],
  });

// Ours: rent 58 × 100 = 5,800.00; water 33.3 × 3 = 99.90; L3 1000 × 20/30 = 666.67; L4 500.00; L5 1,000.00 and 99.90.
const SAME = `lease,charge,amount
L1,rent,5800.00
L1,water,99.90
L2,rent,5800.00
L2,water,99.90
L3,rent,666.67
L4,rent,500.00
`;

describe("bill compare", () => {
  it("finds nothing where nothing differs, and leaves nothing behind", async () => {
    await imported(database.db, world(), "2026-08-01");
    const before = await fingerprint(database.db);
    expect(await compare(SAME)).toEqual({ same: true, compared: 6, different: [] });
    expect(await fingerprint(database.db)).toEqual(before);
  });

  it("names the cause of each difference", async () => {
    const { same, compared, different } = await compare(`lease,charge,amount,quantity,price,area,reading
L1,rent,5742.00,,58.00,99,
L1,water,105.00,35,3.00,,135
L2,rent,6000.00,,60.00,100.00,
L2,water,100.00,33.3,3.0,,133.30
L3,rent,700.00,1,,,
L9,rent,1.00,,,,
`);
    expect({ same, compared }).toEqual({ same: false, compared: 7 });
    expect(different).toEqual([
      { lease: "L1", charge: "rent", oursFen: 580_000, theirsFen: 574_200, cause: "area", detail: "100 / 99" },
      { lease: "L1", charge: "water", oursFen: 9990, theirsFen: 10_500, cause: "reading", detail: "133.3 / 135" },
      { lease: "L2", charge: "rent", oursFen: 580_000, theirsFen: 600_000, cause: "price", detail: "58 / 60" },
      // 99.90 as whole yuan.
      { lease: "L2", charge: "water", oursFen: 9990, theirsFen: 10_000, cause: "rounding" },
      // 1000 × 21/30: the old system counts another day.
      { lease: "L3", charge: "rent", oursFen: 66_667, theirsFen: 70_000, cause: "rule" },
      { lease: "L4", charge: "rent", oursFen: 50_000, theirsFen: null, cause: "missing" },
      { lease: "L9", charge: "rent", oursFen: null, theirsFen: 100, cause: "missing" },
    ]);
  });

  it("takes a fen cut off for rounding", async () => {
    const { different } = await compare(SAME.replace("666.67", "666.66"));
    expect(different).toEqual([{ lease: "L3", charge: "rent", oursFen: 66_667, theirsFen: 66_666, cause: "rounding" }]);
  });

  it("compares a project in shadow, which is previewed and never issued", async () => {
    const csv = "lease,charge,amount,reading\nL5,rent,1000.00,\nL5,water,120.00,140\n";
    const expected = {
      same: false,
      compared: 2,
      different: [
        { lease: "L5", charge: "water", oursFen: 9990, theirsFen: 12_000, cause: "reading", detail: "133.3 / 140" },
      ],
    };
    expect(await compare(csv)).toEqual(expected);
    const issued = await issue(database.db, "2026-09", { acknowledge: "all" });
    expect(issued.bills.map(({ lease }) => lease)).toEqual(["L1", "L2", "L3", "L4"]);
    // Issued or not, the shadow project shows the same; the live one is now compared as issued.
    expect((await preview(database.db, "2026-09")).bills.map(({ lease, shadow }) => [lease, shadow])).toEqual([
      ["L5", true],
    ]);
    expect(await compare(csv)).toEqual(expected);
    expect(await compare(SAME)).toMatchObject({ same: true, compared: 6 });
  });

  it("from the command line, with every problem of the file by its line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "legacy-"));
    const run = (csv: string) => {
      const file = join(folder, "september.csv");
      writeFileSync(file, csv);
      return billCompareCommand.run({ db: database.db } as unknown as CliContext, [], {
        legacy: file,
        period: "2026-09",
      });
    };
    expect(await run(SAME)).toMatchObject({
      json: { same: true, different: [] },
      text: ["2026年9月 比对 6 项，全部一致"],
    });
    expect((await run(SAME.replace("500.00", "499.00"))).text[1]).toBe(
      "  L4 rent 我方 ¥500.00，旧系统 ¥499.00：计费规则不同",
    );
    const refused = await run("lease,charge,amount\nL1,rent,x\nL2,rent");
    expect(refused.exitCode).toBe(1);
    expect(refused.problems?.map((problem) => problem.replace(/^.* 第/, "第"))).toEqual([
      "第 2 行 NOT_A_NUMBER amount 的值 x 不是以元为单位、最多两位小数的数字",
      "第 3 行 FIELD_COUNT 应有 3 个字段，实有 2 个",
    ]);
  });

  it("compares with every price of a month that has two, and of several registers with the total", async () => {
    const { tariffs, meters, readings, leases } = world();
    const values = (total: string, peak: string, valley: string) => ({ values: { total, peak, valley } });
    const document = {
      ...world(),
      tariffs: [
        ...tariffs,
        { code: "TOU", kind: "tou", prices: [{ from: "2026-01-01", peak: "1.00", valley: "0.50" }] },
      ],
      meters: [
        ...meters,
        { code: "E6", unit: "A-5", utility: "electricity", registers: ["total", "peak", "valley"], digits: 6 },
      ],
      readings: [
        ...readings,
        { meter: "E6", date: "2026-07-31", ...values("100", "60", "40") },
        { meter: "E6", date: "2026-08-31", ...values("200", "130", "70") },
      ],
      leases: [
        ...leases,
        leaseRow("L6", "A-5", "T1", {
          start: "2026-08-01",
          charges: [
            areaRent("58.00", { escalations: [{ from: "2026-09-16", price: "60.00" }] }),
            { code: "elec", kind: "electricity", rule: { type: "metered", meter: "E6", tariff: "TOU" } },
          ],
        }),
      ],
    };
    await imported(database.db, document, "2026-09-01");
    const causes = async (rent: string, elec: string) =>
      (await compare(`lease,charge,amount,price,reading\nL6,rent,${rent}\nL6,elec,${elec}\n`)).different
        .filter(({ lease }) => lease === "L6")
        .map(({ charge, cause, detail }) => [charge, cause, detail]);
    // Ours: 100 × 58 × 15/30 + 100 × 60 × 15/30 = 5,900.00; 70 × 1.00 + 30 × 0.50 = 85.00, closed at 200.
    expect(await causes("6000.00,61.00,", "90.00,,210")).toEqual([
      ["elec", "reading", "200 / 210"],
      ["rent", "price", "58、60 / 61"],
    ]);
    expect(await causes("6000.00,60.00,", "90.00,0.90,200")).toEqual([
      ["elec", "rule", undefined],
      ["rent", "rule", undefined],
    ]);
  });
});
