import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import type { SendOutcome } from "../../../src/ports/messenger.ts";
import type { SmsRequest, SmsSender } from "../../../src/ports/sms.ts";
import { advanceChain, findUnreached } from "../../../src/usecases/dunning/advance-chain.ts";
import { preferWays } from "../../../src/usecases/dunning/contacts.ts";
import { runDunning } from "../../../src/usecases/dunning/run-dunning.ts";
import { openShortCode } from "../../../src/usecases/dunning/short-link.ts";
import { recordDelivery } from "../../../src/usecases/outbox/delivery-reports.ts";
import { tenantIdOf } from "../../../src/usecases/tasks/arrears.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { writeBill } from "../../support/published-bill.ts";
import { dunningContext, farEnds, importDunningPark, stepsOf } from "./dunning-world.ts";

/* 二号贸易: 林姐 keeps the books (13800000005), 陈老板 owns (13800000004); both follow the account. */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let clock: MovableClock;
let ends: ReturnType<typeof farEnds>;

const REFUSED: SendOutcome = { state: "refused", code: "43004", reason: "require subscribe", recipientGone: false };
const PUT_OFF: SendOutcome = {
  state: "later",
  code: "45009",
  reason: "reach max api daily quota",
  retryAfterMs: 60_000,
};
const NO_ANSWER: SendOutcome = { state: "unknown", reason: "no answer in 10 s" };

beforeEach(async () => {
  database = await createTestDatabase();
  clock = movableClock("2026-09-11");
  await importDunningPark(database.db, "2026-09-01");
  ends = farEnds(database.db, clock);
  await writeBill(database.db, {
    billNo: "DG-202609-00001",
    lease: "L003",
    dueDate: "2026-09-10",
    lines: { rent: "1000.00" },
  });
  return () => database.close();
});

const run = () => runDunning(database.db, dunningContext(clock));
/** The job that follows up, until it finds nothing. */
async function followUp(): Promise<void> {
  while ((await advanceChain(database.db, dunningContext(clock))) > 0) await ends.relay();
}
/** Tries of the relay, each when the last put-off is over. */
async function relayPatiently(tries: number): Promise<void> {
  for (let count = 0; count < tries; count += 1) {
    await ends.relay();
    await execute(
      database.db,
      Prisma.sql`UPDATE outbox SET not_before = now() - interval '1 hour' WHERE state = 'pending'`,
    );
  }
}
const isReportedUndelivered = (vendorId: string) =>
  inTransaction(database.db, (tx) => recordDelivery(tx, { vendorId, delivered: false, detail: "failed:user block" }));
const unreached = () => inTransaction(database.db, (tx) => findUnreached(tx, parseCivilDate("2026-09-01")));
const ways = () => ends.take().map(({ way, to }) => `${way} ${to}`);
const giveMailbox = (name: string) =>
  execute(database.db, Prisma.sql`UPDATE person SET email = ${`${name}@example.com`} WHERE name = ${name}`);

