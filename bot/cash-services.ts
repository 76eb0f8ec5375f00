import type { Fen } from "../src/domain/money/fen.ts";
import type { CivilDate } from "../src/domain/time/civil-date.ts";
import type { ApprovedDifference } from "../src/usecases/cashier/approve-difference.ts";
import type { ClosedShift, OpenedShift } from "../src/usecases/cashier/shift.ts";
import type { RecordedReceipt } from "../src/usecases/receipts/receipt.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

/** Money handed over at the desk. */
export interface DeskMoney {
  readonly channel: "cash" | "pos";
  readonly tenantCode: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly entityCode?: string | undefined;
  /** The terminal's slip number; the same slip is booked once. */
  readonly slipNo?: string | undefined;
}

/** The cash desk as the staff's chat knows it. Role and entity are checked anew each time. */
export interface CashServices {
  /** What the money would pay, by the function that books it; nothing is written. */
  previewDeskMoney(member: StaffMember, money: DeskMoney): Promise<RecordedReceipt | Refusal>;
  /** Books it, tells the tenant, orders the receipt's PDF; `url` where papers are given out. */
  recordDeskMoney(
    member: StaffMember,
    money: DeskMoney,
  ): Promise<(RecordedReceipt & { readonly url?: string | undefined; readonly inShift: boolean }) | Refusal>;
  openShift(member: StaffMember, openingFen: Fen, entityCode: string | undefined): Promise<OpenedShift | Refusal>;
  /** A difference is told to the finance managers of the entity. */
  closeShift(
    member: StaffMember,
    countedFen: Fen,
    rest: { readonly entityCode: string | undefined; readonly note: string | undefined },
  ): Promise<ClosedShift | Refusal>;
  approveShiftDifference(
    member: StaffMember,
    shiftNo: string,
    note: string | undefined,
  ): Promise<ApprovedDifference | Refusal>;
}
