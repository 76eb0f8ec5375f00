import { describe, expect, it } from "vitest";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import type { World } from "../../../src/domain/world/world.ts";
import type { Change } from "../../import/broken-worlds.ts";
import { applyChanges, goodWorld } from "../../import/examples.ts";

/** The least that interfaces.md section 2 requires, with one lease. */
const SMALLEST = {
  format: "parkledger/1",
  operator: { code: "TAN" },
  entities: [{ code: "E1" }],
  projects: [{ code: "DG", entity: "E1", buildings: [{ code: "A", units: [{ code: "A-1" }] }] }],
  tenants: [{ code: "T1" }],
  leases: [
    {
      code: "L1",
      tenant: "T1",
      units: ["A-1"],
      start: "2026-01-31",
      end: "2026-12-31",
      charges: [
        { code: "rent", kind: "rent", rule: { type: "fixed", price: "100" } },
        {
          code: "area",
          kind: "management",
          rule: { type: "area", price: "5" },
          escalations: [{ everyMonths: 6, percent: "-3" }],
        },
      ],
    },
  ],
};

function worldOf(document: unknown, known: Partial<World> = {}): World {
  const result = readWorld(document, { known });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.world;
}
const changed = (...changes: readonly Change[]): unknown => applyChanges(goodWorld(), changes);
const codesIn = (document: unknown, known: Partial<World> = {}): string[] => {
  const result = readWorld(document, { known });
  return result.ok ? [] : result.errors.map(({ code, path }) => `${code} ${path}`);
};

describe("what the file leaves out", () => {
  const world = worldOf(SMALLEST);

  it("is filled in for a lease", () => {
    expect(world.leases[0]).toMatchObject({
      entity: "E1",
      project: "DG",
      goLive: false,
      issueDay: 1,
      dueDays: 10,
      cycleMonths: 1,
      depositFen: 0n,
      inputs: {},
      autoApplyPrepayment: true,
      amendments: [],
    });
    expect(world.leases[0]).not.toHaveProperty("lateFee");
  });

  it("is filled in for charges, where only the rule decides the mode", () => {
    expect(world.leases[0]?.charges).toEqual([
      {
        code: "rent",
        kind: "rent",
        rule: { type: "fixed", price: "100", quantity: "1", per: "month" },
        proration: "actual",
        periodAnchor: "calendar",
        roundTo: "0.01",
        rentFree: [],
        priceScale: 4,
        escalations: [],
        discounts: [],
      },
      {
        code: "area",
        kind: "management",
        rule: { type: "area", price: "5", per: "sqm-month" },
        proration: "actual",
        periodAnchor: "calendar",
        roundTo: "0.01",
        rentFree: [],
        priceScale: 4,
        escalations: [{ everyMonths: 6, percent: "-3", firstAfterMonths: 6 }],
        discounts: [],
      },
    ]);
  });

  it("is filled in for projects, entities and policies", () => {
    expect(world.projects[0]).toEqual({
      code: "DG",
      name: "DG",
      entity: "E1",
      mode: "live",
      lateFee: null,
      allocationOrder: ["due-date", "bill", "late-fee", "kind", "position"],
    });
    expect(world.entities[0]).toMatchObject({ taxpayer: "general", deferAdvance: false, taxRates: {} });
    expect(world.policies).toEqual({ approval: [], dunning: [] });
    expect(world).not.toHaveProperty("opening");
  });

  it("is filled in for late fees, which a lease can switch off with null", () => {
    const read = worldOf(
      changed({ at: "leases/0/lateFee", to: { dailyRate: "0.001" } }, { at: "leases/1/lateFee", to: null }),
    );
    expect(read.leases[0]?.lateFee).toEqual({ dailyRate: "0.001", graceDays: 0, graceMode: "free", capPercent: "30" });
    expect(read.leases[1]?.lateFee).toBeNull();
  });
});

