import { formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { parseCivilDate } from "../../domain/time/civil-date.ts";
import { runReconciliation } from "../../usecases/reconciliation/run-reconciliation.ts";
import { type Command, readOption, refused, requiredOption } from "../command.ts";
import { reconciliationContextOf } from "../reconciliation-context.ts";

export const dayCloseCommand: Command = {
  name: "day close",
  usage: "--account CODE --date DATE [--as STAFF]",
  summary: "日结：流水完整、逐笔对上、渠道余额与账上一致才算结",
  options: { account: { type: "string" }, date: { type: "string" }, as: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const result = await runReconciliation(
      context.db,
      {
        accountCode: requiredOption(options, "account"),
        date: readOption("--date", requiredOption(options, "date"), parseCivilDate),
      },
      await reconciliationContextOf(context, options),
    );
    if (!result.ok) return refused({ code: result.code, message: result.message.zh });
    const missing = result.missing.map((one) => ({ ...one, amountFen: toJsonInteger(one.amountFen) }));
    return {
      json: { closed: result.closed, missing },
      text: [result.closed ? "本日已结。" : "还不能日结："],
      problems: result.missing.map((one) => `${one.date} ${one.account} ${formatYuan(one.amountFen)} ${one.what}`),
      exitCode: result.closed ? 0 : 1,
    };
  },
};
