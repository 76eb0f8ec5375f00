import type { Fen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";

/*
 * The terms of a lease as the world file states them (interfaces.md section 2), read and defaulted. Decimals stay exact
 * text ("58.00") because that is what is stored, compared and shown; the rules read them with parseRatio.
 */

/** An exact decimal as text, already checked to be one. */
export type DecimalText = string;

export const CHARGE_KINDS = [
  "rent",
  "management",
  "electricity",
  "water",
  "gas",
  "shared-electricity",
  "shared-water",
  "parking",
  "waste",
  "service",
  "other",
] as const;
export type ChargeKind = (typeof CHARGE_KINDS)[number];
/** Kinds of bill lines: a charge's own, its discounts, the deposit. Late fees are receivables, not lines. */
export type LineKind = ChargeKind | "discount" | "deposit";

export type Proration = "actual" | "thirty" | "year365" | "whole";
export type ChargeMode = "advance" | "arrears";
export type PeriodAnchor = "calendar" | "lease";
export type CycleMonths = 1 | 3 | 6 | 12;

export type ChargeRule =
  | { readonly type: "fixed"; readonly price: DecimalText; readonly quantity: DecimalText; readonly per: "month" }
  | {
      readonly type: "area";
      /** Which areas entry counts; undefined or an unknown entry = the unit's areaSqm. */
      readonly area?: string;
      readonly price: DecimalText;
      readonly per: "sqm-month" | "sqm-day";
    }
  | { readonly type: "metered"; readonly meter: string; readonly tariff: string }
  | { readonly type: "pool"; readonly pool: string }
  | { readonly type: "formula"; readonly expression: string; readonly meter?: string; readonly area?: string };

export type Escalation =
  | { readonly everyMonths: number; readonly percent: DecimalText; readonly firstAfterMonths: number }
  | { readonly from: CivilDate; readonly price: DecimalText };

export interface Discount {
  readonly from: CivilDate;
  readonly to: CivilDate;
  /** Exactly one of the two. amountPerMonth in yuan. */
  readonly percent?: DecimalText;
  readonly amountPerMonth?: DecimalText;
}

export interface ChargeTerms {
  readonly code: string;
  readonly kind: ChargeKind;
  readonly rule: ChargeRule;
  /** Undefined: by the rule (money-rules 2, "Mode"). */
  readonly mode?: ChargeMode;
  readonly proration: Proration;
  readonly periodAnchor: PeriodAnchor;
  /** Undefined: the lease's. */
  readonly cycleMonths?: CycleMonths;
  /** Undefined: by kind and entity (money-rules 6). */
  readonly taxRate?: DecimalText;
  /** Code of the entity that issues this line; undefined: the lease's. */
  readonly entity?: string;
  readonly dueDay?: number;
  /** "0.01", "0.1" or "1". */
  readonly roundTo: "0.01" | "0.1" | "1";
  /** Undefined: the lease's start and end. */
  readonly from?: CivilDate;
  readonly to?: CivilDate;
  readonly rentFree: readonly { readonly from: CivilDate; readonly to: CivilDate }[];
  readonly priceScale: number;
  readonly escalations: readonly Escalation[];
  readonly discounts: readonly Discount[];
}

/** A charge inside an amendment: `price` sets a price on the effective date, every other key replaces the charge's own. */
export type ChargeAmendment = { readonly code: string; readonly price?: DecimalText } & Partial<
  Omit<ChargeTerms, "code">
>;

export interface Amendment {
  readonly effective: CivilDate;
  readonly reason: string;
  /** The lease's new last day. */
  readonly end?: CivilDate;
  /** The units held from the effective date on; undefined: unchanged. */
  readonly units?: readonly string[];
  readonly charges: readonly ChargeAmendment[];
}

export interface LateFeeTerms {
  readonly dailyRate: DecimalText;
  readonly graceDays: number;
  readonly graceMode: "free" | "retroactive";
  readonly capPercent: DecimalText;
}

export interface LeaseTerms {
  readonly code: string;
  readonly tenant: string;
  /** Resolved: the lease's own or its project's. */
  readonly entity: string;
  /** Code of the project its first unit stands in. */
  readonly project: string;
  readonly units: readonly string[];
  readonly start: CivilDate;
  readonly end: CivilDate;
  /** true: the first bill raises no anomaly. */
  readonly goLive: boolean;
  readonly issueDay: number;
  readonly dueDays: number;
  readonly cycleMonths: CycleMonths;
  readonly depositFen: Fen;
  readonly headcount?: DecimalText;
  readonly inputs: Readonly<Record<string, DecimalText>>;
  /** Absent: the project's; null: switched off; object: replaces the project's as a whole. */
  readonly lateFee?: LateFeeTerms | null;
  readonly autoApplyPrepayment: boolean;
  readonly charges: readonly ChargeTerms[];
  /** In order of effective date, then of the file. */
  readonly amendments: readonly Amendment[];
}
