import type { Fen } from "../../money/fen.ts";
import type { CivilDate, Month } from "../../time/civil-date.ts";
import type { DecimalText, LineKind } from "../../world/lease.ts";
import type { Derivation } from "../derivation.ts";
import type { JsonValue, ParkedCode } from "../line.ts";
import type { LineIdentity } from "./facts.ts";

/** A bill line as it would be issued (interfaces.md 3); immutable once it is. */
export interface PlannedLine extends LineIdentity {
  readonly kind: LineKind;
  readonly amountFen: Fen;
  readonly netFen: Fen;
  readonly taxFen: Fen;
  readonly taxRate: DecimalText;
  readonly estimated: boolean;
  readonly engineVersion: string;
  readonly inputs: JsonValue;
  readonly inputHash: string;
  readonly derivation: Derivation;
}

export interface PlannedBill {
  readonly lease: string;
  readonly tenant: string;
  readonly entity: string;
  readonly project: string;
  readonly issueDate: CivilDate;
  readonly dueDate: CivilDate;
  readonly totalFen: Fen;
  readonly lines: readonly PlannedLine[];
  /** An anomaly on it is not acknowledged: a run does not issue it. */
  readonly held: boolean;
  /** Its project runs beside an old system: shown in previews, never issued. */
  readonly shadow: boolean;
}

export interface ParkedCharge {
  readonly lease: string;
  readonly charge: string;
  readonly period: { readonly from: CivilDate; readonly to: CivilDate };
  readonly code: ParkedCode;
  readonly message: string;
}

export type AnomalyKind = "USAGE_UNUSUAL" | "ZERO_LINE" | "PRICE_CHANGED" | "OPENING_READING_OLD" | "FIRST_BILL";

export interface Anomaly {
  /** Of its content: the same finding has the same id in preview and issue, another finding has another. */
  readonly id: string;
  readonly kind: AnomalyKind;
  readonly lease: string;
  /** Absent: it is about every bill of the lease. */
  readonly charge?: string;
  readonly period?: { readonly from: CivilDate; readonly to: CivilDate };
  readonly message: string;
}

export interface LeasePlan {
  readonly bills: readonly PlannedBill[];
  readonly parked: readonly ParkedCharge[];
  readonly anomalies: readonly Anomaly[];
}

export interface Certificate {
  readonly lines: number;
  readonly totalFen: Fen;
  /** What 1122 receivables move by: everything but deposits (money-rules 2). */
  readonly ledgerDeltaFen: Fen;
  readonly poolsBalanced: boolean;
}

export interface OperatorShare {
  readonly pool: string;
  readonly period: Month;
  readonly amountFen: Fen;
}

export interface RunPlan extends LeasePlan {
  readonly period: Month;
  readonly operatorShares: readonly OperatorShare[];
  readonly certificate: Certificate;
}
