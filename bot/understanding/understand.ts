import { type Frame, type Intent, STAFF_INTENTS, TENANT_INTENTS, type UnderstandingRequest } from "./frame.ts";
import { withoutHostile } from "./hostile.ts";
import type { Cue, Feature } from "./lexicon/cue.ts";
import { STAFF_CUES } from "./lexicon/staff-cues.ts";
import { TENANT_CUES } from "./lexicon/tenant-cues.ts";
import { correctionAt, withoutTakenBack } from "./negation.ts";
import { normalise } from "./normalise.ts";
import { type Candidate, confidenceOf, type Step, scoreIntents } from "./score.ts";
import { businessDay } from "./slots/dates.ts";
import { type Findings, fillSlots, findAll } from "./slots/fill.ts";

/** Below this the bot asks with buttons instead of acting. */
export const SURE_ENOUGH = 0.6;
/** No sign weaker than a named topic makes an intent. */
const WEAKEST = 2;

export interface Explanation {
  readonly frame: Frame;
  /** What was left out first (negated, hostile; weight 0), then the cues of the chosen intent, the strongest first. */
  readonly steps: readonly Step[];
  /** The next best intents, for buttons; at most three. */
  readonly alternatives: readonly { readonly intent: Intent; readonly confidence: number }[];
}

/** Chooses intent and slots for a message (interfaces 4). Pure and deterministic; throws RangeError only for a bad `now`. */
export const understand = (request: UnderstandingRequest): Frame => explain(request).frame;

/** The same with its reasons. */
export function explain({ text, role, now }: UnderstandingRequest): Explanation {
  const today = businessDay(now);
  const screened = withoutHostile(normalise(text));
  const { utterance, steps: takenBack } = withoutTakenBack(screened.utterance);
  const found = findAll(utterance, role, today, correctionAt(utterance.plain));
  const candidates = scoreIntents(utterance.plain, featuresOf(found), CUES[role]).filter(
    ({ score }) => score >= WEAKEST,
  );
  const intent = candidates[0]?.intent ?? "unknown";
  const slots = fillSlots(intent, role, found);
  return {
    frame: { intent, slots, confidence: confidenceOf(candidates) },
    steps: [
      ...screened.evidence.map((evidence) => ({ rule: "not heard: order to the machine", evidence, weight: 0 })),
      ...takenBack.map((step) => ({ ...step, weight: 0 })),
      ...(candidates[0]?.steps ?? []),
    ],
    alternatives: candidates
      .slice(1)
      .filter((candidate) => candidate.intent !== "unknown")
      .slice(0, 3)
      .map((candidate) => ({ intent: candidate.intent, confidence: shareOf(candidate, candidates) })),
  };
}

const shareOf = (candidate: Candidate, all: readonly Candidate[]): number =>
  Math.round((candidate.score / all.reduce((sum, { score }) => sum + score, 0)) * 100) / 100;

const only = (all: readonly Cue[], allowed: readonly Intent[]): readonly Cue[] =>
  all.filter(({ intent }) => allowed.includes(intent));
const STAFF = only(STAFF_CUES, STAFF_INTENTS);
const CUES: Readonly<Record<UnderstandingRequest["role"], readonly Cue[]>> = {
  tenant: only(TENANT_CUES, TENANT_INTENTS),
  steward: STAFF,
  manager: STAFF,
};

function featuresOf(found: Findings): ReadonlySet<Feature> {
  const { places, today } = found;
  const present: readonly (readonly [Feature, boolean])[] = [
    ["unit", places.unit !== undefined],
    ["tenant", found.tenant !== undefined],
    ["amount", found.amounts.length > 0],
    ["reading", found.reading !== undefined],
    ["taxNo", found.taxNo !== undefined],
    ["laterDay", found.laterDays.some(({ value }) => value > today)],
    ["charge", found.charges.length > 0],
    ["period", found.periods.length > 0],
  ];
  return new Set(present.filter(([, isPresent]) => isPresent).map(([feature]) => feature));
}
