import type { Intent } from "./frame.ts";
import { type Heard, heardAs, type Side, tellingPieces } from "./learnt.ts";
import type { Candidate, Step } from "./score.ts";

/** An intent with how sure it is, and why. */
export interface Choice {
  readonly intent: Intent;
  /** 0 to 1. */
  readonly confidence: number;
  readonly steps: readonly Step[];
}

/*
 * Rules name what they know, the known sayings teach what a message sounds like: both count. A cue's point is worth that
 * much of the logarithm of a chance; the chances themselves are drawn together, for they come from fewer words than rules
 * do. Both were chosen on sets that neither had seen (fresh.md).
 */
const POINT = 0.6;
const FLATTENED = 2 / 3;
/** No sound speaks more strongly against an intent than this. */
const LEAST_CHANCE = 1e-4;
/** Where no rule says anything, a message is nothing we know unless it sounds clearly like something. */
const NOTHING_SAID = 3;
const SURE_OF_NOTHING = 0.5;
const SUREST = 0.99;

/** The intents by rules and sound together, the likeliest first. `saying` has its slots left open. */
export function choicesOf(cued: readonly Candidate[], saying: string, side: Side): readonly Choice[] {
  const heard = saying === "" ? [] : flattened(heardAs(saying, side));
  const byIntent = new Map<Intent, number>(heard.map(({ intent, chance }) => [intent, logarithm(chance)]));
  for (const { intent, score } of cued) {
    byIntent.set(intent, (byIntent.get(intent) ?? Math.log(LEAST_CHANCE)) + POINT * score);
  }
  if (cued.length === 0) {
    byIntent.set("unknown", (byIntent.get("unknown") ?? Math.log(LEAST_CHANCE)) + POINT * NOTHING_SAID);
  }
  const most = Math.max(...byIntent.values());
  const shares = [...byIntent].map(([intent, strength]) => ({ intent, share: Math.exp(strength - most) }));
  const sum = shares.reduce((total, { share }) => total + share, 0);
  return shares
    .sort((a, b) => b.share - a.share)
    .map(({ intent, share }, place) => {
      const steps = cued.find((candidate) => candidate.intent === intent)?.steps ?? [];
      const isGuess = intent === "unknown" && steps.length === 0;
      const confidence = Math.min(isGuess ? SURE_OF_NOTHING : SUREST, Math.round((share / sum) * 100) / 100);
      return { intent, confidence, steps: place > 0 ? steps : [...steps, ...soundOf(intent, heard, saying, side)] };
    });
}

function flattened(heard: readonly Heard[]): readonly Heard[] {
  const powers = heard.map(({ intent, chance }) => ({ intent, chance: chance ** FLATTENED }));
  const sum = powers.reduce((total, { chance }) => total + chance, 0);
  return powers.map(({ intent, chance }) => ({ intent, chance: chance / sum }));
}

const logarithm = (chance: number): number => Math.log(Math.max(chance, LEAST_CHANCE));

/** Quieter than this, the sound was no reason. */
const AUDIBLE = 0.05;

function soundOf(intent: Intent, heard: readonly Heard[], saying: string, side: Side): readonly Step[] {
  const chance = heard.find((one) => one.intent === intent)?.chance ?? 0;
  if (chance < AUDIBLE) return [];
  const weight = Math.round((Math.log(chance / LEAST_CHANCE) / POINT) * 100) / 100;
  return [{ rule: `${intent}: sounds like it`, evidence: tellingPieces(saying, side, intent), weight }];
}
