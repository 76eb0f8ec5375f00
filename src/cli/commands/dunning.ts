import { inTransaction } from "../../db/transaction.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { addDays, formatDate, parseCivilDate } from "../../domain/time/civil-date.ts";
import { findUnreached, unreachedLabel } from "../../usecases/dunning/advance-chain.ts";
import { preferWays } from "../../usecases/dunning/contacts.ts";
import { DUNNING_WAYS, type DunningWay } from "../../usecases/dunning/context.ts";
import { holdDunning, liftDunningHold } from "../../usecases/dunning/hold-dunning.ts";
import { previewDunning } from "../../usecases/dunning/preview-dunning.ts";
import { runDunning } from "../../usecases/dunning/run-dunning.ts";
import { tenantIdOf } from "../../usecases/tasks/arrears.ts";
import { tellNewTasks } from "../../usecases/tasks/tell-tasks.ts";
import { actorOf } from "../actor.ts";
import {
  type Command,
  type CommandResult,
  readOption,
  refused,
  requiredOption,
  textOption,
  UsageError,
} from "../command.ts";
import { dunningContextOfCli } from "../dunning-context.ts";

const ACTION_NAMES = {
  remind: "到期提醒",
  notice: "逾期提醒",
  "steward-task": "管家任务",
  "formal-notice": "催款函",
  escalate: "升级经理",
} as const;

const WAY_NAMES = { "official-account": "公众号", sms: "短信", email: "邮件" } as const;

export const dunningPreviewCommand: Command = {
  name: "dunning preview",
  usage: "[--date DATE]",
  summary: "预览某日（默认明天）的催缴：对谁说什么、走哪个渠道、派什么任务；不写入",
  options: { date: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const date = textOption(options, "date");
    const preview = await previewDunning(
      context.db,
      date === undefined ? addDays(context.clock.today(), 1) : readOption("--date", date, parseCivilDate),
      dunningContextOfCli(context).dunning,
    );
    return {
      json: preview,
      text: [
        `${formatDate(preview.date)} 催缴 ${preview.messages.length} 户（阶梯第${preview.ladderVersion}版）`,
        ...preview.messages.map(
          (one) =>
            `  ${one.tenantCode} ${one.tenantName} ${ACTION_NAMES[one.action]} ${formatYuan(one.openFen)} 到期${formatDate(one.dueDate)} ${one.way === null ? "无渠道" : WAY_NAMES[one.way]}${one.tasks.length > 0 ? ` 派任务${one.tasks.length}项` : ""}`,
        ),
      ],
    };
  },
};

export const dunningRunCommand: Command = {
  name: "dunning run",
  usage: "",
  summary: "现在执行一次催缴；晚上八点后、早上九点前不执行",
  options: {},
  positionals: [0, 0],
  async run(context) {
    const { dunning, cards } = dunningContextOfCli(context);
    const run = await runDunning(context.db, dunning);
    await tellNewTasks(context.db, { today: context.clock.today(), cards });
    return {
      json: run,
      text: [`看了 ${run.tenants} 户，通知 ${run.said} 户（其中联系不到 ${run.unreached} 户），派任务 ${run.tasks} 项`],
    };
  },
};

export const dunningUnreachedCommand: Command = {
  name: "dunning unreached",
  usage: "[--since DATE]",
  summary: "列出催缴没有送达的租户和原因（默认近30天）",
  options: { since: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const since = textOption(options, "since");
    const from =
      since === undefined ? addDays(context.clock.today(), -30) : readOption("--since", since, parseCivilDate);
    const unreached = await inTransaction(context.db, (tx) => findUnreached(tx, from));
    return {
      json: { unreached },
      text: unreached.map((one) =>
        `${unreachedLabel(one)} ${ACTION_NAMES[one.action]} ${formatYuan(one.openFen)} ${one.tried.length === 0 ? "没有任何联系方式" : one.tried.map((way) => WAY_NAMES[way]).join("、")} ${one.failure ?? ""}`.trimEnd(),
      ),
    };
  },
};

const isWay = (text: string): text is DunningWay => DUNNING_WAYS.some((way) => way === text);

export const dunningPreferCommand: Command = {
  name: "dunning prefer",
  usage: "<tenant> --ways official-account,sms,email [--as STAFF]",
  summary: "设置租户催缴通知的渠道和先后",
  options: { ways: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [code = ""], options) {
    const ways = (textOption(options, "ways") ?? "").split(",").map((way) => way.trim());
    if (ways.length === 0 || !ways.every(isWay))
      throw new UsageError(`--ways 要从 ${DUNNING_WAYS.join("、")} 中选，逗号分开`);
    const { actor } = await actorOf(context, options);
    const tenantId = await inTransaction(context.db, async (tx) => {
      const id = await tenantIdOf(tx, code);
      if (id !== undefined) await preferWays(tx, id, [...new Set(ways)].filter(isWay), actor);
      return id;
    });
    if (tenantId === undefined) return refused({ code: "TENANT_UNKNOWN", message: `没有编号为 ${code} 的租户` });
    return { json: { tenant: code, ways }, text: [`${code} 的催缴渠道：${ways.join("、")}`] };
  },
};

export const dunningHoldCommand: Command = {
  name: "dunning hold",
  usage: "<tenant> --until DATE --reason TEXT --as STAFF | <tenant> --lift --as STAFF",
  summary: "暂停催缴某个租户到某日，写明原因；--lift 提前恢复",
  options: { until: { type: "string" }, reason: { type: "string" }, lift: { type: "boolean" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [code = ""], options) {
    requiredOption(options, "as");
    const actor = await actorOf(context, options);
    const lift = options.lift === true;
    const until = lift ? undefined : readOption("--until", requiredOption(options, "until"), parseCivilDate);
    const reason = lift ? "" : requiredOption(options, "reason");
    return inTransaction(context.db, async (tx): Promise<CommandResult> => {
      const tenantId = await tenantIdOf(tx, code);
      if (tenantId === undefined) return refused({ code: "TENANT_UNKNOWN", message: `没有编号为 ${code} 的租户` });
      if (until === undefined) {
        const lifted = await liftDunningHold(tx, tenantId, actor);
        return { json: { tenant: code, lifted }, text: [lifted ? `${code} 恢复催缴` : `${code} 没有暂停催缴`] };
      }
      const held = await holdDunning(tx, { tenantId, until, reason }, actor);
      if (!held.ok) return refused({ code: held.code, message: held.message.zh });
      return { json: { tenant: code, until }, text: [`${code} 暂停催缴到${formatDate(until)}`] };
    });
  },
};
