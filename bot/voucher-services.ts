import type { Fen } from "../src/domain/money/fen.ts";
import type { Month } from "../src/domain/time/civil-date.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

export type VoucherFormat = "csv" | "kingdee" | "yonyou";

/** What became of an export: the file is on its way as a message of its own. */
export type SentVouchers =
  | {
      readonly ok: true;
      readonly fileName: string;
      readonly vouchers: number;
      readonly newVouchers: number;
      readonly debitFen: Fen;
      readonly creditFen: Fen;
      /** More than one set of books in the file. */
      readonly books: number;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Vouchers as the staff's chat knows them; the caller has checked the role. */
export interface VoucherServices {
  /** The month's vouchers of this person's entities as a file to this person. */
  sendVouchers(member: StaffMember, month: Month, format: VoucherFormat): Promise<SentVouchers>;
}
