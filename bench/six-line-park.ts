/* A park of any size with six lines a lease and month as a world file, the same every time for the same seed. */

const UNITS_OF_BUILDING = 100;
/** The first project is small: its tenants have bills already and ask about them while the others are billed. */
export const FIRST_PROJECT_LEASES = 300;

const number = (value: number, width = 6): string => String(value).padStart(width, "0");

/** mulberry32: a small generator with a seed, so that two machines bill the same park. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Leases `from`..`to` (numbers, from inclusive, to exclusive) in whole buildings of 100: rent by area with a yearly step,
 * management, parking in advance; electricity 峰平谷 by a meter of four registers, water by tiers and a share of the
 * building's lift for January 2026. A bill of February has six lines.
 */
export function sixLinePark(from: number, to: number, seed = 20260101): object {
  const random = seeded(seed + from);
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low));
  const units = Array.from({ length: to - from }, (_, index) => from + index);
  const buildings = [...new Set(units.map((unit) => Math.floor(unit / UNITS_OF_BUILDING)))];
  const inFirst = (building: number) => building * UNITS_OF_BUILDING < FIRST_PROJECT_LEASES;
  const buildingRow = (building: number) => ({
    code: `B${number(building, 4)}`,
    name: `${building}栋`,
    units: units
      .filter((unit) => Math.floor(unit / UNITS_OF_BUILDING) === building)
      .map((unit) => ({
        code: `U${number(unit)}`,
        floor: String(1 + (unit % 10)),
        areaSqm: `${between(80, 900)}.${between(10, 99)}`,
      })),
  });
  const projects = [
    { code: "SZ", name: "苏州园区", buildings: buildings.filter(inFirst).map(buildingRow) },
    { code: "DG", name: "东莞园区", buildings: buildings.filter((building) => !inFirst(building)).map(buildingRow) },
  ];
  const electricity = units.map((unit) => ({
    meter: `E${number(unit)}`,
    before: [between(0, 500), between(0, 9000), between(0, 9000), between(0, 9000)],
    used: [between(0, 40), between(100, 900), between(100, 900), between(50, 700)],
  }));
  const registers = ["sharp", "peak", "flat", "valley"] as const;
  const touValues = (values: readonly number[]) =>
    Object.fromEntries(registers.map((register, index) => [register, `${values[index]}.5`]));
  return {
    format: "parkledger/1",
    operator: { code: "TY", name: "腾跃园区运营" },
    entities: [{ code: "E1", name: "腾跃开发", taxpayer: "general" }],
    projects: projects.map((project) => ({ ...project, entity: "E1" })).filter(({ buildings }) => buildings.length > 0),
    tenants: units.filter((unit) => unit % 2 === 0).map((unit) => ({ code: `T${number(unit)}`, name: `租户${unit}` })),
    staff: [
      { code: "S01", name: "经办", roles: ["cashier"] },
      { code: "S02", name: "审批", roles: ["finance-manager"] },
    ],
    tariffs: [
      {
        code: "TOU",
        kind: "tou",
        prices: [{ from: "2025-01-01", sharp: "1.2538", peak: "1.0187", flat: "0.6123", valley: "0.2456" }],
      },
      {
        code: "TIER",
        kind: "tiered",
        basis: "month",
        prices: [
          {
            from: "2025-01-01",
            tiers: [{ upTo: "20", price: "3.45" }, { upTo: "40", price: "4.83" }, { price: "8.28" }],
          },
        ],
      },
    ],
    meters: units.flatMap((unit) => [
      {
        code: `E${number(unit)}`,
        unit: `U${number(unit)}`,
        utility: "electricity",
        registers: [...registers],
        multiplier: unit % 7 === 0 ? "40" : "1",
      },
      { code: `W${number(unit)}`, unit: `U${number(unit)}`, utility: "water", registers: ["total"] },
    ]),
    readings: [
      ...electricity.flatMap(({ meter, before, used }) => [
        { meter, date: "2025-12-31", values: touValues(before) },
        { meter, date: "2026-01-31", values: touValues(before.map((value, index) => value + (used[index] ?? 0))) },
      ]),
      ...units.flatMap((unit) => {
        const before = between(0, 900);
        return [
          { meter: `W${number(unit)}`, date: "2025-12-31", values: { total: String(before) } },
          { meter: `W${number(unit)}`, date: "2026-01-31", values: { total: String(before + between(1, 60)) } },
        ];
      }),
    ],
    pools: buildings.map((building) => ({
      code: `P${number(building, 4)}`,
      name: `${building}栋电梯`,
      utility: "electricity",
      costs: { "2025-12": `${between(2000, 9000)}.37`, "2026-01": `${between(2000, 9000)}.61` },
      members: { building: `B${number(building, 4)}` },
    })),
    leases: units.map((unit) => ({
      code: `L${number(unit)}`,
      tenant: `T${number(unit - (unit % 2))}`,
      units: [`U${number(unit)}`],
      start: "2026-01-01",
      end: "2028-12-31",
      goLive: true,
      charges: [
        {
          code: "rent",
          kind: "rent",
          rule: { type: "area", price: `${between(20, 60)}.50`, per: "sqm-month" },
          escalations: [{ everyMonths: 12, percent: "5" }],
        },
        { code: "mgmt", kind: "management", rule: { type: "area", price: "4.20", per: "sqm-month" } },
        {
          code: "park",
          kind: "parking",
          rule: { type: "fixed", price: "300.00", quantity: String(between(1, 4)), per: "month" },
        },
        { code: "elec", kind: "electricity", rule: { type: "metered", meter: `E${number(unit)}`, tariff: "TOU" } },
        { code: "water", kind: "water", rule: { type: "metered", meter: `W${number(unit)}`, tariff: "TIER" } },
        {
          code: "lift",
          kind: "shared-electricity",
          rule: { type: "pool", pool: `P${number(Math.floor(unit / UNITS_OF_BUILDING), 4)}` },
        },
      ],
    })),
  };
}
