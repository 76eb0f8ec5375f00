import { Prisma } from "../../../generated/prisma/client.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate, DateRange } from "../../domain/time/civil-date.ts";

/** A text, an amount, or a whole number: what src/reports writes into a cell. */
export type ListCell = string | { readonly amountFen: Fen } | { readonly integer: number };

/** A list that people take away as a file. */
export interface List {
  /** As the command line names it: `export receivables`. */
  readonly name: string;
  /** The name of its sheet, in Chinese. */
  readonly title: string;
  readonly headers: readonly string[];
  /** Its rows in a fixed order, page by page: memory does not grow with the list. Without a scope: everything. */
  rows(tx: Transaction, today: CivilDate, scope?: ListScope): AsyncIterable<readonly ListCell[]>;
}

/** What of a list somebody may have. */
export interface ListScope {
  readonly projectIds: readonly string[];
  /** Narrows the projects down; empty: all of them. */
  readonly buildingIds: readonly string[];
  /** Entities whose money without a known tenant may be seen. */
  readonly unclaimedOfEntityIds: readonly string[];
  /** Lines that are settled are left out. */
  readonly openOnly?: boolean | undefined;
  /** Value dates of receipts. */
  readonly dates?: DateRange | undefined;
}

/** Leases (`lease_id` of the given column) of a scope. */
export const leaseInScope = (leaseId: Prisma.Sql, { projectIds, buildingIds }: ListScope): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM lease z WHERE z.id = ${leaseId} AND z.project_id = ANY (${[...projectIds]}::uuid[])
    AND (${buildingIds.length === 0} OR EXISTS (SELECT 1 FROM lease_unit zu JOIN unit zn ON zn.id = zu.unit_id
      WHERE zu.lease_id = z.id AND zn.building_id = ANY (${[...buildingIds]}::uuid[]))))`;

/** Rows of one query. */
export const PAGE_ROWS = 2000;
