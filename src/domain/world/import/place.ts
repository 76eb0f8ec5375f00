import type { CivilDate } from "../../time/civil-date.ts";
import { fillSentence, isWarning, type ProblemCode, type WordsOf } from "./catalogue.ts";
import type { CodeIndex } from "./code-index.ts";

/** One thing wrong (or doubtful) in a world file. */
export interface WorldProblem {
  /** JSON path of the spot, "$.leases[3].charges[0].rule.price". */
  readonly path: string;
  /** Stable: see catalogue.ts and docs/import-checks.md. */
  readonly code: ProblemCode;
  /** What is wrong and what to do about it, in Chinese. */
  readonly message: string;
}

/** What one reading of a world file shares: what was found so far and what there is to refer to. */
export interface ReadingScope {
  readonly problems: ProblemList;
  readonly codes: CodeIndex;
  readonly today: CivilDate | undefined;
  readonly checkFormula: (expression: string) => string | undefined;
}

/** Collects problems; at one path the first error wins, because what follows from it would only confuse. */
export class ProblemList {
  readonly errors: WorldProblem[] = [];
  readonly warnings: WorldProblem[] = [];
  readonly #failed = new Set<string>();
  readonly #tainted = new Set<string>();

  add(path: string, code: ProblemCode, message: string): void {
    if (this.#failed.has(path)) return;
    if (isWarning(code)) {
      this.warnings.push({ path, code, message });
      return;
    }
    this.errors.push({ path, code, message });
    this.#failed.add(path);
    for (const ancestor of ancestorsOf(path)) this.#tainted.add(ancestor);
  }

  /** Whether an error was found at exactly this path. */
  failedAt(path: string): boolean {
    return this.#failed.has(path);
  }

  /** Whether an error was found at this path or beneath it. */
  taintedAt(path: string): boolean {
    return this.#tainted.has(path);
  }
}

/** A spot in the document: where it is, what is written there, and where to say that it is wrong. */
export class Place {
  readonly path: string;
  readonly value: unknown;
  readonly scope: ReadingScope;

  constructor(path: string, value: unknown, scope: ReadingScope) {
    this.path = path;
    this.value = value;
    this.scope = scope;
  }

  /** The spot of a key or an index beneath this one; its value is undefined when nothing is written there. */
  child(key: string | number): Place {
    return new Place(this.path + stepOf(key), valueAt(this.value, key), this.scope);
  }

  has(key: string): boolean {
    return valueAt(this.value, key) !== undefined;
  }

  report<Code extends ProblemCode>(code: Code, ...words: NoWords<Code> extends true ? [] : [WordsOf<Code>]): void {
    this.scope.problems.add(this.path, code, fillSentence(code, words[0] ?? {}));
  }

  get failed(): boolean {
    return this.scope.problems.failedAt(this.path);
  }

  /** Whether an error was found here or anywhere beneath. */
  get isTainted(): boolean {
    return this.scope.problems.taintedAt(this.path);
  }

  /** Whether all these children were read without an error, so that a check that compares them makes sense. */
  isSound(...keys: readonly string[]): boolean {
    return !this.failed && keys.every((key) => !this.scope.problems.taintedAt(this.path + stepOf(key)));
  }

  /** The same spot with another value: for keys of a table, which are checked like values. */
  withValue(value: unknown): Place {
    return new Place(this.path, value, this.scope);
  }

  /** The same spot with another value and nobody listening: how a harmless value is made where none can be read. */
  silently(value: unknown): Place {
    return new Place(this.path, value, { ...this.scope, problems: new ProblemList() });
  }
}

type NoWords<Code extends ProblemCode> = [keyof WordsOf<Code>] extends [never] ? true : false;

const stepOf = (key: string | number): string =>
  typeof key === "number" ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;

function valueAt(value: unknown, key: string | number): unknown {
  if (typeof key === "number") return Array.isArray(value) ? value[key] : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const STEP = /\.[A-Za-z_$][\w$]*|\[\d+\]|\["(?:[^"\\]|\\.)*"\]/g;

/** "$.a[0].b" → "$", "$.a", "$.a[0]", "$.a[0].b" */
function* ancestorsOf(path: string): Generator<string> {
  yield "$";
  for (const step of path.matchAll(STEP)) yield path.slice(0, step.index + step[0].length);
}
