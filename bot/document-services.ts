import type { Fen } from "../src/domain/money/fen.ts";
import type { CivilDate } from "../src/domain/time/civil-date.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

/** Papers as the bot hands them out. */
export interface DocumentServices {
  /** A signed link to the PDF of a published bill of the tenant; undefined where no papers are given out. */
  billPdfLink(tenantId: string, billId: string): Promise<DocumentLink | undefined>;
  /** Of a receipt of the tenant by its number; without one: of the latest. `undefined`: there is none, or no papers are given out. */
  receiptPdfLink(tenantId: string, receiptNo: string | undefined): Promise<ReceiptLink | undefined>;
  /** Of any receipt whose tenant the colleague sees. */
  receiptPdfForStaff(member: StaffMember, receiptNo: string): Promise<ReceiptLink | undefined>;
  /** 对账单 of the tenant with one legal entity over whole days. */
  statementPdfLink(
    tenantId: string,
    entityId: string,
    range: { readonly from: CivilDate; readonly to: CivilDate },
  ): Promise<DocumentLink | undefined>;
}

export interface ReceiptLink extends DocumentLink {
  readonly receiptNo: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
}

export interface DocumentLink {
  readonly url: string;
  /** Milliseconds since 1970 of the business clock. */
  readonly expiresAtMs: number;
}
