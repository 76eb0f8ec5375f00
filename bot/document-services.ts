import type { CivilDate } from "../src/domain/time/civil-date.ts";

/** Papers as the bot hands them out. */
export interface DocumentServices {
  /** A signed link to the PDF of a published bill of the tenant; undefined where no papers are given out. */
  billPdfLink(tenantId: string, billId: string): Promise<DocumentLink | undefined>;
  /** 对账单 of the tenant with one legal entity over whole days. */
  statementPdfLink(
    tenantId: string,
    entityId: string,
    range: { readonly from: CivilDate; readonly to: CivilDate },
  ): Promise<DocumentLink | undefined>;
}

export interface DocumentLink {
  readonly url: string;
  /** Milliseconds since 1970 of the business clock. */
  readonly expiresAtMs: number;
}
