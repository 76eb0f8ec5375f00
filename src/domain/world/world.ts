import type { Fen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";
import type { LeaseTerms } from "./lease.ts";
import type { Building, Entity, Meter, Pool, Project, Reading, Staff, Tariff, Tenant, Unit } from "./property.ts";

/** A world file that passed every check of its own document (references to rows already in the database come later). */
export interface World {
  readonly operator: { readonly code: string; readonly name: string };
  readonly entities: readonly Entity[];
  readonly projects: readonly Project[];
  readonly buildings: readonly Building[];
  readonly units: readonly Unit[];
  readonly tenants: readonly Tenant[];
  readonly staff: readonly Staff[];
  readonly tariffs: readonly Tariff[];
  readonly meters: readonly Meter[];
  readonly readings: readonly Reading[];
  readonly pools: readonly Pool[];
  readonly leases: readonly LeaseTerms[];
  readonly opening?: OpeningPosition;
  readonly policies: Policies;
}

export interface OpeningPosition {
  readonly asOf: CivilDate;
  readonly receivables: readonly {
    readonly lease: string;
    readonly charge: string;
    readonly period: { readonly from: CivilDate; readonly to: CivilDate };
    readonly dueDate: CivilDate;
    readonly amountFen: Fen;
    readonly invoicedFen: Fen;
  }[];
  readonly prepayments: readonly {
    readonly tenant: string;
    readonly entity: string;
    readonly amountFen: Fen;
    /** Bound to a charge kind; undefined: free. */
    readonly kind?: string;
  }[];
  readonly depositsHeld: readonly { readonly lease: string; readonly amountFen: Fen }[];
  readonly billedThrough: readonly { readonly lease: string; readonly charge: string; readonly to: CivilDate }[];
}

export interface Policies {
  readonly approval: readonly {
    readonly type: string;
    readonly project?: string;
    readonly upToFen?: Fen;
    readonly steps: readonly { readonly role: string; readonly count: number }[];
  }[];
  readonly dunning: readonly { readonly offsetDays: number; readonly action: string }[];
}
