import { parse } from "csv-parse/sync";
import type { ExternalAccount } from "../domain/vouchers/account-mapping.ts";
import type { Auxiliary } from "../domain/vouchers/voucher.ts";

const AUXILIARIES: ReadonlyMap<string, Auxiliary> = new Map([
  ["客户", "customer"],
  ["项目", "project"],
]);
const COLUMNS = ["科目", "外部科目编码", "外部科目名称", "辅助核算"] as const;

export type ReadMapping =
  | { readonly ok: true; readonly accounts: ReadonlyMap<string, ExternalAccount> }
  | { readonly ok: false; readonly message: string };

/** The account mapping that an accountant keeps: 科目, 外部科目编码, 外部科目名称, 辅助核算 (客户、项目, or empty). */
export function readMappingCsv(text: string): ReadMapping {
  const lines = linesOf(text);
  if (typeof lines === "string") return { ok: false, message: lines };
  const accounts = new Map<string, ExternalAccount>();
  for (const [index, line] of lines.entries()) {
    const place = `第 ${index + 2} 行`;
    const [ours = "", code = "", name = "", words = ""] = COLUMNS.map((column) => (line[column] ?? "").trim());
    if (ours === "" || code === "") return { ok: false, message: `${place}：“科目”和“外部科目编码”都要填` };
    if (accounts.has(ours)) return { ok: false, message: `${place}：科目 ${ours} 出现了两次` };
    const auxiliaries: Auxiliary[] = [];
    for (const word of words.split(/[、,，;；\s]+/).filter((one) => one !== "")) {
      const auxiliary = AUXILIARIES.get(word);
      if (!auxiliary) return { ok: false, message: `${place}：辅助核算“${word}”不认识，只能是客户、项目` };
      auxiliaries.push(auxiliary);
    }
    accounts.set(ours, { code, name, auxiliaries });
  }
  return accounts.size === 0 ? { ok: false, message: "映射表里一行都没有" } : { ok: true, accounts };
}

function linesOf(text: string): readonly Readonly<Record<string, string>>[] | string {
  try {
    const lines = parse(text, { bom: true, columns: true, skip_empty_lines: true, trim: true }) as Record<
      string,
      string
    >[];
    const [first] = lines;
    const missing = COLUMNS.slice(0, 3).filter((column) => first !== undefined && !(column in first));
    return missing.length > 0 ? `缺少列 ${missing.join("、")}` : lines;
  } catch (error) {
    return `不是有效的 CSV：${error instanceof Error ? error.message : ""}`;
  }
}
