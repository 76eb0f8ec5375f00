import { type Clause, clausesOf } from "./clauses.ts";
import type { Intent } from "./frame.ts";
import type { Cue, Feature } from "./lexicon/cue.ts";

/** Why an intent was chosen, for people: which cue spoke, on which words, with which weight. */
export interface Step {
  readonly rule: string;
  readonly evidence: string;
  readonly weight: number;
}

export interface Candidate {
  readonly intent: Intent;
  readonly score: number;
  readonly steps: readonly Step[];
}

/** The first wish is the wish: each clause further on weighs that much less … */
const CLAUSE_DISCOUNT = 0.8;
const MAX_CLAUSE_DISCOUNT = 2.4;
/** … and what is added or depends on something else weighs less still. */
const ADDED_DISCOUNT = 1.8;
const ADDED =
  /(?:顺便|另外|还有(?!没|多少|什么|哪|欠|几)|然后|接着|之后再|最后|同时|再(?:帮|给|开|查|看|把)|以及|外加|顺带|没问题(?:的话)?(?:就|再)?|的话|如果|要是|对了)/;
/** Two signs of the same intent are a little more than one. */
const FURTHER_CUE = 0.3;
const MAX_FURTHER_CUES = 3;

/** A second wish beside a full first one is left for later … */
const SECOND_WISH_DISCOUNT = 4;
/** … and how things stand is not a wish where one follows. */
const TELLING_DISCOUNT = 1.5;
/** From here on a cue is a wish in so many words. */
export const FULL_WISH = 5.4;

interface Hit {
  readonly cue: Cue;
  readonly evidence: string;
  readonly at: number;
  /** Index into the clauses. */
  readonly clause: number;
}

function hitsOf(
  plain: string,
  features: ReadonlySet<Feature>,
  cues: readonly Cue[],
  clauses: readonly Clause[],
): Hit[] {
  const hits: Hit[] = [];
  for (const cue of cues) {
    if (cue.needs?.some((feature) => !features.has(feature))) continue;
    const match = cue.pattern.exec(plain);
    if (match === null) continue;
    const at = match[0] === "" ? (clauses[0]?.from ?? 0) : match.index;
    const clause = Math.max(
      0,
      clauses.findIndex(({ to }) => at < to),
    );
    // What was said in an earlier clause does not speak against a later wish.
    if (cue.unless?.test(plain.slice(clauses[clause]?.from ?? 0))) continue;
    hits.push({ cue, evidence: match[0] === "" ? (cue.needs ?? []).join("+") : match[0], at, clause });
  }
  return hits;
}

/** The first clause that wants something, and what it wants; undefined when only one clause does or none. */
interface FirstWish {
  readonly clause: number;
  readonly intents: ReadonlySet<Intent>;
}

function firstWishOf(hits: readonly Hit[], clauses: readonly Clause[]): FirstWish | undefined {
  for (const [clause, { wishes, tells }] of clauses.entries()) {
    const full = hits.filter((hit) => hit.clause === clause && hit.cue.weight >= FULL_WISH);
    if (wishes && !tells && full.length > 0) return { clause, intents: new Set(full.map(({ cue }) => cue.intent)) };
  }
  return undefined;
}

/** Scores every intent that any cue speaks for, the best first; ties by the cues' order. */
export function scoreIntents(plain: string, features: ReadonlySet<Feature>, cues: readonly Cue[]): Candidate[] {
  const clauses = clausesOf(plain);
  const hits = hitsOf(plain, features, cues, clauses);
  const firstWish = firstWishOf(hits, clauses);
  const additions = addedFrom(plain);
  const byIntent = new Map<Intent, Step[]>();
  for (const { cue, evidence, at, clause } of hits) {
    const second = firstWish !== undefined && clause > firstWish.clause && !firstWish.intents.has(cue.intent);
    const told = firstWish !== undefined && clause < firstWish.clause && clauses[clause]?.tells === true;
    const discount =
      Math.min(MAX_CLAUSE_DISCOUNT, clause * CLAUSE_DISCOUNT) +
      (at >= additions ? ADDED_DISCOUNT : 0) +
      (second ? SECOND_WISH_DISCOUNT : 0) +
      (told ? TELLING_DISCOUNT : 0);
    const steps = byIntent.get(cue.intent) ?? [];
    steps.push({ rule: cue.intent, evidence, weight: Math.round((cue.weight - discount) * 100) / 100 });
    byIntent.set(cue.intent, steps);
  }
  return [...byIntent]
    .map(([intent, steps]) => {
      const sorted = steps.toSorted((a, b) => b.weight - a.weight);
      const further = Math.min(MAX_FURTHER_CUES, sorted.length - 1) * FURTHER_CUE;
      return { intent, score: (sorted[0]?.weight ?? 0) + further, steps: sorted };
    })
    .sort((a, b) => b.score - a.score);
}

/** Where something is added to a first wish; the end of the text when nothing is. */
function addedFrom(plain: string): number {
  const match = /[，？]/.exec(plain);
  if (match === null) return plain.length;
  const rest = plain.slice(match.index);
  const added = ADDED.exec(rest);
  return added === null ? plain.length : match.index + added.index;
}
