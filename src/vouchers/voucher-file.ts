import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VoucherRecord } from "../domain/vouchers/voucher-record.ts";
import type { StoredDocument } from "../ports/document-store.ts";
import { type TableFile, writeTableFile } from "../reports/table-file.ts";
import { csvLayout } from "./csv-layout.ts";
import { kingdeeLayout } from "./kingdee-layout.ts";
import type { VoucherLayout } from "./layout.ts";
import { yonyouLayout } from "./yonyou-layout.ts";

export const VOUCHER_LAYOUTS: readonly VoucherLayout[] = [csvLayout, kingdeeLayout, yonyouLayout];

/** 金蝶 takes a workbook; the others read lines. */
const ENDINGS = { csv: "csv", kingdee: "xlsx", yonyou: "csv" } as const;
const MEDIA_TYPES = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;

/** The entries as a file in memory, for a chat that sends it. `name` without its ending. */
export async function voucherFile(
  format: VoucherLayout["format"],
  name: string,
  records: readonly VoucherRecord[],
): Promise<StoredDocument & Pick<TableFile, "rows" | "sha256">> {
  const layout = VOUCHER_LAYOUTS.find((one) => one.format === format);
  if (!layout) throw new Error(`no layout for ${format}`);
  const ending = ENDINGS[format];
  const folder = await mkdtemp(join(tmpdir(), "vouchers-"));
  try {
    const written = await writeTableFile(join(folder, `vouchers.${ending}`), ending, {
      sheetName: layout.sheetName,
      headers: layout.headers,
      rows: records.map((record) => layout.row(record)),
    });
    return {
      fileName: `${name}.${ending}`,
      mediaType: MEDIA_TYPES[ending],
      bytes: await readFile(written.file),
      rows: written.rows,
      sha256: written.sha256,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