describe("official account, then SMS, then e-mail", () => {
  it("goes on to the next way only when the last has failed for sure, each person before the next way", async () => {
    await giveMailbox("陈老板");
    for (const to of ["oPark-林姐", "oPark-陈老板", "13800000005", "13800000004"]) ends.outcomes.set(to, REFUSED);
    await run();
    await ends.relay();
    await followUp();
    expect(ways()).toEqual(["email 陈老板@example.com"]);
    expect(await rows(database.db, Prisma.sql`SELECT ordinal, way FROM dunning_message ORDER BY ordinal`)).toEqual([
      { ordinal: 1, way: "official-account" },
      { ordinal: 2, way: "official-account" },
      { ordinal: 3, way: "sms" },
      { ordinal: 4, way: "sms" },
      { ordinal: 5, way: "email" },
    ]);
    expect(await unreached()).toEqual([]);
  });

  it("carries a short code in the SMS that opens the cashier for a week, for what is owed then", async () => {
    for (const to of ["oPark-林姐", "oPark-陈老板"]) ends.outcomes.set(to, REFUSED);
    await run();
    await ends.relay();
    await followUp();
    const [sms] = ends.take();
    expect(sms).toMatchObject({ way: "sms", to: "13800000005", amount: "1000.00" });
    const code = sms?.title ?? "";
    expect(code).toMatch(/^[2-9A-Za-z]{12}$/);
    const open = (on: string, what = code) =>
      inTransaction(database.db, (tx) => openShortCode(tx, what, parseCivilDate(on)));
    expect(await open("2026-09-18")).toMatchObject({ ok: true, orders: [{ billNos: ["DG-202609-00001"] }] });
    expect(await open("2026-09-19")).toEqual({ ok: false, refusal: "expired" });
    expect(await open("2026-09-11", `${code.slice(0, -1)}0`)).toEqual({ ok: false, refusal: "tampered" });
    await execute(database.db, Prisma.sql`UPDATE receivable SET open_fen = 0`);
    expect(await open("2026-09-18")).toEqual({ ok: true, orders: [] });
  });

  it("says nothing again to somebody who may have heard: no answer is no failure", async () => {
    ends.outcomes.set("oPark-林姐", NO_ANSWER);
    await run();
    await relayPatiently(3);
    await followUp();
    expect(ways()).toEqual([]);
    expect(await unreached()).toMatchObject([{ tenantCode: "T002", tried: ["official-account"] }]);
  });

  it("goes on when the platform has put a message off three times: its limits are no reason to say nothing", async () => {
    ends.outcomes.set("oPark-林姐", PUT_OFF);
    ends.outcomes.set("oPark-陈老板", PUT_OFF);
    await run();
    await relayPatiently(2);
    await followUp();
    expect(ways()).toEqual([]);
    await relayPatiently(1);
    await advanceChain(database.db, dunningContext(clock));
    await relayPatiently(3);
    await followUp();
    expect(ways()).toEqual(["sms 13800000005"]);
  });

  it("does not go on when one of the tries had no answer, whatever the last one said", async () => {
    ends.outcomes.set("oPark-林姐", NO_ANSWER);
    await run();
    await relayPatiently(1);
    ends.outcomes.set("oPark-林姐", PUT_OFF);
    await relayPatiently(2);
    await followUp();
    expect(ways()).toEqual([]);
  });

  it("hears of a template that did not arrive and goes on the same day", async () => {
    await run();
    await ends.relay();
    expect(ways()).toEqual(["official-account oPark-林姐"]);
    await isReportedUndelivered("v1");
    clock.moveTo("2026-09-11T15:00:00+08:00");
    await followUp();
    expect(ways()).toEqual(["official-account oPark-陈老板"]);
  });

  it("says on the next day, by the next way, what failed too late for its own: one message a day", async () => {
    await run();
    await ends.relay();
    expect(ways()).toEqual(["official-account oPark-林姐"]);
    clock.moveTo("2026-09-11T20:00:01+08:00");
    await isReportedUndelivered("v1");
    await followUp();
    expect(ways()).toEqual([]);
    clock.moveTo("2026-09-12T09:00:00+08:00");
    await followUp();
    expect(ways()).toEqual([]);
    expect(await run()).toMatchObject({ said: 1 });
    await ends.relay();
    expect(ways()).toEqual(["official-account oPark-陈老板"]);
    await followUp();
    expect(await run()).toMatchObject({ said: 0 });
    expect(await stepsOf(database.db, "T002")).toEqual([
      { on: "2026-09-11", due: "2026-09-10", action: "notice", said: true, recalled: true },
      { on: "2026-09-12", due: "2026-09-10", action: "notice", said: true, recalled: false },
    ]);
  });

  it("gives a step up when no way is left, and does not begin again on the next day", async () => {
    for (const to of ["oPark-林姐", "oPark-陈老板", "13800000005", "13800000004"]) ends.outcomes.set(to, REFUSED);
    await run();
    await ends.relay();
    await followUp();
    expect(await rows(database.db, Prisma.sql`SELECT given_up_at IS NOT NULL AS "givenUp" FROM dunning_step`)).toEqual([
      { givenUp: true },
    ]);
    clock.moveTo("2026-09-12T09:00:00+08:00");
    await followUp();
    expect(await run()).toMatchObject({ said: 0 });
    expect(await unreached()).toMatchObject([{ tenantCode: "T002", on: "2026-09-11" }]);
  });

  it("goes by the tenant's preference", async () => {
    await inTransaction(database.db, async (tx) =>
      preferWays(tx, (await tenantIdOf(tx, "T002")) ?? "", ["sms", "official-account"], "staff:S01"),
    );
    await run();
    await ends.relay();
    expect(ways()).toEqual(["sms 13800000005"]);
  });

  it.each([
    { after: "no answer", first: NO_ANSWER, killed: false, isRepeat: true },
    { after: "a kill -9 before it was written down", first: undefined, killed: true, isRepeat: true },
    { after: "being put off", first: PUT_OFF, killed: false, isRepeat: false },
  ])("sends an SMS after $after as the same request or as a new one", async ({ first, killed, isRepeat }) => {
    await inTransaction(database.db, async (tx) =>
      preferWays(tx, (await tenantIdOf(tx, "T002")) ?? "", ["sms"], "staff:S01"),
    );
    await run();
    const requests: (SmsRequest | undefined)[] = [];
    const answers: SendOutcome[] = first === undefined ? [] : [first];
    const sms: SmsSender = {
      async send({ request }) {
        requests.push(request);
        return answers.shift() ?? { state: "accepted", channel: "sms" };
      },
    };
    await ends.relay({ sms });
    const lost = killed ? Prisma.sql`state = 'claimed', sent_at = NULL,` : Prisma.empty;
    await execute(
      database.db,
      Prisma.sql`UPDATE outbox SET ${lost} claimed_until = CASE WHEN ${killed} THEN now() - interval '1 hour' END,
        not_before = now() - interval '1 hour'`,
    );
    await ends.relay({ sms });
    const [made, again] = requests;
    expect(made?.isRepeat).toBe(false);
    expect(again?.isRepeat).toBe(isRepeat);
    expect(again?.madeAtMs === made?.madeAtMs).toBe(isRepeat);
    expect(requests).toHaveLength(2);
  });

  it("stops when the money comes between two ways", async () => {
    ends.outcomes.set("oPark-林姐", REFUSED);
    await run();
    await ends.relay();
    await execute(database.db, Prisma.sql`UPDATE receivable SET open_fen = 0`);
    await followUp();
    expect(ways()).toEqual([]);
  });

  it("lists who cannot be reached at all", async () => {
    await execute(database.db, Prisma.sql`UPDATE tenant_member SET revoked_at = now()`);
    expect(await run()).toMatchObject({ said: 1, unreached: 1 });
    expect(await unreached()).toMatchObject([{ tenantCode: "T002", tried: [], failure: null }]);
  });
});

