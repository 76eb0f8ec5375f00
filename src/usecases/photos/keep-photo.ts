import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Platform } from "../../ports/messenger.ts";

/** What a photo is evidence for. */
export interface PhotoSubject {
  readonly kind: "transfer-claim" | "task-note" | "reading";
  readonly id: string;
}

/** A photo as it came in: the platform has it, for three days. */
export interface SentPhoto {
  readonly platform: Platform;
  readonly appId: string;
  /** The platform's name for it: a media_id, a download code. */
  readonly mediaId: string;
  /** Who sent it, as the platform names them: there they are asked for it again if it is lost. */
  readonly sender: string;
  readonly sentAtMs: number;
  readonly personId: string;
}

/** Has a photo fetched and kept as evidence, once, however often its message comes. fetchDuePhotos does the work. */
export const keepPhoto = (tx: Transaction, subject: PhotoSubject, photo: SentPhoto): Promise<number> =>
  execute(
    tx,
    Prisma.sql`INSERT INTO evidence_photo (id, subject_kind, subject_id, person_id, platform, app_id, media_id, sender, sent_at,
        state, next_try_at)
      VALUES (${newId()}::uuid, ${subject.kind}, ${subject.id}::uuid, ${photo.personId}::uuid, ${photo.platform},
        ${photo.appId}, ${photo.mediaId}, ${photo.sender}, ${new Date(photo.sentAtMs).toISOString()}::timestamptz,
        'waiting', to_timestamp(0))
      ON CONFLICT (platform, app_id, media_id, subject_kind, subject_id) WHERE media_id IS NOT NULL DO NOTHING`,
  );

/** Who was asked for a photo again answers within days, not within weeks. */
const ANSWER_DAYS = 7;

/** A photo instead of one of the same person that could not be kept. `false`: nothing of theirs is missing. */
export async function replaceLostPhoto(tx: Transaction, photo: SentPhoto): Promise<boolean> {
  const lost = await row<{ kind: PhotoSubject["kind"]; id: string }>(
    tx,
    Prisma.sql`UPDATE evidence_photo SET state = 'replaced' WHERE id = (SELECT id FROM evidence_photo
        WHERE state = 'lost' AND person_id = ${photo.personId}::uuid AND platform = ${photo.platform}
          AND sent_at > ${new Date(photo.sentAtMs).toISOString()}::timestamptz - make_interval(days => ${ANSWER_DAYS})
        ORDER BY sent_at DESC, id DESC LIMIT 1 FOR UPDATE)
      RETURNING subject_kind AS kind, subject_id AS id`,
  );
  if (!lost) return false;
  await keepPhoto(tx, lost, photo);
  return true;
}
