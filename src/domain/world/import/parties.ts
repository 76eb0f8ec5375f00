import { CHARGE_KINDS } from "../lease.ts";
import type { Entity, Staff, Tenant } from "../property.ts";
import { STAFF_ROLES } from "../property.ts";
import { amount, boolean, code, date, decimal, isNegativeText, oneOf, reference, text } from "./fields.ts";
import type { Place } from "./place.ts";
import { checked, list, mapped, object, optional, orElse, type Reader, required } from "./shapes.ts";

/* Who owns, rents and works: operator, entities, tenants, staff. */

/** A name that is missing becomes the code, with a warning: people would see the code on bills. */
export function nameOrCode(row: { readonly code: string; readonly name?: string }, place: Place): string {
  if (row.name !== undefined) return row.name;
  if (!place.has("name")) place.report("NAME_MISSING", { code: row.code });
  return row.code;
}

export const operator = mapped(object({ code: required(code), name: optional(text()) }), (row, place) => ({
  code: row.code,
  name: nameOrCode(row, place),
}));

const taxNo = checked(text(40), (value, place) => {
  if (!/^[0-9A-Z]{15,20}$/.test(value)) place.report("TAX_NO_UNUSUAL", { value });
});

/** Rates that VAT law knows for the things a park sells, general and simplified. */
const USUAL_TAX_RATES: readonly number[] = [0, 0.01, 0.015, 0.03, 0.05, 0.06, 0.09, 0.13];

/** 0 ≤ rate < 1. */
export const taxRate = checked(decimal, (value, place) => {
  if (isNegativeText(value) || !/^-?0*(\.|$)/.test(value)) place.report("TAX_RATE_OUT_OF_RANGE", { value });
  else if (!USUAL_TAX_RATES.includes(Number(value))) place.report("TAX_RATE_UNUSUAL", { value });
});

const taxRates = mapped(
  object(Object.fromEntries(CHARGE_KINDS.map((kind) => [kind, optional(taxRate)]))),
  (rates): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(rates).flatMap(([kind, rate]) => (rate === undefined ? [] : [[kind, rate]]))),
);

const merchantAccount = object({
  code: required(code),
  channel: orElse(oneOf(["wechat"]), "wechat"),
  mchId: required(
    checked(text(32), (value, place) => {
      if (!/^\d{8,10}$/.test(value)) place.report("MERCHANT_NUMBER_UNUSUAL", { value });
    }),
  ),
});

const bankAccount = object({
  code: required(code),
  bank: orElse(text(), ""),
  accountNo: required(text(64)),
  opening: optional(
    mapped(object({ date: required(date), balance: required(amount) }), ({ date: day, balance }) => ({
      date: day,
      balanceFen: balance,
    })),
  ),
});

const entityShape = object({
  code: required(code),
  name: optional(text()),
  taxNo: optional(taxNo),
  taxpayer: orElse(oneOf(["general", "small"]), "general"),
  deferAdvance: orElse(boolean, false),
  taxRates: orElse(taxRates, {}),
  merchantAccounts: orElse(list(merchantAccount), []),
  bankAccounts: orElse(list(bankAccount), []),
});

export const entity: Reader<Entity> = mapped(
  checked(entityShape, (row, place) => {
    if (row.taxpayer === "small" && place.isSound("taxRates") && Object.keys(row.taxRates).length === 0) {
      place.child("taxRates").report("SMALL_TAXPAYER_WITHOUT_RATES", { code: row.code });
    }
  }),
  (row, place) => ({ ...row, name: nameOrCode(row, place) }),
);

const MOBILE = /^1[3-9]\d{9}$/;
const LANDLINE = /^0\d{2,3}-?\d{7,8}(-\d{1,6})?$/;

/** A mobile number loses blanks, dashes and +86, so that the same person is found again. */
const phone: Reader<string> = mapped(text(32), (value, place) => {
  if (place.failed) return value;
  const mobile = value.replace(/[\s-]/g, "").replace(/^(\+|00)?86(?=1\d{10}$)/, "");
  if (MOBILE.test(mobile)) return mobile;
  if (!LANDLINE.test(value)) place.report("PHONE_FORMAT", { value });
  return value;
});

const email = checked(text(254), (value, place) => {
  if (!/^[^\s@,;<>]+@[^\s@,;<>.]+(\.[^\s@,;<>.]+)+$/.test(value)) place.report("EMAIL_FORMAT", { value });
});

const contact = object({
  name: required(text(100)),
  phone: optional(phone),
  email: optional(email),
  role: orElse(oneOf(["owner", "finance", "viewer"], "CONTACT_ROLE_UNKNOWN"), "viewer"),
  openId: optional(text(128)),
});

export const tenant: Reader<Tenant> = mapped(
  object({
    code: required(code),
    name: optional(text()),
    kind: orElse(oneOf(["company", "person"]), "company"),
    taxNo: optional(taxNo),
    contacts: orElse(list(contact), []),
  }),
  (row, place) => ({ ...row, name: nameOrCode(row, place) }),
);

export const staff: Reader<Staff> = mapped(
  object({
    code: required(code),
    name: optional(text()),
    roles: orElse(withoutDuplicates(list(oneOf(STAFF_ROLES, "STAFF_ROLE_UNKNOWN"))), []),
    projects: orElse(withoutDuplicates(list(reference("project"))), []),
    buildings: orElse(withoutDuplicates(list(reference("building"))), []),
    wecomUserId: optional(text(64)),
    dingtalkUserId: optional(text(64)),
  }),
  (row, place) => {
    if (row.roles.length === 0 && place.isSound("roles")) place.report("STAFF_WITHOUT_ROLE", { code: row.code });
    return { ...row, name: nameOrCode(row, place) };
  },
);

/** A list in which nothing stands twice. */
export function withoutDuplicates<T extends string>(read: Reader<readonly T[]>): Reader<readonly T[]> {
  return checked(read, (values, place) => {
    values.forEach((value, index) => {
      if (values.indexOf(value) < index) place.child(index).report("DUPLICATE_ENTRY", { value });
    });
  });
}
