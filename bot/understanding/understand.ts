import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import { type Choice, choicesOf } from "./choose.ts";
import { clausesOf } from "./clauses.ts";
import {
  type Frame,
  type Intent,
  type SpeakerRole,
  STAFF_INTENTS,
  TENANT_INTENTS,
  type UnderstandingRequest,
} from "./frame.ts";
import { withoutHostile } from "./hostile.ts";
import type { Cue, Feature } from "./lexicon/cue.ts";
import { STAFF_CUES } from "./lexicon/staff-cues.ts";
import { TENANT_CUES } from "./lexicon/tenant-cues.ts";
import { correctionAt, withoutTakenBack } from "./negation.ts";
import { BLANK, blanked, normalise, type Utterance } from "./normalise.ts";
import { openSaying } from "./sayings.ts";
import { type Candidate, FULL_WISH, type Step, scoreIntents } from "./score.ts";
import { businessDay } from "./slots/dates.ts";
import { type Findings, fillSlots, findAll } from "./slots/fill.ts";

/** Below this the bot asks with buttons instead of acting. */
export const SURE_ENOUGH = 0.7;
const NOTHING: Choice = { intent: "unknown", confidence: 0.2, steps: [] };
/** What may have been meant instead; where nothing was understood, what is only remotely alike is offered too. */
const NEAR = 0.05;
const REMOTE = 0.02;
/** Nobody needs a button for these, or has one anyway. */
const NO_ERRAND: ReadonlySet<Intent> = new Set<Intent>(["unknown", "handoff", "help", "greet", "cancel"]);
/** No sign weaker than a named topic makes an intent. */
const WEAKEST = 2;

export interface Explanation {
  readonly frame: Frame;
  /** What was left out first (negated, hostile; weight 0), then the cues of the chosen intent, the strongest first. */
  readonly steps: readonly Step[];
  /** The next best intents, for buttons; at most three. */
  readonly alternatives: readonly Alternative[];
  /** A second wish beside the first one (查账单，再开个发票). */
  readonly further?: Further;
}

/** A wish that follows another one in the same message, and what follows that. */
export interface Further extends Pick<Frame, "intent" | "slots"> {
  readonly further?: Further;
}

export interface Alternative extends Pick<Frame, "intent" | "slots"> {
  readonly confidence: number;
}

/** Chooses intent and slots for a message (interfaces 4). Pure and deterministic; throws RangeError only for a bad `now`. */
export const understand = (request: UnderstandingRequest): Frame => explain(request).frame;

/** The same with its reasons. */
export function explain({ text, role, now }: UnderstandingRequest): Explanation {
  const today = businessDay(now);
  const screened = withoutHostile(normalise(text), role);
  const { utterance, steps: takenBack } = withoutTakenBack(screened.utterance);
  const read = (heard: Utterance): Reading => readUtterance(heard, role, today);
  const several = firstOfSeveralWishes(utterance, read);
  const { found, candidates: cued } = several?.first ?? read(utterance);
  const side = role === "tenant" ? "tenant" : "staff";
  // What was not heard on purpose shall not be guessed at either.
  const saying = screened.evidence.length > 0 ? "" : openSaying(found);
  const [best = NOTHING, ...others] = choicesOf(cued, saying, side);
  const { intent } = best;
  return {
    frame: { intent, slots: fillSlots(intent, role, found), confidence: best.confidence },
    steps: [
      ...screened.evidence.map((evidence) => ({ rule: "not heard: order to the machine", evidence, weight: 0 })),
      ...takenBack.map((step) => ({ ...step, weight: 0 })),
      ...best.steps,
    ],
    alternatives: others
      .filter((other) => !NO_ERRAND.has(other.intent) && other.confidence >= (intent === "unknown" ? REMOTE : NEAR))
      .slice(0, 3)
      .map((other) => ({
        intent: other.intent,
        slots: fillSlots(other.intent, role, found),
        confidence: other.confidence,
      })),
    ...(several?.further === undefined ? {} : { further: furtherOf(several.further, role, read) }),
  };
}

