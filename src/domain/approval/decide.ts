import type { ApprovalStep, ApproverRole } from "./policy.ts";

/*
 * Who may decide a document now, and what follows. Pure: the use case loads the facts under the document's lock, asks
 * here and writes. A click is a request, not a decision (money-rules 11).
 */

export type ApprovalState = "pending" | "approved" | "rejected" | "cancelled" | "expired";

/** A decision of the version in force. */
export interface Decided {
  readonly step: number;
  /** Who decided. */
  readonly personId: string;
  /** In whose name, where that is somebody else (delegation). */
  readonly onBehalfOf?: string | undefined;
  readonly decision: "approve" | "reject";
}

/** A document as the decision finds it. */
export interface DecidableDocument {
  readonly state: ApprovalState;
  readonly version: number;
  readonly steps: readonly ApprovalStep[];
  readonly requestedBy: string;
  readonly decisions: readonly Decided[];
}

/** Somebody in whose name the clicker may decide: the clicker first, then whoever delegated a role to them. */
export interface Principal {
  readonly personId: string;
  /** Roles that count here: of active staff, in whose portfolio the document lies. */
  readonly roles: readonly string[];
}

export interface DecisionAttempt {
  readonly personId: string;
  /** The version on the card that was clicked. */
  readonly version: number;
  readonly decision: "approve" | "reject";
  readonly reason?: string | undefined;
  /** Nobody left, and nobody who is no colleague. */
  readonly isStaff: boolean;
  /** A member of the tenant whom the document is about: their own company's affair. */
  readonly isTenantContact: boolean;
  readonly principals: readonly Principal[];
}

export type DecisionRefusal =
  | "NOT_STAFF"
  | "ALREADY_APPROVED"
  | "ALREADY_REJECTED"
  | "ALREADY_CANCELLED"
  | "ALREADY_EXPIRED"
  | "STALE_VERSION"
  | "APPROVER_IS_REQUESTER"
  | "TENANT_CONTACT_CANNOT_APPROVE"
  | "ALREADY_DECIDED"
  | "DELEGATOR_IS_REQUESTER"
  | "DELEGATOR_ALREADY_DECIDED"
  | "APPROVER_WITHOUT_ROLE"
  | "REASON_MISSING";

export type Judgement =
  | { readonly ok: false; readonly code: DecisionRefusal; readonly role?: ApproverRole | undefined }
  | {
      readonly ok: true;
      readonly step: number;
      readonly onBehalfOf?: string;
      /** Pending while more people are wanted. */
      readonly state: "pending" | "approved" | "rejected";
    };

const CLOSED: Readonly<Record<Exclude<ApprovalState, "pending">, DecisionRefusal>> = {
  approved: "ALREADY_APPROVED",
  rejected: "ALREADY_REJECTED",
  cancelled: "ALREADY_CANCELLED",
  expired: "ALREADY_EXPIRED",
};

/** The first step that wants more people; `steps.length` when none does. */
export function currentStep(steps: readonly ApprovalStep[], decisions: readonly Decided[]): number {
  const open = steps.findIndex(
    ({ count }, index) =>
      decisions.filter(({ step, decision }) => step === index && decision === "approve").length < count,
  );
  return open < 0 ? steps.length : open;
}

/** Judges one click. The same person's second click, whatever it says, is ALREADY_DECIDED. */
export function judgeDecision(document: DecidableDocument, attempt: DecisionAttempt): Judgement {
  const { decisions, steps } = document;
  if (!attempt.isStaff) return { ok: false, code: "NOT_STAFF" };
  const decidedBy = (personId: string): boolean =>
    decisions.some((one) => one.personId === personId || one.onBehalfOf === personId);
  // Before the state: who has decided already hears so, not that somebody else was faster.
  if (attempt.version === document.version && decisions.some((one) => one.personId === attempt.personId)) {
    return { ok: false, code: "ALREADY_DECIDED" };
  }
  if (document.state !== "pending") return { ok: false, code: CLOSED[document.state] };
  if (attempt.version !== document.version) return { ok: false, code: "STALE_VERSION" };
  if (attempt.personId === document.requestedBy) return { ok: false, code: "APPROVER_IS_REQUESTER" };
  // Decided in their name by a delegate: their own hand would count them twice.
  if (decidedBy(attempt.personId)) return { ok: false, code: "ALREADY_DECIDED" };
  if (attempt.isTenantContact) return { ok: false, code: "TENANT_CONTACT_CANNOT_APPROVE" };
  const step = currentStep(steps, decisions);
  const wanted = steps[step];
  if (wanted === undefined) return { ok: false, code: "ALREADY_APPROVED" };
  const able = attempt.principals.filter(({ roles }) => wanted.role === "any" || roles.includes(wanted.role));
  if (able.length === 0) return { ok: false, code: "APPROVER_WITHOUT_ROLE", role: wanted.role };
  const free = able.find(({ personId }) => personId !== document.requestedBy && !decidedBy(personId));
  if (free === undefined) {
    const isRequesters = able.some(({ personId }) => personId === document.requestedBy);
    return { ok: false, code: isRequesters ? "DELEGATOR_IS_REQUESTER" : "DELEGATOR_ALREADY_DECIDED" };
  }
  if (attempt.decision === "reject" && (attempt.reason ?? "").trim() === "")
    return { ok: false, code: "REASON_MISSING" };
  const decided: Decided = { step, personId: attempt.personId, decision: attempt.decision };
  const state =
    attempt.decision === "reject"
      ? "rejected"
      : currentStep(steps, [...decisions, decided]) === steps.length
        ? "approved"
        : "pending";
  return { ok: true, step, state, ...(free.personId === attempt.personId ? {} : { onBehalfOf: free.personId }) };
}
