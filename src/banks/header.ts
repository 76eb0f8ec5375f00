import { cleanHeader } from "./cells.ts";
import { BANK_TEMPLATES, type BankTemplate, type ColumnRole, JOINED_ROLES } from "./templates.ts";

/** Where a file has its columns: for each role the positions, from 0. */
export interface TableLayout {
  readonly template: BankTemplate;
  /** As the file writes them, cleaned; "" where there is none. */
  readonly headers: readonly string[];
  readonly positions: Readonly<Partial<Record<ColumnRole, readonly number[]>>>;
  /** Columns that no role takes, kept for people; account numbers stay out of it. */
  readonly further: readonly { readonly header: string; readonly index: number }[];
}

/** How many rows of preface a statement may have before its header. */
export const MOST_PREFACE_ROWS = 60;

/**
 * Whether these cells are the header of a statement, and whose. Undefined: some row of the preface. `template` narrows it
 * to one bank's columns, whatever its signature.
 */
export function readHeader(cells: readonly string[], template?: BankTemplate): TableLayout | undefined {
  const headers = cells.map(cleanHeader);
  if (headers.filter((header) => header !== "").length < 3) return undefined;
  const bare = headers.map(withoutUnit);
  const present = new Set(bare);
  const candidates = template === undefined ? BANK_TEMPLATES.filter((one) => hasSignature(one, present)) : [template];
  for (const candidate of candidates) {
    const positions = positionsOf(candidate, bare);
    if (isComplete(positions)) return { template: candidate, headers, positions, further: restOf(headers, positions) };
  }
  return undefined;
}

function restOf(headers: readonly string[], positions: TableLayout["positions"]): TableLayout["further"] {
  const taken = new Set(Object.values(positions).flat());
  return headers.flatMap((header, index) =>
    header === "" || taken.has(index) || ACCOUNT_HEADER.test(header) ? [] : [{ header, index }],
  );
}
const ACCOUNT_HEADER = /账号|帐号|卡号|账户/;

/** What a header lacks to be one, in Chinese, for the row that looks most like it. */
export function missingColumns(cells: readonly string[], template: BankTemplate | undefined): readonly string[] {
  const positions = positionsOf(template ?? fallback(), cells.map(cleanHeader).map(withoutUnit));
  return [
    ...(hasDate(positions) ? [] : ["日期（如“交易日期”“记账日期”）"]),
    ...(hasAmount(positions) ? [] : ["金额（“借方金额”和“贷方金额”，或“交易金额”）"]),
  ];
}

/** How many of the cells are headers that some template knows. */
export const knownHeaders = (cells: readonly string[]): number =>
  cells
    .map(cleanHeader)
    .map(withoutUnit)
    .filter((header) => ALL_HEADERS.has(header)).length;

const fallback = (): BankTemplate => {
  const generic = BANK_TEMPLATES.at(-1);
  if (generic === undefined) throw new Error("no generic template");
  return generic;
};

const ALL_HEADERS: ReadonlySet<string> = new Set(
  BANK_TEMPLATES.flatMap((template) => Object.values(template.columns).flat()),
);

/** "借方金额(元)" and "金额（人民币）" say their unit; the columns are the same. */
const withoutUnit = (header: string): string => header.replace(/[([](?:元|人民币|人民币元|CNY|RMB|单位:元)[)\]]$/u, "");

const hasSignature = (template: BankTemplate, present: ReadonlySet<string>): boolean =>
  template.signatures.some((signature) => signature.every((header) => present.has(header)));

function positionsOf(template: BankTemplate, headers: readonly string[]): TableLayout["positions"] {
  const positions: Partial<Record<ColumnRole, readonly number[]>> = {};
  for (const [role, names] of Object.entries(template.columns) as [ColumnRole, readonly string[]][]) {
    const found = names.map((name) => headers.indexOf(name)).filter((index) => index >= 0);
    if (found.length > 0) positions[role] = JOINED_ROLES.has(role) ? found : found.slice(0, 1);
  }
  return positions;
}

const hasDate = (positions: TableLayout["positions"]): boolean =>
  positions.bookingDate !== undefined || positions.transactionDate !== undefined || positions.valueDate !== undefined;

const hasAmount = (positions: TableLayout["positions"]): boolean =>
  positions.amount !== undefined || (positions.debit !== undefined && positions.credit !== undefined);

const isComplete = (positions: TableLayout["positions"]): boolean => hasDate(positions) && hasAmount(positions);
