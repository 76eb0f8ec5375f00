import type { Fen } from "../money/fen.ts";

/*
 * Red letters (红字发票): the only way back from an invoice that was issued. Reasons, states and rules: reference/domain.md
 * 4.2. The form is confirmed by the other side within 72 hours or falls.
 */

/** 01 开票有误, 02 销货退回, 03 服务中止, 04 销售折让 */
export const RED_REASONS = ["mistake", "return", "service-ended", "allowance"] as const;
export type RedReason = (typeof RED_REASONS)[number];

export type RedState =
  | "draft"
  | "pending-approval"
  /** Finance has to enter the form in the tax platform. */
  | "approved"
  | "awaiting-peer"
  | "confirmed"
  | "red-issued"
  | "refused"
  | "expired"
  | "withdrawn";

export type RedEvent =
  | { readonly type: "submit-for-approval" }
  | { readonly type: "approve" }
  | { readonly type: "reject" }
  /** The form is in the tax platform; `needsPeer` when the buyer has confirmed or booked the blue invoice. */
  | { readonly type: "form-submitted"; readonly needsPeer: boolean }
  | { readonly type: "peer-confirmed" }
  | { readonly type: "peer-refused" }
  | { readonly type: "time-passed"; readonly hours: number }
  | { readonly type: "withdraw" }
  | { readonly type: "red-issued" };

/** Hours in which the other side has to confirm the form. */
export const CONFIRMATION_HOURS = 72;

/** States in which a red letter still lives: a blue invoice has one at most. */
export const LIVE_RED_STATES: readonly RedState[] = [
  "draft",
  "pending-approval",
  "approved",
  "awaiting-peer",
  "confirmed",
];

/** The state after an event; undefined: the event does not happen in this state, and nothing changes. */
export function nextRedState(state: RedState, event: RedEvent): RedState | undefined {
  switch (event.type) {
    case "submit-for-approval":
      return state === "draft" ? "pending-approval" : undefined;
    case "approve":
      return state === "pending-approval" ? "approved" : undefined;
    case "reject":
      return state === "pending-approval" ? "refused" : undefined;
    case "form-submitted":
      if (state !== "approved") return undefined;
      return event.needsPeer ? "awaiting-peer" : "confirmed";
    case "peer-confirmed":
      return state === "awaiting-peer" ? "confirmed" : undefined;
    case "peer-refused":
      return state === "awaiting-peer" ? "refused" : undefined;
    case "time-passed":
      return state === "awaiting-peer" && event.hours >= CONFIRMATION_HOURS ? "expired" : undefined;
    case "withdraw":
      return LIVE_RED_STATES.includes(state) ? "withdrawn" : undefined;
    case "red-issued":
      return state === "confirmed" ? "red-issued" : undefined;
    default:
      return event satisfies never;
  }
}

/** Where a form stands at the bureau, once somebody has entered it there. */
export type RedFormStanding = "awaiting-peer" | "confirmed" | "refused" | "expired" | "withdrawn";

/** The events that take a red letter to where its form stands at the bureau; none where it is there, or has ended. */
export function eventsToward(state: RedState, form: RedFormStanding): readonly RedEvent[] {
  if (state !== "approved" && state !== "awaiting-peer" && state !== "confirmed") return [];
  if (form === "withdrawn") return [{ type: "withdraw" }];
  if (state === "confirmed") return [];
  const entered = (needsPeer: boolean): RedEvent[] =>
    state === "approved" ? [{ type: "form-submitted", needsPeer }] : [];
  switch (form) {
    case "awaiting-peer":
      return entered(true);
    case "confirmed":
      return state === "approved" ? entered(false) : [{ type: "peer-confirmed" }];
    case "refused":
      return [...entered(true), { type: "peer-refused" }];
    case "expired":
      return [...entered(true), { type: "time-passed", hours: CONFIRMATION_HOURS }];
    default:
      return form satisfies never;
  }
}

export type RedRefusal = "NOT_ISSUED" | "ALREADY_LIVE" | "MISTAKE_IS_WHOLE" | "MORE_THAN_BLUE" | "NOT_POSITIVE";

/** Whether a red letter may be begun: one at a time, for a mistake the whole invoice, never more than is left of it. */
export function checkRedLetter(request: {
  readonly reason: RedReason;
  readonly amountFen: Fen;
  readonly blue: { readonly state: string; readonly amountFen: Fen; readonly redFen: Fen };
  readonly hasLive: boolean;
}): RedRefusal | undefined {
  const { reason, amountFen, blue } = request;
  if (blue.state !== "issued") return "NOT_ISSUED";
  if (request.hasLive) return "ALREADY_LIVE";
  if (amountFen <= 0n) return "NOT_POSITIVE";
  if (amountFen > blue.amountFen - blue.redFen) return "MORE_THAN_BLUE";
  return reason === "mistake" && amountFen !== blue.amountFen ? "MISTAKE_IS_WHOLE" : undefined;
}
