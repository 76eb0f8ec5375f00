import type { Amendment, LeaseTerms } from "../lease.ts";
import { charge, chargeAmendment, cycleMonths } from "./charges.ts";
import {
  amountAtLeast,
  boolean,
  code,
  date,
  dayOfMonth,
  decimal,
  integer,
  notNegative,
  reference,
  text,
} from "./fields.ts";
import { withoutDuplicates } from "./parties.ts";
import { lateFeeTerms } from "./premises.ts";
import {
  checked,
  list,
  mapped,
  object,
  optional,
  orElse,
  orNull,
  type Reader,
  required,
  shorten,
  table,
} from "./shapes.ts";

/* A lease as it is written. */

const units = checked(withoutDuplicates(list(reference("unit"))), (rows, place) => {
  if (rows.length === 0) place.report("LEASE_WITHOUT_UNITS");
});

/** Names that a formula already knows (money-rules 3.5). */
const BUILT_IN_NAMES: ReadonlySet<string> = new Set([
  ...["area", "months", "headcount", "usage"],
  ...["min", "max", "abs", "round", "floor", "ceil"],
  ...["true", "false", "null", "this"],
]);

const inputName = checked(text(64), (name, place) => {
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) || BUILT_IN_NAMES.has(name)) {
    place.report("INPUT_NAME_RESERVED", { name: shorten(name) });
  }
});

const amendment: Reader<Amendment> = mapped(
  object({
    effective: required(date),
    reason: optional(text(500)),
    end: optional(date),
    units: optional(units),
    charges: orElse(list(chargeAmendment), []),
  }),
  (row, place) => {
    if (!place.failed && !place.has("reason")) place.report("AMENDMENT_WITHOUT_REASON");
    return { ...row, reason: row.reason ?? "" };
  },
);

/** A lease before its entity and project are looked up and its amendments put in order. */
export type WrittenLease = Omit<LeaseTerms, "entity" | "project"> & { readonly entity?: string };

export const lease: Reader<WrittenLease> = mapped(
  object({
    code: required(code),
    tenant: required(reference("tenant")),
    entity: optional(reference("entity")),
    units: required(units),
    start: required(date),
    end: required(date),
    goLive: orElse(boolean, false),
    issueDay: orElse(dayOfMonth, 1),
    dueDays: orElse(integer(0, 365), 10),
    cycleMonths: orElse(cycleMonths, 1),
    deposit: orElse(amountAtLeast(0n, "NEGATIVE_DEPOSIT"), 0n),
    headcount: optional(notNegative()),
    inputs: orElse(table(inputName, decimal), {}),
    lateFee: optional(orNull(lateFeeTerms)),
    autoApplyPrepayment: orElse(boolean, true),
    charges: required(list(charge)),
    amendments: orElse(list(amendment), []),
  }),
  ({ deposit, ...row }) => ({ ...row, depositFen: deposit }),
);
