import { describe, expect, it } from "vitest";
import type { BillingFacts } from "../../../src/domain/charging/run-plan/facts.ts";
import { explainLine } from "../../../src/domain/explanation/explain-line.ts";
import { parseMonth } from "../../../src/domain/time/civil-date.ts";
import type { Meter, Pool, Reading, Tariff } from "../../../src/domain/world/property.ts";
import { amendment, byArea, charge, day, facts, fixed, formula, issue, lease, run, unit } from "../charging/facts.ts";
import { flatTariff, meterOf, readingOf, tieredTariff } from "../metering/meter-fixtures.ts";

/* What a tenant reads about each kind of line. Figures are derived by hand from the prices in the case. */

/** The explanation of the line of a run that fits; the role defaults to the charge itself. */
function explained(world: BillingFacts, month: string, name: string, role = "charge"): readonly string[] {
  const line = run(world, month)
    .bills.flatMap((bill) => bill.lines)
    .find((one) => one.role === role);
  if (!line) throw new Error(`no line of role ${role}`);
  return explainLine({ ...line, name });
}

const AREA_130 = { units: [unit("A-1", "130.00"), unit("A-2", "50"), unit("A-3")] };

describe("a time-based charge", () => {
  it("of one month", () => {
    expect(explained(facts([lease([byArea("58.00")])], AREA_130), "2026-09", "租金")).toEqual([
      "租金：58.00元 × 130.00㎡ × 30天/30天 = ¥7,540.00",
    ]);
  });

  it("whose price steps inside the month", () => {
    // 58 × 130 × 17/30 = 4272.666…; 60.9 × 130 × 13/30 = 3430.70; together 7703.3666…
    const steps = byArea("58.00", { escalations: [{ from: day("2026-09-18"), price: "60.90" }] });
    expect(explained(facts([lease([steps])], AREA_130), "2026-09", "租金")).toEqual([
      "58.00元 × 130.00㎡ × 17天/30天 = 约¥4,272.6667",
      "2026年9月18日起单价调整为60.90元：60.90元 × 130.00㎡ × 13天/30天 = ¥3,430.70",
      "合计后四舍五入到分，租金 = ¥7,703.37",
    ]);
  });

  it("after an escalation, with rent-free days", () => {
    // 58 × 1.05 = 60.90 from January 2027 on; 1 to 10 February 2027 are free: 60.9 × 130 × 18/28 = 5089.5.
    const rent = byArea("58.00", {
      escalations: [{ everyMonths: 12, percent: "5", firstAfterMonths: 12 }],
      rentFree: [{ from: day("2027-02-01"), to: day("2027-02-10") }],
    });
    expect(explained(facts([lease([rent])], AREA_130), "2027-02", "租金")).toEqual([
      "本期共28天，其中10天免租或不计费",
      "单价58.00元自2027年1月1日递增5%，现为60.90元",
      "租金：60.90元 × 130.00㎡ × 18天/28天 = ¥5,089.50",
    ]);
  });

  it("of a quarter on two units, one of which comes later", () => {
    // Two units from the amendment on: 10 × 130 × 1 in April; 10 × 180 × 2 in May and June.
    const terms = lease([byArea("10", { cycleMonths: 3 })], {
      amendments: [amendment("2026-05-01", { units: ["A-1", "A-2"] })],
    });
    expect(explained(facts([terms], AREA_130), "2026-04", "租金")).toEqual([
      "10.00元 × 130.00㎡ × 30天/30天 = ¥1,300.00",
      "面积变化后：10.00元 × 180.00㎡ × 2个月 = ¥3,600.00",
      "租金合计 = ¥4,900.00",
    ]);
  });

  const halfMonth = { start: day("2026-09-14") };
  it.each([
    ["thirty", "300.00元 × 2 × 17天/30天", "¥340.00"],
    ["whole", "300.00元 × 2 × 1个月（不足整月按整月）", "¥600.00"],
    ["actual", "300.00元 × 2 × 17天/30天", "¥340.00"],
  ] as const)("by proration %s", (proration, text, amount) => {
    const terms = lease([fixed("300.00", { proration }, "2")], halfMonth);
    expect(explained(facts([terms]), "2026-09", "停车费")).toEqual([`停车费：${text} = ${amount}`]);
  });

  it("by proration year365", () => {
    // 300 × 17 × 12 ÷ 365 = 167.6712…
    const terms = lease([fixed("300.00", { proration: "year365" })], halfMonth);
    expect(explained(facts([terms]), "2026-09", "停车费")).toEqual([
      "300.00元 × 17天×12/365 = 约¥167.6712",
      "四舍五入到分，停车费 = ¥167.67",
    ]);
  });

  it("by the day", () => {
    expect(explained(facts([lease([byArea("1.5", {}, "sqm-day")])], AREA_130), "2026-09", "租金")).toEqual([
      "租金：1.50元/㎡·天 × 130.00㎡ × 30天 = ¥5,850.00",
    ]);
  });

  it("by a formula", () => {
    const terms = lease([formula("max(desks * 15, 300) + headcount * 2")], {
      headcount: "38",
      inputs: { desks: "30" },
    });
    expect(explained(facts([terms]), "2026-09", "服务费")).toEqual([
      "每月金额按合同公式 max(desks * 15, 300) + headcount * 2（desks=30，headcount=38） 为¥526.00",
      "服务费：¥526.00 × 30天/30天 = ¥526.00",
    ]);
  });

  it("on no day of which it costs anything", () => {
    const rent = fixed("1000", { rentFree: [{ from: day("2026-09-01"), to: day("2026-09-30") }] });
    expect(explained(facts([lease([rent])]), "2026-09", "租金")).toEqual([
      "本期共30天，其中30天免租或不计费",
      "租金 = ¥0.00",
    ]);
  });
});

