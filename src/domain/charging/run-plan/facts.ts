import type { Fen } from "../../money/fen.ts";
import type { CivilDate, Month } from "../../time/civil-date.ts";
import type { DecimalText, LeaseTerms, LineKind } from "../../world/lease.ts";
import type { Entity, Meter, Pool, Project, Reading, Tariff, TaxRate, Unit } from "../../world/property.ts";

/*
 * What a billing run is planned from: plain records, whoever loaded them. Everything a figure depends on is in here or in
 * the options, so the same facts always give the same plan.
 */

export type LineRole = "charge" | "discount" | "deposit" | "one-off";

/** Money-rules 2 "Identity", without the lease. */
export interface LineIdentity {
  readonly charge: string;
  readonly role: LineRole;
  readonly ordinal: number;
  readonly period: { readonly from: CivilDate; readonly to: CivilDate };
  readonly correction: number;
}

/** A line that an earlier run issued. Opening receivables are no such lines: nothing computes them again. */
export interface IssuedLine extends LineIdentity {
  readonly lease: string;
  readonly kind: LineKind;
  readonly entity: string;
  readonly amountFen: Fen;
  readonly taxRate: DecimalText;
  /** As planned with it; today's inputs are compared with it. */
  readonly inputHash: string;
}

/** A line that a run which issued left out; only its charge and the first day of its period matter. */
export interface ParkedRetry {
  readonly lease: string;
  readonly charge: string;
  readonly period: { readonly from: CivilDate; readonly to: CivilDate };
}

export interface BillingFacts {
  readonly entities: readonly Entity[];
  readonly projects: readonly Project[];
  readonly units: readonly Unit[];
  readonly tariffs: readonly Tariff[];
  readonly meters: readonly Meter[];
  readonly readings: readonly Reading[];
  readonly pools: readonly Pool[];
  readonly leases: readonly LeaseTerms[];
  /** Rates by approval, beside what the entities name themselves. */
  readonly taxRates: readonly TaxRate[];
  /**
   * Every line issued so far of the leases that are planned. To spare work, all lines of a charge and period may be left
   * out together where they surely need no correction; never deposits, nor lines of periods that end in the last three
   * months or later (what is billed already, what was zero before), nor of a period in parkedRetries, nor all of a lease
   * (it would be taken for never billed).
   */
  readonly issuedLines: readonly IssuedLine[];
  readonly depositsHeld: readonly { readonly lease: string; readonly amountFen: Fen }[];
  readonly billedThrough: readonly { readonly lease: string; readonly charge: string; readonly to: CivilDate }[];
  readonly parkedRetries: readonly ParkedRetry[];
}

export interface PlanOptions {
  /** Hex digest of a text, e.g. sha256; for input hashes and anomaly ids. */
  readonly hash: (text: string) => string;
  /** The day of publishing; bills are issued on it where it is later than the lease's issue day. Absent in previews. */
  readonly publishedOn?: CivilDate;
  /** A settlement bill is issued on this day whatever the lease's issue day is, and all of it is due with the lease's due days. */
  readonly issuedOn?: CivilDate;
  /** A settlement bill catches up: it also bills what the runs from this month on have left unbilled. */
  readonly since?: Month;
  /** Ids of anomalies that a person has acknowledged; their bills are not held. */
  readonly acknowledged?: ReadonlySet<string> | "all";
  /** Only the leases of this project. */
  readonly project?: string;
}
