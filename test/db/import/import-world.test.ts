import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { REPOSITORY, readJson } from "../../import/examples.ts";
import { withDatabase } from "../../support/database.ts";
import { ENCRYPTION, fingerprint, importDocument, imported, issue, ledgerBalances } from "../billing/park.ts";
import { fixedRent, leaseRow, parkDocument, type Row } from "../billing/world.ts";

const demoWorld = (): Row => readJson(join(REPOSITORY, "prisma/demo-world.json")) as Row;
const TODAY = "2026-08-20";

describe("the demo world", () => {
  const database = withDatabase();

  it("is tried out without writing anything", async () => {
    const before = await fingerprint(database.db);
    const result = await importDocument(database.db, demoWorld(), "2026-09-01", { dryRun: true });
    expect(result).toMatchObject({ ok: true, imported: { entities: 2, projects: 1 } });
    expect(await fingerprint(database.db)).toEqual(before);
  });

  it("is not imported in part when one thing in it is wrong", async () => {
    const before = await fingerprint(database.db);
    const broken = demoWorld();
    (broken.leases as Row[]).push(leaseRow("L999", "NOWHERE", "T001"));
    expect(await importDocument(database.db, broken, "2026-09-01")).toMatchObject({
      ok: false,
      errors: [{ code: "UNKNOWN_UNIT" }],
    });
    expect(await fingerprint(database.db)).toEqual(before);
  });

  it("is imported, and the same counts as the trial are reported", async () => {
    const { db } = database;
    const tried = await importDocument(db, demoWorld(), "2026-09-01", { dryRun: true });
    expect(await imported(db, demoWorld(), "2026-09-01")).toEqual(tried);
  });

  it("changes nothing when it is imported again, today or later", async () => {
    const { db } = database;
    const before = await fingerprint(db);
    const first = await imported(db, demoWorld(), "2026-09-01");
    await imported(db, demoWorld(), "2026-11-20");
    expect(await fingerprint(db)).toEqual(before);
    // The opening position is told again, not booked again.
    expect(first.opening.length).toBeGreaterThan(0);
  });

  it("keeps telephone and account numbers where nobody can read them, and finds them again", async () => {
    const { db } = database;
    const numbers = ["13800000101", "13800000501", "769900000010001", "201000000020001"];
    const [found] = await rows<{ dump: string }>(
      db,
      Prisma.sql`SELECT (SELECT string_agg(p::text, E'\n') FROM person_phone p) ||
        (SELECT string_agg(b::text, E'\n') FROM bank_account b) || (SELECT string_agg(n::text, E'\n') FROM person n) ||
        (SELECT string_agg(i::text, E'\n') FROM import_batch i) || (SELECT string_agg(a::text, E'\n') FROM audit_event a) AS dump`,
    );
    for (const number of numbers) {
      expect(found?.dump).not.toContain(number);
      expect(found?.dump).not.toContain(Buffer.from(number).toString("hex"));
    }
    const [phone] = await rows<{ cipher: Uint8Array; key_id: string; name: string }>(
      db,
      Prisma.sql`SELECT phone_cipher AS cipher, phone_key_id AS key_id, n.name FROM person_phone p
        JOIN person n ON n.id = p.person_id WHERE phone_hash = ${ENCRYPTION.hash("13800000101")}`,
    );
    expect(phone?.name).toBe("陈志强");
    expect(ENCRYPTION.decrypt(phone?.cipher ?? new Uint8Array(), phone?.key_id ?? "")).toBe("13800000101");
  });

  it("is refused by the database of another operator", async () => {
    const foreign = { ...demoWorld(), operator: { code: "XX", name: "别家" } };
    expect(await importDocument(database.db, foreign, "2026-09-01")).toMatchObject({
      ok: false,
      errors: [{ path: "$.operator.code", code: "OPERATOR_MISMATCH" }],
    });
  });
});

