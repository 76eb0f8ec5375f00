import { Prisma } from "../../../generated/prisma/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { StoredDocument } from "../../ports/document-store.ts";
import { readFile } from "../documents/file-store.ts";
import { findException, placeOfException } from "../exceptions/exception.ts";
import type { StaffMember } from "../staff/find-staff-member.ts";
import { may } from "../staff/permissions.ts";
import { buildingsOfTenant, projectsOfTenant } from "../staff/portfolio.ts";
import { placeOfTask } from "../tasks/note-task.ts";
import type { PhotoSubject } from "./keep-photo.ts";

/** Slips that were sent for money that an exception is about, the latest first; only what is kept. */
export const slipsOfException = (
  tx: Transaction,
  exceptionId: string,
): Promise<{ readonly photoId: string; readonly tenantName: string }[]> =>
  rows(
    tx,
    Prisma.sql`SELECT p.id AS "photoId", t.name AS "tenantName" FROM evidence_photo p
        JOIN transfer_claim c ON p.subject_kind = 'transfer-claim' AND c.id = p.subject_id
        JOIN tenant t ON t.id = c.tenant_id
      WHERE c.exception_id::text = ${exceptionId} AND p.state = 'kept' ORDER BY p.sent_at DESC, p.id`,
  );

interface StoredPhoto {
  readonly kind: PhotoSubject["kind"];
  readonly fileId: string;
  /** Of a claim: the difference that its money is, and the entities that its tenant rents from. */
  readonly exceptionId: string | null;
  readonly entityIds: readonly string[];
  readonly projectIds: readonly string[];
  readonly buildingIds: readonly string[];
  /** Of a task, or of the meter of a reading. */
  readonly projectId: string | null;
  readonly buildingId: string | null;
}

/** A kept photo for somebody of the staff whose business it is; undefined: there is none, or it is not theirs to see. */
export async function photoFor(
  tx: Transaction,
  encryption: FieldEncryption,
  staff: StaffMember,
  photoId: string,
): Promise<StoredDocument | undefined> {
  const photo = await row<StoredPhoto>(
    tx,
    Prisma.sql`SELECT p.subject_kind AS kind, p.file_id AS "fileId", c.exception_id AS "exceptionId",
        ARRAY(SELECT DISTINCT l.entity_id::text FROM lease l WHERE l.tenant_id = c.tenant_id) AS "entityIds",
        ${projectsOfTenant(Prisma.sql`c.tenant_id`)} AS "projectIds", ${buildingsOfTenant(Prisma.sql`c.tenant_id`)} AS "buildingIds",
        coalesce(k.project_id, mb.project_id) AS "projectId", coalesce(k.building_id, mb.id) AS "buildingId"
      FROM evidence_photo p
        LEFT JOIN transfer_claim c ON p.subject_kind = 'transfer-claim' AND c.id = p.subject_id
        LEFT JOIN task_note n ON p.subject_kind = 'task-note' AND n.id = p.subject_id
        LEFT JOIN steward_task k ON k.id = n.task_id
        LEFT JOIN reading_quarantine q ON p.subject_kind = 'reading' AND q.id = p.subject_id
        LEFT JOIN reading r ON p.subject_kind = 'reading' AND r.id = p.subject_id
        LEFT JOIN meter m ON m.id = coalesce(q.meter_id, r.meter_id)
        LEFT JOIN meter_assignment a ON a.meter_id = m.id AND upper_inf(a.held) LEFT JOIN unit u ON u.id = a.unit_id
        LEFT JOIN building mb ON mb.id = coalesce(m.building_id, u.building_id)
      WHERE p.id::text = ${photoId} AND p.state = 'kept'`,
  );
  return photo && (await isTheirs(tx, staff, photo)) ? readFile(tx, encryption, photo.fileId) : undefined;
}

/** A slip is for who may read about its money, a visit for who may see the task, a dial for who may see the meter's place. */
async function isTheirs(tx: Transaction, staff: StaffMember, photo: StoredPhoto): Promise<boolean> {
  const { kind, exceptionId, entityIds, projectIds, buildingIds, projectId, buildingId } = photo;
  switch (kind) {
    case "transfer-claim": {
      const exception = exceptionId === null ? undefined : await findException(tx, exceptionId);
      return exception
        ? may(staff, "recon.read", placeOfException(exception))
        : entityIds.some((entityId) => may(staff, "recon.read", { entityId, projectIds, buildingIds }));
    }
    case "task-note":
    case "reading":
      return projectId !== null && may(staff, "tenant.read", placeOfTask({ projectId, buildingId }));
    default:
      return kind satisfies never;
  }
}
