import type { ErrorCode, WarningCode } from "../../src/domain/world/import/catalogue.ts";

/** One change to the good world: what stands at a place ("leases/0/start"; "-" appends to a list), or nothing to remove it. */
export interface Change {
  readonly at: string;
  readonly to?: unknown;
}

/** A world broken in one way: the good world with these changes has a problem with the case's code at this path. */
export interface BrokenWorld {
  readonly path: string;
  readonly changes: readonly Change[];
}

const set = (at: string, to: unknown): Change => ({ at, to });
const remove = (at: string): Change => ({ at });
const broken = (path: string, ...changes: readonly Change[]): BrokenWorld => ({ path, changes });

const L1 = "leases/0";
const RENT = `${L1}/charges/0`;
const ELEC = `${L1}/charges/1`;
const POOL = `${L1}/charges/2`;
const AC = `${L1}/charges/4`;
const AMENDMENT = `${L1}/amendments/0`;
const OWED = "opening/receivables/0";

/** Every error code with a world that has it. */
export const BROKEN_WORLDS: Readonly<Record<ErrorCode, BrokenWorld>> = {
  FORMAT_UNKNOWN: broken("$.format", set("format", "parkledger/2")),
  MISSING: broken("$.leases[0].tenant", remove(`${L1}/tenant`)),
  UNKNOWN_KEY: broken("$.leases[0].isueDay", set(`${L1}/isueDay`, 5)),
  NULL_NOT_ALLOWED: broken("$.leases[0].charges[0].to", set(`${RENT}/to`, null)),
  NOT_AN_OBJECT: broken("$.leases[0].charges[0].rule", set(`${RENT}/rule`, "fixed")),
  NOT_A_LIST: broken("$.leases[0].units", set(`${L1}/units`, "A-301")),
  NOT_TEXT: broken("$.projects[0].buildings[0].units[0].floor", set("projects/0/buildings/0/units/0/floor", 3)),
  TEXT_EMPTY: broken("$.tenants[0].name", set("tenants/0/name", " ")),
  TEXT_TOO_LONG: broken("$.tenants[0].contacts[0].name", set("tenants/0/contacts/0/name", "长".repeat(101))),
  NOT_A_BOOLEAN: broken("$.leases[0].goLive", set(`${L1}/goLive`, "true")),
  NUMBER_NOT_TEXT: broken("$.leases[0].charges[0].rule.price", set(`${RENT}/rule/price`, 58.1)),
  NOT_A_DECIMAL: broken("$.leases[0].charges[0].rule.price", set(`${RENT}/rule/price`, "1,234.50")),
  TOO_MANY_DECIMALS: broken("$.tariffs[1].prices[0].price", set("tariffs/1/prices/0/price", "3.123456789")),
  NUMBER_TOO_LARGE: broken("$.leases[0].deposit", set(`${L1}/deposit`, "5000000000000000")),
  AMOUNT_BELOW_FEN: broken("$.opening.receivables[0].amount", set(`${OWED}/amount`, "7540.005")),
  NEGATIVE_NUMBER: broken("$.leases[0].charges[3].rule.quantity", set(`${L1}/charges/3/rule/quantity`, "-2")),
  NOT_POSITIVE: broken("$.meters[0].multiplier", set("meters/0/multiplier", "0")),
  NOT_AN_INTEGER: broken("$.leases[0].dueDays", set(`${L1}/dueDays`, "10")),
  INTEGER_OUT_OF_RANGE: broken("$.leases[0].charges[0].priceScale", set(`${RENT}/priceScale`, 9)),
  DAY_OF_MONTH_OUT_OF_RANGE: broken("$.leases[0].issueDay", set(`${L1}/issueDay`, 32)),
  NOT_A_DATE: broken("$.leases[0].end", set(`${L1}/end`, "2029-02-30")),
  DATE_OUT_OF_RANGE: broken("$.leases[0].end", set(`${L1}/end`, "9999-12-31")),
  NOT_A_MONTH: broken('$.pools[0].costs["2026年8月"]', set("pools/0/costs", { "2026年8月": "1234.56" })),
  UNKNOWN_VALUE: broken("$.leases[0].charges[0].proration", set(`${RENT}/proration`, "daily")),
  CHARGE_KIND_UNKNOWN: broken("$.leases[0].charges[0].kind", set(`${RENT}/kind`, "租金")),
  PREPAYMENT_KIND_UNKNOWN: broken("$.opening.prepayments[0].kind", set("opening/prepayments/0/kind", "deposit")),
  CYCLE_MONTHS_NOT_ALLOWED: broken("$.leases[0].cycleMonths", set(`${L1}/cycleMonths`, 2)),
  CONTACT_ROLE_UNKNOWN: broken("$.tenants[0].contacts[0].role", set("tenants/0/contacts/0/role", "boss")),
  STAFF_ROLE_UNKNOWN: broken("$.staff[0].roles[0]", set("staff/0/roles/0", "manager")),
  REGISTER_NAME_UNKNOWN: broken("$.meters[0].registers[0]", set("meters/0/registers/0", "top")),

  CODE_FORMAT: broken(
    "$.tenants[1].code",
    set("tenants/1/code", "T 002"),
    set("leases/1/tenant", "T001"),
    set("opening/prepayments/0/tenant", "T001"),
  ),
  CODE_RESERVED: broken("$.leases[1].charges[0].code", set("leases/1/charges/0/code", "deposit")),
  DUPLICATE_CODE: broken(
    "$.projects[1].buildings[0].units[0].code",
    set("projects/1/buildings/0/units/0/code", "A-301"),
  ),
  DUPLICATE_ENTRY: broken("$.leases[0].units[1]", set(`${L1}/units/-`, "A-301")),
  DUPLICATE_MERCHANT_NUMBER: broken(
    "$.entities[1].merchantAccounts[0].mchId",
    set("entities/1/merchantAccounts/0/mchId", "1900000001"),
  ),
  UNKNOWN_ENTITY: broken("$.projects[0].entity", set("projects/0/entity", "E9")),
  UNKNOWN_PROJECT: broken("$.staff[0].projects[0]", set("staff/0/projects/0", "GZ"), remove("staff/0/buildings")),
  UNKNOWN_BUILDING: broken("$.pools[0].members.building", set("pools/0/members/building", "Z")),
  UNKNOWN_UNIT: broken("$.leases[1].units[0]", set("leases/1/units/0", "A-501")),
  UNKNOWN_TENANT: broken("$.leases[0].tenant", set(`${L1}/tenant`, "T999")),
  UNKNOWN_METER: broken("$.readings[1].meter", set("readings/1/meter", "W9")),
  UNKNOWN_TARIFF: broken("$.leases[0].charges[1].rule.tariff", set(`${ELEC}/rule/tariff`, "GD-TOU")),
  UNKNOWN_POOL: broken("$.leases[0].charges[2].rule.pool", set(`${POOL}/rule/pool`, "P9")),
  UNKNOWN_LEASE: broken("$.opening.depositsHeld[0].lease", set("opening/depositsHeld/0/lease", "L999")),
  UNKNOWN_CHARGE: broken("$.opening.receivables[0].charge", set(`${OWED}/charge`, "rental")),

  TAX_RATE_OUT_OF_RANGE: broken("$.leases[0].charges[0].taxRate", set(`${RENT}/taxRate`, "9")),
  SMALL_TAXPAYER_WITHOUT_RATES: broken("$.entities[1].taxRates", remove("entities/1/taxRates")),
  TAX_RATE_MISSING: broken("$.leases[0].charges[3].taxRate", remove("entities/1/taxRates/parking")),
  PHONE_FORMAT: broken("$.tenants[0].contacts[0].phone", set("tenants/0/contacts/0/phone", "1380000000")),
  EMAIL_FORMAT: broken("$.tenants[0].contacts[0].email", set("tenants/0/contacts/0/email", "zhang.example.com")),
  BUILDING_OF_OTHER_PROJECT: broken("$.staff[0].buildings[0]", set("staff/0/buildings/0", "C")),
  ALLOCATION_ORDER_INCOMPLETE: broken(
    "$.projects[0].allocationOrder",
    set("projects/0/allocationOrder", ["due-date", "bill", "late-fee", "principal", "position"]),
  ),
  DAILY_RATE_OUT_OF_RANGE: broken("$.projects[0].lateFee.dailyRate", set("projects/0/lateFee/dailyRate", "0.5")),

  END_BEFORE_START: broken("$.leases[0].end", set(`${L1}/end`, "2026-03-14")),
  LEASE_WITHOUT_UNITS: broken("$.leases[1].units", set("leases/1/units", [])),
  UNITS_OF_SEVERAL_PROJECTS: broken("$.leases[1].units[1]", set("leases/1/units/-", "C-101")),
  UNIT_HELD_TWICE: broken("$.leases[1].units[1]", set("leases/1/units/-", "A-302")),
  CHARGE_OUTSIDE_LEASE: broken("$.leases[1].charges[0].from", set("leases/1/charges/0/from", "2028-01-01")),
  PERCENT_ABOVE_100: broken(
    "$.leases[0].charges[0].escalations[0].percent",
    set(`${RENT}/escalations/0/percent`, "105"),
  ),
  PERCENT_BELOW_MINUS_100: broken(
    "$.leases[0].charges[0].escalations[0].percent",
    set(`${RENT}/escalations/0/percent`, "-101"),
  ),
  NEGATIVE_DEPOSIT: broken("$.leases[0].deposit", set(`${L1}/deposit`, "-1.00")),
  DISCOUNT_AMBIGUOUS: broken(
    "$.leases[0].charges[0].discounts[0]",
    set(`${RENT}/discounts/0/amountPerMonth`, "200.00"),
  ),
  ESCALATION_AMBIGUOUS: broken("$.leases[0].charges[0].escalations[1]", set(`${RENT}/escalations/1/percent`, "5")),
  DISCOUNT_ON_USAGE: broken(
    "$.leases[0].charges[1].discounts",
    set(`${ELEC}/discounts`, [{ from: "2026-08-01", to: "2026-08-31", percent: "10" }]),
  ),
  RENT_FREE_ON_USAGE: broken(
    "$.leases[0].charges[2].rentFree",
    set(`${POOL}/rentFree`, [{ from: "2026-03-15", to: "2026-04-14" }]),
  ),
  ESCALATION_ON_USAGE: broken(
    "$.leases[0].charges[4].escalations",
    set(`${AC}/escalations`, [{ everyMonths: 12, percent: "5" }]),
  ),
  ROUND_TO_ON_POOL: broken("$.leases[0].charges[2].roundTo", set(`${POOL}/roundTo`, "1")),
  ADVANCE_ON_USAGE: broken("$.leases[0].charges[1].mode", set(`${ELEC}/mode`, "advance")),
  POOL_CHARGED_TWICE: broken(
    "$.leases[0].charges[5].rule.pool",
    set(`${L1}/charges/-`, { code: "pool-2", kind: "shared-water", rule: { type: "pool", pool: "P1" } }),
  ),
  FORMULA_INVALID: broken(
    "$.leases[0].charges[4].rule.expression",
    set(`${AC}/rule/expression`, "max(usage * 0.35, 50"),
  ),
  FORMULA_METER_MISSING: broken("$.leases[0].charges[4].rule.meter", remove(`${AC}/rule/meter`)),
  INPUT_NAME_RESERVED: broken("$.leases[0].inputs.area", set(`${L1}/inputs/area`, "130")),
  AMENDMENT_OUTSIDE_LEASE: broken("$.leases[0].amendments[0].effective", set(`${AMENDMENT}/effective`, "2030-01-01")),
  AMENDMENT_PRICE_WITHOUT_PRICE: broken(
    "$.leases[0].amendments[0].charges[0].price",
    set(`${AMENDMENT}/charges/0/code`, "elec"),
  ),
  NEW_CHARGE_INCOMPLETE: broken("$.leases[0].amendments[0].charges[0]", set(`${AMENDMENT}/charges/0/code`, "rental")),

  TARIFF_ROW_TWICE: broken("$.tariffs[0].prices[1].from", set("tariffs/0/prices/1/from", "2026-01-01")),
  TIERS_NOT_ASCENDING: broken("$.tariffs[2].prices[0].tiers[1].upTo", set("tariffs/2/prices/0/tiers/1/upTo", "200")),
  TIER_AFTER_OPEN_END: broken("$.tariffs[2].prices[0].tiers[1]", remove("tariffs/2/prices/0/tiers/0/upTo")),
  TARIFF_ROW_WITHOUT_PRICE: broken("$.tariffs[0].prices[0]", set("tariffs/0/prices/0", { from: "2026-01-01" })),
  METER_IN_TWO_PLACES: broken("$.meters[0].building", set("meters/0/building", "A")),
  REGISTER_MISSING: broken("$.readings[0].values.valley", remove("readings/0/values/valley")),
  REGISTER_NOT_ON_METER: broken("$.readings[1].values.peak", set("readings/1/values/peak", "1")),
  NEGATIVE_READING: broken("$.readings[1].values.total", set("readings/1/values/total", "-5")),
  REPLACEMENT_WITHOUT_FINAL: broken("$.readings[2].final", remove("readings/2/final")),
  REPLACEMENT_FIELD_ELSEWHERE: broken("$.readings[1].multiplier", set("readings/1/multiplier", "40")),
  READING_TWICE: broken(
    "$.readings[3]",
    set("readings/-", { meter: "W1", date: "2026-08-01", at: "start", values: { total: "6" } }),
  ),
  READING_CHANGED: broken(
    "$.readings[3]",
    set("readings/-", { meter: "W1", date: "2026-06-30", values: { total: "4" } }),
  ),
  CORRECTS_NOTHING: broken("$.readings[1].corrects", set("readings/1/corrects", "抄错")),
  POOL_MEMBERS_AMBIGUOUS: broken("$.pools[0].members", set("pools/0/members/project", "DG")),
  CUSTOM_WEIGHT_OF_NON_MEMBER: broken('$.pools[0].customWeights["A-401"]', set("pools/0/customWeights/A-401", "1")),

  AMOUNT_NOT_POSITIVE: broken(
    "$.opening.receivables[0].amount",
    set(`${OWED}/amount`, "0.00"),
    set(`${OWED}/invoiced`, "0.00"),
  ),
  INVOICED_ABOVE_AMOUNT: broken("$.opening.receivables[0].invoiced", set(`${OWED}/invoiced`, "7540.01")),
  BILLED_THROUGH_AFTER_END: broken("$.opening.billedThrough[0].to", set("opening/billedThrough/0/to", "2029-03-31")),
  DUPLICATE_OPENING_ROW: broken(
    "$.opening.depositsHeld[1]",
    set("opening/depositsHeld/-", { lease: "L001", amount: "1.00" }),
  ),
  POLICY_WITHOUT_STEPS: broken("$.policies.approval[0].steps", set("policies/approval/0/steps", [])),
};

