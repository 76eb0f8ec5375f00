import type { ParseArgsConfig } from "node:util";
import type { Config } from "../config/env.ts";
import type { Database } from "../db/client.ts";
import type { FieldEncryption } from "../db/field-encryption.ts";
import { type Fen, parseYuan } from "../domain/money/fen.ts";
import { parseCivilDate, parseMonth } from "../domain/time/civil-date.ts";
import type { BusinessClock } from "../ports/clock.ts";

/** What a command works with; opened by main.ts only for commands that need a database. */
export interface CliContext {
  readonly config: Config;
  readonly db: Database;
  readonly databaseUrl: string;
  readonly encryption: FieldEncryption;
  /** `--now`, else the real clock. */
  readonly clock: BusinessClock;
  /** A progress line for people; on stderr, so that stdout stays one document. */
  readonly progress: (line: string) => void;
}

/** What a command answers. `json` is the document of interfaces.md section 1, `text` the same for people. */
export interface CommandResult {
  readonly json: unknown;
  readonly text: readonly string[];
  /** Instead of one document with `--json`: a JSON value a line, for commands that promise a line for a line. */
  readonly jsonLines?: readonly string[];
  /** One readable line a problem, on stderr. */
  readonly problems?: readonly string[];
  /** 1 = refused input, 3 = outside failure; default 0. */
  readonly exitCode?: 0 | 1 | 3;
}

export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

interface CommandShape {
  /** "bill run" */
  readonly name: string;
  /** "<billNo> [--explain]" */
  readonly usage: string;
  /** One Chinese line for the help. */
  readonly summary: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** How many words follow the name: [at least, at most]. */
  readonly positionals: readonly [number, number];
}

/** A command that works on the database. */
export interface Command extends CommandShape {
  readonly needs?: "database";
  run(context: CliContext, positionals: readonly string[], options: OptionValues): Promise<CommandResult>;
}

/** A command that needs nothing but its words: no database is started for it. */
export interface PlainCommand extends CommandShape {
  readonly needs: "nothing";
  run(clock: BusinessClock, positionals: readonly string[], options: OptionValues): Promise<CommandResult>;
}

export type AnyCommand = Command | PlainCommand;

/** Wrong usage: exit code 2; one Chinese line, after which main prints the command's usage line. */
export class UsageError extends Error {}

/** The text of an option, or undefined. Throws UsageError when it was given twice. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  if (value === undefined || typeof value === "string") return value;
  throw new UsageError(`--${name} 只能给一个值`);
}

/** The text of an option that must be there. */
export function requiredOption(options: OptionValues, name: string): string {
  const value = textOption(options, name);
  if (value === undefined) throw new UsageError(`缺少 --${name}`);
  return value;
}

/** ¥100,000,000,000.00: more than that, in an option, is a slip of the hand and no figure for the columns. */
const MOST_FEN: Fen = 10_000_000_000_000n;

/** What the readers of the domain want, for people; their own messages are for developers. */
const WANTED: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [parseMonth, "要写成 YYYY-MM 的月份，例如 2026-08"],
  [parseCivilDate, "要写成 YYYY-MM-DD 的日期，例如 2026-08-15"],
  [parseYuan, "要写成以元为单位的金额，最多两位小数，不超过 ¥100,000,000,000.00，例如 5000.50"],
]);

/** Runs a reader that throws RangeError on bad text and turns it into wrong usage; so are amounts beyond MOST_FEN. */
export function readOption<T>(name: string, text: string, read: (text: string) => T): T {
  try {
    const value = read(text);
    if (typeof value === "bigint" && (value > MOST_FEN || value < -MOST_FEN)) throw new RangeError("beyond MOST_FEN");
    return value;
  } catch (error) {
    if (error instanceof RangeError)
      throw new UsageError(`${name} 的值 ${JSON.stringify(text)} 不对：${WANTED.get(read) ?? "请检查写法"}`);
    throw error;
  }
}

/** A refusal of a use case as a command's answer: exit code 1. */
export const refused = (refusal: { readonly code: string; readonly message: string }): CommandResult => ({
  json: { errors: [{ code: refusal.code, message: refusal.message }] },
  text: [],
  problems: [`${refusal.code} ${refusal.message}`],
  exitCode: 1,
});
