import type { Intent } from "./frame.ts";
import { STAFF_SAYINGS } from "./lexicon/sayings-staff.ts";
import { TENANT_SAYINGS } from "./lexicon/sayings-tenant.ts";

/*
 * What the known sayings teach: a softmax regression over pieces of one to three characters, weighted by how rare they
 * are. It is learnt from the sayings at first use (a fraction of a second), in a fixed order and without chance, so that
 * the same sayings give the same weights. A rule names what it knows; this hears what merely sounds like it.
 */

export type Side = "tenant" | "staff";

export interface Heard {
  readonly intent: Intent;
  /** 0 to 1; all together 1. */
  readonly chance: number;
}

const ROUNDS = 8;
const FIRST_RATE = 5;
const RATE_DECAY = 0.3;
/** Two primes: the sayings are gone through in another order in each round. */
const STRIDE = 7919;
const SHIFT = 13;
const LONGEST_PIECE = 3;

/** Pieces that occur in the known sayings, with their share of the message. */
interface Pieces {
  readonly ids: Int32Array;
  readonly shares: Float64Array;
}

interface Model {
  readonly intents: readonly Intent[];
  readonly ids: ReadonlyMap<string, number>;
  readonly rarity: readonly number[];
  /** How rare a piece is that no known saying has. */
  readonly unknownRarity: number;
  /** Row by piece, column by intent. */
  readonly weights: Float64Array;
}

function piecesOf(saying: string): readonly string[] {
  const marked = `^${saying.replace(/[，？]/g, "|")}$`;
  const pieces = new Set<string>();
  for (let from = 0; from < marked.length; from++) {
    for (let length = 1; length <= LONGEST_PIECE && from + length <= marked.length; length++) {
      pieces.add(marked.slice(from, from + length));
    }
  }
  return [...pieces];
}

type Vocabulary = Pick<Model, "ids" | "rarity" | "unknownRarity">;

function weighed({ ids, rarity, unknownRarity }: Vocabulary, pieces: readonly string[]): Pieces {
  const known: number[] = [];
  let square = 0;
  for (const piece of pieces) {
    const id = ids.get(piece);
    square += (id === undefined ? unknownRarity : (rarity[id] ?? 0)) ** 2;
    if (id !== undefined) known.push(id);
  }
  const length = Math.sqrt(square) || 1;
  return { ids: Int32Array.from(known), shares: Float64Array.from(known, (id) => (rarity[id] ?? 0) / length) };
}

function chancesOf({ intents, weights }: Pick<Model, "intents" | "weights">, { ids, shares }: Pieces): Float64Array {
  const count = intents.length;
  const chances = new Float64Array(count);
  for (let piece = 0; piece < ids.length; piece++) {
    const row = (ids[piece] ?? 0) * count;
    const share = shares[piece] ?? 0;
    for (let column = 0; column < count; column++) {
      chances[column] = (chances[column] ?? 0) + (weights[row + column] ?? 0) * share;
    }
  }
  const most = Math.max(...chances);
  let sum = 0;
  for (let column = 0; column < count; column++) {
    const value = Math.exp((chances[column] ?? 0) - most);
    chances[column] = value;
    sum += value;
  }
  for (let column = 0; column < count; column++) chances[column] = (chances[column] ?? 0) / sum;
  return chances;
}

function learn(table: Readonly<Partial<Record<Intent, string>>>): Model {
  const examples = Object.entries(table).flatMap(([intent, sayings]) =>
    (sayings ?? "")
      .split(/[/\n]/)
      .filter((saying) => saying !== "")
      .map((saying) => ({ intent: intent as Intent, pieces: piecesOf(saying) })),
  );
  const intents = [...new Set(examples.map(({ intent }) => intent))];
  const holders = new Map<string, number>();
  for (const { pieces } of examples) for (const piece of pieces) holders.set(piece, (holders.get(piece) ?? 0) + 1);
  const rarityOf = (count: number) => Math.log((examples.length + 1) / (count + 0.5));
  const vocabulary: Vocabulary = {
    ids: new Map([...holders.keys()].map((piece, id) => [piece, id])),
    rarity: [...holders.values()].map(rarityOf),
    unknownRarity: rarityOf(0),
  };
  const model = { ...vocabulary, intents, weights: new Float64Array(holders.size * intents.length) };
  const lessons = examples.map(({ intent, pieces }) => ({
    column: intents.indexOf(intent),
    pieces: weighed(vocabulary, pieces),
  }));
  for (let round = 0; round < ROUNDS; round++) {
    const rate = FIRST_RATE / (1 + round * RATE_DECAY);
    for (let turn = 0; turn < lessons.length; turn++) {
      const lesson = lessons[(turn * STRIDE + round * SHIFT) % lessons.length];
      if (lesson !== undefined) correct(model, lesson.pieces, lesson.column, rate);
    }
  }
  return model;
}

/** One step down the gradient of the error on one saying. */
function correct(model: Model, pieces: Pieces, column: number, rate: number): void {
  const errors = chancesOf(model, pieces);
  errors[column] = (errors[column] ?? 0) - 1;
  const { weights, intents } = model;
  for (let piece = 0; piece < pieces.ids.length; piece++) {
    const row = (pieces.ids[piece] ?? 0) * intents.length;
    const step = rate * (pieces.shares[piece] ?? 0);
    for (let at = 0; at < intents.length; at++) weights[row + at] = (weights[row + at] ?? 0) - step * (errors[at] ?? 0);
  }
}

const learnt = new Map<Side, Model>();
function modelOf(side: Side): Model {
  const ready = learnt.get(side) ?? learn(side === "tenant" ? TENANT_SAYINGS : STAFF_SAYINGS);
  learnt.set(side, ready);
  return ready;
}

/** Learns now what would be learnt at first use. */
export function learnSayings(): void {
  for (const side of ["tenant", "staff"] as const) modelOf(side);
}

/** How likely each intent is for a saying with its slots left open (sayings.ts), the likeliest first. */
export function heardAs(saying: string, side: Side): readonly Heard[] {
  const model = modelOf(side);
  const chances = chancesOf(model, weighed(model, piecesOf(saying)));
  return model.intents
    .map((intent, column) => ({ intent, chance: chances[column] ?? 0 }))
    .sort((a, b) => b.chance - a.chance);
}

const TELLING_PIECES = 3;

/** The pieces of the saying that speak most for an intent, for people: "退款审、哪一步". */
export function tellingPieces(saying: string, side: Side, intent: Intent): string {
  const model = modelOf(side);
  const column = model.intents.indexOf(intent);
  const pieces = piecesOf(saying).flatMap((piece) => {
    const id = model.ids.get(piece);
    if (id === undefined) return [];
    return [{ piece, weight: (model.weights[id * model.intents.length + column] ?? 0) * (model.rarity[id] ?? 0) }];
  });
  const words = pieces
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ piece }) => piece.replace(/[\^$|]/g, ""))
    .filter((piece) => piece !== "");
  return [...new Set(words)].slice(0, TELLING_PIECES).join("、");
}
