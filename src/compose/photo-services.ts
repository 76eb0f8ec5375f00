import type { InboundEvent } from "../../bot/events.ts";
import type { PhotoServices } from "../../bot/photo-services.ts";
import type { Transaction } from "../db/transaction.ts";
import { slipsOfException } from "../usecases/photos/find-photos.ts";
import { replaceLostPhoto, type SentPhoto } from "../usecases/photos/keep-photo.ts";

export interface PhotoDependencies {
  /** The page that shows a photo to the staff (src/http/h5/photo-routes.ts). */
  readonly photoLink: (photoId: string) => string;
}

/** A picture of an event, with where it came from: there it is fetched, and asked for again. */
export const sentPhotoOf = (event: InboundEvent, mediaId: string, personId: string): SentPhoto => ({
  platform: event.platform,
  appId: event.appId,
  mediaId,
  sender: event.senderId,
  sentAtMs: event.sentAtMs,
  personId,
});

/** Photos as the bot knows them, tied to one event and its transaction. */
export const photoServicesOf = (
  tx: Transaction,
  event: InboundEvent,
  { photoLink }: PhotoDependencies,
): PhotoServices => ({
  photoLink,
  sentPhoto: (mediaId, personId) => sentPhotoOf(event, mediaId, personId),
  replaceLostPhoto: (mediaId, personId) => replaceLostPhoto(tx, sentPhotoOf(event, mediaId, personId)),
  slipsOf: ({ id }) => slipsOfException(tx, id),
});
