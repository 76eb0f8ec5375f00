import type { Fen } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";

/** The steps of moving out, in the order in which they are done. */
export const MOVE_OUT_STEPS = [
  "notice",
  "readings",
  "final-bill",
  "invoices",
  "deposit",
  "sheet",
  "consent",
  "refund",
  "close",
] as const;
export type MoveOutStep = (typeof MOVE_OUT_STEPS)[number];

/** `done`; `now`: can be done at once; `waits`: for somebody or a day, see `why`; `later`: an earlier step comes first. */
export interface StepState {
  readonly step: MoveOutStep;
  readonly state: "done" | "now" | "waits" | "later";
  readonly why?: WaitsFor;
}

export type WaitsFor =
  /** The steward asks for the early end. */
  | "early-end-request"
  | "early-end-approval"
  | "last-day"
  | "missing-readings"
  | "red-letters"
  | "forfeit-approval"
  | "disputes"
  | "tenant-consent"
  | "objection"
  | "payout-account"
  | "refund-approval"
  | "refund-payout"
  | "open-claims";

/** What the tables say about a lease that is being given back. */
export interface MoveOutFacts {
  readonly today: CivilDate;
  readonly lastDay: CivilDate;
  /** The lease's end in force. */
  readonly leaseEnd: CivilDate;
  readonly earlyEndPending: boolean;
  /** Lines of the final bill that cannot be computed yet. */
  readonly parkedLines: number;
  readonly billed: boolean;
  readonly redLettersMissing: number;
  readonly forfeitPending: boolean;
  readonly disputedLines: number;
  readonly sheetVersion: number;
  /** The books still say what the sheet says. */
  readonly sheetHolds: boolean;
  readonly consent: "asked" | "confirmed" | "objected" | undefined;
  /** Held and neither set off, kept nor asked back, with free prepayment that goes back too. */
  readonly toRefundFen: Fen;
  readonly payoutAccountMissing: boolean;
  readonly refunds: readonly ("waiting" | "on-its-way" | "paid" | "ended")[];
  /** Still owed on the lease. */
  readonly openFen: Fen;
  readonly closed: boolean;
}

/** Where a settlement stands. Nothing is remembered but facts, so that it goes on wherever it stopped. Pure. */
export function stepsOf(facts: MoveOutFacts): readonly StepState[] {
  let blocked = false;
  return MOVE_OUT_STEPS.map((step): StepState => {
    const state = facts.closed ? { state: "done" as const } : judge(step, facts);
    if (state.state === "done") return { step, ...state };
    // What is only shown (red letters) holds nobody up before the end.
    if (blocked) return { step, state: "later" };
    if (step !== "invoices") blocked = true;
    return { step, ...state };
  });
}

/** The step at which something has to happen; undefined: all is done. */
export const currentStep = (steps: readonly StepState[]): StepState | undefined =>
  steps.find(({ state, step }) => (state === "now" || state === "waits") && step !== "invoices") ??
  steps.find(({ state }) => state === "waits");

type Judged = Pick<StepState, "state" | "why">;
const DONE: Judged = { state: "done" };
const NOW: Judged = { state: "now" };
const waits = (why: WaitsFor): Judged => ({ state: "waits", why });

function judge(step: MoveOutStep, facts: MoveOutFacts): Judged {
  switch (step) {
    case "notice":
      if (facts.leaseEnd <= facts.lastDay) return DONE;
      return waits(facts.earlyEndPending ? "early-end-approval" : "early-end-request");
    case "readings":
      if (facts.billed) return DONE;
      if (facts.today < facts.lastDay) return waits("last-day");
      return facts.parkedLines === 0 ? DONE : waits("missing-readings");
    case "final-bill":
      return facts.billed ? DONE : NOW;
    case "invoices":
      if (!facts.billed) return NOW;
      return facts.redLettersMissing === 0 ? DONE : waits("red-letters");
    case "deposit":
      if (facts.forfeitPending) return waits("forfeit-approval");
      return facts.billed ? DONE : NOW;
    case "sheet":
      if (facts.sheetVersion > 0 && facts.consent !== "objected" && facts.sheetHolds) return DONE;
      return facts.disputedLines > 0 ? waits(facts.consent === "objected" ? "objection" : "disputes") : NOW;
    case "consent":
      return facts.consent === "confirmed" ? DONE : waits("tenant-consent");
    case "refund":
      if (facts.consent !== "confirmed") return NOW;
      if (facts.toRefundFen > 0n) return facts.payoutAccountMissing ? waits("payout-account") : NOW;
      if (facts.refunds.includes("waiting")) return waits("refund-approval");
      return facts.refunds.includes("on-its-way") ? waits("refund-payout") : DONE;
    case "close":
      if (facts.openFen > 0n) return waits("open-claims");
      return facts.redLettersMissing > 0 ? waits("red-letters") : NOW;
    default:
      return step satisfies never;
  }
}
