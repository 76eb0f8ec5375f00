import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../../src/db/audit.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { auditRoot } from "../../../src/usecases/audit/audit-root.ts";
import { sealAudit } from "../../../src/usecases/audit/seal-audit.ts";
import { verifyAudit } from "../../../src/usecases/audit/verify-audit.ts";
import { withDatabase } from "../../support/database.ts";
import { withoutGuards } from "../../support/rows.ts";

const database = withDatabase();
const FIRST_DAY = parseCivilDate("2026-09-01");
const SECOND_DAY = parseCivilDate("2026-09-02");

const record = (...subjects: string[]) =>
  inTransaction(database.db, (tx) =>
    recordAudit(
      tx,
      subjects.map((subjectId) => ({
        actor: "staff:S01",
        channel: "cli",
        businessDate: FIRST_DAY,
        action: "bill.issued",
        subjectKind: "bill",
        subjectId,
        before: { state: "draft" },
        after: { state: "issued", totalFen: "9007199254740993" },
      })),
    ),
  );
const tamper = (...statements: string[]) => inTransaction(database.db, (tx) => withoutGuards(tx, ...statements));
const codesFound = async () => (await verifyAudit(database.db)).problems.map((problem) => problem.code);

beforeEach(() => tamper("DELETE FROM audit_event", "DELETE FROM audit_seal"));

describe("sealing", () => {
  it("chains the events of each day to those before, once", async () => {
    await record("B1", "B2");
    const first = await sealAudit(database.db, FIRST_DAY);
    expect(first).toMatchObject({ batches: 1, events: 2, root: { date: "2026-09-01", batch: 1, events: 2 } });
    expect(await sealAudit(database.db, FIRST_DAY)).toEqual({ batches: 0, events: 0, root: first.root });

    await record("B3");
    const second = await sealAudit(database.db, SECOND_DAY);
    expect(second.root).toMatchObject({ date: "2026-09-02", batch: 2, events: 3 });
    expect(await auditRoot(database.db)).toEqual(second.root);
    expect(await auditRoot(database.db, FIRST_DAY)).toEqual(first.root);
    expect(await auditRoot(database.db, parseCivilDate("2026-08-31"))).toBeUndefined();
    expect(await verifyAudit(database.db)).toEqual({
      ok: true,
      checked: { batches: 2, events: 3, unsealed: 0 },
      problems: [],
    });
  });

  it("by two jobs at once seals everything once", async () => {
    await record("B1", "B2", "B3");
    const results = await Promise.all([sealAudit(database.db, FIRST_DAY), sealAudit(database.db, FIRST_DAY)]);
    expect(results.map((result) => result.events).sort()).toEqual([0, 3]);
    expect(await verifyAudit(database.db)).toMatchObject({ ok: true, checked: { batches: 1, events: 3 } });
  });

  it("more than one batch holds keeps their order beyond the ninth event", async () => {
    await record(...Array.from({ length: 5_003 }, (_, index) => `B${index}`));
    expect(await sealAudit(database.db, FIRST_DAY)).toMatchObject({ batches: 2, events: 5_003 });
    expect(await verifyAudit(database.db)).toMatchObject({ ok: true, checked: { batches: 2, events: 5_003 } });
  });

  it("leaves later events unsealed until the next time", async () => {
    await record("B1");
    await sealAudit(database.db, FIRST_DAY);
    await record("B2");
    expect(await verifyAudit(database.db)).toMatchObject({ ok: true, checked: { batches: 1, events: 1, unsealed: 1 } });
  });
});

