/**
 * What a channel's answer means for a refund (reference/wechat-pay.md section 4.2), as data: the saga carries it out. Pure,
 * so that the table of answers can be read, and tested row by row.
 */

/** What asking for the refund brought. */
export type ApplyAnswer =
  | { readonly state: "accepted" }
  | { readonly state: "insufficient-funds"; readonly code: string }
  | { readonly state: "refused"; readonly code: string }
  | { readonly state: "unknown"; readonly reason: string };

/** What a query about the number brought. */
export type QueryAnswer = "known" | "missing" | "unknown";

export type PayoutStep =
  /** The fact says how it stands. */
  | { readonly do: "follow-fact" }
  /** Ask how it stands, before anything else. */
  | { readonly do: "query" }
  /** The channel has never heard of it: ask once more, same number, same amounts. */
  | { readonly do: "ask-again" }
  /** Nothing can be known now; look again later. */
  | { readonly do: "wait" }
  /** The merchant account lacks the money: tell finance, keep the approval open, ask again later. */
  | { readonly do: "wait-for-funds"; readonly code: string }
  /** It will never leave this way, and it did not: pay by bank transfer. */
  | { readonly do: "pay-by-bank"; readonly code: string }
  /** It will not leave as asked, and did not: a person must look. */
  | { readonly do: "stop"; readonly code: string };

/** The channel can't give it back this way, now or later: closed account, too old. */
const NEVER_THIS_WAY: ReadonlySet<string> = new Set(["USER_ACCOUNT_ABNORMAL", "TRADE_OVERDUE"]);

/**
 * Anything but an acceptance is followed by a query: a refusal may be about a repetition of what was accepted before
 * (REFUND_FEE_MISMATCH), and a silence tells nothing.
 */
export const afterApply = (answer: ApplyAnswer): PayoutStep =>
  answer.state === "accepted" ? { do: "follow-fact" } : { do: "query" };

/** `refusal`: the code with which the latest application was refused; undefined: it was not answered, or not made. */
export function afterQuery(answer: QueryAnswer, refusal: string | undefined): PayoutStep {
  switch (answer) {
    case "known":
      return { do: "follow-fact" };
    case "unknown":
      return { do: "wait" };
    case "missing":
      return refusal === undefined ? { do: "ask-again" } : afterRefusal(refusal);
    default:
      return answer satisfies never;
  }
}

function afterRefusal(code: string): PayoutStep {
  if (code === "NOT_ENOUGH") return { do: "wait-for-funds", code };
  return NEVER_THIS_WAY.has(code) ? { do: "pay-by-bank", code } : { do: "stop", code };
}

const MINUTE_MS = 60_000;
/** Waits between queries of a refund under way: each minute at first, then wider (section 4.1). */
const WAITS_MS = [1, 1, 1, 1, 1, 5, 10, 20].map((minutes) => minutes * MINUTE_MS);
const LONGEST_WAIT_MS = 30 * MINUTE_MS;

/** How long to wait before looking again, after so many queries. */
export const waitAfterQueries = (queries: number): number => WAITS_MS[queries] ?? LONGEST_WAIT_MS;
