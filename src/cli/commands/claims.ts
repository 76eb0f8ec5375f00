import { formatYuan, parseYuan } from "../../domain/money/fen.ts";
import { formatDate, parseCivilDate } from "../../domain/time/civil-date.ts";
import { askAndDecide } from "../../usecases/approvals/by-code.ts";
import { allOrNothing } from "../../usecases/approvals/or-nothing.ts";
import { askRelief, type ReliefKind } from "../../usecases/claim-relief/ask-relief.ts";
import { closeDispute, openDispute } from "../../usecases/disputes/dispute-line.ts";
import { waiveLateFee } from "../../usecases/late-fees/waive-late-fee.ts";
import { findBillLine } from "../../usecases/queries/bill-line.ts";
import { actorOf } from "../actor.ts";
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

/** Names a line as people do: the bill and its charge. */
async function lineOf(
  context: CliContext,
  billNo: string,
  options: OptionValues,
): Promise<{ readonly ok: true; readonly lineId: string } | { readonly ok: false; readonly answer: CommandResult }> {
  const charge = requiredOption(options, "charge");
  const line = await findBillLine(context.db, billNo, charge);
  if (line !== undefined) return { ok: true, lineId: line };
  return {
    ok: false,
    answer: refused({ code: "LINE_UNKNOWN", message: `账单 ${billNo} 没有费用 ${charge}，或者这项费用没有应收金额` }),
  };
}

export const waiveCommand: Command = {
  name: "late-fee waive",
  usage: "<billNo> --charge CODE [--amount YUAN] --reason TEXT --as STAFF [--approve-as STAFF]",
  summary: "减免违约金，由制度规定的同事审批；没有 --approve-as 时发起审批",
  options: {
    charge: { type: "string" },
    amount: { type: "string" },
    reason: { type: "string" },
    as: { type: "string" },
    "approve-as": { type: "string" },
  },
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const line = await lineOf(context, billNo, options);
    if (!line.ok) return line.answer;
    const amount = textOption(options, "amount");
    const requestedBy = requiredOption(options, "as");
    const waived = await waiveLateFee(
      context.db,
      {
        lineId: line.lineId,
        amountFen: amount === undefined ? undefined : readOption("--amount", amount, parseYuan),
        reason: requiredOption(options, "reason"),
        requestedBy,
        approvedBy: textOption(options, "approve-as"),
      },
      commandContextOf(context, requestedBy),
    );
    if (!waived.ok) return refused({ code: waived.code, message: waived.message.zh });
    return {
      json: {
        amountFen: waived.amountFen,
        openFen: waived.openFen,
        state: waived.state,
        approval: waived.approval.number,
      },
      text: [
        waived.state === "waived"
          ? `已减免 ${formatYuan(waived.amountFen)}，这一行还有违约金 ${formatYuan(waived.openFen)}`
          : pendingText(waived.approval),
      ],
    };
  },
};

const reliefCommand = (kind: ReliefKind): Command => ({
  name: `claim ${kind === "waiver" ? "waive" : "write-off"}`,
  usage: "<billNo> --charge CODE [--amount YUAN] --reason TEXT --as STAFF [--approve-as STAFF]",
  summary: kind === "waiver" ? "减免一项费用的本金，按制度审批" : "坏账核销：收不回的本金，按制度审批",
  options: waiveCommand.options,
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const line = await lineOf(context, billNo, options);
    if (!line.ok) return line.answer;
    const amount = textOption(options, "amount");
    const amountFen = amount === undefined ? undefined : readOption("--amount", amount, parseYuan);
    const requestedBy = requiredOption(options, "as");
    const approvedBy = textOption(options, "approve-as");
    const reason = requiredOption(options, "reason");
    const decided = await allOrNothing(context.db, (tx) =>
      askAndDecide(tx, { requestedBy, approvedBy }, commandContextOf(context, requestedBy), ({ personId }, approval) =>
        askRelief(
          tx,
          { kind, part: "principal", lineId: line.lineId, amountFen, reason, requestedBy: personId },
          approval,
        ),
      ),
    );
    if (!decided.ok) return refused({ code: decided.code, message: decided.message.zh });
    const { request, impossible } = decided;
    if (impossible) return refused({ code: impossible.code, message: impossible.message.zh });
    return {
      json: { approval: request.number, state: request.state, amountFen: request.amountFen },
      text: [
        request.state === "approved"
          ? `${kind === "waiver" ? "已减免" : "已核销"} ${formatYuan(request.amountFen)}`
          : pendingText(request),
      ],
    };
  },
});

export const claimWaiveCommand = reliefCommand("waiver");
export const claimWriteOffCommand = reliefCommand("write-off");

export const disputeOpenCommand: Command = {
  name: "dispute open",
  usage: "<billNo> --charge CODE --reason TEXT [--from DATE] [--as STAFF]",
  summary: "登记争议：自该日起不催缴、不计违约金",
  options: {
    charge: { type: "string" },
    reason: { type: "string" },
    from: { type: "string" },
    as: { type: "string" },
  },
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const line = await lineOf(context, billNo, options);
    if (!line.ok) return line.answer;
    const from = textOption(options, "from");
    const disputed = await openDispute(
      context.db,
      {
        lineId: line.lineId,
        from: from === undefined ? context.clock.today() : readOption("--from", from, parseCivilDate),
        reason: requiredOption(options, "reason"),
      },
      await actorOf(context, options),
    );
    if (!disputed.ok) return refused({ code: disputed.code, message: disputed.message.zh });
    return { json: { from: disputed.from }, text: [`自${formatDate(disputed.from)}起有争议`] };
  },
};

export const disputeCloseCommand: Command = {
  name: "dispute close",
  usage: "<billNo> --charge CODE --outcome TEXT [--last-day DATE] [--as STAFF]",
  summary: "结束争议：次日起恢复催缴和违约金",
  options: {
    charge: { type: "string" },
    outcome: { type: "string" },
    "last-day": { type: "string" },
    as: { type: "string" },
  },
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const line = await lineOf(context, billNo, options);
    if (!line.ok) return line.answer;
    const lastDay = textOption(options, "last-day");
    const closed = await closeDispute(
      context.db,
      {
        lineId: line.lineId,
        lastDay: lastDay === undefined ? context.clock.today() : readOption("--last-day", lastDay, parseCivilDate),
        outcome: requiredOption(options, "outcome"),
      },
      await actorOf(context, options),
    );
    if (!closed.ok) return refused({ code: closed.code, message: closed.message.zh });
    return { json: { from: closed.from, to: closed.to ?? null }, text: ["争议已结束"] };
  },
};
