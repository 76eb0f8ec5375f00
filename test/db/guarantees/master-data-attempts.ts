import { type Attempt, attempt, copyOf } from "../../support/guarantees.ts";

const NEXT_YEAR = "[2027-01-01,2028-01-01)";
const LAST_DAY = "[2026-12-31,2028-01-01)";
const NO_DAY = "empty";

/** Rules of migration 0001: who owns, who rents, what stands where, what is measured, what was agreed. */
export const MASTER_DATA_ATTEMPTS: readonly Attempt[] = [
  ...[
    "operator",
    "legal_entity",
    "project",
    "building",
    "unit",
    "tenant",
    "staff",
    "tariff",
    "meter",
    "pool",
    "lease",
  ].map((table) => attempt(`two rows of ${table} with one code`, `${table}_code_key`, copyOf(table))),
  attempt(
    "two bank accounts with one code",
    "bank_account_code_key",
    copyOf("bank_account", { account_no_hash: "\\x02" }),
  ),
  attempt(
    "one account number of two bank accounts",
    "bank_account_account_no_hash_key",
    copyOf("bank_account", { code: "B2" }),
  ),
  attempt(
    "two merchant accounts with one code",
    "merchant_account_code_key",
    copyOf("merchant_account", { mch_id: "2" }),
  ),
  attempt(
    "one merchant number of two accounts",
    "merchant_account_channel_mch_id_key",
    copyOf("merchant_account", { code: "W2" }),
  ),
  attempt(
    "a virtual number given out twice on one day",
    "virtual_account_number_valid_excl",
    copyOf("virtual_account", { valid: LAST_DAY }),
  ),
  attempt(
    "a virtual number valid on no day",
    "virtual_account_valid_check",
    copyOf("virtual_account", { valid: NO_DAY }),
  ),
  attempt("two tax rates from one day", "tax_rate_entity_id_kind_valid_from_key", copyOf("tax_rate", { rate: "0.06" })),
  attempt("a tax rate of 100 %", "tax_rate_rate_check", copyOf("tax_rate", { valid_from: "2027-01-01", rate: "1" })),
  attempt(
    "a negative tax rate",
    "tax_rate_rate_check",
    copyOf("tax_rate", { valid_from: "2027-01-01", rate: "-0.01" }),
  ),
  attempt(
    "two areas of a unit on one day",
    "unit_area_unit_id_kind_valid_excl",
    copyOf("unit_area", { valid: LAST_DAY }),
  ),
  attempt("an area that holds on no day", "unit_area_valid_check", copyOf("unit_area", { valid: NO_DAY })),
  attempt("a negative area", "unit_area_area_sqm_check", copyOf("unit_area", { valid: NEXT_YEAR, area_sqm: "-1" })),
  attempt(
    "a person bound twice under one openid",
    "channel_identity_platform_app_id_external_id_key",
    copyOf("channel_identity"),
  ),
  attempt("a person who is twice a member of a tenant", "tenant_member_active", copyOf("tenant_member")),
  attempt("two invitations under one code", "tenant_invitation_code_hash_key", copyOf("tenant_invitation")),
  attempt(
    "an invitation that nobody gave",
    "tenant_invitation_complete",
    copyOf("tenant_invitation", { code_hash: "\\x02", invited_by: null }),
  ),
  attempt("a chat to be emptied twice", "erasure_platform_app_id_external_id_key", copyOf("erasure")),
  attempt("two lease versions of one number", "lease_version_lease_id_version_key", copyOf("lease_version")),
  attempt("a lease version 0", "lease_version_version_check", copyOf("lease_version", { version: 0 })),
  attempt("a lease that ends before it starts", "lease_check", copyOf("lease", { code: "L2", end_date: "2025-12-31" })),
  attempt("a unit held by two leases on one day", "lease_unit_no_overlap", copyOf("lease_unit", { held: LAST_DAY })),
  attempt("a unit held on no day", "lease_unit_held_check", copyOf("lease_unit", { held: NO_DAY })),
  attempt(
    "two versions of a charge on one day",
    "lease_charge_lease_id_code_valid_excl",
    copyOf("lease_charge", { valid: LAST_DAY }),
  ),
  attempt("a charge that runs on no day", "lease_charge_valid_check", copyOf("lease_charge", { valid: NO_DAY })),
  attempt(
    "a meter in two places on one day",
    "meter_assignment_meter_id_held_excl",
    copyOf("meter_assignment", { held: LAST_DAY }),
  ),
  attempt("a meter somewhere on no day", "meter_assignment_held_check", copyOf("meter_assignment", { held: NO_DAY })),
  attempt("a meter without digits", "meter_digits_check", copyOf("meter", { code: "M2", digits: 0 })),
  attempt("a meter that multiplies by 0", "meter_multiplier_check", copyOf("meter", { code: "M2", multiplier: "0" })),
  attempt("two readings of one meter, day and revision", "reading_meter_id_stands_on_revision_key", copyOf("reading")),
  attempt("a reading before the first revision", "reading_revision_check", copyOf("reading", { revision: -1 })),
  attempt("two prices of a tariff from one day", "tariff_price_tariff_id_valid_from_key", copyOf("tariff_price")),
  attempt("two costs of a pool month at one revision", "pool_cost_pool_id_month_revision_key", copyOf("pool_cost")),
  attempt("a pool cost before the first revision", "pool_cost_revision_check", copyOf("pool_cost", { revision: -1 })),
];

/** The same copies with the one thing put right: what refuses above is the rule, and not the copying. */
export const MASTER_DATA_ALLOWED: readonly Attempt[] = [
  attempt("a unit leased again the day after", "", copyOf("lease_unit", { held: NEXT_YEAR })),
  attempt("a virtual number given out again the day after", "", copyOf("virtual_account", { valid: NEXT_YEAR })),
  attempt("a meter moved the day after", "", copyOf("meter_assignment", { held: NEXT_YEAR })),
  attempt("a charge changed the day after", "", copyOf("lease_charge", { valid: NEXT_YEAR })),
  attempt(
    "somebody who asks to join and is not decided about yet",
    "",
    copyOf("tenant_invitation", { code_hash: "\\x02", kind: "request", role: null, invited_by: null }),
  ),
  attempt("a corrected reading", "", copyOf("reading", { revision: 1 })),
  attempt(
    "a member who comes back",
    "",
    "UPDATE tenant_member SET revoked_at = now()",
    copyOf("tenant_member", { revoked_at: null }),
  ),
];
