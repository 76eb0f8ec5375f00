import type { FieldEncryption } from "../../db/field-encryption.ts";
import type { Authenticity, Paper } from "../../domain/documents/paper.ts";
import type { CivilDate, DateRange, Month } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";
import type { DocumentRenderer } from "../../ports/document-renderer.ts";

/** What names a line. */
export interface NamedLine {
  readonly kind: LineKind;
  readonly period: DateRange;
  readonly correction: number;
}

/** What papers need beyond the database; words and addresses are compose's. */
export interface PaperContext {
  readonly encryption: FieldEncryption;
  /** "租金（2026年8月）": as in the chat. */
  readonly lineLabel: (line: NamedLine, billMonth: Month) => string;
  /** "租金": without the period. */
  readonly lineName: (line: Pick<NamedLine, "kind" | "correction">) => string;
  /** "租金违约金" of "租金". */
  readonly lateFeeName: (lineName: string) => string;
  /** The cashier for these bills; the same for the same order and date, or no paper could be printed twice alike. */
  readonly payUrl: (order: PayOrder, lastDay: CivilDate) => string;
  /** The page that knows short codes. */
  readonly checkUrl: string;
}

export interface PayOrder {
  readonly tenantId: string;
  readonly entityId: string;
  readonly billNos: readonly string[];
}

export interface PrintContext extends PaperContext {
  readonly renderer: DocumentRenderer;
  readonly paperHtml: (paper: Paper, authenticity: Authenticity) => string | Promise<string>;
}

/** A code on paper is scanned weeks later; what it shows then is computed then. */
export const PAPER_LINK_DAYS = 60;