describe("a discount", () => {
  it("by percent", () => {
    const rent = fixed("1000.01", { discounts: [{ from: day("2026-09-01"), to: day("2026-11-30"), percent: "10" }] });
    expect(explained(facts([lease([rent])]), "2026-09", "优惠", "discount")).toEqual([
      "2026年9月1日至2026年11月30日优惠10%：费用¥1,000.01 × (-10%) = -¥100.001",
      "四舍五入到分，优惠 = -¥100.00",
    ]);
  });

  it("cut at what the charge is", () => {
    const discounts = [{ from: day("2026-09-01"), to: day("2026-09-30"), amountPerMonth: "1200" }];
    expect(explained(facts([lease([fixed("1000", { discounts })])]), "2026-09", "优惠", "discount")).toEqual([
      "2026年9月1日至2026年9月30日每月优惠：-1,200.00元 × 30天/30天 = -¥1,200.00",
      "优惠合计不超过费用本身，按剩余的¥1,000.00计，优惠 = -¥1,000.00",
    ]);
  });
});

const metered = (meter: Meter, readings: readonly Reading[], tariff: Tariff, changes: Partial<BillingFacts> = {}) =>
  facts(
    [lease([charge({ type: "metered", meter: "M1", tariff: tariff.code }, { code: "elec", kind: "electricity" })])],
    {
      meters: [meter],
      readings,
      tariffs: [tariff],
      ...changes,
    },
  );

