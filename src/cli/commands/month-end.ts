import { writeFile } from "node:fs/promises";
import { formatYuan } from "../../domain/money/fen.ts";
import { formatMonth, parseMonth } from "../../domain/time/civil-date.ts";
import { writeWorkbookFile } from "../../reports/table-file.ts";
import { makePack } from "../../usecases/month-end/make-pack.ts";
import { packDocument } from "../../usecases/month-end/pack-document.ts";
import { packSheets } from "../../usecases/month-end/pack-sheets.zh-CN.ts";
import { type Command, readOption, refused, requiredOption, textOption, UsageError } from "../command.ts";
import { refusedUnwritable } from "../unwritable.ts";

export const monthEndPackCommand: Command = {
  name: "month-end pack",
  usage: "--entity CODE --month YYYY-MM [--out FILE.xlsx|FILE.json]",
  summary: "月结资料：应收、预收、押金滚动表，账龄，日结，未处理差异，与总账核对",
  options: { entity: { type: "string" }, month: { type: "string" }, out: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const month = readOption("--month", requiredOption(options, "month"), parseMonth);
    const entity = requiredOption(options, "entity");
    const out = textOption(options, "out");
    if (out !== undefined && !/\.(xlsx|json)$/i.test(out))
      throw new UsageError("--out 的文件名要以 .xlsx 或 .json 结尾");
    const made = await makePack(context.db, { entity, month });
    if (!made.ok) return refused({ code: made.code, message: made.message.zh });
    const { pack } = made;
    const document = packDocument(pack);
    const differences = pack.ties.filter(({ differenceFen }) => differenceFen !== 0n);
    try {
      let file: unknown;
      if (out !== undefined && /\.json$/i.test(out)) {
        await writeFile(out, `${JSON.stringify(document, null, 2)}\n`);
        file = { file: out };
      } else if (out !== undefined) file = await writeWorkbookFile(out, packSheets(pack));
      const { receivablesTotal: total } = pack;
      return {
        json: { ...(document as object), ...(file === undefined ? {} : { written: file }) },
        text: [
          `${pack.entity} ${formatMonth(month)}${pack.locked ? "（已锁定）" : ""}`,
          `  应收期初 ${formatYuan(total.openingFen)}，期末 ${formatYuan(total.closingFen)}，收回 ${formatYuan(total.receivedFen)}`,
          differences.length === 0
            ? "  与总账 1122、2203、2241 核对一致。"
            : `  ${differences.length} 处与总账不一致：`,
          `  未日结 ${pack.days.filter(({ closed }) => !closed).length} 天，未处理差异 ${pack.exceptions.length} 条，结账前还缺 ${pack.missing.length} 项`,
          ...(out === undefined ? [] : [`  → ${out}`]),
        ],
        problems: differences.map(
          (tie) =>
            `${tie.account} ${tie.what}${tie.kind === undefined ? "" : ` ${tie.kind}`} 差 ${formatYuan(tie.differenceFen)}`,
        ),
        exitCode: differences.length === 0 ? 0 : 1,
      };
    } catch (error) {
      return refusedUnwritable(error, out ?? "");
    }
  },
};
