import { readFile } from "node:fs/promises";
import { formatYuan } from "../../domain/money/fen.ts";
import { formatMonth, parseMonth } from "../../domain/time/civil-date.ts";
import { compareLegacy, type LegacyDifference } from "../../usecases/compare/compare-legacy.ts";
import { readLegacyCsv } from "../../usecases/compare/legacy-csv.ts";
import { type Command, readOption, requiredOption, UsageError } from "../command.ts";

const CAUSES = {
  rule: "计费规则不同",
  reading: "读数或用量不同",
  price: "单价不同",
  area: "面积不同",
  rounding: "取整方式不同",
  missing: "只有一边有",
} as const;

export const billCompareCommand: Command = {
  name: "bill compare",
  usage: "--legacy FILE.csv --period YYYY-MM",
  summary: "与旧系统的账单逐项比对（docs/switch-over.md）",
  options: { legacy: { type: "string" }, period: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const path = requiredOption(options, "legacy");
    const period = readOption("--period", requiredOption(options, "period"), parseMonth);
    const file = readLegacyCsv(await textOf(path));
    if (!file.ok) {
      return {
        json: { errors: file.problems },
        text: [],
        problems: file.problems.map(({ line, code, message }) => `${path} 第 ${line} 行 ${code} ${message}`),
        exitCode: 1,
      };
    }
    const comparison = await compareLegacy(context.db, file.rows, period);
    const { compared, different } = comparison;
    return {
      json: comparison,
      text: [
        `${formatMonth(period)} 比对 ${compared} 项，${different.length === 0 ? "全部一致" : `${different.length} 项不同`}`,
        ...different.map(lineOf),
      ],
    };
  },
};

async function textOf(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`文件 ${path} 不是 UTF-8 编码，请另存为 UTF-8 再试`);
    throw new UsageError(`读不了文件 ${path}，请检查路径`);
  }
}

function lineOf({ lease, charge, oursFen, theirsFen, cause, detail }: LegacyDifference): string {
  const yuan = (fen: number | null) => (fen === null ? "无" : formatYuan(BigInt(fen)));
  return `  ${lease} ${charge} 我方 ${yuan(oursFen)}，旧系统 ${yuan(theirsFen)}：${CAUSES[cause]}${detail === undefined ? "" : `（${detail}）`}`;
}
