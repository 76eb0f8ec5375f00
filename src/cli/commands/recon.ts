import { inTransaction } from "../../db/transaction.ts";
import { formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { KIND_NAMES } from "../../domain/reconciliation/difference.ts";
import { formatDate, parseCivilDate } from "../../domain/time/civil-date.ts";
import { documentOf, type ExceptionItem, findExceptions } from "../../usecases/exceptions/exception.ts";
import type { Resolved } from "../../usecases/exceptions/resolution.ts";
import { resolveException } from "../../usecases/exceptions/resolve-exception.ts";
import { undoResolution } from "../../usecases/exceptions/undo-resolution.ts";
import type { Refusal } from "../../usecases/receipts/refusal.ts";
import { listFingerprints, revokeFingerprint } from "../../usecases/reconciliation/fingerprints.ts";
import { runReconciliation } from "../../usecases/reconciliation/run-reconciliation.ts";
import { actorOf } from "../actor.ts";
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
import { reconciliationContextOf, resolutionContextOf } from "../reconciliation-context.ts";

const DAY_OPTIONS = {
  account: { type: "string" },
  date: { type: "string" },
  as: { type: "string" },
} as const;

export const reconRunCommand: Command = {
  name: "recon run",
  usage: "--account CODE --date DATE [--dry-run] [--as STAFF]",
  summary: "把某账户某日的流水与账上逐笔核对，列出对上的和有差异的",
  options: { ...DAY_OPTIONS, "dry-run": { type: "boolean" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const result = await runReconciliation(
      context.db,
      {
        accountCode: requiredOption(options, "account"),
        date: readOption("--date", requiredOption(options, "date"), parseCivilDate),
        dryRun: options["dry-run"] === true,
      },
      await reconciliationContextOf(context, options),
    );
    if (!result.ok) return refused({ code: result.code, message: result.message.zh });
    return {
      json: {
        matched: result.matched,
        exceptions: result.exceptions.map(documentOf),
        closed: result.closed,
        open: result.missing.map((one) => one.what),
      },
      text: [
        `${options["dry-run"] === true ? "试算（没有写入）：" : ""}对上 ${result.matched.length} 笔，差异 ${result.exceptions.length} 条，${result.closed ? "本日已对平" : "本日未对平"}`,
        ...result.exceptions.flatMap(linesOf),
        ...result.missing.map((one) => `  未平 ${one.what}`),
      ],
    };
  },
};

const linesOf = (exception: ExceptionItem): string[] => [
  `  ${exception.id} ${KIND_NAMES[exception.kind]} ${formatYuan(exception.amountFen)} ${exception.orderNo ?? ""} ${exception.facts.reasons.join("；")}`,
  ...exception.proposals.map((proposal) => `      ${proposal.code}：${proposal.effect}`),
];

export const reconListCommand: Command = {
  name: "recon list",
  usage: "[--account CODE] [--date DATE] [--all]",
  summary: "列出未处理的对账差异；--all 连同已处理的",
  options: { ...DAY_OPTIONS, all: { type: "boolean" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const date = textOption(options, "date");
    const found = await inTransaction(context.db, (tx) =>
      findExceptions(tx, {
        accountCode: textOption(options, "account"),
        date: date === undefined ? undefined : readOption("--date", date, parseCivilDate),
        state: options.all === true ? undefined : "open",
      }),
    );
    return { json: { exceptions: found.map(documentOf) }, text: found.flatMap(linesOf) };
  },
};

export const reconResolveCommand: Command = {
  name: "recon resolve",
  usage: "<exceptionId> --with PROPOSAL [--note TEXT] --as STAFF",
  summary: "按一种处理办法了结一条差异",
  options: { with: { type: "string" }, note: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [exceptionId = ""], options) {
    const command = {
      exceptionId,
      proposal: requiredOption(options, "with"),
      note: textOption(options, "note"),
    };
    return answer(await resolveException(context.db, command, await contextOf(context, options)), "已处理");
  },
};

export const reconUndoCommand: Command = {
  name: "recon undo",
  usage: "<exceptionId> [--note TEXT] --as STAFF",
  summary: "撤销一条差异的处理，余额恢复原样",
  options: { note: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [exceptionId = ""], options) {
    const command = { exceptionId, note: textOption(options, "note") };
    return answer(await undoResolution(context.db, command, await contextOf(context, options)), "已撤销处理");
  },
};

async function contextOf(context: CliContext, options: OptionValues) {
  if (textOption(options, "as") === undefined) throw new UsageError("缺少 --as");
  return resolutionContextOf(context, options);
}

function answer(result: Resolved | Refusal, what: string): CommandResult {
  if (!result.ok) return refused({ code: result.code, message: result.message.zh });
  const { exception, postings, approvals } = result;
  return {
    json: {
      exception: { ...documentOf(exception), resolvedWith: exception.resolvedWith ?? null },
      postings: postings.map(({ debit, credit, amountFen }) => ({
        debit,
        credit,
        amountFen: toJsonInteger(amountFen),
      })),
      ...(approvals.length === 0 ? {} : { approvals }),
    },
    text: [
      `${what} ${KIND_NAMES[exception.kind]}（${exception.accountCode} ${formatDate(exception.date)}）`,
      ...postings.map(({ debit, credit, amountFen }) => `  借 ${debit} 贷 ${credit} ${formatYuan(amountFen)}`),
      ...(approvals.length === 0 ? [] : ["  已提交审批，批准后生效"]),
    ],
  };
}

export const fingerprintsListCommand: Command = {
  name: "recon fingerprints list",
  usage: "[--tenant CODE]",
  summary: "列出已学到的付款指纹：哪个账户替谁付过款",
  options: { tenant: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const found = await inTransaction(context.db, (tx) => listFingerprints(tx, textOption(options, "tenant")));
    return {
      json: { fingerprints: found },
      text: found.map(
        (one) =>
          `${one.id} ${one.payer}（尾号 ${one.accountTail ?? "无"}）→ ${one.tenant} ${one.tenantName}，确认 ${one.confirmations} 次${one.revokedBy === null ? "" : "，已停用"}`,
      ),
    };
  },
};

export const fingerprintsRevokeCommand: Command = {
  name: "recon fingerprints revoke",
  usage: "<id> --as STAFF",
  summary: "停用一个付款指纹，以后不再据此自动入账",
  options: { as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [id = ""], options) {
    const revoked = await revokeFingerprint(context.db, id, await actorOf(context, options));
    if (!revoked.ok) return refused({ code: revoked.code, message: revoked.message.zh });
    return { json: { revoked: revoked.id }, text: ["已停用这个付款指纹。"] };
  },
};