/** Every warning code with a world that is imported all the same. */
export const DOUBTFUL_WORLDS: Readonly<Record<WarningCode, BrokenWorld>> = {
  NEGATIVE_PRICE: broken("$.leases[1].charges[0].rule.price", set("leases/1/charges/0/rule/price", "-200.00")),
  METER_WITHOUT_PRICED_REGISTERS: broken("$.pools[0].meters[0]", set("pools/0/tariff", "TOU")),
  POOL_TARIFF_TIERED: broken("$.pools[0].tariff", set("pools/0/tariff", "TIER")),
  NAME_MISSING: broken("$.tenants[1]", remove("tenants/1/name")),
  TAX_NO_UNUSUAL: broken("$.entities[0].taxNo", set("entities/0/taxNo", "91441900")),
  TAX_RATE_UNUSUAL: broken("$.leases[0].charges[0].taxRate", set(`${RENT}/taxRate`, "0.17")),
  MERCHANT_NUMBER_UNUSUAL: broken(
    "$.entities[0].merchantAccounts[0].mchId",
    set("entities/0/merchantAccounts/0/mchId", "wx19000001"),
  ),
  ACCOUNT_CODE_SHARED: broken(
    "$.entities[1].merchantAccounts[0].code",
    set("entities/1/merchantAccounts/0/code", "WX1"),
  ),
  STAFF_WITHOUT_ROLE: broken("$.staff[0]", set("staff/0/roles", [])),
  AREA_ZERO: broken(
    "$.projects[0].buildings[0].units[2].areaSqm",
    set("projects/0/buildings/0/units/2/areaSqm", "0.00"),
  ),
  DAILY_RATE_HIGH: broken("$.projects[0].lateFee.dailyRate", set("projects/0/lateFee/dailyRate", "0.05")),
  LEASE_TOO_LONG: broken("$.leases[1].end", set("leases/1/end", "2046-01-01")),
  LEASE_WITHOUT_CHARGES: broken("$.leases[1]", set("leases/1/charges", [])),
  CHARGE_EXCEEDS_LEASE: broken("$.leases[1].charges[0].to", set("leases/1/charges/0/to", "2028-01-31")),
  RANGE_WITHOUT_EFFECT: broken(
    "$.leases[0].charges[0].rentFree[0]",
    set(`${RENT}/rentFree/0`, { from: "2025-03-15", to: "2025-04-14" }),
  ),
  TERM_IGNORED: broken("$.leases[0].charges[1].proration", set(`${ELEC}/proration`, "thirty")),
  METER_ELSEWHERE: broken(
    "$.leases[0].charges[1].rule.meter",
    set("meters/0/unit", "A-401"),
    set(`${AC}/rule/expression`, "headcount * desks"),
    remove(`${AC}/rule/meter`),
  ),
  METER_CHARGED_TWICE: broken(
    "$.leases[1].charges[1].rule.meter",
    set("leases/1/charges/-", {
      code: "water",
      kind: "water",
      rule: { type: "metered", meter: "MP", tariff: "WATER" },
    }),
    set(`${L1}/charges/-`, { code: "water", kind: "water", rule: { type: "metered", meter: "MP", tariff: "WATER" } }),
  ),
  UTILITY_MISMATCH: broken(
    "$.leases[0].charges[1].rule.meter",
    set(`${ELEC}/rule`, { type: "metered", meter: "W1", tariff: "WATER" }),
  ),
  REGISTER_WITHOUT_PRICE: broken("$.leases[0].charges[1].rule.tariff", remove("tariffs/0/prices/1/valley")),
  FORMULA_NAME_UNKNOWN: broken("$.leases[0].charges[4].rule.expression", remove(`${L1}/inputs`)),
  AMENDMENT_WITHOUT_REASON: broken("$.leases[0].amendments[0]", remove(`${AMENDMENT}/reason`)),
  AMENDMENT_BACKDATES_END: broken("$.leases[0].amendments[0].end", set(`${AMENDMENT}/end`, "2026-12-15")),
  READING_IN_FUTURE: broken("$.readings[2].date", set("readings/2/date", "2062-08-15")),
  READING_BEYOND_DIGITS: broken("$.readings[0].values.peak", set("readings/0/values/peak", "1234567.8")),
  POOL_WITHOUT_SOURCE: broken("$.pools[0]", remove("pools/0/tariff")),
  CUSTOM_WEIGHTS_MISSING: broken("$.pools[0].weight", remove("pools/0/customWeights")),
  LEASE_OUTSIDE_POOL: broken(
    "$.leases[0].charges[2].rule.pool",
    set("pools/0/members/floor", "4"),
    set("pools/0/customWeights", { "A-401": "1" }),
  ),
  DEPOSIT_HELD_ABOVE_TERMS: broken(
    "$.opening.depositsHeld[0].amount",
    set("opening/depositsHeld/0/amount", "50000.01"),
  ),
  OPENING_AFTER_AS_OF: broken(
    "$.opening.receivables[0].period",
    set(`${OWED}/period`, { from: "2026-09-01", to: "2026-09-30" }),
  ),
  POLICY_UNREACHABLE: broken(
    "$.policies.approval[1]",
    set("policies/approval/-", { type: "refund", upTo: "100.00", steps: [{ role: "area-manager" }] }),
  ),
  POLICY_UNSTAFFED: broken("$.policies.approval[0].steps[0]", set("policies/approval/0/steps/0/count", 2)),
};

/** Readings that count as stored when the example for READING_CHANGED is read; all other examples are read on their own. */
export const STORED_READING = { meter: "W1", date: "2026-06-30", total: "3" } as const;
