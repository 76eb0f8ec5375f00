import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { newId } from "../../../src/db/ids.ts";
import { execute, row, rows } from "../../../src/db/rows.ts";
import { inTransaction, type Transaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { closeMoveOut } from "../../../src/usecases/moving-out/close-move-out.ts";
import { issueFinalBill, planFinalBill } from "../../../src/usecases/moving-out/final-bill.ts";
import { giveNotice } from "../../../src/usecases/moving-out/give-notice.ts";
import { findRedLetterNeeds } from "../../../src/usecases/moving-out/invoice-check.ts";
import { findMoveOut, type StoredMoveOut } from "../../../src/usecases/moving-out/stored-move-out.ts";
import { createTestDatabase } from "../../support/database.ts";
import { accepted, expectBooksInOrder } from "../../support/ledger-world.ts";
import { insertRow } from "../../support/rows.ts";
import { imported, issue, publish } from "../billing/park.ts";
import { fixedRent, leaseRow, poolCharge, type Row, readingRow, waterCharge, waterMeter } from "../billing/world.ts";
import { contextOn, park, personId } from "./moving-out-world.ts";

/*
 * Everybody moves out on 20 July 2026. The park was billed for January and February; then nobody ran a month for anybody. Rent
 * is ¥1,000.00 a month, water ¥3.00 a ton, the lift costs ¥600.00 a month for in equal parts.
 */

const END = "2026-07-20";
const TODAY = "2026-07-21";
const rent = (changes: Row = {}) => fixedRent("1000.00", changes);
const lease = (code: string, unit: string, changes: Row = {}): Row =>
  leaseRow(code, unit, "T1", { end: END, charges: [rent()], ...changes });
const MONTH_ENDS = ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"];
const LIFT = ["01", "02", "03", "04", "05", "06", "07"].map((month) => [`2026-${month}`, "600.00"]);

const units = (building: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ code: `${building}-${index + 1}`, areaSqm: "100" }));
const project = (code: string, building: string, count: number): Row => ({
  code,
  name: `${code}园区`,
  entity: "E1",
  mode: "live",
  buildings: [{ code: building, name: `${building}栋`, units: units(building, count) }],
});

const LEASES = [
  lease("MONTHLY", "A-1", { charges: [rent(), waterCharge("W1")] }),
  lease("QUARTER", "A-2", { start: "2026-01-15", charges: [rent({ cycleMonths: 3 })] }),
  lease("HALF", "A-3", { cycleMonths: 6 }),
  lease("YEAR", "A-4", { cycleMonths: 12, end: "2026-12-31" }),
  lease("ANNIVERSARY", "A-5", { start: "2026-01-10", charges: [rent({ periodAnchor: "lease" })] }),
  lease("ARREARS", "A-6", { charges: [rent({ mode: "arrears", cycleMonths: 3 })] }),
  lease("OLD", "A-7", { start: "2025-11-01" }),
  lease("POOL", "A-8", { charges: [poolCharge("P1")] }),
  lease("POOL-2", "A-9", { charges: [poolCharge("P1")] }),
  lease("TAKEN-OVER", "A-10", { start: "2024-01-01" }),
  // Nothing of its project was ever billed.
  lease("NEVER", "B-1", { start: "2026-05-10" }),
];

const world = (changes: Row = {}): Row =>
  park({
    projects: [project("DG", "A", 10), project("SZ", "B", 1)],
    staff: ["S01", "S02", "S05"].map((code) => ({
      code,
      name: code,
      roles: [code === "S05" ? "steward" : "finance-manager"],
      projects: ["DG", "SZ"],
    })),
    meters: [waterMeter("W1", "A-1")],
    readings: [
      readingRow("W1", "2025-12-31", "100"),
      // Ten tons a month, five in July.
      ...MONTH_ENDS.map((day, index) => readingRow("W1", `2026-${day}`, String(110 + index * 10))),
      readingRow("W1", END, "165"),
    ],
    pools: [
      {
        code: "P1",
        name: "电梯",
        utility: "electricity",
        costs: Object.fromEntries(LIFT),
        members: { units: ["A-8", "A-9"] },
        weight: "equal",
      },
    ],
    leases: LEASES,
    opening: { asOf: "2025-12-31", billedThrough: [{ lease: "TAKEN-OVER", charge: "rent", to: "2026-04-30" }] },
    ...changes,
  });

