/**
 * What a provider's answer means for an order (an invoice or a red letter that it makes by itself), as data: the use case
 * carries it out. Pure, so that the table of answers can be read, and tested row by row.
 */

export type OrderState =
  /** Not asked for yet, or not taken on and to be asked for again. */
  | "waiting"
  /** Asked for; what came of it only a query tells. */
  | "sent"
  /** Taken on. */
  | "making"
  | "made"
  /** Finance decides: another try, or by hand. */
  | "failed"
  | "by-hand"
  | "withdrawn";

/** The provider may make it at any moment: nobody else may. */
export const isUnderWay = (state: OrderState): boolean => state === "sent" || state === "making";

/** What asking brought. */
export type Asked =
  | { readonly state: "accepted"; readonly serialNo: string | undefined }
  | { readonly state: "by-hand" }
  | { readonly state: "refused"; readonly code: string; readonly reason: string }
  | { readonly state: "identity-needed"; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

/** What a query about the number brought. */
export type Standing =
  | { readonly state: "made" | "making" | "not-known" | "by-hand" }
  | { readonly state: "failed"; readonly code: string; readonly reason: string }
  | { readonly state: "unknown"; readonly reason: string };

export type OrderStep =
  /** Record what was made. */
  | { readonly do: "record" }
  /** Look again later. */
  | { readonly do: "wait"; readonly state: "sent" | "making" }
  /** A refusal may be about a repetition of what was taken on before, so ask how it stands before believing it. */
  | { readonly do: "query" }
  /** The provider has never heard of it: ask, same number, same contents. */
  | { readonly do: "ask" }
  /** It stands there as failed, and a person wants another try of it. */
  | { readonly do: "retry" }
  /** Somebody of the seller has to log in first; nothing was made, it is asked for again later. */
  | { readonly do: "wait-for-identity"; readonly reason: string }
  | { readonly do: "fail"; readonly code: string; readonly reason: string }
  | { readonly do: "by-hand" };

/** Anything but an acceptance is followed by a query: a silence tells nothing, and a refusal may be of a repetition. */
export function afterAsking(answer: Asked): OrderStep {
  switch (answer.state) {
    case "accepted":
      return { do: "wait", state: "making" };
    case "by-hand":
      return { do: "by-hand" };
    case "refused":
    case "identity-needed":
      return { do: "query" };
    case "unknown":
      return { do: "wait", state: "sent" };
    default:
      return answer satisfies never;
  }
}

export interface OrderStanding {
  readonly state: "sent" | "making";
  /** With what the latest asking was turned away; undefined: it was not answered. */
  readonly refusal: { readonly code: string; readonly reason: string } | undefined;
  readonly retryWanted: boolean;
}

/** The code under which a lack of identity is kept. */
export const IDENTITY_NEEDED = "IDENTITY_NEEDED";

export function afterQuery(answer: Standing, order: OrderStanding): OrderStep {
  switch (answer.state) {
    case "made":
      return { do: "record" };
    case "making":
      return { do: "wait", state: "making" };
    case "unknown":
      return { do: "wait", state: order.state };
    case "by-hand":
      return { do: "by-hand" };
    case "failed":
      return order.retryWanted ? { do: "retry" } : { do: "fail", code: answer.code, reason: answer.reason };
    case "not-known":
      // One that was taken on is looked for again: a provider's books may lag behind its answer.
      if (order.state === "making") return { do: "wait", state: "making" };
      if (order.refusal === undefined) return { do: "ask" };
      return order.refusal.code === IDENTITY_NEEDED
        ? { do: "wait-for-identity", reason: order.refusal.reason }
        : { do: "fail", ...order.refusal };
    default:
      return answer satisfies never;
  }
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** The provider's guide asks after 3 to 5 s, then leaves it to a slower round (reference/domain.md 4.1). */
const WAITS_MS = [5 * SECOND_MS, 10 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS];
const LONGEST_WAIT_MS = 10 * MINUTE_MS;
/** Codes to log in with are given once a minute, 20 times a day; a person needs a while anyway. */
export const IDENTITY_AGAIN_MS = 10 * MINUTE_MS;

/** How long to wait before looking again, after so many queries. */
export const waitAfterOrderQueries = (queries: number): number => WAITS_MS[queries] ?? LONGEST_WAIT_MS;
