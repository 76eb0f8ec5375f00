import type { Month } from "../src/domain/time/civil-date.ts";
import type { AgedTenant } from "../src/usecases/month-end/aging.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { CollectionRow } from "../src/usecases/reports/collection.ts";
import type { ForecastRow } from "../src/usecases/reports/forecast.ts";
import type { ReportPlace } from "../src/usecases/reports/place.ts";
import type { ChatList } from "../src/usecases/reports/report-lists.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

export interface ReportMonths {
  readonly from: Month;
  readonly to: Month;
}

/** Reports as the staff's chat knows them; never more than the member's portfolio. The caller has checked the role. */
export interface ReportServices {
  /** By the words or codes of a project and a building. */
  reportPlace(
    member: StaffMember,
    words: { readonly project?: string | undefined; readonly building?: string | undefined },
  ): Promise<ReportPlace | Refusal>;
  collection(place: ReportPlace, months: ReportMonths): Promise<readonly CollectionRow[]>;
  aging(place: ReportPlace): Promise<readonly AgedTenant[]>;
  forecast(place: ReportPlace): Promise<readonly ForecastRow[]>;
  /** Sends a list as a spreadsheet, as a message of its own to this person. */
  sendList(
    member: StaffMember,
    list: ChatList,
    place: ReportPlace,
    months: ReportMonths,
  ): Promise<{ readonly fileName: string; readonly rows: number }>;
}
