import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { judgeReading, type OfferedReading, type ReadingVerdict } from "../../domain/metering/judge-reading.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { RegisterValues } from "../../domain/world/property.ts";
import type { SentPhoto } from "../photos/keep-photo.ts";
import { keepReadingPhoto } from "../photos/reading-photos.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import { findMetersOfStaff, type ReportedReading } from "./chat-meters.ts";
import { loadMetersByCode } from "./meters-by-code.ts";
import { acceptReadingIn, refuseReadingIn } from "./quarantined-readings.ts";
import { quarantine, type TakingContext, takeReadings } from "./take-readings.ts";

export type ReportOutcome = { readonly ok: true; readonly verdict: ReadingVerdict } | Refusal;

type ReportContext = Omit<TakingContext, "source">;

const offeredOf = (reading: ReportedReading): OfferedReading => ({ ...reading, kind: "periodic" });

/** What would be said about a reading; nothing is written. */
export async function judgeReported(
  tx: Transaction,
  reading: ReportedReading,
  today: CivilDate,
): Promise<ReadingVerdict> {
  const known = (await loadMetersByCode(tx, [reading.meter], { lock: false })).get(reading.meter);
  return judgeReading(known?.meter, known?.readings ?? [], offeredOf(reading), today);
}

/** A colleague's reading of a meter in the own portfolio enters, with its photo, unless it contradicts what stands. */
export async function enterReading(
  tx: Transaction,
  member: StaffMember,
  reading: ReportedReading,
  context: ReportContext,
  photo?: SentPhoto,
): Promise<ReportOutcome> {
  if (!may(member, "meter.report")) return notYours();
  const [meter] = await findMetersOfStaff(tx, member, { codes: [reading.meter] });
  if (!meter) return notYours();
  const verdict = await judgeReported(tx, reading, context.today);
  if (verdict.state !== "take") return { ok: true, verdict };
  const [taken] = await takeReadings(tx, [offeredOf(reading)], { ...context, source: `staff:${member.code}` });
  if (photo && taken?.verdict.state === "take") {
    const entered = await row<{ id: string }>(
      tx,
      Prisma.sql`SELECT r.id FROM reading r JOIN meter m ON m.id = r.meter_id WHERE m.code = ${reading.meter}
        AND r.stands_on = ${reading.standsOn}::date AND r.superseded_by IS NULL`,
    );
    if (!entered) throw new Error("a reading was taken and is not there");
    await keepReadingPhoto(tx, entered.id, photo);
  }
  return { ok: true, verdict: taken?.verdict ?? verdict };
}

/** Where a tenant's reading came from, for the people who look at it. */
export interface Proposal {
  readonly tenantId: string;
  readonly tenantCode: string;
  readonly personId: string;
  readonly photo?: SentPhoto | undefined;
  /** Why it is in doubt, if the sanity check found something. */
  readonly reason?: string | undefined;
}

/** Puts a tenant's reading aside for a steward; returns its number, and its photo's. The same reading again has the same number. */
export async function proposeReading(
  tx: Transaction,
  reading: ReportedReading,
  proposal: Proposal,
): Promise<{ readonly reference: string; readonly photoId: string | undefined }> {
  const meters = await loadMetersByCode(tx, [reading.meter], { lock: true });
  const { tenantId, tenantCode, personId, photo, reason } = proposal;
  const message = reason ?? "租户上报的读数，请核实后接收";
  const code = reason === undefined ? "REPORTED_BY_TENANT" : "USAGE_UNUSUAL";
  await quarantine(
    tx,
    [{ offered: offeredOf(reading), code, message, tenantId, reportedBy: personId, photo: photo?.mediaId }],
    meters,
    `tenant:${tenantCode}`,
  );
  const stored = await row<{ id: string; reference: string }>(
    tx,
    Prisma.sql`SELECT q.id, ${REFERENCE} AS reference FROM reading_quarantine q JOIN meter m ON m.id = q.meter_id
      WHERE m.code = ${reading.meter} AND q.stands_on = ${reading.standsOn}::date
        AND q.readings->'values' = ${JSON.stringify(reading.values)}::jsonb
      ORDER BY q.recorded_at DESC LIMIT 1`,
  );
  if (!stored) throw new Error("a reading was put aside and is not there");
  const { id, reference } = stored;
  return { reference, photoId: photo && (await keepReadingPhoto(tx, id, photo)) };
}

/** "DS-1A2B3C4D": short enough to type, long enough not to be guessed. */
const REFERENCE = Prisma.sql`'DS-' || upper(right(replace(q.id::text, '-', ''), 8))`;

export interface DecidedReading {
  readonly ok: true;
  readonly meter: string;
  readonly standsOn: CivilDate;
  readonly values: RegisterValues;
}

/** A colleague confirms or drops a doubtful reading of the own portfolio. */
export async function decideReading(
  tx: Transaction,
  member: StaffMember,
  reference: string,
  decision: { readonly accept: boolean; readonly reason: string },
  context: ReportContext,
): Promise<DecidedReading | Refusal> {
  const found = await row<{ id: string; meter: string; standsOn: CivilDate; values: RegisterValues }>(
    tx,
    Prisma.sql`SELECT q.id, q.meter_code AS meter, q.stands_on::text AS "standsOn", q.readings->'values' AS values
      FROM reading_quarantine q WHERE ${REFERENCE} = ${reference.toUpperCase()} LIMIT 1`,
  );
  const mine = found && may(member, "meter.report") && (await findMetersOfStaff(tx, member, { codes: [found.meter] }));
  if (!found || !mine || mine.length === 0) {
    return refuse("READING_UNKNOWN", "没有找到这笔待核实的读数，请检查编号。", "There is no such reading.");
  }
  const { id, meter, standsOn, values } = found;
  const { accept, reason } = decision;
  const done = accept
    ? await acceptReadingIn(tx, { id, reason }, context)
    : await refuseReadingIn(tx, { id, reason }, context);
  return done.ok ? { ok: true, meter, standsOn, values } : done;
}

const notYours = (): Refusal =>
  refuse("NOT_YOUR_METER", "这块表不在您负责的范围里，请联系负责的管家。", "This meter is not in your portfolio.");
