import { SAY } from "../../../bot/text/zh-CN.ts";
import { inTransaction } from "../../db/transaction.ts";
import { compareMonths } from "../../domain/explanation/compare-months.ts";
import { explainLine } from "../../domain/explanation/explain-line.ts";
import { tellComparison } from "../../domain/explanation/tell-comparison.ts";
import { parseMonth } from "../../domain/time/civil-date.ts";
import { findChargeMonths } from "../../usecases/explain/charge-months.ts";
import { findExplainableLines, type StoredLine } from "../../usecases/explain/explainable-lines.ts";
import {
  type CliContext,
  type Command,
  type CommandResult,
  readOption,
  refused,
  textOption,
  UsageError,
} from "../command.ts";

export const billExplainCommand: Command = {
  name: "bill explain",
  usage: "<billNo> [--charge CODE] [--against YYYY-MM]",
  summary: "用人话解释账单的每一行；--against 与另一个月的账单比较，差额拆成用量、单价、分摊、条件",
  options: { charge: { type: "string" }, against: { type: "string" } },
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const charge = textOption(options, "charge");
    const against = textOption(options, "against");
    if (against !== undefined && charge === undefined) throw new UsageError("--against 要和 --charge 一起用");
    const all = await inTransaction(context.db, (tx) => findExplainableLines(tx, { billNo }));
    if (all.length === 0) return refused({ code: "BILL_UNKNOWN", message: `没有账单 ${billNo}，请检查编号` });
    const lines = all.filter((line) => charge === undefined || line.charge === charge);
    const [first] = lines;
    if (!first) return refused({ code: "CHARGE_UNKNOWN", message: `账单 ${billNo} 没有费用 ${charge}` });
    return against === undefined ? explained(billNo, lines) : compared(context, billNo, first, against);
  },
};

const nameOf = ({ kind, correction }: StoredLine): string =>
  correction > 0 ? SAY.correction(SAY.charges[kind]) : SAY.charges[kind];

function explained(billNo: string, lines: readonly StoredLine[]): CommandResult {
  const told = lines.map((line) => ({
    charge: line.charge,
    role: line.role,
    ordinal: line.ordinal,
    period: line.period,
    correction: line.correction,
    amountFen: line.amountFen,
    text: explainLine({ ...line, name: nameOf(line) }),
  }));
  return {
    json: { billNo, lines: told },
    text: told.flatMap(({ charge, period, text }) => [
      `${charge} ${period.from}..${period.to}`,
      ...text.map((line) => `  ${line}`),
    ]),
  };
}

async function compared(
  context: CliContext,
  billNo: string,
  line: StoredLine,
  againstText: string,
): Promise<CommandResult> {
  const against = readOption("--against", againstText, parseMonth);
  const { charge } = line;
  const months = await inTransaction(context.db, (tx) => findChargeMonths(tx, { billNo, charge, against }));
  if (!months) {
    return refused({
      code: "NOTHING_TO_COMPARE",
      message: `合同在 ${against} 的账单里没有费用 ${charge}，请换一个月份`,
    });
  }
  const comparison = compareMonths(months.before.lines, months.after.lines);
  return {
    json: { billNo, charge, period: months.after.month, against: months.before.month, ...comparison },
    text: tellComparison(nameOf(line), { before: months.before.month, after: months.after.month }, comparison),
  };
}
