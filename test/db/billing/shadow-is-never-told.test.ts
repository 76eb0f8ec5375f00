import { beforeAll, describe, expect, it } from "vitest";
import { reminderWords } from "../../../bot/notices/reminder-notices.ts";
import { billNoticesOf } from "../../../src/compose/bill-notices.ts";
import { loadConfig } from "../../../src/config/env.ts";
import { publishBills } from "../../../src/usecases/billing/publish-bills.ts";
import { runDunning } from "../../../src/usecases/dunning/run-dunning.ts";
import { remindOfDates } from "../../../src/usecases/reminders/remind-of-dates.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { dunningContext } from "../dunning/dunning-world.ts";
import { commandOf, contextOf, imported, issue } from "./park.ts";
import { leaseRow, parkDocument } from "./world.ts";

/*
 * Switching over: one tenant in a live project, one in shadow, one in a project that is off. Each has an owner on WeChat, a
 * lease that ends within ninety days with a rent step before, and an old debt that is overdue since August.
 */

const LEASES = [
  ["L1", "A-1", "T1"],
  ["L2", "B-1", "T2"],
  ["L3", "C-1", "T3"],
] as const;
const OPEN_ID = { T1: "o-live", T2: "o-shadow", T3: "o-off" } as const;

const database = withDatabase();
const clock = movableClock("2026-10-05");

beforeAll(() =>
  imported(
    database.db,
    parkDocument({
      tenants: LEASES.map(([, , code], index) => ({
        code,
        name: `租户${code}`,
        contacts: [{ name: `业主${code}`, phone: `1380000000${index}`, role: "owner", openId: OPEN_ID[code] }],
      })),
      leases: LEASES.map(([code, unit, tenant]) =>
        leaseRow(code, unit, tenant, {
          charges: [
            {
              code: "rent",
              kind: "rent",
              rule: { type: "fixed", price: "1000.00" },
              escalations: [{ from: "2026-11-01", price: "1100.00" }],
            },
          ],
        }),
      ),
      opening: {
        asOf: "2026-09-30",
        receivables: LEASES.map(([lease]) => ({
          lease,
          charge: "rent",
          period: { from: "2026-08-01", to: "2026-08-31" },
          dueDate: "2026-08-11",
          amount: "1000.00",
        })),
      },
    }),
    "2026-10-01",
  ),
);

/** Who has been told, and what the message begins with, since this was asked last. */
const seen = new Set<string>();
async function told(): Promise<string[]> {
  const all = await database.db.outbox.findMany({ orderBy: { dedupeKey: "asc" } });
  const fresh = all.filter(({ id }) => !seen.has(id));
  for (const { id } of fresh) seen.add(id);
  return [...new Set(fresh.map(({ recipient }) => recipient))].sort();
}

function publishNotices() {
  const loaded = loadConfig({
    FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    OA_APP_ID: "oa-1",
    OA_APP_SECRET: "secret",
    OA_TOKEN: "token1",
    OA_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR",
  });
  if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
  return billNoticesOf({ config: loaded.config, clock });
}

describe("whoever is in a project that is not live", () => {
  it("gets no bill", async () => {
    const { db } = database;
    await issue(db, "2026-10");
    await publishBills(db, commandOf("2026-10"), contextOf("2026-10", { today: "2026-10-05" }), publishNotices());
    expect(await told()).toEqual(["o-live"]);
  });

  it("gets no reminder of dates", async () => {
    await remindOfDates(database.db, { clock, officialAccountAppId: "oa-1", words: reminderWords });
    expect(await told()).toEqual(["o-live"]);
    expect(await database.db.reminder.findMany({ select: { kind: true }, orderBy: { kind: "asc" } })).toEqual([
      { kind: "lease-end" },
      { kind: "rent-step" },
    ]);
  });

  it("is not dunned for what the old system still collects", async () => {
    await runDunning(database.db, dunningContext(clock, { officialAccountAppId: "oa-1" }));
    expect(await told()).toEqual(["o-live"]);
  });

  it("is told once the project is live", async () => {
    await database.db.project.updateMany({ data: { mode: "live" } });
    await remindOfDates(database.db, { clock, officialAccountAppId: "oa-1", words: reminderWords });
    expect(await told()).toEqual(["o-off", "o-shadow"]);
  });
});
