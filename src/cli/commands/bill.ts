import { billNoticesOf } from "../../compose/bill-notices.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { formatDate, formatMonth, parseCivilDate, parseMonth } from "../../domain/time/civil-date.ts";
import type { BillingCommand } from "../../usecases/billing/command.ts";
import { publishBills } from "../../usecases/billing/publish-bills.ts";
import { checkSelection, issueRun, needsIssue } from "../../usecases/billing/run-billing.ts";
import { issuedResult, previewResult, type RunResult } from "../../usecases/billing/run-result.ts";
import { findBill } from "../../usecases/queries/bill-document.ts";
import {
  type CliContext,
  type Command,
  type CommandResult,
  type OptionValues,
  readOption,
  refused,
  requiredOption,
  textOption,
  UsageError,
} from "../command.ts";

export const billRunCommand: Command = {
  name: "bill run",
  usage:
    "--period YYYY-MM [--project CODE] [--preview | --issue | --publish] [--issue-date DATE] [--acknowledge ID,…|all] [--as STAFF --approve-as STAFF]",
  summary: "出账：预览、审批后开出、发布给租户",
  options: {
    period: { type: "string" },
    project: { type: "string" },
    preview: { type: "boolean" },
    issue: { type: "boolean" },
    publish: { type: "boolean" },
    "issue-date": { type: "string" },
    acknowledge: { type: "string", multiple: true },
    as: { type: "string" },
    "approve-as": { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const modes = ["preview", "issue", "publish"].filter((mode) => options[mode] === true);
    if (modes.length > 1) throw new UsageError("--preview、--issue、--publish 只能选一个");
    const command = commandOf(options);
    const [mode = "preview"] = modes;
    if (mode === "preview") {
      const unknown = await checkSelection(context.db, command);
      return unknown ? refused(unknown) : answer(await previewResult(context.db, command));
    }
    return issueOrPublish(context, command, options, mode === "publish");
  },
};

async function issueOrPublish(
  context: CliContext,
  command: BillingCommand,
  options: OptionValues,
  publish: boolean,
): Promise<CommandResult> {
  const createdBy = textOption(options, "as");
  const run = {
    today: context.clock.today(),
    actor: createdBy === undefined ? "operator" : `staff:${createdBy}`,
    channel: "cli",
    createdBy,
    approvedBy: textOption(options, "approve-as"),
  };
  let runId: string | undefined;
  if (!publish || run.approvedBy !== undefined || (await needsIssue(context.db, command))) {
    context.progress(`正在计算 ${formatMonth(command.period)} 的账单……`);
    const issued = await issueRun(context.db, command, run);
    if (!issued.ok) return refused(issued);
    runId = issued.runId;
  }
  let publishedIds: readonly string[] = [];
  if (publish) {
    context.progress("正在发布……");
    publishedIds = await publishBills(context.db, command, run, billNoticesOf(context));
  }
  const state = publish ? "published" : "issued";
  return answer(await issuedResult(context.db, command, state, { runId, publishedIds }));
}

function commandOf(options: OptionValues): BillingCommand {
  const issueDate = textOption(options, "issue-date");
  const given = [options.acknowledge].flat().flatMap((value) => (typeof value === "string" ? value.split(",") : []));
  const acknowledge = given.map((id) => id.trim()).filter((id) => id !== "");
  return {
    period: readOption("--period", requiredOption(options, "period"), parseMonth),
    project: textOption(options, "project"),
    issueDate: issueDate === undefined ? undefined : readOption("--issue-date", issueDate, parseCivilDate),
    acknowledge: acknowledge.includes("all") ? "all" : acknowledge,
  };
}

function answer(result: RunResult): CommandResult {
  const states = { previewed: "预览", issued: "已开出", published: "已发布" } as const;
  const held = result.bills.filter((bill) => bill.held);
  return {
    json: result,
    text: [
      `${formatMonth(result.period)} ${states[result.state]}：${result.bills.length - held.length} 张账单，合计 ${formatYuan(BigInt(result.certificate.totalFen))}`,
      ...result.bills.map(
        (bill) =>
          `  ${bill.billNo ?? "（无编号）"} ${bill.lease} ${bill.entity} ${formatDate(bill.dueDate)}到期 ${formatYuan(BigInt(bill.totalFen))}${bill.held ? "（暂扣）" : ""}`,
      ),
      ...result.parked.map(
        (line) => `  未出 ${line.lease} ${line.charge} ${line.period.from} ${line.code} ${line.message}`,
      ),
      ...result.anomalies.map((anomaly) => `  异常 ${anomaly.id} ${anomaly.lease} ${anomaly.message}`),
    ],
  };
}

export const billShowCommand: Command = {
  name: "bill show",
  usage: "<billNo> [--explain]",
  summary: "查看账单；--explain 附每一行的计算过程",
  options: { explain: { type: "boolean" } },
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const bill = await findBill(context.db, billNo, context.clock.today(), options.explain === true);
    if (!bill) return refused({ code: "BILL_UNKNOWN", message: `没有账单 ${billNo}，请检查编号` });
    return {
      json: bill,
      text: [
        `${bill.billNo} ${bill.tenant} ${formatDate(bill.issueDate)}开出，${formatDate(bill.dueDate)}到期，合计 ${formatYuan(BigInt(bill.totalFen))}`,
        ...bill.lines.map(
          (line) => `  ${line.charge} ${line.period.from}..${line.period.to} ${formatYuan(BigInt(line.amountFen))}`,
        ),
        `  今日应付 ${formatYuan(BigInt(bill.owedFen))}（含违约金 ${formatYuan(BigInt(bill.lateFeeFen))}）`,
      ],
    };
  },
};
