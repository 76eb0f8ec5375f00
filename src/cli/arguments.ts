import { parseArgs } from "node:util";
import { type AnyCommand, type OptionValues, UsageError } from "./command.ts";

/** Options that every command understands. */
const SHARED = { json: { type: "boolean" }, now: { type: "string" }, help: { type: "boolean" } } as const;

export interface Invocation {
  readonly command: AnyCommand;
  readonly positionals: readonly string[];
  readonly options: OptionValues;
  readonly json: boolean;
  /** `--now`, milliseconds since 1970, or undefined. */
  readonly nowMs: number | undefined;
  readonly help: boolean;
}

/** True for `help`, `--help` and `-h` without a command: the whole list is wanted. */
export function asksForList(words: readonly string[]): boolean {
  const { leading, rest } = withoutLeadingOptions(words);
  const [first] = rest;
  if (first === undefined) return leading.includes("--help");
  return first === "-h" || (first === "help" && rest.length === 1);
}

/** The command of a command line, the longest name that fits, or undefined. */
export function findCommand(words: readonly string[], commands: readonly AnyCommand[]): AnyCommand | undefined {
  const { rest } = withoutLeadingOptions(words);
  return [...commands]
    .sort((a, b) => b.name.length - a.name.length)
    .find((candidate) => candidate.name.split(" ").every((word, index) => rest[index] === word));
}

/** Reads a command line. Throws UsageError with a Chinese sentence. */
export function readArguments(words: readonly string[], commands: readonly AnyCommand[]): Invocation {
  const { leading, rest } = withoutLeadingOptions(words);
  const command = findCommand(words, commands);
  if (!command) throw new UsageError(rest.length === 0 ? "请给出命令" : `没有命令 ${rest.slice(0, 2).join(" ")}`);
  const parsed = parse(command, [...leading, ...rest.slice(command.name.split(" ").length)]);
  const [least, most] = command.positionals;
  const help = parsed.values.help === true;
  if (!help && parsed.positionals.length < least) throw new UsageError("缺少参数");
  if (!help && parsed.positionals.length > most) {
    throw new UsageError(`多了参数 ${parsed.positionals.slice(most).join(" ")}`);
  }
  const now = parsed.values.now;
  const nowMs = typeof now === "string" ? Date.parse(now) : undefined;
  if (nowMs !== undefined && Number.isNaN(nowMs)) {
    throw new UsageError(`--now 要写成 ISO 时间，例如 2026-09-01T09:00:00+08:00，而不是 ${JSON.stringify(now)}`);
  }
  return {
    command,
    positionals: parsed.positionals,
    options: parsed.values,
    json: parsed.values.json === true,
    nowMs,
    help,
  };
}

/** `--json ledger check` means `ledger check --json`; `help ledger check` means `ledger check --help`. */
function withoutLeadingOptions(words: readonly string[]): { leading: readonly string[]; rest: readonly string[] } {
  let count = 0;
  for (;;) {
    const word = words[count] ?? "";
    if (word === "--json" || word === "--help" || word.startsWith("--now=")) count += 1;
    else if (word === "--now") count += 2;
    else break;
  }
  const [leading, rest] = [words.slice(0, count), words.slice(count)];
  if (rest[0] === "help" && rest.length > 1) return { leading: [...leading, "--help"], rest: rest.slice(1) };
  return { leading, rest };
}

function parse(command: AnyCommand, args: readonly string[]): { values: OptionValues; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: { ...SHARED, ...command.options }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(mistakeOf(error));
  }
}

/** What Node says about an option, in Chinese. */
function mistakeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const option = /'(--?[^\s',=<]+)/.exec(message)?.[1] ?? "";
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `没有选项 ${option}`;
  if (message.includes("does not take")) return `${option} 后面不能带值`;
  if (message.includes("ambiguous")) return `${option} 后面要跟一个值；值以减号开头时写成 ${option}=-5`;
  return `${option} 后面要跟一个值`;
}
