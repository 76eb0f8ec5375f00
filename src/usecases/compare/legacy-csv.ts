import { type Fen, parseYuan } from "../../domain/money/fen.ts";
import { parseRatio, type Ratio } from "../../domain/money/ratio.ts";

/** A charge of a lease as the old system billed it. Measures only where its file says them. */
export interface LegacyRow {
  readonly lease: string;
  readonly charge: string;
  readonly amountFen: Fen;
  /** Usage of a meter, or a number of pieces. */
  readonly quantity?: Ratio;
  readonly price?: Ratio;
  readonly area?: Ratio;
  /** Closing reading. */
  readonly reading?: Ratio;
}

export interface CsvProblem {
  /** From 1, the header's. */
  readonly line: number;
  readonly code:
    | "COLUMN_MISSING"
    | "COLUMN_UNKNOWN"
    | "COLUMN_TWICE"
    | "FIELD_COUNT"
    | "QUOTES"
    | "EMPTY"
    | "NOT_A_NUMBER"
    | "ROW_TWICE";
  readonly message: string;
}

export type LegacyFile =
  | { readonly ok: true; readonly rows: readonly LegacyRow[] }
  | { readonly ok: false; readonly problems: readonly CsvProblem[] };

const REQUIRED = ["lease", "charge", "amount"] as const;
const MEASURES = ["quantity", "price", "area", "reading"] as const;
const COLUMNS: readonly string[] = [...REQUIRED, ...MEASURES];

/**
 * Reads docs/switch-over.md's file: UTF-8 (with or without mark), comma, header line, fields plain or in double quotes
 * without line breaks. Strict: whatever is not so is a problem with its line, and then nothing is compared.
 */
export function readLegacyCsv(text: string): LegacyFile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n/);
  while (lines.at(-1) === "") lines.pop();
  const problems: CsvProblem[] = [];
  const [first = "", ...rest] = lines;
  const header = fieldsOf(first)?.map((name) => name.trim());
  if (!header) return refusal(1, "QUOTES", "表头的引号不成对");
  for (const [index, name] of header.entries()) {
    if (!COLUMNS.includes(name)) {
      problems.push({
        line: 1,
        code: "COLUMN_UNKNOWN",
        message: `不认识的列 ${name || "（空）"}，可用的列：${COLUMNS.join(",")}`,
      });
    } else if (header.indexOf(name) !== index) {
      problems.push({ line: 1, code: "COLUMN_TWICE", message: `列 ${name} 出现了两次` });
    }
  }
  for (const name of REQUIRED) {
    if (!header.includes(name)) problems.push({ line: 1, code: "COLUMN_MISSING", message: `缺少列 ${name}` });
  }
  if (problems.length > 0) return { ok: false, problems };
  const rows: LegacyRow[] = [];
  const seen = new Map<string, number>();
  rest.forEach((source, index) => {
    const line = index + 2;
    const row = rowOf(header, source, line, problems);
    if (!row) return;
    const key = `${row.lease} ${row.charge}`;
    const before = seen.get(key);
    if (before !== undefined) {
      problems.push({ line, code: "ROW_TWICE", message: `${key} 在第 ${before} 行已经有了，请先合并成一行` });
    }
    seen.set(key, line);
    rows.push(row);
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rows };
}

const refusal = (line: number, code: CsvProblem["code"], message: string): LegacyFile => ({
  ok: false,
  problems: [{ line, code, message }],
});

function rowOf(header: readonly string[], source: string, line: number, problems: CsvProblem[]): LegacyRow | undefined {
  const fields = fieldsOf(source);
  if (!fields) {
    problems.push({ line, code: "QUOTES", message: "引号不成对，或引号外有多余的字符" });
    return undefined;
  }
  if (fields.length !== header.length) {
    problems.push({ line, code: "FIELD_COUNT", message: `应有 ${header.length} 个字段，实有 ${fields.length} 个` });
    return undefined;
  }
  const value = (name: string): string => (fields[header.indexOf(name)] ?? "").trim();
  const before = problems.length;
  for (const name of REQUIRED) {
    if (value(name) === "") problems.push({ line, code: "EMPTY", message: `${name} 不能为空` });
  }
  const number = <T>(name: string, read: (text: string) => T): T | undefined => {
    if (!header.includes(name) || value(name) === "") return undefined;
    try {
      return read(value(name));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const hint = name === "amount" ? "以元为单位、最多两位小数的数字" : "不带千分位的数字";
      problems.push({ line, code: "NOT_A_NUMBER", message: `${name} 的值 ${value(name)} 不是${hint}` });
      return undefined;
    }
  };
  const amountFen = number("amount", parseYuan);
  const measures = Object.fromEntries(
    MEASURES.flatMap((name) => {
      const measure = number(name, parseRatio);
      return measure === undefined ? [] : [[name, measure]];
    }),
  ) as Pick<LegacyRow, (typeof MEASURES)[number]>;
  if (problems.length > before || amountFen === undefined) return undefined;
  return { lease: value("lease"), charge: value("charge"), amountFen, ...measures };
}

/** The fields of one line; undefined when its quotes are not in order. */
function fieldsOf(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest);
    if (!match) return undefined;
    const [taken, quoted, plain = "", end] = match;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "") return fields;
    rest = rest.slice(taken.length);
  }
}