describe("a metered charge", () => {
  it("at one price", () => {
    // (1335.5 − 1250) × 3 × 0.85 = 218.025
    const world = metered(
      meterOf(["total"], { multiplier: "3" }),
      [readingOf("2026-07-31", "1250"), readingOf("2026-08-31", "1335.5")],
      flatTariff(["2026-01-01", "0.85"]),
    );
    expect(explained(world, "2026-09", "电费")).toEqual([
      "表计M1：2026年7月31日读数1,250，2026年8月31日读数1,335.5",
      "用量 256.5度（1,250→1,335.5，倍率3） × 0.85元 = ¥218.025",
      "四舍五入到分，电费 = ¥218.03",
    ]);
  });

  it("by time of use, the month split at a new price, with an estimated end", () => {
    const tariff: Tariff = {
      code: "TOU",
      kind: "tou",
      basis: "month",
      prices: [
        { from: day("2026-01-01"), kind: "tou", prices: { peak: "1.0187", valley: "0.25" } },
        { from: day("2026-08-16"), kind: "tou", prices: { peak: "1.1", valley: "0.3" } },
      ],
    };
    const world = metered(
      meterOf(["peak", "valley"], { digits: 6 }),
      [
        readingOf("2026-07-31", { peak: "0", valley: "0" }),
        readingOf("2026-08-15", { peak: "1234.5", valley: "100" }),
        readingOf("2026-08-31", { peak: "2000", valley: "160" }, { kind: "estimated" }),
      ],
      tariff,
    );
    // 1234.5 × 1.0187 = 1257.58515; 100 × 0.25 = 25; 765.5 × 1.1 = 842.05; 60 × 0.3 = 18: 2142.63515.
    expect(explained(world, "2026-09", "电费")).toEqual([
      "表计M1，抄表日2026年7月31日至2026年8月31日",
      "2026年1月1日起峰 1,234.5度（0→1,234.5） × 1.0187元 = ¥1,257.58515",
      "2026年1月1日起谷 100度（0→100） × 0.25元 = ¥25.00",
      "2026年8月16日起峰 765.5度（1,234.5→2,000） × 1.10元 = ¥842.05",
      "2026年8月16日起谷 60度（100→160） × 0.30元 = ¥18.00",
      "本期止码为估读，下次实抄后自动多退少补",
      "合计后四舍五入到分，电费 = ¥2,142.64",
    ]);
  });

  it("by tiers, over a replaced and a rolled-over counter", () => {
    // 9900 → 50 over 9999 is 150; the new counter from 0 to 100: 250 = 200 × 0.6 + 50 × 0.65.
    const world = metered(
      meterOf(["total"]),
      [
        readingOf("2026-07-31", "9900"),
        readingOf("2026-08-10", "50", { rollover: true }),
        readingOf("2026-08-20", "0", { kind: "replacement", final: { total: "50" } }),
        readingOf("2026-08-31", "100"),
      ],
      tieredTariff("month", ["2026-01-01", "200:0.60", "400:0.65", ":0.90"]),
    );
    expect(explained(world, "2026-09", "电费")).toEqual([
      "表计M1：2026年7月31日读数9,900，2026年8月31日读数100",
      "用量合计250度，按阶梯分档计价",
      "2026年8月10日表计走满归零，已加回一整圈",
      "2026年8月20日更换表计，旧表和新表分段计量",
      "第1档 200度 × 0.60元 = ¥120.00",
      "第2档 50度 × 0.65元 = ¥32.50",
      "电费合计 = ¥152.50",
    ]);
  });

  it("as the credit after an estimate", () => {
    const world = metered(
      meterOf(["total"]),
      [readingOf("2026-07-31", "500", { kind: "estimated" }), readingOf("2026-08-31", "480")],
      flatTariff(["2026-01-01", "0.85"]),
    );
    expect(explained(world, "2026-09", "电费")).toEqual([
      "表计M1：2026年7月31日读数500，2026年8月31日读数480",
      "上期按估读计费，本期按实抄读数多退少补",
      "电费：用量 -20度（500→480） × 0.85元 = -¥17.00",
    ]);
  });

  it("by a formula of usage", () => {
    const ac = formula("max(usage * 0.35, 50) + headcount * 2", { kind: "service" }, "M1");
    const world = facts([lease([ac], { headcount: "3" })], {
      meters: [meterOf(["total"])],
      readings: [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "301")],
    });
    // 201 × 0.35 + 6 = 76.35
    expect(explained(world, "2026-09", "空调费")).toEqual([
      "表计M1：2026年7月31日读数100，2026年8月31日读数301",
      "usage（用量）= 201度",
      "空调费：按合同公式 max(usage * 0.35, 50) + headcount * 2（headcount=3） = ¥76.35",
    ]);
  });
});

const POOL: Pool = {
  code: "P1",
  name: "A栋电梯电费",
  utility: "electricity",
  meters: [],
  minusMeters: [],
  costs: { [parseMonth("2026-08")]: 123_456n },
  members: { type: "building", building: "A" },
  weight: "area",
  customWeights: {},
  vacant: "operator",
};
const poolWorld = (pool: Pool, changes: Partial<BillingFacts> = {}): BillingFacts =>
  facts([lease([charge({ type: "pool", pool: "P1" }, { code: "lift", kind: "shared-electricity" })])], {
    units: [unit("A-1", "130"), unit("A-2", "390")],
    pools: [pool],
    ...changes,
  });