describe("opening positions", () => {
  const database = withDatabase();
  const opening = {
    asOf: "2026-07-31",
    receivables: [
      {
        lease: "L1",
        charge: "rent",
        period: { from: "2026-06-01", to: "2026-06-30" },
        dueDate: "2026-06-11",
        amount: "300.00",
        invoiced: "100.00",
      },
      {
        lease: "L1",
        charge: "rent",
        period: { from: "2026-07-01", to: "2026-07-31" },
        dueDate: "2026-07-11",
        amount: "1000.00",
      },
      // The management fee of L1 belongs to E2.
      {
        lease: "L1",
        charge: "mgmt",
        period: { from: "2026-07-01", to: "2026-07-31" },
        dueDate: "2026-07-11",
        amount: "50.00",
      },
    ],
    prepayments: [
      { tenant: "T2", entity: "E1", amount: "80.00" },
      { tenant: "T2", entity: "E2", amount: "7.00", kind: "management" },
    ],
    depositsHeld: [{ lease: "L2", amount: "2000.00" }],
    billedThrough: [{ lease: "L1", charge: "rent", to: "2026-07-31" }],
  };
  const document = (changes: Row = {}) =>
    parkDocument({
      leases: [
        leaseRow("L1", "A-1", "T1", {
          charges: [
            fixedRent("1000.00"),
            { code: "mgmt", kind: "management", entity: "E2", rule: { type: "fixed", price: "50.00" } },
          ],
        }),
        leaseRow("L2", "A-2", "T2", { deposit: "2500.00" }),
      ],
      opening,
      ...changes,
    });
  const totals = [
    { entity: "E1", receivablesFen: 130_000n, prepaymentsFen: 8_000n, depositsFen: 200_000n },
    { entity: "E2", receivablesFen: 5_000n, prepaymentsFen: 700n, depositsFen: 0n },
  ];

  it("are booked per entity against 4104.09 and stand as open bills of the old system", async () => {
    const { db } = database;
    expect((await imported(db, document(), TODAY)).opening).toEqual(totals);
    const balances = { "1122": 135_000, "2203": -8_700, "2241.01": -200_000, "4104.09": -135_000 + 8_700 + 200_000 };
    expect(await ledgerBalances(db)).toEqual(balances);
    const bills = await rows<object>(
      db,
      Prisma.sql`SELECT b.bill_no, e.code AS entity, b.due_date::text, b.total_fen::int AS total, sum(r.open_fen)::int AS open
        FROM bill b JOIN legal_entity e ON e.id = b.entity_id JOIN receivable r ON r.bill_id = b.id
        WHERE b.origin = 'opening' AND b.state = 'published' GROUP BY b.id, e.code ORDER BY 1`,
    );
    expect(bills).toEqual([
      { bill_no: "DG-OPEN-202607-00001", entity: "E1", due_date: "2026-06-11", total: 30_000, open: 30_000 },
      { bill_no: "DG-OPEN-202607-00002", entity: "E1", due_date: "2026-07-11", total: 100_000, open: 100_000 },
      { bill_no: "DG-OPEN-202607-00003", entity: "E2", due_date: "2026-07-11", total: 5_000, open: 5_000 },
    ]);
  });

  it("are told again and not booked again with the same file", async () => {
    const { db } = database;
    const before = await fingerprint(db);
    expect((await imported(db, document(), "2026-08-25")).opening).toEqual(totals);
    expect(await fingerprint(db)).toEqual(before);
  });

  it("are refused when they differ from what is booked", async () => {
    const changed = document({ opening: { ...opening, prepayments: [] } });
    expect(await importDocument(database.db, changed, TODAY)).toMatchObject({
      ok: false,
      errors: [{ path: "$.opening", code: "OPENING_BOOKED" }],
    });
  });

  it("are what the first bill counts from: rent from August, the rest of the deposit only", async () => {
    const { bills } = await issue(database.db, "2026-08");
    expect(bills.flatMap((bill) => bill.lines.map((line) => [bill.lease, line.charge, line.amountFen]))).toEqual([
      ["L1", "rent", 100_000],
      ["L1", "mgmt", 5_000],
      ["L2", "rent", 100_000],
      ["L2", "deposit", 50_000],
    ]);
  });
});
