import { readFile } from "node:fs/promises";
import type { SpeakerRole } from "../../../bot/understanding/frame.ts";
import { explain, understand } from "../../../bot/understanding/understand.ts";
import { type CommandResult, type PlainCommand, requiredOption, textOption, UsageError } from "../command.ts";

const ROLES: readonly SpeakerRole[] = ["tenant", "steward", "manager"];

export const understandCommand: PlainCommand = {
  needs: "nothing",
  name: "understand",
  usage: '"<text>" --role tenant|steward|manager [--why] | --batch FILE',
  summary: "一句话会被理解成什么；--batch 逐行处理 JSON 文件",
  options: { role: { type: "string" }, why: { type: "boolean" }, batch: { type: "string" } },
  positionals: [0, 1],
  async run(clock, [text], options) {
    const batch = textOption(options, "batch");
    if (batch !== undefined) return understandBatch(batch, new Date(clock.nowMs()).toISOString());
    if (text === undefined) throw new UsageError("请给出一句话，或 --batch FILE");
    const role = roleOf(requiredOption(options, "role"));
    const { frame, steps, alternatives } = explain({ text, role, now: new Date(clock.nowMs()).toISOString() });
    const why = options.why === true;
    return {
      json: why ? { ...frame, steps, alternatives } : frame,
      text: [
        `${frame.intent} ${JSON.stringify(frame.slots)} ${frame.confidence}`,
        ...(why ? steps.map((step) => `  ${step.weight} ${step.rule} ${step.evidence}`) : []),
        ...(why ? alternatives.map((one) => `  其次 ${one.intent} ${one.confidence}`) : []),
      ],
    };
  },
};

/** A JSON object `{text, role, now}` a line in, a frame a line out, in the same order. */
async function understandBatch(file: string, nowIso: string): Promise<CommandResult> {
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch {
    throw new UsageError(`读不到文件 ${file}`);
  }
  const frames = content
    .split("\n")
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => {
      const request = parseLine(line, number);
      const role = roleOf(request.role, `第 ${number} 行的 role`);
      return understand({ text: request.text, role, now: request.now ?? nowIso });
    });
  const text = frames.map((frame) => JSON.stringify(frame));
  return { json: frames, text, jsonLines: text };
}

function parseLine(line: string, number: number): { text: string; role: string; now?: string } {
  try {
    const value = JSON.parse(line) as { text?: unknown; role?: unknown; now?: unknown };
    const { text, role = "tenant", now } = value;
    if (typeof text !== "string" || typeof role !== "string") throw new Error("text and role must be text");
    return { text, role, ...(typeof now === "string" ? { now } : {}) };
  } catch {
    throw new UsageError(`第 ${number} 行不是 {"text":"…","role":"…","now":"…"} 这样的 JSON`);
  }
}

function roleOf(text: string, name = "--role"): SpeakerRole {
  const role = ROLES.find((one) => one === text);
  if (!role) throw new UsageError(`${name} 只能是 ${ROLES.join("、")}`);
  return role;
}