describe("what the file says in other words", () => {
  it("a reading at the start of a day stands on the day before", () => {
    const read = worldOf(changed({ at: "readings/1/at", to: "start" }));
    expect(read.readings[1]).toMatchObject({ date: "2026-07-31", standsOn: "2026-07-30", revision: 0 });
  });

  it("amendments come in the order in which they take effect, on one day in that of the file", () => {
    const of = (effective: string, reason: string) => ({ effective, reason });
    const amendments = [of("2027-05-01", "c"), of("2026-06-01", "a"), of("2027-05-01", "d"), of("2026-07-01", "b")];
    const read = worldOf(changed({ at: "leases/1/amendments", to: amendments }));
    expect(read.leases[1]?.amendments.map(({ reason }) => reason)).toEqual(["a", "b", "c", "d"]);
  });

  it("a charge that an amendment adds is whole and runs from the effective date; one that it changes holds only the change", () => {
    expect(worldOf(goodWorld()).leases[0]?.amendments[0]?.charges).toEqual([
      { code: "rent", price: "60.00" },
      {
        code: "clean",
        kind: "service",
        rule: { type: "fixed", price: "100.00", quantity: "1", per: "month" },
        from: "2027-01-01",
        proration: "actual",
        periodAnchor: "calendar",
        roundTo: "0.01",
        rentFree: [],
        priceScale: 4,
        escalations: [],
        discounts: [],
      },
    ]);
  });

  it("an area of 0 is no area, and a mobile number is digits only", () => {
    const read = worldOf(
      changed(
        { at: "projects/0/buildings/0/units/2/areaSqm", to: "0" },
        { at: "tenants/0/contacts/0/phone", to: "+86 138-0000-0001" },
      ),
    );
    expect(read.units.find(({ code }) => code === "A-401")?.areas).toEqual([]);
    expect(read.tenants[0]?.contacts[0]?.phone).toBe("13800000001");
  });

  it("price rows are in order of date", () => {
    const rows = [
      { from: "2026-07-01", price: "4" },
      { from: "2026-01-01", price: "3" },
    ];
    const read = worldOf(changed({ at: "tariffs/1/prices", to: rows }));
    expect(read.tariffs[1]?.prices.map(({ from }) => from)).toEqual(["2026-01-01", "2026-07-01"]);
  });
});

describe("problems", () => {
  it("come all at once, several of one lease too, but what only follows from one of them is not said", () => {
    // With the lease ending in 2026-01 its amendment and its opening rows look wrong as well.
    const document = changed(
      { at: "entities/0/taxpayer", to: "large" },
      { at: "leases/0/charges/0/rule/price", to: 58 },
      { at: "leases/0/end", to: "2026-01-01" },
      { at: "leases/0/charges/1/mode", to: "advance" },
      { at: "leases/1/tenant", to: "T9" },
      { at: "opening/receivables/0/charge", to: "rental" },
      { at: "readings/1/values/total", to: "-1" },
    );
    expect(codesIn(document).toSorted()).toEqual(
      [
        "UNKNOWN_VALUE $.entities[0].taxpayer",
        "NUMBER_NOT_TEXT $.leases[0].charges[0].rule.price",
        "END_BEFORE_START $.leases[0].end",
        "ADVANCE_ON_USAGE $.leases[0].charges[1].mode",
        "UNKNOWN_TENANT $.leases[1].tenant",
        "UNKNOWN_CHARGE $.opening.receivables[0].charge",
        "NEGATIVE_READING $.readings[1].values.total",
      ].toSorted(),
    );
  });

  it("suggest the key that was probably meant", () => {
    const result = readWorld(changed({ at: "leases/0/dueday", to: 5 }));
    expect(result.ok ? [] : result.errors).toEqual([
      { path: "$.leases[0].dueday", code: "UNKNOWN_KEY", message: "不认识的字段 dueday；是不是想写 dueDays？" },
    ]);
  });

  it("take the formula check that they are given", () => {
    const result = readWorld(goodWorld(), { checkFormula: (expression) => `不喜欢 ${expression.length} 个字` });
    expect(result).toMatchObject({ ok: false, errors: [{ code: "FORMULA_INVALID" }] });
  });

  it.each([
    ["a string", "'1' + 1"],
    ["two values without an operator", "1 2"],
    ["a member of something else", "headcount.x + 1"],
    ["a logical operator", "usage > 1 && usage < 3"],
    ["scientific notation", "1e3"],
    ["nothing at all after an operator", "1 +"],
    ["a third argument of round", "round(usage, 2, 3)"],
  ])("in a formula: %s does not parse", (_, expression) => {
    expect(codesIn(changed({ at: "leases/0/charges/4/rule/expression", to: expression }))).toEqual([
      "FORMULA_INVALID $.leases[0].charges[4].rule.expression",
    ]);
  });
});