describe("verifying finds", () => {
  beforeEach(async () => {
    await record("B1");
    // A transaction that is rolled back leaves a number free.
    await database.db.$executeRawUnsafe("SELECT nextval(pg_get_serial_sequence('audit_event', 'sequence'))");
    await record("B2", "B3");
    await sealAudit(database.db, FIRST_DAY);
    await record("B4");
    await sealAudit(database.db, SECOND_DAY);
  });

  it.each([
    ["an altered event", "UPDATE audit_event SET actor = 'staff:S02' WHERE subject_id = 'B2'"],
    ["an altered time", "UPDATE audit_event SET at = at + interval '1 microsecond' WHERE subject_id = 'B2'"],
    [
      "an altered amount",
      `UPDATE audit_event SET after = '{"state": "issued", "totalFen": "9007199254740992"}' WHERE subject_id = 'B2'`,
    ],
    ["a deleted event", "DELETE FROM audit_event WHERE subject_id = 'B2'"],
    [
      "two events in each other's place",
      `UPDATE audit_event e SET subject_id = CASE e.subject_id WHEN 'B1' THEN 'B2' ELSE 'B1' END WHERE e.subject_id IN ('B1', 'B2')`,
    ],
    [
      "an event put into a sealed batch",
      `INSERT INTO audit_event (id, sequence, business_date, actor, channel, action, subject_kind, subject_id, seal_batch)
        OVERRIDING SYSTEM VALUE SELECT gen_random_uuid(), sequence + 1, '2026-09-01', 'x', 'x', 'x', 'x', 'x', 1
        FROM audit_event WHERE subject_id = 'B1'`,
    ],
    ["a changed seal", "UPDATE audit_seal SET business_date = '2026-09-03' WHERE batch = 1"],
  ])("%s", async (_name, statement) => {
    await tamper(statement);
    expect(await codesFound()).toEqual(["BATCH_CHANGED"]);
  });

  it("an event put in between, unsealed and dated back", async () => {
    await tamper(
      "DELETE FROM audit_event",
      "DELETE FROM audit_seal",
      "INSERT INTO audit_seal VALUES (1, 10, 20, '2026-09-01', repeat('0', 64), '', now())",
      `INSERT INTO audit_event (id, sequence, at, business_date, actor, channel, action, subject_kind, subject_id)
        OVERRIDING SYSTEM VALUE VALUES (gen_random_uuid(), 15, now() - interval '1 day', '2026-09-01', 'x', 'x', 'x', 'x', 'x')`,
    );
    expect(await codesFound()).toContain("EVENT_INSERTED");
  });

  it("no fault in an event whose transaction was still running when later ones were sealed", async () => {
    await tamper(
      `INSERT INTO audit_event (id, sequence, business_date, actor, channel, action, subject_kind, subject_id)
        OVERRIDING SYSTEM VALUE SELECT gen_random_uuid(), -1, '2026-09-01', 'x', 'x', 'x', 'x', 'x'`,
    );
    await sealAudit(database.db, SECOND_DAY);
    expect(await verifyAudit(database.db)).toMatchObject({ ok: true, checked: { batches: 3, events: 5 } });
  });

  it("a seal that is gone with its events", async () => {
    await tamper("DELETE FROM audit_event WHERE seal_batch = 1", "DELETE FROM audit_seal WHERE batch = 1");
    expect(await codesFound()).toEqual(["SEAL_MISSING"]);
  });

  it("a seal that is gone from under its events", async () => {
    await tamper("DELETE FROM audit_seal WHERE batch = 2");
    expect(await codesFound()).toEqual(["EVENT_MISPLACED"]);
  });

  it("a batch that was sealed again", async () => {
    const root = await auditRoot(database.db);
    if (!root) throw new Error("nothing was sealed");
    await tamper("UPDATE audit_event SET actor = 'staff:S02', seal_batch = NULL", "DELETE FROM audit_seal");
    await sealAudit(database.db, FIRST_DAY);
    // From inside, the new chain is in order; only the root kept outside tells.
    expect(await verifyAudit(database.db)).toMatchObject({ ok: true });
    expect(await verifyAudit(database.db, root)).toMatchObject({ ok: false, problems: [{ code: "ROOT_DIFFERS" }] });
  });

  it("a chain whose root is the one kept outside in order", async () => {
    const root = await auditRoot(database.db);
    expect(await verifyAudit(database.db, root)).toMatchObject({ ok: true });
  });

  it("a seal chained to another hash", async () => {
    const seals = await rows<{ hash: string }>(database.db, Prisma.sql`SELECT hash FROM audit_seal ORDER BY batch`);
    expect(new Set(seals.map((seal) => seal.hash)).size).toBe(2);
    await tamper("UPDATE audit_seal SET hash = repeat('f', 64) WHERE batch = 1");
    expect((await codesFound()).sort()).toEqual(["BATCH_CHANGED", "CHAIN_BROKEN"]);
  });
});
