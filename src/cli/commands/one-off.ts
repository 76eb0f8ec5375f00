import { formatYuan, parseYuan } from "../../domain/money/fen.ts";
import { parseCivilDate } from "../../domain/time/civil-date.ts";
import { REGISTERS, type Register } from "../../domain/world/property.ts";
import { askAndDecide } from "../../usecases/approvals/by-code.ts";
import type { DecidedApproval } from "../../usecases/approvals/decide-approval.ts";
import { allOrNothing } from "../../usecases/approvals/or-nothing.ts";
import { askOneOff } from "../../usecases/one-off/ask-one-off.ts";
import { askEstimate } from "../../usecases/readings/ask-estimate.ts";
import type { Refusal } from "../../usecases/receipts/refusal.ts";
import { commandContextOf, pendingText } from "../approval-context.ts";
import {
  type Command,
  type CommandResult,
  readOption,
  refused,
  requiredOption,
  textOption,
  UsageError,
} from "../command.ts";

const PEOPLE = { reason: { type: "string" }, as: { type: "string" }, "approve-as": { type: "string" } } as const;

export const oneOffCommand: Command = {
  name: "charge one-off",
  usage: "--lease CODE --kind KIND --amount YUAN --reason TEXT --as STAFF [--approve-as STAFF]",
  summary: "一次性收费：审批通过后单独出一张账单",
  options: { lease: { type: "string" }, kind: { type: "string" }, amount: { type: "string" }, ...PEOPLE },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const requestedBy = requiredOption(options, "as");
    const wish = {
      leaseCode: requiredOption(options, "lease"),
      kind: requiredOption(options, "kind"),
      amountFen: readOption("--amount", requiredOption(options, "amount"), parseYuan),
      reason: requiredOption(options, "reason"),
    };
    const decided = await allOrNothing(context.db, (tx) =>
      askAndDecide(
        tx,
        { requestedBy, approvedBy: textOption(options, "approve-as") },
        commandContextOf(context, requestedBy),
        (requester, approval) => askOneOff(tx, wish, requester, approval),
      ),
    );
    const charge = decided.ok
      ? await context.db.$queryRaw<{ billNo: string; charge: string }[]>`
          SELECT b.bill_no AS "billNo", c.number AS charge FROM one_off_charge c JOIN bill b ON b.id = c.bill_id
          WHERE c.reason = ${wish.reason} AND c.amount_fen = ${wish.amountFen} ORDER BY c.number DESC LIMIT 1`
      : [];
    const [made] = charge;
    const isDone = decided.ok && decided.request.state === "approved";
    return answerOf(decided, isDone && made ? { billNo: made.billNo, charge: made.charge } : {}, [
      `已出账单 ${made?.billNo ?? ""}，${formatYuan(wish.amountFen)}`,
    ]);
  },
};

export const estimateCommand: Command = {
  name: "reading estimate",
  usage: "--meter CODE --date DATE --values 12345|peak=1,flat=2,… --reason TEXT --as STAFF [--approve-as STAFF]",
  summary: "按估计的读数出账，需要审批；下一次实抄自动找平",
  options: { meter: { type: "string" }, date: { type: "string" }, values: { type: "string" }, ...PEOPLE },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const requestedBy = requiredOption(options, "as");
    const wish = {
      meter: requiredOption(options, "meter"),
      standsOn: readOption("--date", requiredOption(options, "date"), parseCivilDate),
      values: valuesOf(requiredOption(options, "values")),
      reason: requiredOption(options, "reason"),
    };
    const decided = await allOrNothing(context.db, (tx) =>
      askAndDecide(
        tx,
        { requestedBy, approvedBy: textOption(options, "approve-as") },
        commandContextOf(context, requestedBy),
        (requester, approval) => askEstimate(tx, wish, requester, approval),
      ),
    );
    return answerOf(decided, { meter: wish.meter, standsOn: wish.standsOn }, ["估读已生效"]);
  },
};

/** "12345" is the total register; "peak=1,flat=2" names them. */
function valuesOf(text: string): Partial<Record<Register, string>> {
  if (!text.includes("=")) return { total: text };
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name = "", value = ""] = part.split("=");
      const register = REGISTERS.find((one) => one === name.trim());
      if (!register) throw new UsageError(`--values: 没有 ${name}，可用 ${REGISTERS.join("、")}`);
      return [register, value.trim()];
    }),
  );
}

function answerOf(decided: DecidedApproval | Refusal, json: object, done: readonly string[]): CommandResult {
  if (!decided.ok) return refused({ code: decided.code, message: decided.message.zh });
  const { request, impossible } = decided;
  if (impossible) return refused({ code: impossible.code, message: impossible.message.zh });
  return {
    json: { approval: request.number, state: request.state, ...json },
    text: request.state === "approved" ? done : [pendingText(request)],
  };
}