describe("OUTBOUND", () => {
  it("off: nobody hears, nothing is tried by another way, and the list says so", async () => {
    await run();
    await ends.relay({ outbound: { mode: "off", allowlist: new Set() } });
    await followUp();
    expect(ends.sent).toEqual([]);
    expect(await unreached()).toMatchObject([{ tenantCode: "T002", failure: "OUTBOUND" }]);
  });

  it("allowlist: only who is on it, also by SMS", async () => {
    await writeBill(database.db, {
      billNo: "DG-202609-00002",
      lease: "L001",
      dueDate: "2026-09-10",
      lines: { rent: "1000.00" },
    });
    await run();
    await ends.relay({ outbound: { mode: "allowlist", allowlist: new Set(["T001"]) } });
    expect(ways()).toEqual(["official-account oPark-张总"]);
  });
});

describe("the letter", () => {
  it("of +15 stands behind a link on the card and is attached to the e-mail", async () => {
    clock.moveTo("2026-09-25");
    await giveMailbox("陈老板");
    await inTransaction(database.db, async (tx) =>
      preferWays(tx, (await tenantIdOf(tx, "T002")) ?? "", ["email"], "staff:S01"),
    );
    await run();
    const printed: string[] = [];
    await ends.relay({
      printPaper: async (documentId) => {
        printed.push(documentId);
        return "file-1";
      },
    });
    expect(ends.take()).toEqual([{ way: "email", to: "陈老板@example.com", title: "二号贸易 催款函", amount: "1" }]);
    expect(await rows(database.db, Prisma.sql`SELECT id::text FROM document WHERE kind = 'dunning-letter'`)).toEqual(
      printed.map((id) => ({ id })),
    );
  });
});
