import { inTransaction } from "../../db/transaction.ts";
import { formatYuan, parseYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { KIND_NAMES } from "../../domain/reconciliation/difference.ts";
import { formatDate, parseCivilDate } from "../../domain/time/civil-date.ts";
import { approvalContextOf, findColleague } from "../../usecases/approvals/by-code.ts";
import { decideApproval } from "../../usecases/approvals/decide-approval.ts";
import { allOrNothing } from "../../usecases/approvals/or-nothing.ts";
import { findRequest } from "../../usecases/approvals/stored-request.ts";
import { answerChannelQuestions } from "../../usecases/exceptions/answer-channel.ts";
import { documentOf, type ExceptionItem, findException, findExceptions } from "../../usecases/exceptions/exception.ts";
import type { ResolutionContext, ResolutionDetails, Resolved } from "../../usecases/exceptions/resolution.ts";
import { loadPostings, postingsOfResolution, resolveException } from "../../usecases/exceptions/resolve-exception.ts";
import { undoResolution } from "../../usecases/exceptions/undo-resolution.ts";
import type { Refusal } from "../../usecases/receipts/refusal.ts";
import { listFingerprints, revokeFingerprint } from "../../usecases/reconciliation/fingerprints.ts";
import { runReconciliation } from "../../usecases/reconciliation/run-reconciliation.ts";
import { actorOf } from "../actor.ts";
import { commandContextOf } from "../approval-context.ts";
import { channelQuestionsFor } from "../channel-questions.ts";
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
  usage: "<exceptionId> --with PROPOSAL [--bills NO,NO] [--amount YUAN] [--note TEXT] --as STAFF [--approve-as STAFF]",
  summary: "按一种处理办法了结一条差异；--bills 指定先付的账单，--amount 只处理一部分，--approve-as 由另一人当场审批",
  options: {
    with: { type: "string" },
    bills: { type: "string" },
    amount: { type: "string" },
    note: { type: "string" },
    as: { type: "string" },
    "approve-as": { type: "string" },
  },
  positionals: [1, 1],
  async run(context, [exceptionId = ""], options) {
    const command = {
      exceptionId,
      proposal: requiredOption(options, "with"),
      note: textOption(options, "note"),
      details: detailsOf(options),
    };
    const resolution = await contextOf(context, options);
    const resolved = await resolveException(context.db, command, resolution);
    const approver = textOption(options, "approve-as");
    if (resolved.ok && approver !== undefined && resolved.approvals.length > 0)
      return answerOfApprover(context, resolved, approver);
    if (!resolved.ok || !resolved.exception.asksChannel) return answer(resolved, "已处理");
    return answerOfChannel(context, resolved, resolution);
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

function detailsOf(options: OptionValues): ResolutionDetails {
  const amount = textOption(options, "amount");
  return {
    billNos: textOption(options, "bills")
      ?.split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
    amountFen: amount === undefined ? undefined : readOption("--amount", amount, parseYuan),
  };
}

/** The second person stands beside it: the documents that the choice has begun are decided at once, all or none. */
async function answerOfApprover(context: CliContext, asked: Resolved, code: string): Promise<CommandResult> {
  const decided = await allOrNothing(context.db, async (tx): Promise<Resolved | Refusal> => {
    const colleague = await findColleague(tx, code);
    if (!colleague.ok) return colleague;
    const approval = approvalContextOf(commandContextOf(context, code));
    for (const requestId of asked.approvals) {
      const request = await findRequest(tx, requestId);
      const { personId } = colleague.member;
      const version = request?.version ?? 0;
      const result = await decideApproval(tx, { requestId, version, decision: "approve", personId }, approval);
      if (!result.ok) return result;
      if (result.impossible) return result.impossible;
    }
    const exception = await findException(tx, asked.exception.id);
    if (!exception) throw new Error(`exception ${asked.exception.id} is gone`);
    const booked = await loadPostings(tx, exception.entityId);
    return { ok: true, exception, postings: [...asked.postings, ...booked], approvals: [] };
  });
  return answer(decided, "已处理并审批");
}

/** With merchant keys at hand the channel is asked at once; else the server does it. */
async function answerOfChannel(
  context: CliContext,
  asked: Resolved,
  resolution: ResolutionContext,
): Promise<CommandResult> {
  const questions = channelQuestionsFor(context, resolution);
  if (!questions) return answer(asked, "已记下，由服务向微信支付查询");
  await answerChannelQuestions(context.db, questions, asked.exception.id);
  const { id } = asked.exception;
  const { after, postings } = await inTransaction(context.db, async (tx) => ({
    after: await findException(tx, id),
    postings: await postingsOfResolution(tx, id),
  }));
  if (!after) throw new Error(`exception ${id} is gone`);
  const said = after.state === "resolved" ? "已按微信答复处理" : "已向微信支付查询";
  return answer({ ...asked, exception: after, postings }, said);
}

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
      ...(exception.facts.channelSays === undefined ? {} : { channelSays: exception.facts.channelSays }),
      ...(approvals.length === 0 ? {} : { approvals }),
    },
    text: [
      `${what} ${KIND_NAMES[exception.kind]}（${exception.accountCode} ${formatDate(exception.date)}）`,
      ...postings.map(({ debit, credit, amountFen }) => `  借 ${debit} 贷 ${credit} ${formatYuan(amountFen)}`),
      ...(exception.facts.channelSays === undefined ? [] : [`  ${exception.facts.channelSays}`]),
      ...(approvals.length === 0 ? [] : ["  已提交审批，另一人批准后生效"]),
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
