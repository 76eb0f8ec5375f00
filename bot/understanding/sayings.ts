import type { Intent } from "./frame.ts";
import { STAFF_SAYINGS } from "./lexicon/sayings-staff.ts";
import { TENANT_SAYINGS } from "./lexicon/sayings-tenant.ts";
import type { Findings } from "./slots/fill.ts";
import type { Mention } from "./slots/mention.ts";

/*
 * Where no cue says more than a topic, the message is compared with sayings whose intent is known. Both are read with
 * their slots left open (P a time, C charges, A a number, U a place, T a tenant, J a park, X a tax number), so that
 * "8月电费咋样" is like "9月水费咋样".
 */

/** The message with its slots left open. */
export function openSaying(found: Findings): string {
  const { places } = found;
  const spans: readonly (readonly [Mention<unknown> | undefined, string])[] = [
    ...found.charges.map((mention) => [mention, "C"] as const),
    ...found.periods.map((mention) => [mention, "P"] as const),
    ...found.laterDays.map((mention) => [mention, "P"] as const),
    ...found.amounts.map((mention) => [mention, "A"] as const),
    [found.reading, "A"],
    [found.taxNo, "X"],
    [places.unit, "U"],
    [places.building, "U"],
    [places.project, "J"],
    [found.tenant, "T"],
  ];
  const characters = Array.from(found.utterance.plain.slice(0, 80));
  for (const [mention, sign] of spans) {
    if (mention === undefined) continue;
    for (let index = mention.from; index < Math.min(mention.to, characters.length); index++) {
      characters[index] = index === mention.from ? sign : "";
    }
  }
  return characters
    .join("")
    .replace(/\d+/g, "0")
    .replace(/C[和跟、]?C+/g, "C")
    .replace(/U+/g, "U")
    .replace(/[\n/`]/g, "");
}

const NEIGHBOURS = 9;
const GRAM_WEIGHT: readonly number[] = [0, 0.4, 1, 0.8];

function gramsOf(saying: string): Set<string> {
  const marked = `^${saying.replace(/[，？]/g, "|")}$`;
  const grams = new Set<string>();
  for (let from = 0; from < marked.length; from++) {
    for (const length of [1, 2, 3]) if (from + length <= marked.length) grams.add(marked.slice(from, from + length));
  }
  return grams;
}

interface Known {
  readonly intent: Intent;
  readonly saying: string;
  readonly norm: number;
}

interface Sayings {
  readonly known: readonly Known[];
  /** Gram → its squared weight, and which of the known sayings hold it. */
  readonly index: ReadonlyMap<string, { readonly weight: number; readonly holders: readonly number[] }>;
  readonly rareWeight: number;
}

function prepare(table: Readonly<Partial<Record<Intent, string>>>): Sayings {
  const rows = Object.entries(table).flatMap(([intent, sayings]) =>
    (sayings ?? "")
      .split(/[/\n]/)
      .map((saying) => saying.trim())
      .filter((saying) => saying !== "")
      .map((saying) => ({ intent: intent as Intent, saying, grams: gramsOf(saying) })),
  );
  const holders = new Map<string, number[]>();
  for (const [row, { grams }] of rows.entries()) {
    for (const gram of grams) {
      const rowsOfGram = holders.get(gram);
      if (rowsOfGram === undefined) holders.set(gram, [row]);
      else rowsOfGram.push(row);
    }
  }
  const weightOf = (gram: string, count: number) =>
    (Math.log((rows.length + 1) / (count + 0.5)) * (GRAM_WEIGHT[gram.length] ?? 0)) ** 2;
  const index = new Map([...holders].map(([gram, of]) => [gram, { weight: weightOf(gram, of.length), holders: of }]));
  const norm = (grams: Iterable<string>) =>
    Math.sqrt([...grams].reduce((sum, gram) => sum + (index.get(gram)?.weight ?? 0), 0));
  return {
    known: rows.map(({ intent, saying, grams }) => ({ intent, saying, norm: norm(grams) })),
    index,
    rareWeight: Math.log((rows.length + 1) / 0.5),
  };
}

const prepared = new Map<"tenant" | "staff", Sayings>();
function sayingsOf(side: "tenant" | "staff"): Sayings {
  const ready = prepared.get(side) ?? prepare(side === "tenant" ? TENANT_SAYINGS : STAFF_SAYINGS);
  prepared.set(side, ready);
  return ready;
}

/** What a message sounds like. */
export interface Likeness {
  readonly intent: Intent;
  /** 0 to 1: how alike the nearest saying is. */
  readonly similarity: number;
  /** 0 to 1: how far the nearest sayings agree. */
  readonly agreement: number;
  readonly saying: string;
}

interface Near {
  readonly row: number;
  readonly intent: Intent;
  readonly text: string;
  readonly similarity: number;
}

/** Less alike than this is not alike at all. */
const REMOTELY_ALIKE = 0.08;
const OFFERED = 3;
/** Nobody needs a button for these, or has one anyway. */
const NO_ERRAND: ReadonlySet<Intent> = new Set<Intent>(["unknown", "handoff", "help", "greet", "cancel"]);

/** The intents of the sayings least unlike this one, the nearest first; none where nothing is alike at all. */
export function nearestIntents(saying: string, side: "tenant" | "staff"): Intent[] {
  const nearest = nearestSayings(saying, side);
  // Small talk is like nothing that we do.
  if (nearest[0]?.intent === "unknown") return [];
  const intents = nearest
    .filter(({ intent, similarity }) => !NO_ERRAND.has(intent) && similarity >= REMOTELY_ALIKE)
    .map(({ intent }) => intent);
  return [...new Set(intents)].slice(0, OFFERED);
}

/** The known sayings by likeness (cosine over weighted pieces of one to three characters), the nearest first. */
function nearestSayings(saying: string, side: "tenant" | "staff"): Near[] {
  const { known, index, rareWeight } = sayingsOf(side);
  const products = new Map<number, number>();
  let square = 0;
  for (const gram of gramsOf(saying)) {
    const entry = index.get(gram);
    square += entry?.weight ?? (rareWeight * (GRAM_WEIGHT[gram.length] ?? 0)) ** 2;
    if (entry === undefined) continue;
    for (const row of entry.holders) products.set(row, (products.get(row) ?? 0) + entry.weight);
  }
  return [...products]
    .flatMap(([row, product]) => {
      const { intent, saying: text, norm } = known[row] ?? { intent: "unknown" as const, saying: "", norm: 1 };
      return [{ row, intent, text, similarity: product / (Math.sqrt(square) * norm) }];
    })
    .sort((a, b) => b.similarity - a.similarity || a.row - b.row);
}

/** The intent that the known sayings nearest to this one agree on. */
export function likenessOf(saying: string, side: "tenant" | "staff"): Likeness | undefined {
  const nearest = nearestSayings(saying, side).slice(0, NEIGHBOURS);
  const votes = new Map<Intent, number>();
  for (const { intent, similarity } of nearest) votes.set(intent, (votes.get(intent) ?? 0) + similarity ** 3);
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  const first = nearest.find(({ intent }) => intent === best?.[0]);
  if (best === undefined || first === undefined) return undefined;
  const total = [...votes.values()].reduce((sum, vote) => sum + vote, 0);
  return {
    intent: best[0],
    similarity: nearest[0]?.similarity ?? 0,
    agreement: best[1] / total,
    saying: first.text,
  };
}
