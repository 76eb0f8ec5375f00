import { PrismaPg } from "@prisma/adapter-pg";
import { describe, expect, it } from "vitest";
import { largePark } from "../../../bench/large-park.ts";
import { Prisma, PrismaClient } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { checkLedger } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { imported, issue, preview, publish } from "../../db/billing/park.ts";
import { createTestDatabase, withDatabase } from "../../support/database.ts";

/** A client that counts the statements which reach the server, transactions' own included. */
function countingClient(url: string): { readonly db: Database; readonly count: () => number } {
  let count = 0;
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max: 4, options: "-c TimeZone=UTC" }),
    log: [{ emit: "event", level: "query" }],
  });
  db.$on("query", () => {
    count += 1;
  });
  return { db, count: () => count };
}

/** Every tenant has enough with us to pay the water of all its leases. */
const parkWithPrepayments = (leases: number): object => ({
  ...largePark(leases, 8),
  opening: {
    asOf: "2026-07-31",
    prepayments: Array.from({ length: Math.ceil(leases / 3) }, (_, tenant) => ({
      tenant: `T${String(tenant).padStart(5, "0")}`,
      entity: "E1",
      amount: "2000.00",
    })),
  },
});

function cheaperWater(leases: number): object {
  const prices = [
    { from: "2025-01-01", price: "3.45" },
    { from: "2026-07-01", price: "3.00" },
  ];
  return { ...largePark(leases, 8), tariffs: [{ code: "WATER", kind: "flat", prices }] };
}

/** Statements of each step of a month, for a park of a size. */
async function statements(leases: number): Promise<Record<string, number>> {
  const database = await createTestDatabase();
  const { db, count } = countingClient(database.url);
  const found: Record<string, number> = {};
  const counted = async (step: string, work: () => Promise<unknown>) => {
    const before = count();
    await work();
    found[step] = count() - before;
  };
  try {
    await counted("import", () => imported(db, parkWithPrepayments(leases), "2026-07-31"));
    await counted("preview", () => preview(db, "2026-08"));
    await counted("issue", () => issue(db, "2026-08"));
    await counted("publish", () => publish(db, "2026-08"));
    // Water was cheaper since July: every lease is corrected, and every tenant had paid from the prepayment.
    await counted("import of a price", () => imported(db, cheaperWater(leases), "2026-08-20"));
    await counted("issue with corrections", () => issue(db, "2026-09"));
    const [freed] = await rows<{ released: number; corrections: number }>(
      db,
      Prisma.sql`SELECT (SELECT count(*)::int FROM allocation_reversal) AS released,
        (SELECT count(*)::int FROM bill_line WHERE correction_no > 0) AS corrections`,
    );
    expect(freed?.corrections).toBe(leases);
    expect(freed?.released).toBeGreaterThanOrEqual(Math.ceil(leases / 3));
  } finally {
    await db.$disconnect();
    await database.close();
  }
  return found;
}

describe("the number of statements", () => {
  it("does not depend on the number of leases, within a chunk of them", async () => {
    const [few, many] = [await statements(10), await statements(100)];
    console.log("statements", JSON.stringify(many));
    expect(many).toEqual(few);
  });
});

describe("2,000 leases of four lines", () => {
  const database = withDatabase();
  /** bench/billing-2000.ts holds the limit of 10 s; here other test files run at the same time. */
  const LIMIT_MS = 20_000;

  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const begunMs = performance.now();
    const result = await work();
    const tookMs = performance.now() - begunMs;
    console.log(`${what}: ${(tookMs / 1000).toFixed(2)} s`);
    expect(tookMs, what).toBeLessThan(LIMIT_MS);
    return result;
  };

  it("are imported, previewed, issued and published while somebody waits", async () => {
    const { db } = database;
    await timed("import", () => imported(db, largePark(2000, 7), "2026-07-31"));
    const shown = await timed("preview", () => preview(db, "2026-08"));
    expect(shown.certificate.lines).toBe(8000);
    const issued = await timed("issue", () => issue(db, "2026-08"));
    expect(issued.bills).toHaveLength(2000);
    expect(issued.certificate).toEqual(shown.certificate);
    expect(await timed("publish", () => publish(db, "2026-08"))).toHaveLength(2000);
    expect((await checkLedger(db, { today: parseCivilDate("2026-08-01") })).problems).toEqual([]);
  });
});
