import type { ReadingVerdict } from "../src/domain/metering/judge-reading.ts";
import type { CivilDate } from "../src/domain/time/civil-date.ts";
import type { RegisterValues } from "../src/domain/world/property.ts";
import type { ChatMeter, MeterFilter, ReportedReading } from "../src/usecases/readings/chat-meters.ts";
import type { ReportOutcome } from "../src/usecases/readings/report-reading.ts";
import type { Refusal } from "../src/usecases/receipts/refusal.ts";
import type { StaffMember } from "../src/usecases/staff/find-staff-member.ts";

/** What the bot may ask and order about meters; tied to the transaction of the message by src/compose. */
export interface MeterServices {
  /** The meters that the tenant's leases of today are billed by. */
  metersOfTenant(tenantId: string, filter: MeterFilter): Promise<readonly ChatMeter[]>;
  /** Meters in a colleague's portfolio, also those of buildings. */
  metersOfStaff(member: StaffMember, filter: MeterFilter): Promise<readonly ChatMeter[]>;
  /** What would be said about a reading; nothing is written. */
  judgeReading(reading: ReportedReading): Promise<ReadingVerdict>;
  /** A steward's reading enters, with the photo of the dial if there is one. Judged again at this moment. */
  enterReading(member: StaffMember, reading: ReportedReading, photo: string | undefined): Promise<ReportOutcome>;
  /** A tenant's reading is a proposal until a steward confirms it; the stewards are told. */
  proposeReading(
    tenantId: string,
    reading: ReportedReading,
    photo: string | undefined,
    reason: string | undefined,
  ): Promise<{ readonly reference: string; readonly toldStaff: boolean }>;
  /** A steward confirms or drops a proposal by the number on its card. */
  decideReading(
    member: StaffMember,
    reference: string,
    decision: { readonly accept: boolean; readonly reason: string },
  ): Promise<
    | { readonly ok: true; readonly meter: string; readonly standsOn: CivilDate; readonly values: RegisterValues }
    | Refusal
  >;
}