interface Reading {
  readonly found: Findings;
  readonly candidates: readonly Candidate[];
}

function readUtterance(utterance: Utterance, role: SpeakerRole, today: CivilDate): Reading {
  const found = findAll(utterance, role, today, correctionAt(utterance.plain));
  const scored = scoreIntents(withoutName(utterance.plain, found), featuresOf(found), CUES[role]);
  return { found, candidates: scored.filter(({ score }) => score >= WEAKEST) };
}

/** A company's name wishes for nothing (新锐自动化设备有限公司): the rules read only its legal form. */
function withoutName(plain: string, { tenant }: Findings): string {
  const legalForm =
    tenant === undefined ? null : /(?:有限(?:责任)?公司|集团|工作室|经营部)$/.exec(plain.slice(0, tenant.to));
  if (tenant === undefined || legalForm === null) return plain;
  return plain.slice(0, tenant.from) + BLANK.repeat(legalForm.index - tenant.from) + plain.slice(legalForm.index);
}

function furtherOf(rest: Reading, role: SpeakerRole, read: (heard: Utterance) => Reading): Further {
  const several = firstOfSeveralWishes(rest.found.utterance, read);
  const { found, candidates } = several?.first ?? rest;
  const intent = candidates[0]?.intent ?? "unknown";
  return {
    intent,
    slots: fillSlots(intent, role, found),
    ...(several?.further === undefined ? {} : { further: furtherOf(several.further, role, read) }),
  };
}

interface Several {
  readonly first: Reading;
  readonly further?: Reading;
}

/** The reading of the first wish alone where another one follows it; undefined where there is one wish or none. */
function firstOfSeveralWishes(utterance: Utterance, read: (heard: Utterance) => Reading): Several | undefined {
  const { plain } = utterance;
  const clauses = clausesOf(plain);
  for (const [index, { wishes, tells, to }] of clauses.entries()) {
    if (!wishes || tells || index === clauses.length - 1) continue;
    const head = read(blanked(utterance, to, plain.length));
    const wish = fullWish(head);
    if (wish === undefined) continue;
    const rest = read(blanked(utterance, 0, to));
    const next = fullWish(rest);
    const wanted = clauses.slice(index + 1).some((clause) => clause.wishes);
    if (next === undefined) {
      const whole = read(utterance);
      const first = clearer(head, whole);
      const further = wanted && isAskedFor(rest, wish) ? rest : undefined;
      return first || further ? { first: first ?? whole, ...(further && { further }) } : undefined;
    }
    return wanted && next !== wish && !isDetailOf(next, wish) ? { first: head, further: rest } : undefined;
  }
  return undefined;
}

/** Not a wish in so many words, but a topic that is asked about (再看看押金). */
const ASKED_ABOUT = 3.4;
function isAskedFor({ candidates: [best] }: Reading, wish: Intent): boolean {
  return best !== undefined && best.score >= ASKED_ABOUT && best.intent !== wish && !isDetailOf(best.intent, wish);
}

/** What follows may only confuse (我的税号是多少，要改一下). */
const clearer = (head: Reading, whole: Reading): Reading | undefined =>
  (head.candidates[0]?.score ?? 0) > (whole.candidates[0]?.score ?? 0) + 1 ? head : undefined;

/** A clause that would be a wish alone, but beside this one gives its details (开票，抬头X公司; 先付一半，剩下的25号付). */
function isDetailOf(next: Intent, wish: Intent): boolean {
  if (next === "unknown" || wish === "unknown") return true;
  if (next.startsWith("title.")) return wish.startsWith("invoice.");
  return (next === "promise" && wish === "pay") || (next === "arrears.query" && wish !== "arrears.list");
}

const fullWish = ({ candidates: [best] }: Reading): Intent | undefined =>
  best !== undefined && best.score >= FULL_WISH ? best.intent : undefined;

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
