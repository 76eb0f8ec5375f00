import type { Fen } from "../money/fen.ts";
import type { MemberRole } from "../people/tenant-permissions.ts";
import type { CivilDate, Month } from "../time/civil-date.ts";
import type { ChargeKind, DecimalText, LateFeeTerms } from "./lease.ts";

/* Master data of the world file (interfaces.md section 2) beside the leases: who owns, what stands where, what is measured. */

export interface Entity {
  readonly code: string;
  readonly name: string;
  readonly taxNo?: string;
  readonly taxpayer: "general" | "small";
  readonly deferAdvance: boolean;
  /** Kind → rate; only what the file names. Kinds that it does not name follow money-rules 6 (general taxpayers). */
  readonly taxRates: Readonly<Record<string, DecimalText>>;
  readonly merchantAccounts: readonly { readonly code: string; readonly channel: "wechat"; readonly mchId: string }[];
  readonly bankAccounts: readonly {
    readonly code: string;
    readonly bank: string;
    readonly accountNo: string;
    readonly opening?: { readonly date: CivilDate; readonly balanceFen: Fen };
  }[];
}

export interface Unit {
  readonly code: string;
  readonly building: string;
  readonly project: string;
  readonly floor?: string;
  /** Areas with the days on which they hold; a unit without any area has none. `kind` "" is areaSqm, else an areas entry. */
  readonly areas: readonly {
    readonly kind: string;
    readonly areaSqm: DecimalText;
    readonly from?: CivilDate;
    readonly to?: CivilDate;
  }[];
}

export interface Building {
  readonly code: string;
  readonly name: string;
  readonly project: string;
}

export const ALLOCATION_KEYS = ["due-date", "bill", "late-fee", "principal", "kind", "position"] as const;
export type AllocationKey = (typeof ALLOCATION_KEYS)[number];

export interface Project {
  readonly code: string;
  readonly name: string;
  readonly region?: string;
  readonly entity: string;
  readonly mode: "off" | "shadow" | "live";
  readonly lateFee: LateFeeTerms | null;
  /** Five keys: due-date, bill, late-fee or principal, kind, position. */
  readonly allocationOrder: readonly AllocationKey[];
}

export interface Contact {
  readonly name: string;
  readonly phone?: string;
  readonly email?: string;
  readonly role: MemberRole;
  readonly openId?: string;
}

export interface Tenant {
  readonly code: string;
  readonly name: string;
  readonly kind: "company" | "person";
  readonly taxNo?: string;
  readonly contacts: readonly Contact[];
}

export const STAFF_ROLES = [
  "steward",
  "cashier",
  "area-manager",
  "finance-manager",
  "cfo",
  "auditor",
  "admin",
] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];
export interface Staff {
  readonly code: string;
  readonly name: string;
  readonly roles: readonly StaffRole[];
  readonly projects: readonly string[];
  readonly buildings: readonly string[];
  readonly wecomUserId?: string;
  readonly dingtalkUserId?: string;
}

export const REGISTERS = ["total", "sharp", "peak", "flat", "valley", "deep"] as const;
export type Register = (typeof REGISTERS)[number];
/** Decimal text by register. */
export type RegisterValues = Readonly<Partial<Record<Register, DecimalText>>>;

export type Utility = "electricity" | "water" | "gas";

export interface Meter {
  readonly code: string;
  readonly utility: Utility;
  readonly unit?: string;
  readonly building?: string;
  readonly registers: readonly Register[];
  readonly multiplier: DecimalText;
  /** Digits before the decimal point at which the counter rolls over. */
  readonly digits: number;
}

/** One stored value. `standsOn` = its date, or the day before when the file says `"at": "start"` (money-rules 4). */
export interface Reading {
  readonly meter: string;
  readonly date: CivilDate;
  readonly at: "end" | "start";
  readonly standsOn: CivilDate;
  readonly kind: "periodic" | "estimated" | "replacement";
  readonly values: RegisterValues;
  /** Replacement only: the last values of the old meter. */
  readonly final?: RegisterValues;
  /** Replacement only: hold from there on. */
  readonly multiplier?: DecimalText;
  readonly digits?: number;
  readonly rollover: boolean;
  /** Why an earlier value of this meter and day was wrong; the row with the highest revision stands. */
  readonly corrects?: string;
  /** 0 for the first value of a meter and day, then 1, 2 … */
  readonly revision: number;
}

export type TariffPrice =
  | { readonly from: CivilDate; readonly kind: "flat"; readonly price: DecimalText }
  | { readonly from: CivilDate; readonly kind: "tou"; readonly prices: RegisterValues }
  | {
      readonly from: CivilDate;
      readonly kind: "tiered";
      /** Ascending; the last may have no upper end. */
      readonly tiers: readonly { readonly upTo?: DecimalText; readonly price: DecimalText }[];
    };

export interface Tariff {
  readonly code: string;
  readonly kind: "flat" | "tou" | "tiered";
  /** tiered only. */
  readonly basis: "month" | "year";
  /** Ascending by `from`. */
  readonly prices: readonly TariffPrice[];
}

export type PoolMembers =
  | { readonly type: "building"; readonly building: string; readonly floor?: string }
  | { readonly type: "project"; readonly project: string }
  | { readonly type: "units"; readonly units: readonly string[] };

export interface Pool {
  readonly code: string;
  readonly name: string;
  readonly utility: Utility;
  readonly meters: readonly string[];
  readonly minusMeters: readonly string[];
  readonly tariff?: string;
  /** Given cost by month, in fen. */
  readonly costs: Readonly<Record<Month, Fen>>;
  readonly members: PoolMembers;
  readonly weight: "area" | "equal" | "consumption" | "custom";
  readonly customWeights: Readonly<Record<string, DecimalText>>;
  readonly vacant: "operator" | "spread";
}

/** The tax rate of a kind at an entity from a day on (money-rules 6). */
export interface TaxRate {
  readonly entity: string;
  readonly kind: ChargeKind;
  readonly from: CivilDate;
  readonly rate: DecimalText;
}