/** "rent 2026-03-01 1000.00": a correction with its number. */
const linesOf = async (db: Database, code: string): Promise<string[]> => {
  const leaseId = (await db.lease.findFirstOrThrow({ where: { code } })).id;
  const at = { leaseId, lastDay: parseCivilDate(END) };
  const plan = await inTransaction(db, (tx) => planFinalBill(tx, at, parseCivilDate(TODAY)));
  expect(plan.parked).toEqual([]);
  return plan.bills.flatMap((bill) =>
    bill.lines.map(({ charge, period, correction, amountFen }) =>
      [charge, period.from, ...(correction > 0 ? [`#${correction}`] : []), (Number(amountFen) / 100).toFixed(2)].join(
        " ",
      ),
    ),
  );
};

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await imported(db, world(), "2026-01-01");
  for (const period of ["2026-01", "2026-02"]) {
    await issue(db, period, { project: "DG" });
    await publish(db, period, { project: "DG" });
  }
  // The year's lease was billed to December and ends in July after all.
  const early = { effective: END, reason: "提前退租", end: END };
  const leases = LEASES.map((one) => (one.code === "YEAR" ? { ...one, amendments: [early] } : one));
  await imported(db, world({ leases, opening: undefined }), "2026-07-01");
  return () => database.close();
});

describe("the final bill covers every month that no run has billed", () => {
  // 20 of 31 days of July are 645.1612…
  it.each([
    {
      code: "MONTHLY",
      // Rent from March on; water of February on, since the run for March would have billed that.
      lines: [
        ...["03", "04", "05", "06"].map((month) => `rent 2026-${month}-01 1000.00`),
        "rent 2026-07-01 645.16",
        ...["02", "03", "04", "05", "06"].map((month) => `water 2026-${month}-01 30.00`),
        "water 2026-07-01 15.00",
      ],
    },
    // Quarters count from January, the month of the start: the first was billed to the end of March.
    { code: "QUARTER", lines: ["rent 2026-04-01 3000.00", "rent 2026-07-01 645.16"] },
    { code: "HALF", lines: ["rent 2026-07-01 645.16"] },
    // 12,000.00 were billed; 6,000.00 + 645.16 are right.
    { code: "YEAR", lines: ["rent 2026-01-01 #1 -5354.84"] },
    {
      code: "ANNIVERSARY",
      // The last rent month runs from 10 July to 9 August, 31 days, of which 11 are held: 354.8387…
      lines: [...["03", "04", "05", "06"].map((month) => `rent 2026-${month}-10 1000.00`), "rent 2026-07-10 354.84"],
    },
    { code: "ARREARS", lines: ["rent 2026-01-01 3000.00", "rent 2026-04-01 3000.00", "rent 2026-07-01 645.16"] },
    // November and December are from before the first run: whoever billed then billed them.
    {
      code: "OLD",
      lines: [...["03", "04", "05", "06"].map((month) => `rent 2026-${month}-01 1000.00`), "rent 2026-07-01 645.16"],
    },
    {
      code: "POOL",
      // July: 20 of 31 days of half of 600.00 are 193.548…; of the two fen over, one each goes to the two leases.
      lines: [
        ...["02", "03", "04", "05", "06"].map((month) => `lift 2026-${month}-01 300.00`),
        "lift 2026-07-01 193.55",
      ],
    },
    {
      code: "TAKEN-OVER",
      lines: ["rent 2026-05-01 1000.00", "rent 2026-06-01 1000.00", "rent 2026-07-01 645.16"],
    },
    // 22 of 31 days of May: 709.677…
    { code: "NEVER", lines: ["rent 2026-05-10 709.68", "rent 2026-06-01 1000.00", "rent 2026-07-01 645.16"] },
  ])("$code", async ({ code, lines }) => {
    expect(await linesOf(database.db, code)).toEqual(lines);
  });

  it("is issued once, and no later run finds anything to bill", async () => {
    const { db } = database;
    const steward = await personId(db, "S05");
    for (const { code } of LEASES) {
      const wish = { leaseCode: String(code), lastDay: parseCivilDate(END), reason: "到期", noticedBy: steward };
      accepted(await inTransaction(db, (tx) => giveNotice(tx, wish, contextOn(TODAY))));
      const issued = () =>
        inTransaction(db, async (tx) => {
          const moveOut = await findMoveOut(tx, { leaseCode: String(code) });
          if (!moveOut) throw new Error(`${code} does not move out`);
          return accepted(await issueFinalBill(tx, moveOut, contextOn(TODAY)));
        });
      const { billNos } = await issued();
      expect(billNos).toHaveLength(1);
      expect((await issued()).billNos).toEqual(billNos);
      expect(await linesOf(db, String(code))).toEqual([]);
    }
    await expectBooksInOrder(db);
    for (const period of ["2026-03", "2026-07", "2026-08"]) {
      expect((await issue(db, period, { today: TODAY })).bills).toEqual([]);
    }
    await expectBooksInOrder(db);
  });
});

/** Looks at what a change brings and takes it back. */
async function supposing<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  const seen: T[] = [];
  class TakenBack extends Error {}
  await inTransaction(database.db, async (tx) => {
    seen.push(await work(tx));
    throw new TakenBack();
  }).catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error;
  });
  return seen[0] as T;
}

