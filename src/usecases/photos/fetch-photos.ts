import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { type ImageType, imageTypeOf } from "../../domain/photos/image-type.ts";
import { nextTryAtMs } from "../../domain/photos/photo-retry.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { FetchedMedia, MediaSource } from "../../ports/media-source.ts";
import type { Platform } from "../../ports/messenger.ts";
import { storeFile } from "../documents/file-store.ts";
import { findException, placeOfException } from "../exceptions/exception.ts";
import { tellStaff } from "../staff/tell-staff.ts";
import type { PhotoSubject } from "./keep-photo.ts";

/** Why a photo could not be kept: the platform has dropped it, it is too large, or it is no picture. */
export type LostReason = "expired" | "too-large" | "no-image";

/** What is said about photos; by bot/notices. */
export interface PhotoNotices {
  /** To the sender: please send it again. */
  lost(subject: PhotoSubject["kind"], reason: LostReason): Card;
  /** To those who decide about money that a tenant claims: there is a slip now. */
  slipKept(slip: { readonly photoId: string; readonly tenantName: string; readonly amountFen: Fen }): Card;
}

export interface FetchPhotosContext {
  /** By "platform|appId". Photos of platforms that are off wait. */
  readonly sources: ReadonlyMap<string, MediaSource>;
  readonly encryption: FieldEncryption;
  readonly today: () => CivilDate;
  readonly wireNowMs: () => number;
  readonly notices: PhotoNotices;
  readonly onProblem: (problem: { readonly photoId: string; readonly code: string }) => void;
}

interface Waiting {
  readonly id: string;
  readonly kind: PhotoSubject["kind"];
  readonly subjectId: string;
  readonly personId: string | null;
  readonly platform: Platform;
  readonly appId: string;
  readonly mediaId: string;
  readonly sender: string;
  readonly receivedMs: bigint;
  readonly attempts: number;
}

/** The slowest platform is given up after two calls of 30 s; who was killed meanwhile is overtaken then. */
const CLAIM_SECONDS = 90;
const BATCH = 4;

/**
 * Fetches the photos whose time has come and keeps them, encrypted, with our other files; returns how many it looked at.
 * Any number of processes may do this at once: a photo is claimed, the call is made outside of any transaction, and what
 * came is written by whoever holds the latest claim. Nothing of a photo is ever logged.
 */
export async function fetchDuePhotos(db: Database, context: FetchPhotosContext): Promise<number> {
  const claimed = await claim(db, context);
  await Promise.all(claimed.map((photo) => fetchOne(db, photo, context)));
  return claimed.length;
}

const instant = (ms: number): Prisma.Sql => Prisma.sql`${new Date(ms).toISOString()}::timestamptz`;

const claim = (db: Database, { sources, wireNowMs }: FetchPhotosContext): Promise<Waiting[]> =>
  rows<Waiting>(
    db,
    Prisma.sql`UPDATE evidence_photo p SET attempts = p.attempts + 1,
        next_try_at = ${instant(wireNowMs() + CLAIM_SECONDS * 1_000)}
      FROM (SELECT id FROM evidence_photo WHERE state = 'waiting' AND next_try_at <= ${instant(wireNowMs())}
          AND platform || '|' || app_id = ANY (${[...sources.keys()]}::text[])
        ORDER BY next_try_at, id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) due
      WHERE p.id = due.id
      RETURNING p.id, p.subject_kind AS kind, p.subject_id AS "subjectId", p.person_id AS "personId", p.platform,
        p.app_id AS "appId", p.media_id AS "mediaId", p.sender,
        (extract(epoch FROM p.recorded_at) * 1000)::bigint AS "receivedMs", p.attempts`,
  );

async function fetchOne(db: Database, photo: Waiting, context: FetchPhotosContext): Promise<void> {
  try {
    const source = context.sources.get(`${photo.platform}|${photo.appId}`);
    if (!source) return;
    const fetched = await source.fetch(photo.mediaId);
    await inTransaction(db, (tx) => settle(tx, photo, fetched, context));
  } catch (error) {
    // The name only: a message may quote what was being written. Its claim runs out, then it is tried again.
    context.onProblem({ photoId: photo.id, code: error instanceof Error ? error.name : "unknown" });
  }
}

