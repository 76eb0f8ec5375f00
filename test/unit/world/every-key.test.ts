import { describe, expect, it } from "vitest";
import { readWorld } from "../../../src/domain/world/read-world.ts";

/** The document of interfaces.md section 2, word by word, with its "…" filled in and the second unit that it names. */
const DOCUMENT = {
  format: "parkledger/1",
  operator: { code: "TAN", name: "谭氏园区" },
  entities: [
    {
      code: "E1",
      name: "谭氏物业",
      taxNo: "91441900MA00000001",
      taxpayer: "general",
      deferAdvance: false,
      taxRates: { rent: "0.09" },
      merchantAccounts: [{ code: "WX1", channel: "wechat", mchId: "1900000001" }],
      bankAccounts: [
        {
          code: "CMB1",
          bank: "招商银行",
          accountNo: "769900000000001",
          opening: { date: "2026-08-31", balance: "10000.00" },
        },
      ],
    },
  ],
  projects: [
    {
      code: "DG",
      name: "东莞园区",
      region: "大湾区",
      entity: "E1",
      mode: "live",
      buildings: [
        {
          code: "A",
          name: "A栋",
          units: [
            { code: "A-301", floor: "3", areaSqm: "128.50", areas: { rent: "130.00" } },
            { code: "A-302", floor: "3", areaSqm: "100.00" },
          ],
        },
      ],
      lateFee: { dailyRate: "0.0005", graceDays: 3, graceMode: "free", capPercent: "30" },
      allocationOrder: ["due-date", "bill", "late-fee", "kind", "position"],
    },
  ],
  tenants: [
    {
      code: "T001",
      name: "一号电子",
      kind: "company",
      taxNo: "91441900MA00000002",
      contacts: [
        { name: "张三", phone: "13800000001", email: "zhang@example.com", role: "owner", openId: "oDemoOpenId001" },
      ],
    },
  ],
  staff: [
    {
      code: "S01",
      name: "李管家",
      roles: ["steward"],
      projects: ["DG"],
      buildings: ["A"],
      wecomUserId: "li",
      dingtalkUserId: "li",
    },
  ],
  tariffs: [
    {
      code: "GD-TOU",
      kind: "tou",
      prices: [{ from: "2026-01-01", sharp: "1.2538", peak: "1.0187", flat: "0.6123", valley: "0.2456" }],
    },
    { code: "WATER", kind: "flat", prices: [{ from: "2026-01-01", price: "3.45" }] },
    {
      code: "EL-TIER",
      kind: "tiered",
      basis: "month",
      prices: [
        {
          from: "2026-01-01",
          tiers: [{ upTo: "200", price: "0.60" }, { upTo: "400", price: "0.65" }, { price: "0.90" }],
        },
      ],
    },
  ],
  meters: [
    {
      code: "M1",
      unit: "A-301",
      utility: "electricity",
      registers: ["sharp", "peak", "flat", "valley"],
      multiplier: "1",
      digits: 6,
    },
    { code: "MP", building: "A", utility: "electricity", registers: ["total"] },
  ],
  readings: [
    {
      meter: "M1",
      date: "2026-07-31",
      values: { sharp: "120.5", peak: "1", flat: "2", valley: "3" },
      kind: "periodic",
      at: "end",
    },
    {
      meter: "M1",
      date: "2026-08-12",
      kind: "replacement",
      final: { sharp: "121", peak: "1", flat: "2", valley: "3" },
      values: { sharp: "0", peak: "0", flat: "0", valley: "0" },
      multiplier: "1",
      digits: 6,
    },
  ],
  pools: [
    {
      code: "P1",
      name: "A栋电梯电费",
      utility: "electricity",
      meters: ["MP"],
      minusMeters: [],
      tariff: "WATER",
      costs: { "2026-08": "1234.56" },
      members: { building: "A", floor: "3" },
      weight: "area",
      customWeights: { "A-301": "2" },
      vacant: "operator",
    },
  ],
  leases: [
    {
      code: "L001",
      tenant: "T001",
      entity: "E1",
      units: ["A-301"],
      start: "2026-03-15",
      end: "2029-03-14",
      goLive: false,
      issueDay: 1,
      dueDays: 10,
      cycleMonths: 1,
      deposit: "50000.00",
      headcount: "25",
      inputs: { desks: "30" },
      lateFee: null,
      autoApplyPrepayment: true,
      charges: [
        {
          code: "rent",
          kind: "rent",
          rule: { type: "area", area: "rent", price: "58.00", per: "sqm-month" },
          proration: "actual",
          periodAnchor: "calendar",
          cycleMonths: 1,
          taxRate: "0.09",
          entity: "E1",
          dueDay: 5,
          roundTo: "0.01",
          from: "2026-03-15",
          to: "2029-03-14",
          rentFree: [{ from: "2026-03-15", to: "2026-04-14" }],
          priceScale: 4,
          escalations: [
            { everyMonths: 12, percent: "5", firstAfterMonths: 24 },
            { from: "2028-09-15", price: "66.00" },
          ],
          discounts: [
            { from: "2026-06-01", to: "2026-08-31", percent: "10" },
            { from: "2026-09-01", to: "2026-09-30", amountPerMonth: "200.00" },
          ],
        },
        { code: "elec", kind: "electricity", rule: { type: "metered", meter: "M1", tariff: "GD-TOU" } },
        { code: "lift", kind: "shared-electricity", rule: { type: "pool", pool: "P1" } },
        {
          code: "park",
          kind: "parking",
          mode: "advance",
          rule: { type: "fixed", price: "300.00", quantity: "2", per: "month" },
        },
        {
          code: "ac",
          kind: "service",
          rule: { type: "formula", expression: "max(usage * 0.35, 50) + headcount * 2", meter: "M1" },
        },
      ],
      amendments: [
        {
          effective: "2027-01-01",
          reason: "提前退租并扩租",
          end: "2027-06-30",
          units: ["A-301", "A-302"],
          charges: [{ code: "rent", price: "60.00" }],
        },
      ],
    },
  ],
  opening: {
    asOf: "2026-08-31",
    receivables: [
      {
        lease: "L001",
        charge: "rent",
        period: { from: "2026-08-01", to: "2026-08-31" },
        dueDate: "2026-08-11",
        amount: "7540.00",
        invoiced: "0.00",
      },
    ],
    prepayments: [{ tenant: "T001", entity: "E1", amount: "100.00", kind: "rent" }],
    depositsHeld: [{ lease: "L001", amount: "50000.00" }],
    billedThrough: [{ lease: "L001", charge: "rent", to: "2026-08-31" }],
  },
  policies: {
    approval: [{ type: "refund", upTo: "500.00", steps: [{ role: "area-manager", count: 1 }] }],
    dunning: [{ offsetDays: 7, action: "steward-task" }],
  },
};

describe("the world file of interfaces.md section 2", () => {
  const result = readWorld(DOCUMENT);

  it("is read with every key it names", () => {
    expect(result.ok ? [] : result.errors).toEqual([]);
  });

  it("is only doubtful where its example is: weights beside areas, a step with nobody to take it", () => {
    expect(result.warnings.map(({ code, path }) => `${code} ${path}`)).toEqual([
      "POLICY_UNSTAFFED $.policies.approval[0].steps[0]",
      "TERM_IGNORED $.pools[0].customWeights",
    ]);
  });
});
