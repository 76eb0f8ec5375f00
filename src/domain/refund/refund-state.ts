/**
 * Where a refund stands. Up to `requested` nothing is booked; from `approved` on the money is owed to the payer (2241.03);
 * only `paid` has left.
 * - `approved`: to be paid as soon as no hold stands; also while the merchant account lacks the money.
 * - `paying`: the channel was asked, or is about to be; what became of it is known by a query only.
 * - `processing`: the channel took it on. `abnormal`: the payer's account there is dead, a person mends it at the channel.
 * - `stuck`: the channel will not do it as asked; a person decides.
 * - `bank-due`: on the list of bank payouts.
 */
export type RefundState =
  | "requested"
  | "approved"
  | "paying"
  | "processing"
  | "abnormal"
  | "stuck"
  | "bank-due"
  | "paid"
  | "rejected"
  | "cancelled";

const NEXT: Readonly<Record<RefundState, readonly RefundState[]>> = {
  requested: ["approved", "rejected", "cancelled"],
  // A notification that overtakes our own answer tells how it ended: the money follows the channel, not our notes.
  approved: ["paying", "processing", "abnormal", "bank-due", "paid", "cancelled"],
  paying: ["approved", "processing", "abnormal", "stuck", "bank-due", "paid"],
  processing: ["paid", "abnormal", "bank-due"],
  abnormal: ["paid", "bank-due"],
  stuck: ["approved", "processing", "abnormal", "bank-due", "paid", "cancelled"],
  "bank-due": ["paid", "cancelled"],
  paid: [],
  rejected: [],
  cancelled: [],
};

/** Whether a refund may go from one state to another. Nothing leaves `paid`, `rejected` and `cancelled`. */
export const canBecome = (from: RefundState, to: RefundState): boolean => NEXT[from].includes(to);

export const isEnded = (state: RefundState): boolean => NEXT[state].length === 0;

/** Counts against what can still be refunded. */
export const isLive = (state: RefundState): boolean => state !== "rejected" && state !== "cancelled";

/** Booked to 2241.03. */
export const isBooked = (state: RefundState): boolean => isLive(state) && state !== "requested";