describe("a share of a pool", () => {
  const world = (pool: Pool, changes: Partial<BillingFacts> = {}) => {
    const line = run(poolWorld(pool, changes), "2026-09").bills[0]?.lines[0];
    if (!line) throw new Error("no line");
    return explainLine({ ...line, name: "公摊电费", poolName: pool.name });
  };

  it("of a given cost by area", () => {
    expect(world(POOL)).toEqual([
      "A栋电梯电费2026年8月共¥1,234.56",
      "按比例分到分，尾数按最大余数分配，各家合计正好等于总费用",
      "公摊电费：¥1,234.56，按面积您占 130/520 → ¥308.64",
    ]);
  });

  it("keeps a name that ends in a number apart from the year", () => {
    expect(world({ ...POOL, name: "水泵2" })[0]).toBe("水泵2 2026年8月共¥1,234.56");
  });

  it("of what a meter measured, on some days of the month", () => {
    // 1503.5 × 0.82 = 1232.87; 130 × 21/31 of 520: 1232.87 × 2730/16120 = 208.7924…, floored, the left fen to the operator (…8.65 has the larger part).
    const terms = lease([charge({ type: "pool", pool: "P1" }, { code: "lift", kind: "shared-electricity" })], {
      start: day("2026-08-11"),
    });
    const measured = { ...POOL, costs: {}, meters: ["M1"], tariff: "FLAT" };
    const changes = {
      leases: [terms],
      meters: [meterOf(["total"], { digits: 6 })],
      readings: [readingOf("2026-07-31", "70110"), readingOf("2026-08-31", "71613.5")],
      tariffs: [flatTariff(["2026-01-01", "0.82"])],
    };
    expect(world(measured, changes)).toEqual([
      "A栋电梯电费2026年8月共¥1,232.87（净用量1,503.5 × 0.82元）",
      "按比例分到分，尾数按最大余数分配，各家合计正好等于总费用",
      "公摊电费：¥1,232.87，按面积您占 (130×21天/31天)/520 → ¥208.79",
    ]);
  });

  it("of a lease none of whose units takes part", () => {
    expect(world({ ...POOL, members: { type: "units", units: ["A-2"] } })).toEqual([
      "A栋电梯电费2026年8月共¥1,234.56",
      "您的单元不在本次公摊范围内",
      "公摊电费 = ¥0.00",
    ]);
  });
});

describe("a correction", () => {
  it("says what was, what is and the difference, and why", () => {
    const before = metered(
      meterOf(["total"]),
      [readingOf("2026-07-31", "100"), readingOf("2026-08-31", "500")],
      flatTariff(["2026-01-01", "0.85"]),
    );
    const first = run(before, "2026-09");
    const after = {
      ...before,
      readings: [...before.readings, readingOf("2026-08-31", "470", { revision: 1 }), readingOf("2026-09-30", "480")],
      issuedLines: issue(first),
    };
    const correction = run(after, "2026-10")
      .bills.flatMap((bill) => bill.lines)
      .find((line) => line.correction === 1);
    if (!correction) throw new Error("no correction");
    const correctedInputs = first.bills[0]?.lines[0]?.inputs;
    // 370 × 0.85 = 314.50 instead of 400 × 0.85 = 340.00.
    expect(explainLine({ ...correction, name: "电费更正", correctedInputs })).toEqual([
      "更正2026年8月1日至2026年8月31日的电费",
      "原来已开¥340.00",
      "2026年8月31日读数由500改为470",
      "表计M1：2026年7月31日读数100，2026年8月31日读数470",
      "现应收：用量 370度（100→470） × 0.85元 = ¥314.50",
      "差额：¥314.50 − ¥340.00 = -¥25.50",
    ]);
  });

  it("of a charge that is not owed at all any more", () => {
    const terms = lease([fixed("1000", { mode: "advance" })]);
    const first = run(facts([terms]), "2026-09");
    const ended = { ...terms, amendments: [amendment("2026-08-15", { end: day("2026-08-31") })] };
    const [line] = run(facts([ended], { issuedLines: issue(first) }), "2026-10").bills.flatMap((bill) => bill.lines);
    if (!line) throw new Error("no correction");
    expect(explainLine({ ...line, name: "租金更正" })).toEqual([
      "更正2026年9月1日至2026年9月30日的租金",
      "原来已开¥1,000.00",
      "现在：这段时间不再计费，应为¥0.00",
      "差额：¥0.00 − ¥1,000.00 = -¥1,000.00",
    ]);
  });
});

describe("other lines", () => {
  it("a deposit of which a part is held", () => {
    const world = facts([lease([fixed("1")], { depositFen: 500_000n })], {
      depositsHeld: [{ lease: "L1", amountFen: 120_000n }],
    });
    expect(explained(world, "2026-09", "押金", "deposit")).toEqual([
      "押金退租时按合同退还，不计违约金",
      "押金：合同约定¥5,000.00 − 已收¥1,200.00 = ¥3,800.00",
    ]);
  });

  it("an opening receivable", () => {
    const inputs = { opening: { asOf: "2026-08-31", amountFen: "677250" } };
    const derivation = { op: "constant", label: "期初应收", value: "6772.5" } as const;
    const period = { from: day("2026-08-01"), to: day("2026-08-31") };
    expect(explainLine({ name: "租金", amountFen: 677_250n, period, inputs, derivation })).toEqual([
      "2026年8月31日从原系统结转的应收，计算过程在原系统",
      "租金 = ¥6,772.50",
    ]);
  });
});
