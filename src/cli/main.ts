import { migrate } from "../../prisma/migrate.ts";
import { type Config, loadConfig } from "../config/env.ts";
import { fieldEncryptionKeys } from "../config/field-key.ts";
import { nodeVersionProblem } from "../config/node-version.ts";
import { connectDatabase } from "../db/client.ts";
import { DatabaseProblem } from "../db/database-problem.ts";
import { createFieldEncryption } from "../db/field-encryption.ts";
import { openDatabase } from "../db/open-database.ts";
import { toJsonInteger } from "../domain/money/fen.ts";
import { civilDateAt } from "../domain/time/civil-date.ts";
import type { BusinessClock } from "../ports/clock.ts";
import { asksForList, findCommand, type Invocation, readArguments } from "./arguments.ts";
import { type CliContext, type CommandResult, UsageError } from "./command.ts";
import { COMMANDS } from "./commands.ts";

/* The operator's command line (interfaces.md section 1): npm run -s cli -- <command>. */

const WORDS = process.argv.slice(2);
const EXIT_USAGE = 2;
const EXIT_OUTSIDE = 3;

async function main(): Promise<number> {
  const outdated = nodeVersionProblem();
  if (outdated !== undefined) return complain(EXIT_OUTSIDE, outdated);
  if (asksForList(WORDS)) {
    for (const line of helpLines()) console.log(line);
    return 0;
  }
  const invocation = readArguments(WORDS, COMMANDS);
  if (invocation.help) {
    console.log(`${invocation.command.name} ${invocation.command.usage}\n${invocation.command.summary}`);
    return 0;
  }
  const result = await run(invocation);
  if (Array.isArray(result)) return complain(EXIT_USAGE, ...result);
  for (const problem of result.problems ?? []) console.error(problem);
  if (result.jsonLines) for (const line of result.jsonLines) console.log(line);
  else if (invocation.json) console.log(JSON.stringify(result.json, bigintAsInteger, 2));
  else for (const line of result.text) console.log(line);
  return result.exitCode ?? 0;
}

/** The answer of the command, or what is wrong with the configuration. */
async function run({ command, positionals, options, nowMs }: Invocation): Promise<CommandResult | string[]> {
  const clock = clockAt(nowMs);
  if (command.needs === "nothing") return command.run(clock, positionals, options);
  const loaded = loadConfig(process.env);
  if (!loaded.ok) return [...loaded.problems];
  return withContext(loaded.config, clock, (context) => command.run(context, positionals, options));
}

function clockAt(nowMs: number | undefined): BusinessClock {
  const now = () => nowMs ?? Date.now();
  return { nowMs: now, today: () => civilDateAt(now()) };
}

async function withContext(
  config: Config,
  clock: BusinessClock,
  work: (context: CliContext) => Promise<CommandResult>,
): Promise<CommandResult> {
  const database = await openDatabase({ databaseUrl: config.databaseUrl?.reveal(), dataDir: config.dataDir });
  try {
    await migrate(database.url);
    const db = connectDatabase(database.url);
    try {
      return await work({
        config,
        db,
        databaseUrl: database.url,
        encryption: createFieldEncryption(fieldEncryptionKeys(config)),
        clock,
        // On stderr, so that it never mixes with the document on stdout.
        progress: (line) => console.error(line),
      });
    } finally {
      await db.$disconnect();
    }
  } finally {
    await database.close();
  }
}

const bigintAsInteger = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? toJsonInteger(value) : value;

function complain(exitCode: number, ...lines: readonly string[]): number {
  for (const line of lines) console.error(line);
  return exitCode;
}

function helpLines(): string[] {
  return ["命令：", ...COMMANDS.map((command) => `  ${command.name} ${command.usage}\n      ${command.summary}`)];
}

/** The usage line of the command that was meant, or the whole list when none was. */
function usageLines(): string[] {
  const command = findCommand(WORDS, COMMANDS);
  return command ? [`用法：${command.name} ${command.usage}`.trimEnd()] : ["", ...helpLines()];
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    if (error instanceof UsageError) process.exitCode = complain(EXIT_USAGE, error.message, ...usageLines());
    else if (error instanceof DatabaseProblem) process.exitCode = complain(EXIT_OUTSIDE, error.message);
    else {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.exitCode = complain(EXIT_OUTSIDE, `程序出错，未完成：${detail}`);
    }
  },
);
