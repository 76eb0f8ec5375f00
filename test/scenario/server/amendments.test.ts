import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { areaRent, fixedRent, leaseRow, parkDocument, type Row } from "../../db/billing/world.ts";
import { createTestDatabase } from "../../support/database.ts";
import { runCli } from "../../support/server.ts";

/*
 * What people agree on after the contract, as an operator brings it: files and runs at the real command line, a process of
 * its own each time. All figures are worked out by hand beside the line that they are awaited on.
 */

const LIMIT_MS = 240_000;
const PEOPLE = ["--as", "S01", "--approve-as", "S02"];

/** A command line on a database of its own; every command says on which day it is run. */
async function commandLine() {
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), "parkledger-amendments-"));
  onTestFinished(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const variables = { DATABASE_URL: database.url, FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64") };
  const run = async (today: string, ...words: string[]) => {
    const ended = await runCli(variables, [...words, "--json", "--now", `${today}T09:00:00+08:00`]);
    expect(ended.stderr.replace(/^正在.*\n/gm, "")).toBe("");
    expect(ended.exitCode).toBe(0);
    return JSON.parse(ended.stdout);
  };
  return {
    run,
    bring(today: string, document: Row) {
      const file = join(folder, `${today}.json`);
      writeFileSync(file, JSON.stringify(document));
      return run(today, "import", file);
    },
    /** The lines of a published month: lease, period, correction and fen. */
    async publish(month: string) {
      const { bills } = await run(`${month}-01`, "bill", "run", "--period", month, "--publish", ...PEOPLE);
      return (bills as { lease: string; lines: Line[] }[]).flatMap(({ lease, lines }) =>
        lines.map(({ period, correction, amountFen }) => [lease, period.from, period.to, correction, amountFen]),
      );
    },
  };
}

interface Line {
  readonly period: { readonly from: string; readonly to: string };
  readonly correction: number;
  readonly amountFen: number;
}

/** with 100 ㎡ each, but for A-4 with 160 ㎡ and A-5 with what the day says. */
function park(areaOfA5: string, amendments: Readonly<Record<string, Row>>): Row {
  const document = parkDocument();
  const [dongguan] = document.projects as unknown as { buildings: { units: { code: string; areaSqm: string }[] }[] }[];
  for (const unit of dongguan?.buildings[0]?.units ?? []) {
    if (unit.code === "A-4") unit.areaSqm = "160";
    if (unit.code === "A-5") unit.areaSqm = areaOfA5;
  }
  const lease = (code: string, unit: string, tenant: string, changes: Row): Row => {
    const amendment = amendments[code];
    return leaseRow(code, unit, tenant, {
      start: "2026-07-01",
      end: "2027-06-30",
      ...changes,
      ...(amendment ? { amendments: [{ reason: "补充协议", ...amendment }] } : {}),
    });
  };
  return {
    ...document,
    leases: [
      lease("EARLY", "A-1", "T1", { cycleMonths: 12, charges: [fixedRent("1000.00")] }),
      lease("RENEWED", "A-2", "T2", { end: "2026-08-31", cycleMonths: 3, charges: [fixedRent("1000.00")] }),
      lease("MOVED", "A-3", "T3", { charges: [areaRent("30.00")] }),
      lease("MEASURED", "A-5", "T4", { charges: [areaRent("20.00")] }),
    ],
  };
}

it("an early end, a renewal, a move and a new area, from the file to the published fen", {
  timeout: LIMIT_MS,
}, async () => {
  const cli = await commandLine();
  await cli.bring("2026-07-01", park("100", {}));
  expect(await cli.publish("2026-07")).toEqual([
    // Twelve months of 1,000.00 in advance.
    ["EARLY", "2026-07-01", "2027-06-30", 0, 1_200_000],
    // 20.00 × 100 ㎡.
    ["MEASURED", "2026-07-01", "2026-07-31", 0, 200_000],
    // 30.00 × 100 ㎡.
    ["MOVED", "2026-07-01", "2026-07-31", 0, 300_000],
    // The quarter ends with the lease: two months.
    ["RENEWED", "2026-07-01", "2026-08-31", 0, 200_000],
  ]);

  // On July 11: an end in October is agreed, a renewal at 1,100.00, a move from on July 21; A-5 is 120 ㎡ now.
  const { warnings } = await cli.bring(
    "2026-07-11",
    park("120", {
      EARLY: { effective: "2026-10-01", end: "2026-10-15" },
      RENEWED: { effective: "2026-09-01", end: "2027-08-31", charges: [{ code: "rent", price: "1100.00" }] },
      MOVED: { effective: "2026-07-21", units: ["A-4"] },
    }),
  );
  expect(warnings).toMatchObject([{ code: "AREA_CHANGED" }]);

  expect(await cli.publish("2026-08")).toEqual([
    // July to September, and 15 of October's 31 days: 3,000.00 + 483.87 = 3,483.87, so 8,516.13 come back.
    ["EARLY", "2026-07-01", "2027-06-30", 1, -851_613],
    // 20.00 × (100 × 10 + 120 × 21) ÷ 31 = 70,400 ÷ 31 = 2,270.967…: 270.97 more; August 20.00 × 120.
    ["MEASURED", "2026-07-01", "2026-07-31", 1, 27_097],
    ["MEASURED", "2026-08-01", "2026-08-31", 0, 240_000],
    // 30.00 × (100 × 20 + 160 × 11) ÷ 31 = 112,800 ÷ 31 = 3,638.709…: 638.71 more; August 30.00 × 160.
    ["MOVED", "2026-07-01", "2026-07-31", 1, 63_871],
    ["MOVED", "2026-08-01", "2026-08-31", 0, 480_000],
    // The quarter is whole again: September at 1,100.00.
    ["RENEWED", "2026-07-01", "2026-08-31", 1, 110_000],
  ]);

  // The corrected months are looked at once: from here on only what is new.
  expect(await cli.publish("2026-09")).toEqual([
    ["MEASURED", "2026-09-01", "2026-09-30", 0, 240_000],
    ["MOVED", "2026-09-01", "2026-09-30", 0, 480_000],
  ]);
  expect(await cli.publish("2026-10")).toEqual([
    ["MEASURED", "2026-10-01", "2026-10-31", 0, 240_000],
    ["MOVED", "2026-10-01", "2026-10-31", 0, 480_000],
    // Three months at 1,100.00.
    ["RENEWED", "2026-10-01", "2026-12-31", 0, 330_000],
  ]);
  expect(await cli.run("2026-10-01", "ledger", "check")).toMatchObject({ ok: true, problems: [] });
});
