import { type Fen, formatYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { parseMonth } from "../../domain/time/civil-date.ts";
import { formatOfName, writeTableFile } from "../../reports/table-file.ts";
import { exportVouchers } from "../../usecases/vouchers/export-vouchers.ts";
import { VOUCHER_LAYOUTS } from "../../vouchers/voucher-file.ts";
import { actorOf } from "../actor.ts";
import { type Command, readOption, requiredOption, textOption, UsageError } from "../command.ts";

export const exportVouchersCommand: Command = {
  name: "export vouchers",
  usage: "--period YYYY-MM --format kingdee|yonyou|csv --out FILE [--entity CODE] [--as STAFF]",
  summary: "导出一个月的凭证；同一笔业务只进一张凭证，已导出的不再改动",
  options: {
    period: { type: "string" },
    format: { type: "string" },
    out: { type: "string" },
    entity: { type: "string" },
    as: { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const month = readOption("--period", requiredOption(options, "period"), parseMonth);
    const format = requiredOption(options, "format");
    const layout = VOUCHER_LAYOUTS.find((one) => one.format === format);
    if (!layout) throw new UsageError(`--format 只能是 ${VOUCHER_LAYOUTS.map((one) => one.format).join("、")}`);
    const out = requiredOption(options, "out");
    const actor = await actorOf(context, options);
    const result = await exportVouchers(context.db, { month, entity: textOption(options, "entity") }, actor);
    if (!result.ok) {
      const errors = result.problems.map(({ entity, message }) => ({
        code: result.code,
        message: `${entity} ${message}`,
      }));
      return {
        json: { errors },
        text: [],
        problems: errors.map(({ code, message }) => `${code} ${message}`),
        exitCode: 1,
      };
    }
    const { entries, newVouchers } = result;
    const sum = (of: (entry: (typeof entries)[number]) => Fen): Fen =>
      entries.reduce((total, entry) => total + of(entry), 0n);
    const [debitFen, creditFen] = [sum((entry) => entry.debitFen), sum((entry) => entry.creditFen)];
    const written = await writeTableFile(out, formatOfName(out), {
      sheetName: layout.sheetName,
      headers: layout.headers,
      rows: entries.map((entry) => layout.row(entry)),
    });
    const vouchers = new Set(entries.map((entry) => `${entry.entityCode}|${entry.word}|${entry.number}`)).size;
    const books = new Set(entries.map((entry) => entry.bookCode)).size;
    return {
      json: {
        ...written,
        debitFen: toJsonInteger(debitFen),
        creditFen: toJsonInteger(creditFen),
        vouchers,
        newVouchers,
      },
      text: [
        `${month} 共 ${vouchers} 张凭证 ${written.rows} 行（新增 ${newVouchers} 张），借方 ${formatYuan(debitFen)}，贷方 ${formatYuan(creditFen)}`,
        `  文件 ${written.file}`,
        `  SHA-256 ${written.sha256}`,
        ...(books > 1 && layout.format === "yonyou" ? ["  提醒：文件里有多个账套，用友请用 --entity 分别导出"] : []),
      ],
    };
  },
};
