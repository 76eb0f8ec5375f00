import { photoNotices } from "../../bot/notices/photo-notices.ts";
import type { Database } from "../db/client.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { pageUrl } from "../http/h5/page-link.ts";
import type { BusinessClock, WireClock } from "../ports/clock.ts";
import type { MediaSource } from "../ports/media-source.ts";
import type { Logger } from "../telemetry/logger.ts";
import { fetchDuePhotos } from "../usecases/photos/fetch-photos.ts";

/** How often it is looked whether somebody has sent a photo. */
const PHOTO_POLL_MS = 2_000;

/** Photos of a running process: fetched by the worker, shown by link. */
export function createPhotos(
  db: Database,
  deps: {
    readonly publicUrl: string;
    readonly linkKey: Uint8Array;
    readonly encryption: FieldEncryption;
    readonly sources: ReadonlyMap<string, MediaSource>;
    readonly clocks: { readonly business: BusinessClock; readonly wire: WireClock };
    readonly logger: Logger;
  },
) {
  const { publicUrl, linkKey, encryption, sources, clocks, logger } = deps;
  const link = (photoId: string): string =>
    pageUrl({ publicUrl, linkKey, nowMs: clocks.business.nowMs() }, "photo", photoId);
  return {
    link,
    poll: {
      name: "photos",
      everyMs: PHOTO_POLL_MS,
      work: () =>
        fetchDuePhotos(db, {
          sources,
          encryption,
          today: clocks.business.today,
          wireNowMs: clocks.wire.nowMs,
          notices: photoNotices(link),
          onProblem: (problem) => logger.warn(problem, "photo.not-kept"),
        }),
    },
  };
}
