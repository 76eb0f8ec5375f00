import type { Platform } from "./messenger.ts";

/** What became of a try to fetch a file that somebody sent. Reasons hold no address and no token. */
export type FetchedMedia =
  | { readonly state: "fetched"; readonly bytes: Uint8Array }
  /** The platform does not have it (any more): only its sender has it. */
  | { readonly state: "gone"; readonly code: string }
  | { readonly state: "too-large" }
  /** Nobody answered, or the platform will answer otherwise later. */
  | { readonly state: "later"; readonly code: string; readonly retryAfterMs?: number | undefined };

/** Where the files are that people send in chat; one per configured app. */
export interface MediaSource {
  readonly platform: Platform;
  readonly appId: string;
  /** `mediaId` is what the event carried. Does not throw for anything the network or the platform does. */
  fetch(mediaId: string): Promise<FetchedMedia>;
}
