import { BANK_TEMPLATES, findTemplate } from "../../banks/templates.ts";
import { openStatementFile } from "../../compose/statement-files.ts";
import { type Fen, formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { STATEMENT_SOURCES, type StatementSource } from "../../domain/reconciliation/statement.ts";
import { parseCivilDate } from "../../domain/time/civil-date.ts";
import { type ImportedStatement, importStatement } from "../../usecases/statements/import-statement.ts";
import { actorOf } from "../actor.ts";
import { type Command, readOption, requiredOption, textOption, UsageError } from "../command.ts";

export const statementImportCommand: Command = {
  name: "statement import",
  usage: "--source wechat-trade|wechat-fund|bank --account CODE --date DATE [--template NAME] FILE [--as STAFF]",
  summary: "导入微信支付账单或银行流水，核对余额是否连续",
  options: {
    source: { type: "string" },
    account: { type: "string" },
    date: { type: "string" },
    template: { type: "string" },
    as: { type: "string" },
  },
  positionals: [1, 1],
  async run(context, [path = ""], options) {
    const source = sourceOf(requiredOption(options, "source"));
    const accountCode = requiredOption(options, "account");
    const date = readOption("--date", requiredOption(options, "date"), parseCivilDate);
    const template = templateOf(textOption(options, "template"), source);
    const actor = await actorOf(context, options);
    let file: Awaited<ReturnType<typeof openStatementFile>>;
    try {
      file = await openStatementFile(path, { source, template });
    } catch (error) {
      const problem = `读不到文件 ${path}（${(error as NodeJS.ErrnoException).code ?? String(error)}），请检查路径和权限。`;
      return {
        json: { errors: [{ code: "FILE_UNREADABLE", message: problem }] },
        text: [],
        problems: [problem],
        exitCode: 1,
      };
    }
    const imported = await importStatement(
      context.db,
      { source, accountCode, date, file },
      { ...actor, encryption: context.encryption },
    );
    if (!imported.ok) {
      return {
        json: { errors: imported.problems.map((message) => ({ code: imported.code, message })) },
        text: [],
        problems: imported.problems,
        exitCode: 1,
      };
    }
    return {
      json: documentOf(imported, accountCode),
      text: textOf(imported, accountCode),
      problems: imported.gaps.map(
        (gap) => `STATEMENT_GAP ${accountCode} ${gap.date} ${formatYuan(gap.amountFen)}：${gap.what}。`,
      ),
    };
  },
};

function sourceOf(text: string): StatementSource {
  const source = STATEMENT_SOURCES.find((one) => one === text);
  if (source === undefined) throw new UsageError(`--source 只能是 ${STATEMENT_SOURCES.join("、")}`);
  return source;
}

function templateOf(name: string | undefined, source: StatementSource) {
  if (name === undefined || source !== "bank") return undefined;
  const template = findTemplate(name);
  if (template === undefined) {
    const known = BANK_TEMPLATES.map((one) => `${one.name}（${one.title}）`).join("、");
    throw new UsageError(`没有模板 ${name}；可用的有 ${known}，不写则自动识别`);
  }
  return template;
}

const optional = (name: string, amountFen: Fen | undefined | null) =>
  amountFen === undefined || amountFen === null ? {} : { [name]: toJsonInteger(amountFen) };

/** `statement import` of interfaces.md; gaps and warnings beside it. */
function documentOf(imported: ImportedStatement, account: string) {
  const { sha256, duplicateOf, lines, newLines, layout, totals, gaps, warnings } = imported;
  return {
    file: { sha256, ...(duplicateOf === undefined ? {} : { duplicateOf }) },
    lines,
    newLines,
    totals: {
      inFen: toJsonInteger(totals.inFen),
      outFen: toJsonInteger(totals.outFen),
      ...optional("feeFen", totals.feeFen),
      ...optional("openingFen", totals.openingFen),
      ...optional("closingFen", totals.closingFen),
    },
    layout,
    gaps: gaps.map(({ date, amountFen, what }) => ({
      kind: "STATEMENT_GAP",
      date,
      account,
      amountFen: toJsonInteger(amountFen),
      what,
    })),
    warnings,
  };
}

function textOf(imported: ImportedStatement, account: string): string[] {
  const { totals, lines, newLines } = imported;
  if (imported.duplicateOf !== undefined) return [`${account}：这个文件已经导入过，没有变化（${lines} 行）。`];
  const balance = (name: string, amountFen: Fen | undefined) =>
    amountFen === undefined ? [] : [`${name} ${formatYuan(amountFen)}`];
  return [
    `${account}：读到 ${lines} 行，新增 ${newLines} 行（模板 ${imported.layout}）`,
    `  ${[
      ...balance("期初", totals.openingFen),
      `收入 ${formatYuan(totals.inFen)}`,
      `支出 ${formatYuan(totals.outFen)}`,
      ...balance("手续费", totals.feeFen),
      ...balance("期末", totals.closingFen),
    ].join("，")}`,
    ...imported.warnings.map((warning) => `  注意：${warning}`),
    imported.gaps.length === 0
      ? "  余额连续，没有缺口。"
      : `  有 ${imported.gaps.length} 处对不上，已列入待处理的差异（STATEMENT_GAP）。`,
  ];
}
