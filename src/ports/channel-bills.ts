import type { CivilDate } from "../domain/time/civil-date.ts";

/** Trade bills prove payments and refunds; fund flows prove balance, fees and withdrawals. */
export type BillKind = "trade" | "fund";

export type BillDownload =
  /** The bytes of the bill, unpacked; their hash is the one that the channel announced. */
  | { readonly state: "ready"; readonly bytes: Uint8Array }
  /** Nothing was traded on that day: there is no bill and will be none. */
  | { readonly state: "none" }
  /** Not made yet: ask again later. */
  | { readonly state: "creating" }
  /** The channel will not give it: a person must look. */
  | { readonly state: "refused"; readonly code: string; readonly reason: string }
  /** No answer, or not the bytes that were announced: ask again. */
  | { readonly state: "unknown"; readonly reason: string };

/** The bills of one merchant account. */
export interface ChannelBills {
  readonly merchantId: string;
  download(kind: BillKind, date: CivilDate): Promise<BillDownload>;
}
