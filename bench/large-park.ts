/* A park of any size as a world file, the same every time. */

const UNITS_OF_BUILDING = 100;

const number = (value: number, width = 5): string => String(value).padStart(width, "0");

/**
 * `leases` leases of one unit each with four lines a month: rent by area with a step in the year, management, water by
 * meter, a share of the building's lift. Readings stand at the ends of December 2025 to `lastMonth` (1 = January 2026).
 */
export function largePark(leases: number, lastMonth: number): object {
  const units = Array.from({ length: leases }, (_, index) => index);
  const buildings = Array.from({ length: Math.ceil(leases / UNITS_OF_BUILDING) }, (_, index) => index);
  const monthEnds = Array.from({ length: lastMonth + 1 }, (_, month) => monthEnd(month));
  return {
    format: "parkledger/1",
    operator: { code: "TY", name: "腾跃园区运营" },
    entities: [{ code: "E1", name: "腾跃开发", taxpayer: "general" }],
    projects: [
      {
        code: "DG",
        name: "东莞园区",
        entity: "E1",
        buildings: buildings.map((building) => ({
          code: `B${number(building, 3)}`,
          name: `${building}栋`,
          units: units
            .slice(building * UNITS_OF_BUILDING, (building + 1) * UNITS_OF_BUILDING)
            .map((unit) => ({ code: `U${number(unit)}`, areaSqm: String(80 + (unit % 170)) })),
        })),
      },
    ],
    // A tenant holds three leases, far apart in the order of codes.
    tenants: units
      .slice(0, Math.ceil(leases / 3))
      .map((tenant) => ({ code: `T${number(tenant)}`, name: `租户${tenant}` })),
    staff: [
      { code: "S01", name: "经办", roles: ["cashier"] },
      { code: "S02", name: "审批", roles: ["finance-manager"] },
    ],
    tariffs: [{ code: "WATER", kind: "flat", prices: [{ from: "2025-01-01", price: "3.45" }] }],
    meters: units.map((unit) => ({
      code: `W${number(unit)}`,
      unit: `U${number(unit)}`,
      utility: "water",
      registers: ["total"],
    })),
    readings: monthEnds.flatMap((date, month) =>
      units.map((unit) => ({
        meter: `W${number(unit)}`,
        date,
        values: { total: String(100 + unit + month * (10 + (unit % 7))) },
      })),
    ),
    pools: buildings.map((building) => ({
      code: `P${number(building, 3)}`,
      name: `${building}栋电梯`,
      utility: "electricity",
      costs: Object.fromEntries(
        monthEnds.map((date) => [date.slice(0, 7), `${3000 + building}.${10 + Number(date.slice(5, 7))}`]),
      ),
      members: { building: `B${number(building, 3)}` },
    })),
    leases: units.map((unit) => ({
      code: `L${number(unit)}`,
      tenant: `T${number(unit % Math.ceil(leases / 3))}`,
      units: [`U${number(unit)}`],
      start: "2026-01-01",
      end: "2028-12-31",
      goLive: true,
      charges: [
        {
          code: "rent",
          kind: "rent",
          rule: { type: "area", price: `${20 + (unit % 30)}.50`, per: "sqm-month" },
          escalations: [{ everyMonths: 12, percent: "5" }],
        },
        { code: "mgmt", kind: "management", rule: { type: "area", price: "4.20", per: "sqm-month" } },
        { code: "water", kind: "water", rule: { type: "metered", meter: `W${number(unit)}`, tariff: "WATER" } },
        {
          code: "lift",
          kind: "shared-electricity",
          rule: { type: "pool", pool: `P${number(Math.floor(unit / UNITS_OF_BUILDING), 3)}` },
        },
      ],
    })),
  };
}

function monthEnd(month: number): string {
  return new Date(Date.UTC(2026, month, 0)).toISOString().slice(0, 10);
}
