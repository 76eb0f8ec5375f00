import type { Intent } from "../frame.ts";

/** Something found in the message that a cue may ask for besides its words. */
export type Feature = "unit" | "tenant" | "amount" | "reading" | "taxNo" | "laterDay" | "charge" | "period";

/**
 * One sign that an intent is meant. Weights: 2 a topic is named, 4 a topic is asked about, 6 a wish in so many words,
 * 8 a wish that outdoes others it contains ("退款到账了吗" contains both a refund and a payment), 10 beyond doubt.
 */
export interface Cue {
  readonly intent: Intent;
  readonly pattern: RegExp;
  readonly weight: number;
  /** All of these must have been found. */
  readonly needs?: readonly Feature[];
  /** The cue is silent where this is said. */
  readonly unless?: RegExp;
}

interface Conditions {
  readonly needs?: readonly Feature[];
  readonly unless?: readonly string[];
}
type CueRow = readonly [weight: number, patterns: readonly string[], conditions?: Conditions];

const anyOf = (patterns: readonly string[]): RegExp => new RegExp(patterns.join("|"));

/** The cues of one intent, from rows of a weight and patterns of which any will do. */
export const cues = (intent: Intent, rows: readonly CueRow[]): Cue[] =>
  rows.map(([weight, patterns, { needs, unless } = {}]) => ({
    intent,
    pattern: anyOf(patterns),
    weight,
    ...(needs === undefined ? {} : { needs }),
    ...(unless === undefined ? {} : { unless: anyOf(unless) }),
  }));
