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

/** Reads a command line. The longest command name that fits counts. Throws UsageError with a Chinese sentence. */
export function readArguments(words: readonly string[], commands: readonly AnyCommand[]): Invocation {
  const command = [...commands]
    .sort((a, b) => b.name.length - a.name.length)
    .find((candidate) => candidate.name.split(" ").every((word, index) => words[index] === word));
  if (!command) throw new UsageError(words.length === 0 ? "请给出命令" : `没有命令 ${words.slice(0, 2).join(" ")}`);
  const parsed = parse(command, words.slice(command.name.split(" ").length));
  const [least, most] = command.positionals;
  if (parsed.values.help !== true && (parsed.positionals.length < least || parsed.positionals.length > most)) {
    throw new UsageError(`用法：${command.name} ${command.usage}`);
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
    help: parsed.values.help === true,
  };
}

function parse(command: AnyCommand, args: readonly string[]): { values: OptionValues; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: { ...SHARED, ...command.options }, allowPositionals: true });
  } catch (error) {
    const detail = error instanceof Error ? error.message : "";
    throw new UsageError(`用法：${command.name} ${command.usage}（${detail}）`);
  }
}
