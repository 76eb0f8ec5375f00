import { formatYuan } from "../../domain/money/fen.ts";
import { lastDayOf, parseCivilDate, parseMonth } from "../../domain/time/civil-date.ts";
import { auditRoot } from "../../usecases/audit/audit-root.ts";
import { sealAudit } from "../../usecases/audit/seal-audit.ts";
import { verifyAudit } from "../../usecases/audit/verify-audit.ts";
import { accrueNightly } from "../../usecases/late-fees/accrue-nightly.ts";
import { checkLedger } from "../../usecases/ledger-check/check-ledger.ts";
import { closePeriod, reopenPeriod } from "../../usecases/periods/accounting-periods.ts";
import { askReopening, reopeningNeedsApproval } from "../../usecases/periods/reopen-approval.ts";
import { commandContextOf, pendingText } from "../approval-context.ts";
import {
  type CliContext,
  type Command,
  type CommandResult,
  type OptionValues,
  readOption,
  refused,
  requiredOption,
  textOption,
} from "../command.ts";

export const ledgerCheckCommand: Command = {
  name: "ledger check",
  usage: "",
  summary: "从业务事实重新计算账簿，逐项核对",
  options: {},
  positionals: [0, 0],
  async run(context) {
    context.progress("正在核对账簿……");
    const result = await checkLedger(context.db, { today: context.clock.today() });
    return {
      json: result,
      text: [
        result.ok ? "账簿核对无误。" : `发现 ${result.problems.length} 处问题：`,
        ...Object.entries(result.checked).map(([what, count]) => `  ${what} ${count}`),
      ],
      problems: result.problems.map((problem) => `${problem.code} ${problem.subject} ${problem.message}`),
      exitCode: result.ok ? 0 : 1,
    };
  },
};

export const auditVerifyCommand: Command = {
  name: "audit verify",
  usage: "[--batch N --hash HEX]",
  summary: "校验审计链；可附上保存在外部的根哈希",
  options: { batch: { type: "string" }, hash: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const batch = textOption(options, "batch");
    const hash = textOption(options, "hash");
    const known = batch === undefined || hash === undefined ? undefined : { batch: Number(batch), hash };
    const result = await verifyAudit(context.db, known);
    const { batches, events, unsealed } = result.checked;
    return {
      json: result,
      text: [`${result.ok ? "审计链完整" : "审计链有问题"}：${batches} 批，${events} 条，未封存 ${unsealed} 条。`],
      problems: result.problems.map((problem) => `${problem.code} ${problem.subject} ${problem.message}`),
      exitCode: result.ok ? 0 : 1,
    };
  },
};

export const auditRootCommand: Command = {
  name: "audit root",
  usage: "[--date DATE]",
  summary: "某日的审计根哈希，请抄送外部保存",
  options: { date: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const date = textOption(options, "date");
    const day = date === undefined ? undefined : readOption("--date", date, parseCivilDate);
    if (day === undefined) await sealAudit(context.db, context.clock.today());
    const root = await auditRoot(context.db, day);
    if (!root) return refused({ code: "NOTHING_SEALED", message: "到这一天还没有封存过审计记录" });
    return { json: root, text: [`${root.date} 第 ${root.batch} 批 ${root.hash}（共 ${root.events} 条）`] };
  },
};

const periodCommand = (verb: "close" | "reopen"): Command => ({
  name: `period ${verb}`,
  usage: `--entity CODE --month YYYY-MM --as STAFF${verb === "reopen" ? " [--approve-as STAFF] [--reason TEXT]" : ""}`,
  summary:
    verb === "close"
      ? "结账：违约金计提到月末后锁定这个月，此后的业务记入下一个未结月份"
      : "反结账：由另一位同事重新打开一个月",
  options: {
    entity: { type: "string" },
    month: { type: "string" },
    as: { type: "string" },
    ...(verb === "reopen" ? { "approve-as": { type: "string" as const }, reason: { type: "string" as const } } : {}),
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const period = periodOf(context, options);
    // The nightly job does this where it runs; a park that is run from the command line has nobody else to.
    const lastDay = lastDayOf(period.month);
    if (verb === "close" && lastDay < period.today) await accrueNightly(context.db, lastDay);
    if (verb === "reopen") {
      const approved = await reopenByApproval(context, period, options);
      if (approved) return approved;
    }
    const work = verb === "close" ? closePeriod : reopenPeriod;
    const result = await work(context.db, period);
    if (!result.ok) return refused(result);
    return {
      json: { closed: result.closed, missing: result.missing },
      text: [result.closed ? "本月已锁定。" : result.missing.length > 0 ? "还不能结账：" : "本月已打开。"],
      problems: result.missing.map((one) => `${one.date} ${one.account} ${formatYuan(one.amountFen)} ${one.what}`),
      exitCode: verb === "close" && !result.closed ? 1 : 0,
    };
  },
});

/** Where a park has said who approves reopening, or another person is named; undefined: as it always was. */
async function reopenByApproval(
  context: CliContext,
  period: ReturnType<typeof periodOf>,
  options: OptionValues,
): Promise<CommandResult | undefined> {
  const approvedBy = textOption(options, "approve-as");
  if (approvedBy === undefined && !(await reopeningNeedsApproval(context.db))) return undefined;
  const { entity, month, staff: requestedBy } = period;
  const asked = await askReopening(
    context.db,
    { entity, month, requestedBy, approvedBy, reason: textOption(options, "reason") ?? "反结账" },
    commandContextOf(context, requestedBy),
  );
  if (!asked.ok && asked.code === "PERIOD_OPEN") return undefined;
  if (!asked.ok) return refused({ code: asked.code, message: asked.message.zh });
  const { request } = asked;
  const closed = request.state !== "approved";
  return {
    json: { closed, missing: [], approval: request.number, state: request.state },
    text: [closed ? pendingText(request) : "本月已打开。"],
  };
}

const periodOf = (context: CliContext, options: OptionValues) => ({
  entity: requiredOption(options, "entity"),
  month: readOption("--month", requiredOption(options, "month"), parseMonth),
  staff: requiredOption(options, "as"),
  today: context.clock.today(),
  channel: "cli",
});

export const periodCloseCommand = periodCommand("close");
export const periodReopenCommand = periodCommand("reopen");
