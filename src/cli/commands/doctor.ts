import { examine } from "../../doctor/doctor.ts";
import type { Finding } from "../../doctor/finding.ts";
import type { CommandResult, PlainCommand } from "../command.ts";

const SIGNS = { ok: "✓", warning: "!", error: "✗" } as const;

/** Needs no working configuration, because it is there to say what is wrong with one. */
export const doctorCommand: PlainCommand = {
  name: "doctor",
  usage: "[--json]",
  summary: "像各平台那样检查配置，逐条说明哪个变量有问题、可能的原因",
  options: {},
  positionals: [0, 0],
  needs: "nothing",
  run: () => report(process.env),
};

async function report(environment: NodeJS.ProcessEnv): Promise<CommandResult> {
  const findings = await examine(environment, { nowMs: () => Date.now() });
  const failed = findings.some(({ level }) => level === "error");
  return { json: { findings }, text: findings.map(lineOf), ...(failed ? { exitCode: 1 } : {}) };
}

const lineOf = ({ level, variable, message, cause }: Finding): string =>
  `${SIGNS[level]} ${variable} ${message}${cause === "" ? "" : `。可能的原因：${cause}`}`;
