import { formatYuan } from "../../domain/money/fen.ts";
import { formatDate, parseCivilDate } from "../../domain/time/civil-date.ts";
import { lateFeeAsOf } from "../../usecases/late-fees/late-fee-as-of.ts";
import { type Command, readOption, refused, textOption } from "../command.ts";

export const lateFeeCommand: Command = {
  name: "late-fee",
  usage: "<billNo> [--as-of DATE]",
  summary: "违约金算到某一天（含当天）",
  options: { "as-of": { type: "string" } },
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const given = textOption(options, "as-of");
    const asOf = given === undefined ? context.clock.today() : readOption("--as-of", given, parseCivilDate);
    const fee = await lateFeeAsOf(context.db, billNo, asOf);
    if (!fee.ok) return refused({ code: fee.code, message: fee.message.zh });
    const { ok: _ok, ...json } = fee;
    return {
      json,
      text: [
        `${billNo} 违约金算到${formatDate(asOf)}：${formatYuan(fee.totalFen)}`,
        ...fee.lines.map((line) => `  ${line.charge} ${line.days}天 ${formatYuan(line.amountFen)}`),
      ],
    };
  },
};
