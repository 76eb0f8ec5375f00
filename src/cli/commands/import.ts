import { readFile } from "node:fs/promises";
import { platformApps } from "../../compose/platform-apps.ts";
import { loadKnownWorld } from "../../db/known-world.ts";
import { inTransaction } from "../../db/transaction.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { readWorld } from "../../domain/world/read-world.ts";
import { importWorld } from "../../usecases/import-world/import-world.ts";
import { actorOf } from "../actor.ts";
import { type Command, type CommandResult, UsageError } from "../command.ts";

interface Problem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export const importCommand: Command = {
  name: "import",
  usage: "<world.json> [--dry-run] [--as STAFF]",
  summary: "导入合同、表计、读数和期初数据；有任何问题就一条都不写",
  options: { "dry-run": { type: "boolean" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [file = ""], options) {
    const document = await readJson(file);
    if (!document.ok) return refusedImport([document.problem]);
    const known = await inTransaction(context.db, loadKnownWorld, { timeoutMs: 60_000 });
    const read = readWorld(document.value, { today: context.clock.today(), known });
    if (!read.ok) return refusedImport(read.errors);
    const arriving = read.world.staff.map((person) => person.code);
    const actor = await actorOf(context, options, arriving);
    const dryRun = options["dry-run"] === true;
    const result = await importWorld(context.db, read.world, {
      ...actor,
      encryption: context.encryption,
      apps: platformApps(context.config),
      dryRun,
    });
    if (!result.ok) return refusedImport(result.errors);
    const warnings = [...read.warnings, ...result.warnings];
    return {
      json: { imported: result.imported, opening: result.opening, warnings },
      text: [
        dryRun ? "试导入通过（没有写入）：" : "导入完成：",
        `  ${Object.entries(result.imported)
          .map(([what, count]) => `${what} ${count}`)
          .join("，")}`,
        ...result.opening.map(
          (total) =>
            `  期初 ${total.entity}：应收 ${formatYuan(total.receivablesFen)}，预收 ${formatYuan(total.prepaymentsFen)}，押金 ${formatYuan(total.depositsFen)}`,
        ),
        ...warnings.map((warning) => `  提醒 ${warning.path} ${warning.code} ${warning.message}`),
      ],
    };
  },
};

const refusedImport = (errors: readonly Problem[]): CommandResult => ({
  json: { errors },
  text: [],
  problems: errors.map((error) => `${error.path} ${error.code} ${error.message}`),
  exitCode: 1,
});

async function readJson(
  file: string,
): Promise<{ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: Problem }> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    throw new UsageError(`读不到文件 ${file}`);
  }
  try {
    return { ok: true, value: JSON.parse(text.replace(/^\uFEFF/, "")) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : "";
    return { ok: false, problem: { path: "$", code: "NOT_JSON", message: `文件不是有效的 JSON：${detail}` } };
  }
}
