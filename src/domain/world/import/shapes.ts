import { nearestWord } from "./nearest.ts";
import { isRecord, type Place } from "./place.ts";

/**
 * Reads what is written at a place. A reader never throws: what it cannot read it reports, and gives a harmless value of its
 * type instead, so that reading goes on and all problems come out at once. The world is handed out only if there were none.
 */
export type Reader<T> = (place: Place) => T;

export interface Field<T, Presence extends "required" | "optional" | "defaulted"> {
  readonly presence: Presence;
  readonly read: Reader<T>;
  readonly fallback?: T;
}
export type Shape = Readonly<Record<string, Field<unknown, "required" | "optional" | "defaulted">>>;

export const required = <T>(read: Reader<T>): Field<T, "required"> => ({ presence: "required", read });
export const optional = <T>(read: Reader<T>): Field<T, "optional"> => ({ presence: "optional", read });
export const orElse = <T>(read: Reader<T>, fallback: T): Field<T, "defaulted"> => ({
  presence: "defaulted",
  read,
  fallback,
});

type ValueOf<F> = F extends { readonly read: Reader<infer T> } ? T : never;
type OptionalKeys<S extends Shape> = {
  [K in keyof S]: S[K] extends Field<unknown, "optional"> ? K : never;
}[keyof S];
type Flat<T> = { [K in keyof T]: T[K] } & {};
/** The row that a shape reads: optional fields are absent when they are not written. */
export type RowOf<S extends Shape> = Flat<
  { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: ValueOf<S[K]> } & {
    readonly [K in OptionalKeys<S>]?: ValueOf<S[K]>;
  }
>;
/** The type a reader reads. */
export type Read<R> = R extends Reader<infer T> ? T : never;

/** An object with exactly these keys. */
export function object<S extends Shape>(shape: S): Reader<RowOf<S>> {
  return (place) => {
    const raw = place.value;
    if (!isRecord(raw)) {
      place.report("NOT_AN_OBJECT", { found: describe(raw) });
      return readFields(shape, place.silently({}));
    }
    reportUnknownKeys(Object.keys(raw), Object.keys(shape), place);
    return readFields(shape, place);
  };
}

function reportUnknownKeys(written: readonly string[], known: readonly string[], place: Place): void {
  for (const key of written) {
    if (known.includes(key)) continue;
    const nearest = nearestWord(key, known);
    const hint = nearest === undefined ? `这里可用的字段：${known.join("、")}` : `是不是想写 ${nearest}？`;
    place.child(key).report("UNKNOWN_KEY", { key: shorten(key), hint });
  }
}

function readFields<S extends Shape>(shape: S, place: Place): RowOf<S> {
  const entries: [string, unknown][] = [];
  for (const [key, field] of Object.entries(shape)) {
    const at = place.child(key);
    if (at.value === undefined) {
      if (field.presence === "required") {
        at.report("MISSING", { key });
        entries.push([key, field.read(at.silently(undefined))]);
      }
      if (field.presence === "defaulted") entries.push([key, field.fallback]);
      continue;
    }
    const value = field.read(at);
    if (!at.failed || field.presence === "required") entries.push([key, value]);
    else if (field.presence === "defaulted") entries.push([key, field.fallback]);
  }
  return Object.fromEntries(entries) as RowOf<S>;
}

/** The same keys, all of them optional and without defaults: what an amendment may say. */
export const partially = <S extends Shape>(shape: S): { readonly [K in keyof S]: Field<ValueOf<S[K]>, "optional"> } =>
  Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, optional(field.read)])) as {
    readonly [K in keyof S]: Field<ValueOf<S[K]>, "optional">;
  };

export type VariantsOf<Tag extends string, Shapes extends Readonly<Record<string, Shape>>> = {
  [Name in keyof Shapes]: Flat<{ readonly [T in Tag]: Name } & RowOf<Shapes[Name]>>;
}[keyof Shapes];

/** An object whose keys depend on the value of one of them. */
export function variants<Tag extends string, Shapes extends Readonly<Record<string, Shape>>>(
  tag: Tag,
  shapes: Shapes,
): Reader<VariantsOf<Tag, Shapes>> {
  const names = Object.keys(shapes);
  return (place) => {
    const readAs = (name: string, at: Place): VariantsOf<Tag, Shapes> =>
      ({ [tag]: name, ...readFields(shapes[name] ?? {}, at) }) as VariantsOf<Tag, Shapes>;
    const harmless = (): VariantsOf<Tag, Shapes> => readAs(names[0] ?? "", place.silently({}));
    if (!isRecord(place.value)) {
      place.report("NOT_AN_OBJECT", { found: describe(place.value) });
      return harmless();
    }
    const at = place.child(tag);
    if (at.value === undefined) {
      at.report("MISSING", { key: tag });
      return harmless();
    }
    if (typeof at.value !== "string" || !Object.hasOwn(shapes, at.value)) {
      at.report("UNKNOWN_VALUE", { value: describe(at.value), allowed: names.join("、") });
      return harmless();
    }
    reportUnknownKeys(Object.keys(place.value), [tag, ...Object.keys(shapes[at.value] ?? {})], place);
    return readAs(at.value, place);
  };
}

/** A list, an index an element: elements that cannot be read keep their index with a harmless value. */
export const list =
  <T>(read: Reader<T>): Reader<readonly T[]> =>
  (place) => {
    if (Array.isArray(place.value)) return place.value.map((_, index) => read(place.child(index)));
    place.report("NOT_A_LIST", { found: describe(place.value) });
    return [];
  };

/** An object used as a table: any key that `readKey` accepts, each with a value. */
export const table =
  <T>(readKey: Reader<string>, read: Reader<T>): Reader<Readonly<Record<string, T>>> =>
  (place) => {
    if (!isRecord(place.value)) {
      place.report("NOT_AN_OBJECT", { found: describe(place.value) });
      return {};
    }
    return Object.fromEntries(
      Object.keys(place.value).map((key) => {
        const at = place.child(key);
        readKey(at.withValue(key));
        return [key, read(at)];
      }),
    );
  };

export const orNull =
  <T>(read: Reader<T>): Reader<T | null> =>
  (place) =>
    place.value === null ? null : read(place);

export const mapped =
  <A, B>(read: Reader<A>, turn: (value: A, place: Place) => B): Reader<B> =>
  (place) =>
    turn(read(place), place);

/** Looks at what was read once more and reports what does not fit; not asked when it could not be read at all. */
export const checked =
  <T>(read: Reader<T>, check: (value: T, place: Place) => void): Reader<T> =>
  (place) => {
    const value = read(place);
    if (!place.failed) check(value, place);
    return value;
  };

/** What is written, short enough for a sentence. */
export function describe(value: unknown): string {
  if (value === undefined) return "空的";
  if (Array.isArray(value)) return "列表";
  if (isRecord(value)) return "对象";
  return shorten(JSON.stringify(value) ?? "");
}

export const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
