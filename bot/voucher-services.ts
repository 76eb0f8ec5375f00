import type { Month } from "../src/domain/time/civil-date.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";
import type { VoucherFormat } from "../src/usecases/vouchers/request-vouchers.ts";

/** Vouchers as the staff's chat knows them; the caller has checked the role. */
export interface VoucherServices {
  /** The month's vouchers of this person's entities, as a file that follows; false: it is being made already. */
  requestVouchers(member: StaffMember, month: Month, format: VoucherFormat): Promise<boolean>;
}
