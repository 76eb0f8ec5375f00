import { inTransaction } from "../../db/transaction.ts";
import { writeTableFile } from "../../reports/table-file.ts";
import { allocationsList } from "../../usecases/lists/allocations.ts";
import type { List } from "../../usecases/lists/list.ts";
import { receiptsList } from "../../usecases/lists/receipts.ts";
import { receivablesList } from "../../usecases/lists/receivables.ts";
import { type Command, requiredOption, UsageError } from "../command.ts";
import { refusedUnwritable } from "../unwritable.ts";

/** A large park's list takes minutes. */
const TIMEOUT_MS = 30 * 60_000;

const exportCommand = (list: List): Command => ({
  name: `export ${list.name}`,
  usage: "--format xlsx|csv --out FILE",
  summary: `导出${list.title}（表格文件，金额为两位小数）`,
  options: { format: { type: "string" }, out: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const format = requiredOption(options, "format");
    if (format !== "xlsx" && format !== "csv") throw new UsageError("--format 只能是 xlsx 或 csv");
    const out = requiredOption(options, "out");
    try {
      // One snapshot: a payment that arrives meanwhile is in the whole list or in none of it.
      const written = await inTransaction(
        context.db,
        (tx) =>
          writeTableFile(out, format, {
            sheetName: list.title,
            headers: [list.headers],
            rows: list.rows(tx, context.clock.today()),
          }),
        { isolation: "RepeatableRead", timeoutMs: TIMEOUT_MS },
      );
      return {
        json: written,
        text: [`${list.title} ${written.rows} 行 → ${written.file}`, `  SHA-256 ${written.sha256}`],
      };
    } catch (error) {
      return refusedUnwritable(error, out);
    }
  },
});

export const exportReceivablesCommand = exportCommand(receivablesList);
export const exportReceiptsCommand = exportCommand(receiptsList);
export const exportAllocationsCommand = exportCommand(allocationsList);
