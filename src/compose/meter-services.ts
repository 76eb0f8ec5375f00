import type { InboundEvent } from "../../bot/events.ts";
import type { MeterServices } from "../../bot/meter-services.ts";
import { readingProposedNotice } from "../../bot/notices/reading-notice.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { row } from "../db/rows.ts";
import type { Transaction } from "../db/transaction.ts";
import type { CivilDate } from "../domain/time/civil-date.ts";
import type { Sender } from "../usecases/queries/find-sender.ts";
import { findMetersOfStaff, findMetersOfTenant } from "../usecases/readings/chat-meters.ts";
import { decideReading, enterReading, judgeReported, proposeReading } from "../usecases/readings/report-reading.ts";
import { tellStaff } from "../usecases/staff/tell-staff.ts";
import { type PhotoDependencies, sentPhotoOf } from "./photo-services.ts";

/** Meters as the bot knows them, tied to the transaction of a message. */
export function meterServicesOf(
  tx: Transaction,
  event: InboundEvent,
  today: CivilDate,
  sender: () => Promise<Sender | undefined>,
  { photoLink }: PhotoDependencies,
): MeterServices {
  const by = (actor: string) => ({ actor, channel: event.platform, today });
  return {
    metersOfTenant: (tenantId, filter) => findMetersOfTenant(tx, tenantId, filter, today),
    metersOfStaff: (member, filter) => findMetersOfStaff(tx, member, filter),
    judgeReading: (reading) => judgeReported(tx, reading, today),
    enterReading: (member, reading, photo) =>
      enterReading(
        tx,
        member,
        reading,
        by(`staff:${member.code}`),
        photo === undefined ? undefined : sentPhotoOf(event, photo, member.personId),
      ),
    decideReading: (member, reference, decision) =>
      decideReading(tx, member, reference, decision, by(`staff:${member.code}`)),
    async proposeReading(tenantId, reading, photo, reason) {
      const person = await sender();
      const [meter] = await findMetersOfTenant(tx, tenantId, { codes: [reading.meter] }, today);
      const place = await placeOf(tx, tenantId, reading.meter);
      if (!person || !meter || !place) throw new Error("a reading was reported of a meter that is not the tenant's");
      const { reference, photoId } = await proposeReading(tx, reading, {
        tenantId,
        tenantCode: place.tenantCode,
        personId: person.personId,
        photo: photo === undefined ? undefined : sentPhotoOf(event, photo, person.personId),
        reason,
      });
      const told = await tellStaff(tx, {
        to: { roles: ["steward"], projectId: place.projectId, buildingIds: [place.buildingId] },
        card: readingProposedNotice({
          tenantName: place.tenantName,
          meter,
          reading,
          reference,
          photoUrl: photoId === undefined ? undefined : photoLink(photoId),
          reason,
        }),
        dedupeKey: `reading-proposed|${reference}`,
      });
      return { reference, toldStaff: told.length > 0 };
    },
  };
}

const placeOf = (tx: Transaction, tenantId: string, meter: string) =>
  row<{ tenantCode: string; tenantName: string; projectId: string; buildingId: string }>(
    tx,
    Prisma.sql`SELECT t.code AS "tenantCode", t.name AS "tenantName", b.project_id AS "projectId", b.id AS "buildingId"
      FROM tenant t, meter m
        LEFT JOIN meter_assignment a ON a.meter_id = m.id AND upper_inf(a.held) LEFT JOIN unit u ON u.id = a.unit_id
        JOIN building b ON b.id = coalesce(m.building_id, u.building_id)
      WHERE t.id = ${tenantId}::uuid AND m.code = ${meter} LIMIT 1`,
  );