const moveOutOf = async (tx: Transaction, leaseCode: string): Promise<StoredMoveOut> => {
  const found = await findMoveOut(tx, { leaseCode });
  if (!found) throw new Error(`${leaseCode} does not move out`);
  return found;
};

describe("the invoices are looked at once the final bill is there", () => {
  /** An invoice of an amount on the year's rent, of which 6,645.16 of 12,000.00 are due. */
  async function invoice(tx: Transaction, amountFen: bigint, state = "issued", number = "I1"): Promise<string> {
    const line = await row<{ id: string; entityId: string; tenantId: string }>(
      tx,
      Prisma.sql`SELECT n.id, n.entity_id AS "entityId", b.tenant_id AS "tenantId" FROM bill_line n JOIN bill b ON b.id = n.bill_id
        JOIN lease l ON l.id = b.lease_id WHERE l.code = 'YEAR' AND n.correction_no = 0`,
    );
    const id = newId();
    const parties = { entity_id: line?.entityId, tenant_id: line?.tenantId };
    await insertRow(tx, "invoice", { id, ...parties, number, amount_fen: amountFen, state });
    await insertRow(tx, "invoice_coverage", { line_id: line?.id, invoice_id: id, amount_fen: amountFen });
    return id;
  }

  const NEED = {
    billNo: "DG-202601-00006",
    charge: "rent",
    invoiceNo: "I1",
    invoicedFen: 1_200_000n,
    dueFen: 664_516n,
  };
  it.each([
    { what: "what is still due is invoiced", amountFen: 664_516n, needs: [] },
    { what: "a fen more", amountFen: 664_517n, needs: [{ ...NEED, invoicedFen: 664_517n, underWay: false }] },
    { what: "all of it, as it was", amountFen: 1_200_000n, needs: [{ ...NEED, underWay: false }] },
    { what: "a red letter is drafted", amountFen: 1_200_000n, red: "draft", needs: [{ ...NEED, underWay: true }] },
    {
      what: "it waits for the tenant",
      amountFen: 1_200_000n,
      red: "awaiting-peer",
      needs: [{ ...NEED, underWay: true }],
    },
    { what: "it was refused", amountFen: 1_200_000n, red: "refused", needs: [{ ...NEED, underWay: false }] },
    { what: "it has expired", amountFen: 1_200_000n, red: "expired", needs: [{ ...NEED, underWay: false }] },
    { what: "it is issued over the difference", amountFen: 1_200_000n, red: "red-issued", needs: [] },
    { what: "the invoice was withdrawn", amountFen: 1_200_000n, state: "withdrawn", needs: [] },
    {
      what: "an earlier one was withdrawn",
      amountFen: 1_200_000n,
      earlier: "withdrawn",
      needs: [{ ...NEED, underWay: false }],
    },
  ])("$what", async ({ amountFen, red, state, earlier, needs }) => {
    const found = await supposing(async (tx) => {
      if (earlier !== undefined) await invoice(tx, amountFen, earlier, "I0");
      const invoiceId = await invoice(tx, amountFen, state);
      if (red !== undefined) {
        const letter = {
          id: newId(),
          red_no: "HZ1",
          invoice_id: invoiceId,
          reason: "service-ended",
          explanation: "退租",
        };
        await insertRow(tx, "red_letter", {
          ...letter,
          amount_fen: 535_484n,
          state: red,
          requested_by: "S01",
          business_date: TODAY,
          ...(red === "red-issued" ? { number: "R1" } : {}),
        });
        await execute(
          tx,
          Prisma.sql`INSERT INTO red_letter_coverage (red_letter_id, line_id, component, amount_fen)
            SELECT ${letter.id}::uuid, line_id, component, 535484 FROM invoice_coverage WHERE invoice_id = ${invoiceId}::uuid`,
        );
      }
      const others = await findRedLetterNeeds(tx, await moveOutOf(tx, "MONTHLY"));
      return [...others, ...(await findRedLetterNeeds(tx, await moveOutOf(tx, "YEAR")))];
    });
    expect(found).toEqual(needs);
  });
});

