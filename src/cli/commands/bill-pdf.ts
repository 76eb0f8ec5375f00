import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Prisma } from "../../../generated/prisma/client.ts";
import { printContextOf, rendererOf } from "../../compose/documents.ts";
import { row } from "../../db/rows.ts";
import { inTransaction } from "../../db/transaction.ts";
import { requestDocument } from "../../usecases/documents/documents.ts";
import { printDocument } from "../../usecases/documents/print-document.ts";
import { type Command, refused, requiredOption } from "../command.ts";

/** A bill as it stands today, as PDF. */
export const billPdfCommand: Command = {
  name: "bill pdf",
  usage: "<billNo> --out FILE",
  summary: "把账单打印成PDF文件",
  options: { out: { type: "string" } },
  positionals: [1, 1],
  async run({ db, config, encryption, clock }, [billNo = ""], options) {
    const file = resolve(requiredOption(options, "out"));
    const bill = await row<{ id: string }>(
      db,
      Prisma.sql`SELECT id FROM bill WHERE bill_no = ${billNo} AND state IN ('issued', 'published')`,
    );
    if (!bill) return refused({ code: "BILL_UNKNOWN", message: `没有已开出的账单 ${billNo}，请检查编号` });
    const documentId = await inTransaction(db, (tx) => requestDocument(tx, { kind: "bill", billId: bill.id }));
    const renderer = rendererOf(config);
    try {
      const printed =
        documentId === undefined
          ? undefined
          : await printDocument(db, documentId, clock.today(), printContextOf(config, encryption, renderer));
      if (!printed) throw new Error(`bill ${billNo} was there and has no document`);
      const problem = await writeFile(file, printed.bytes).then(
        () => undefined,
        (error: NodeJS.ErrnoException) => error.code ?? "unknown",
      );
      if (problem !== undefined) {
        return refused({ code: "FILE_NOT_WRITTEN", message: `写不了文件 ${file}（${problem}），请检查目录和权限` });
      }
      const { sha256, pages, shortCode } = printed;
      return {
        json: { file, sha256, pages, shortCode },
        text: [`${billNo} → ${file}（${pages}页，校验码 ${shortCode}）`, `  sha256 ${sha256}`],
      };
    } finally {
      await renderer.close();
    }
  },
};