describe("an unknown name in a formula", () => {
  it.each([
    ["a variable", "headcount * desk", "desk"],
    ["a function", "power(headcount, 2)", "power()"],
    ["a register that the meter lacks", "usage.sharp * 2", "usage.sharp"],
  ])("%s parses: it is only doubtful, and parks the line later", (_, expression, name) => {
    const result = readWorld(changed({ at: "leases/0/charges/4/rule/expression", to: expression }));
    expect(result.ok).toBe(true);
    expect(result.warnings).toMatchObject([
      { code: "FORMULA_NAME_UNKNOWN", message: expect.stringContaining(` ${name} `) },
    ]);
  });
});

describe("the same unit in two leases", () => {
  const second = (start: string, end: string): Change => ({
    at: "leases/-",
    to: { code: "L003", tenant: "T002", units: ["A-301"], start, end, charges: [] },
  });

  it("is fine when one lease begins on the day after the other's last", () => {
    expect(codesIn(changed(second("2029-03-15", "2030-03-14")))).toEqual([]);
  });
  it("is refused from the other's last day on", () => {
    expect(codesIn(changed(second("2029-03-14", "2030-03-14")))).toEqual(["UNIT_HELD_TWICE $.leases[2].units[0]"]);
  });
  it("is fine when an amendment ended the other lease before", () => {
    const ended: Change = { at: "leases/0/amendments/0/end", to: "2028-06-30" };
    expect(codesIn(changed(ended, second("2028-07-01", "2030-03-14")))).toEqual([]);
  });
  it("is refused against a lease that is already stored", () => {
    const stored = worldOf(goodWorld()).leases.map((lease) => ({ ...lease, code: `OLD-${lease.code}` }));
    expect(codesIn(goodWorld(), { leases: stored })).toEqual([
      "UNIT_HELD_TWICE $.leases[0].units[0]",
      "UNIT_HELD_TWICE $.leases[0].amendments[0].units[0]",
      "UNIT_HELD_TWICE $.leases[0].amendments[0].units[1]",
      "UNIT_HELD_TWICE $.leases[1].units[0]",
    ]);
  });
});

describe("a file on top of what is stored", () => {
  const stored = worldOf(goodWorld());
  const { format, operator, entities, projects } = goodWorld() as Record<string, unknown>;
  const readingsOnly = (...readings: readonly unknown[]) => ({ format, operator, entities, projects, readings });

  it("may bring readings alone", () => {
    const document = readingsOnly({ meter: "W1", date: "2026-08-31", values: { total: "3" } });
    expect(worldOf(document, stored).readings).toMatchObject([{ meter: "W1", revision: 0 }]);
    expect(codesIn(document)).toEqual(["UNKNOWN_METER $.readings[0].meter"]);
  });

  it("numbers corrections after the stored values, and the same row again as before", () => {
    const correction = { meter: "W1", date: "2026-07-31", values: { total: "6" }, corrects: "抄错" };
    const [first] = worldOf(readingsOnly(correction), stored).readings;
    expect(first?.revision).toBe(1);
    const readings = first === undefined ? stored.readings : [...stored.readings, first];
    const again = worldOf(readingsOnly(correction, { ...correction, values: { total: "7" } }), { ...stored, readings });
    expect(again.readings.map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it("takes a stored reading as it is, in any notation, but no other value for it", () => {
    const reading = (total: string) => readingsOnly({ meter: "W1", date: "2026-07-31", values: { total } });
    expect(codesIn(reading("05.00"), stored)).toEqual([]);
    expect(codesIn(reading("6"), stored)).toEqual(["READING_CHANGED $.readings[0]"]);
  });

  it("is read again without a problem when it is the same file", () => {
    expect(worldOf(goodWorld(), stored)).toEqual(stored);
  });
});

describe("a renewal", () => {
  const amend = (effective: string, end: string): Change => ({
    at: "leases/1/amendments",
    to: [{ effective, reason: "续租", end }],
  });
  it("may begin on the day after the last one", () => {
    const read = worldOf(changed(amend("2028-01-01", "2028-12-31")));
    expect(read.leases[1]?.amendments[0]?.end).toBe(parseCivilDate("2028-12-31"));
  });
  it("leaves no gap", () => {
    expect(codesIn(changed(amend("2028-01-02", "2028-12-31")))).toEqual([
      "AMENDMENT_OUTSIDE_LEASE $.leases[1].amendments[0].effective",
    ]);
  });
});
