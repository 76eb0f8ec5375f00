import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { asksForList, findCommand, readArguments } from "../../../src/cli/arguments.ts";
import { readOption, UsageError } from "../../../src/cli/command.ts";
import { understandCommand } from "../../../src/cli/commands/understand.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { parseYuan } from "../../../src/domain/money/fen.ts";
import { civilDateAt, parseCivilDate, parseMonth } from "../../../src/domain/time/civil-date.ts";

const read = (...words: string[]) => readArguments(words, COMMANDS);

describe("a command line", () => {
  it("may have the shared options before the command", () => {
    const now = "2026-09-01T09:00:00+08:00";
    for (const words of [
      ["--json", "--now", now, "bill", "show", "B1"],
      ["bill", "show", "B1", "--json", `--now=${now}`],
    ]) {
      expect(read(...words)).toMatchObject({ json: true, nowMs: Date.parse(now), positionals: ["B1"] });
      expect(read(...words).command.name).toBe("bill show");
    }
  });

  it.each([
    [["help"], true],
    [["--help"], true],
    [["-h"], true],
    [[], false],
    [["help", "bill", "run"], false],
    [["ledger", "chekc"], false],
  ])("%j asks for the list of commands: %s", (words, asks) => {
    expect(asksForList(words)).toBe(asks);
  });

  it("asks for the help of one command", () => {
    expect(read("help", "bill", "run")).toMatchObject({ help: true, command: { name: "bill run" } });
    expect(read("bill", "run", "--help").help).toBe(true);
  });

  it.each([
    ["an unknown option", ["ledger", "check", "--foo"], "没有选项 --foo"],
    ["a negative value", ["pay", "record", "--amount", "-5"], "值以减号开头时写成 --amount=-5"],
    ["no value", ["pay", "record", "--amount"], "--amount 后面要跟一个值"],
    ["a value too many", ["ledger", "check", "--json=yes"], "--json 后面不能带值"],
    ["no positional", ["bill", "show"], "缺少参数"],
    ["a positional too many", ["bill", "show", "B1", "B2"], "多了参数 B2"],
  ])("says in one Chinese line what is wrong: %s", (_case, words, sentence) => {
    const error = thrownBy(() => read(...words));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(sentence);
    expect(error.message).not.toMatch(/\n|Option|argument/);
    // main prints this command's usage line after it, not the whole list.
    expect(findCommand(words, COMMANDS)?.name).toBe(words.slice(0, 2).join(" "));
  });

  it.each([
    ["--period", "2026-13", parseMonth, "YYYY-MM 的月份"],
    ["--date", "2026-02-30", parseCivilDate, "YYYY-MM-DD 的日期"],
    ["--amount", "1.234", parseYuan, "最多两位小数"],
    ["--amount", "99999999999999999999", parseYuan, "不超过 ¥100,000,000,000.00"],
    ["--amount", "100000000000.01", parseYuan, "不超过 ¥100,000,000,000.00"],
  ])("says in Chinese how %s %s is to be written", (name, text, reader: (text: string) => unknown, wanted) => {
    const { message } = thrownBy(() => readOption(name, text, reader));
    expect(message).toContain(`${name} 的值 "${text}" 不对`);
    expect(message).toContain(wanted);
    expect(message).not.toMatch(/not a|more than/);
  });

  it("takes the greatest amount", () => {
    expect(readOption("--amount", "100000000000.00", parseYuan)).toBe(10_000_000_000_000n);
  });
});

it("understand --batch counts the empty lines when it names a line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parkledger-batch-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const batch = join(folder, "batch.jsonl");
  const clock = { nowMs: () => 0, today: () => civilDateAt(0) };
  writeFileSync(batch, '{"text":"我欠多少钱"}\n\n\nnot json\n');
  await expect(understandCommand.run(clock, [], { batch })).rejects.toThrow("第 4 行");
  writeFileSync(batch, '\n{"text":"我欠多少钱","role":"boss"}\n');
  await expect(understandCommand.run(clock, [], { batch })).rejects.toThrow("第 2 行的 role");
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}