async function settle(
  tx: Transaction,
  photo: Waiting,
  fetched: FetchedMedia,
  context: FetchPhotosContext,
): Promise<void> {
  // Whoever was overtaken writes nothing.
  const mine = await row(
    tx,
    Prisma.sql`SELECT 1 AS yes FROM evidence_photo WHERE id = ${photo.id}::uuid AND state = 'waiting'
      AND attempts = ${photo.attempts} FOR UPDATE`,
  );
  if (!mine) return;
  switch (fetched.state) {
    case "fetched": {
      const type = imageTypeOf(fetched.bytes);
      return type === undefined
        ? lose(tx, photo, "no-image", "NO_IMAGE", context)
        : keep(tx, photo, fetched.bytes, type, context);
    }
    case "gone":
      return lose(tx, photo, "expired", fetched.code, context);
    case "too-large":
      return lose(tx, photo, "too-large", "TOO_LARGE", context);
    case "later":
      return retry(tx, photo, fetched, context);
    default:
      return fetched satisfies never;
  }
}

async function keep(
  tx: Transaction,
  photo: Waiting,
  bytes: Uint8Array,
  type: ImageType,
  context: FetchPhotosContext,
): Promise<void> {
  const today = context.today();
  const fileName = `${photo.kind}-${photo.id.slice(0, 8)}.${type.extension}`;
  const fileId = await storeFile(tx, context.encryption, { fileName, mediaType: type.mediaType, bytes });
  await execute(
    tx,
    Prisma.sql`UPDATE evidence_photo SET state = 'kept', file_id = ${fileId}::uuid, size_bytes = ${bytes.byteLength},
      failure = NULL WHERE id = ${photo.id}::uuid`,
  );
  const file = await row<{ sha256: string }>(
    tx,
    Prisma.sql`SELECT sha256 FROM document_file WHERE id = ${fileId}::uuid`,
  );
  await recordAudit(tx, [
    {
      actor: "job:photos",
      channel: photo.platform,
      businessDate: today,
      action: "photo.kept",
      subjectKind: photo.kind,
      subjectId: photo.subjectId,
      after: { photoId: photo.id, sha256: file?.sha256 ?? "", sizeBytes: bytes.byteLength, mediaType: type.mediaType },
    },
  ]);
  if (photo.kind === "transfer-claim") await tellDeciders(tx, photo, context);
}

/** Those who decide about the money have its card already, perhaps from before the slip came. */
async function tellDeciders(tx: Transaction, photo: Waiting, context: FetchPhotosContext): Promise<void> {
  const claimed = await row<{ tenantName: string; exceptionId: string }>(
    tx,
    Prisma.sql`SELECT t.name AS "tenantName", x.id AS "exceptionId"
      FROM transfer_claim c JOIN tenant t ON t.id = c.tenant_id
        JOIN exception_item x ON x.id = c.exception_id AND x.state = 'open' AND x.amount_fen IS NOT NULL
      WHERE c.id = ${photo.subjectId}::uuid`,
  );
  const exception = claimed && (await findException(tx, claimed.exceptionId));
  if (!exception) return;
  const { tenantName } = claimed;
  await tellStaff(tx, {
    to: { roles: [exception.ownerRole], ...placeOfException(exception) },
    card: context.notices.slipKept({ photoId: photo.id, tenantName, amountFen: exception.amountFen }),
    dedupeKey: `slip-kept|${photo.id}`,
  });
}

async function retry(
  tx: Transaction,
  photo: Waiting,
  { code, retryAfterMs }: Extract<FetchedMedia, { state: "later" }>,
  context: FetchPhotosContext,
): Promise<void> {
  const nextMs = nextTryAtMs(photo.attempts, Number(photo.receivedMs), context.wireNowMs(), retryAfterMs);
  if (nextMs === undefined) return lose(tx, photo, "expired", code, context);
  context.onProblem({ photoId: photo.id, code });
  await execute(
    tx,
    Prisma.sql`UPDATE evidence_photo SET next_try_at = ${instant(nextMs)}, failure = ${code} WHERE id = ${photo.id}::uuid`,
  );
}

async function lose(
  tx: Transaction,
  photo: Waiting,
  reason: LostReason,
  code: string,
  context: FetchPhotosContext,
): Promise<void> {
  await execute(
    tx,
    Prisma.sql`UPDATE evidence_photo SET state = 'lost', failure = ${code} WHERE id = ${photo.id}::uuid`,
  );
  context.onProblem({ photoId: photo.id, code });
  await enqueueMessages(tx, [
    {
      channel: photo.platform,
      appId: photo.appId,
      recipient: photo.sender,
      personId: photo.personId ?? undefined,
      occasion: "notice",
      message: context.notices.lost(photo.kind, reason),
      dedupeKey: `photo-lost|${photo.id}`,
    },
  ]);
}
