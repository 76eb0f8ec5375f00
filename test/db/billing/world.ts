/*
 * A small park as a world file. Tests change the one thing that they are about; what no test looks at has the defaults of
 * interfaces.md section 2.
 */

export type Row = Record<string, unknown>;

export interface Document extends Row {
  readonly projects: Row[];
  readonly tariffs: Row[];
  readonly meters: Row[];
  readonly readings: Row[];
  readonly pools: Row[];
  readonly leases: Row[];
}

/** Units A-1 … A-6 of 100 ㎡ each in the live project DG, B-1 in the shadow project SH, C-1 in the project OF, which is off. */
export function parkDocument(changes: Row = {}): Document {
  return {
    format: "parkledger/1",
    operator: { code: "TY", name: "腾跃园区运营" },
    entities: [
      { code: "E1", name: "腾跃开发", taxpayer: "general" },
      { code: "E2", name: "腾跃物业", taxpayer: "general", deferAdvance: true },
    ],
    projects: [
      project("DG", "live", "A", 6),
      project("SH", "shadow", "B", 1),
      project("OF", "off", "C", 1),
      project("SZ", "live", "D", 1),
    ],
    tenants: ["T1", "T2", "T3", "T4"].map((code) => ({ code, name: `租户${code}` })),
    staff: [
      { code: "S01", name: "经办", roles: ["cashier"], wecomUserId: "jingban" },
      { code: "S02", name: "审批", roles: ["finance-manager"], wecomUserId: "shenpi" },
      // The same person as S01 with a second staff code.
      { code: "S03", name: "经办", roles: ["finance-manager"], wecomUserId: "jingban" },
    ],
    tariffs: [{ code: "WATER", kind: "flat", prices: [{ from: "2026-01-01", price: "3.00" }] }],
    meters: [],
    readings: [],
    pools: [],
    leases: [],
    ...changes,
  } as Document;
}

const project = (code: string, mode: string, building: string, units: number): Row => ({
  code,
  name: `${code}园区`,
  entity: "E1",
  mode,
  buildings: [
    {
      code: building,
      name: `${building}栋`,
      units: Array.from({ length: units }, (_, index) => ({ code: `${building}-${index + 1}`, areaSqm: "100" })),
    },
  ],
});

/** A lease of 2026 that is past its first bill (`goLive`). */
export const leaseRow = (code: string, unit: string, tenant: string, changes: Row = {}): Row => ({
  code,
  tenant,
  units: [unit],
  start: "2026-01-01",
  end: "2026-12-31",
  goLive: true,
  charges: [fixedRent("1000.00")],
  ...changes,
});

export const fixedRent = (price: string, changes: Row = {}): Row => ({
  code: "rent",
  kind: "rent",
  rule: { type: "fixed", price },
  ...changes,
});

export const areaRent = (price: string, changes: Row = {}): Row => ({
  code: "rent",
  kind: "rent",
  rule: { type: "area", price, per: "sqm-month" },
  ...changes,
});

export const waterCharge = (meter: string, changes: Row = {}): Row => ({
  code: "water",
  kind: "water",
  rule: { type: "metered", meter, tariff: "WATER" },
  ...changes,
});

export const poolCharge = (pool: string, changes: Row = {}): Row => ({
  code: "lift",
  kind: "shared-electricity",
  rule: { type: "pool", pool },
  ...changes,
});

export const waterMeter = (code: string, unit: string): Row => ({ code, unit, utility: "water", registers: ["total"] });

export const readingRow = (meter: string, date: string, total: string, changes: Row = {}): Row => ({
  meter,
  date,
  values: { total },
  ...changes,
});
