import type { Card } from "../../../cards/card.ts";
import type { BillNotices } from "../billing/publish-bills.ts";
import type { RefundRequestContext } from "../refunds/request-refund.ts";
import type { MoveOutProgress } from "./progress.ts";
import type { StoredMoveOut } from "./stored-move-out.ts";

/** What a tenant hears without having asked. */
export type MoveOutOccasion = "noticed" | "billed" | "sheet" | "confirmed" | "closed";
/** What a steward hears. */
export type MoveOutAlert = "noticed" | "objected" | "confirmed" | "account-needed";

export interface MoveOutNotices {
  /** Undefined: the official account is off. */
  readonly officialAccountAppId: string | undefined;
  /** `decides`: this reader may confirm or object. */
  readonly tenantCard: (occasion: MoveOutOccasion, progress: MoveOutProgress, decides: boolean) => Card;
  readonly staffCard: (alert: MoveOutAlert, moveOut: StoredMoveOut) => Card;
}

/** What the use cases of moving out need besides the transaction: who acts, the words, how bills are announced. */
export interface MoveOutContext extends RefundRequestContext {
  readonly moveOutNotices: MoveOutNotices;
  readonly billNotices: BillNotices;
}
