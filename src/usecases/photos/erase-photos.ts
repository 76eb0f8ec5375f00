import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/**
 * Erases the photos of people who were forgotten, but for evidence of money: a slip stays with the receipt that was booked
 * on it; and with money about which nobody has decided yet. When that turns out to be somebody else's, the slip goes the
 * next time. Of what stays, the sender's address is forgotten too. Returns how many were erased.
 */
export async function erasePhotos(tx: Transaction): Promise<number> {
  const erased = await rows<{ fileId: string | null }>(
    tx,
    Prisma.sql`WITH gone AS (
        SELECT p.id, p.file_id FROM evidence_photo p JOIN person n ON n.id = p.person_id AND n.forgotten_at IS NOT NULL
          LEFT JOIN transfer_claim c ON p.subject_kind = 'transfer-claim' AND c.id = p.subject_id
          LEFT JOIN reading_quarantine q ON p.subject_kind = 'reading' AND q.id = p.subject_id
        WHERE p.state <> 'erased' AND (p.subject_kind = 'transfer-claim'
            AND (p.state = 'lost' OR NOT (c.state = 'confirmed' OR (c.state = 'open' AND c.exception_id IS NOT NULL)))
          -- A dial whose figures went into a bill is evidence of it; one that was not taken is nobody's.
          OR q.id IS NOT NULL AND (p.state = 'lost' OR q.state = 'refused'))
        FOR UPDATE OF p)
      UPDATE evidence_photo p SET state = 'erased', file_id = NULL, media_id = NULL, sender = NULL FROM gone
      WHERE p.id = gone.id RETURNING gone.file_id AS "fileId"`,
  );
  const fileIds = erased.flatMap(({ fileId }) => (fileId === null ? [] : [fileId]));
  if (fileIds.length > 0) await execute(tx, Prisma.sql`DELETE FROM document_file WHERE id = ANY (${fileIds}::uuid[])`);
  await execute(
    tx,
    Prisma.sql`UPDATE evidence_photo p SET sender = NULL, media_id = NULL FROM person n
      WHERE n.id = p.person_id AND n.forgotten_at IS NOT NULL AND p.state IN ('kept', 'replaced')
        AND (p.sender IS NOT NULL OR p.media_id IS NOT NULL)`,
  );
  return erased.length;
}
