import type { ExceptionItem } from "../src/usecases/exceptions/exception.ts";
import type { SentPhoto } from "../src/usecases/photos/keep-photo.ts";

/** What the bot may ask and order about photos that people send as evidence. */
export interface PhotoServices {
  /** The page that shows a kept photo to those of the staff whose business it is; it asks who they are. */
  photoLink(photoId: string): string;
  /** A picture of this event as the use cases take it. */
  sentPhoto(mediaId: string, personId: string): SentPhoto;
  /** The picture instead of one that its sender was asked for again. False: none of theirs is missing. */
  replaceLostPhoto(mediaId: string, personId: string): Promise<boolean>;
  /** Slips that are kept for the money of a difference, which the reader may see. */
  slipsOf(exception: ExceptionItem): Promise<readonly { readonly photoId: string; readonly tenantName: string }[]>;
}