describe("closing", () => {
  /** Everything but the closing is done, with what ends with a lease and what does not. */
  async function settled(tx: Transaction, leaseCode: string): Promise<StoredMoveOut> {
    const moveOut = await moveOutOf(tx, leaseCode);
    const { moveOutId, leaseId, tenantId, entityId, projectId } = moveOut;
    await execute(
      tx,
      Prisma.sql`UPDATE move_out SET sheet_version = 1, consent = 'confirmed', consented_on = ${TODAY}::date
        WHERE id = ${moveOutId}::uuid`,
    );
    await execute(tx, Prisma.sql`UPDATE receivable SET open_fen = 0, late_fee_open_fen = 0`);
    const bank = await row<{ id: string }>(tx, Prisma.sql`SELECT id FROM bank_account LIMIT 1`);
    await insertRow(tx, "virtual_account", {
      id: newId(),
      entity_id: entityId,
      bank_account_id: bank?.id,
      tenant_id: tenantId,
      number: "V1",
      valid: "[2026-01-01,)",
    });
    const other = await moveOutOf(tx, leaseCode === "HALF" ? "QUARTER" : "HALF");
    const about = [
      { key: `deposit-return|${leaseCode}`, kind: "reminder", ofLease: leaseId },
      { key: "lease-end|other", kind: "reminder", ofLease: other.leaseId },
      { key: "dunning|1", kind: "dunning", ofLease: undefined },
    ];
    for (const [index, { key, kind, ofLease }] of about.entries()) {
      await insertRow(tx, "steward_task", {
        id: newId(),
        number: `RW2026-9000${index}`,
        kind,
        subject_key: ofLease === undefined ? key : `reminder|${key}`,
        tenant_id: tenantId,
        project_id: projectId,
        title: key,
        state: "open",
        created_on: TODAY,
        created_at: `${TODAY}T02:00:00Z`,
        waiting_since: TODAY,
      });
      if (ofLease === undefined) continue;
      const reminder = { id: newId(), kind: "lease-end", subject_key: key, project_id: projectId, lease_id: ofLease };
      await insertRow(tx, "reminder", { ...reminder, about_on: END, given_on: TODAY });
    }
    return moveOutOf(tx, leaseCode);
  }

  const close = (leaseCode: string, before: (tx: Transaction) => Promise<unknown> = async () => undefined) =>
    supposing(async (tx) => {
      const moveOut = await settled(tx, leaseCode);
      await before(tx);
      const closed = await closeMoveOut(tx, moveOut, contextOn(TODAY));
      const again = closed.ok ? await closeMoveOut(tx, closed.moveOut, contextOn("2026-07-25")) : closed;
      return {
        code: closed.ok ? "CLOSED" : closed.code,
        closedOn: again.ok ? again.moveOut.closedOn : null,
        virtual: (await row<{ valid: string }>(tx, Prisma.sql`SELECT valid::text FROM virtual_account`))?.valid,
        ended: (
          await rows<{ key: string }>(
            tx,
            Prisma.sql`SELECT subject_key AS key FROM steward_task WHERE state = 'done' AND closed_reason = 'settled'`,
          )
        ).map(({ key }) => key),
      };
    });
  const runsOn = (lease: string, until: string) => (tx: Transaction) =>
    execute(tx, Prisma.sql`UPDATE lease SET end_date = ${until}::date WHERE code = ${lease}`);

  it("ends the virtual account with the day and the reminders of the lease, once", async () => {
    expect(await close("MONTHLY")).toEqual({
      code: "CLOSED",
      closedOn: TODAY,
      virtual: "[2026-01-01,2026-07-22)",
      ended: ["reminder|deposit-return|MONTHLY"],
    });
  });

  it.each([
    { what: "until tomorrow", until: "2026-07-22", virtual: "[2026-01-01,)" },
    { what: "until today", until: TODAY, virtual: "[2026-01-01,)" },
    { what: "until yesterday", until: END, virtual: "[2026-01-01,2026-07-22)" },
  ])("leaves the virtual account to another lease that runs: $what", async ({ until, virtual }) => {
    expect(await close("MONTHLY", runsOn("QUARTER", until))).toMatchObject({ code: "CLOSED", virtual });
  });

  it("looks at other leases of the same entity only", async () => {
    const elsewhere = async (tx: Transaction) => {
      await runsOn("QUARTER", "2026-12-31")(tx);
      await execute(
        tx,
        Prisma.sql`UPDATE lease SET entity_id = (SELECT id FROM legal_entity WHERE code = 'E2') WHERE code = 'QUARTER'`,
      );
    };
    expect(await close("MONTHLY", elsewhere)).toMatchObject({ virtual: "[2026-01-01,2026-07-22)" });
  });

  it("is refused while a fen is open, and changes nothing", async () => {
    const oneFen = (tx: Transaction) =>
      execute(
        tx,
        Prisma.sql`UPDATE receivable SET open_fen = 1 WHERE line_id = (SELECT r.line_id FROM receivable r
          JOIN lease l ON l.id = r.lease_id WHERE l.code = 'MONTHLY' AND r.principal_fen > 0 LIMIT 1)`,
      );
    expect(await close("MONTHLY", oneFen)).toEqual({
      code: "STEPS_MISSING",
      closedOn: null,
      virtual: "[2026-01-01,)",
      ended: [],
    });
  });
});
