import { checkTaxpayerNumber, normaliseTaxpayerNumber } from "./taxpayer-number.ts";

/** 专票 lets the buyer deduct the tax and asks for more; 普票 does for everybody else. */
export type InvoiceKind = "special" | "ordinary";

/** What is printed of the buyer (发票抬头). */
export interface InvoiceTitle {
  readonly type: "company" | "person";
  readonly name: string;
  /** "" for persons. */
  readonly taxNo: string;
  readonly address: string;
  readonly phone: string;
  readonly bank: string;
  readonly bankAccount: string;
  /** Where the electronic invoice is sent, besides the chat. */
  readonly email: string;
}

export const EMPTY_TITLE: InvoiceTitle = {
  type: "company",
  name: "",
  taxNo: "",
  address: "",
  phone: "",
  bank: "",
  bankAccount: "",
  email: "",
};

export type TitleProblemCode =
  | "NAME_MISSING"
  | "NAME_TOO_LONG"
  | "NAME_TOO_SHORT"
  | "TAX_NO_MISSING"
  | "TAX_NO_LENGTH"
  | "TAX_NO_CHARACTER"
  | "TAX_NO_CHECK_DIGIT"
  | "ADDRESS_TOO_LONG"
  | "BANK_TOO_LONG"
  | "EMAIL_INVALID"
  | "PERSON_WANTS_SPECIAL";

export interface TitleProblem {
  readonly code: TitleProblemCode;
  readonly field: keyof InvoiceTitle;
  /** Corrected values that would pass. */
  readonly suggestions: readonly string[];
}

export type TitleWarning = "LEGACY_FIFTEEN" | "NAME_DIFFERS" | "TAX_NO_DIFFERS" | "BRACKETS_DIFFER";

export interface TitleCheck {
  /** As it will be printed. */
  readonly title: InvoiceTitle;
  /** With any of them the title can't be used. */
  readonly problems: readonly TitleProblem[];
  /** To be shown and confirmed. */
  readonly warnings: readonly TitleWarning[];
}

/** Field lengths of 数电票 (reference/domain.md 4.1). */
const NAME_MAX = 100;
const ADDRESS_AND_PHONE_MAX = 100;
const BANK_AND_ACCOUNT_MAX = 100;
/** Providers take a company with fewer characters for a person and refuse it. */
const COMPANY_NAME_MIN = 4;
const EMAIL = /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/;

/** Puts a title into the form that is printed and says what is wrong with it, for this kind and for the lease's party. */
export function checkTitle(
  raw: InvoiceTitle,
  context: { readonly kind?: InvoiceKind; readonly party?: { readonly name: string; readonly taxNo: string } } = {},
): TitleCheck {
  const title = normaliseTitle(raw);
  const problems = [...nameProblems(title), ...taxNumberProblems(title), ...lengthProblems(title)];
  if (context.kind === "special" && title.type === "person") {
    problems.push({ code: "PERSON_WANTS_SPECIAL", field: "type", suggestions: [] });
  }
  return { title, problems, warnings: warningsOf(title, context.party) };
}

/** Spaces and full-width characters as people type them; Chinese brackets stay what they are on the licence. */
export const normaliseTitle = (title: InvoiceTitle): InvoiceTitle => ({
  type: title.type,
  name: normaliseName(title.name),
  taxNo: title.type === "person" ? "" : normaliseTaxpayerNumber(title.taxNo),
  address: title.address.trim(),
  phone: title.phone.normalize("NFKC").replace(/\s/g, ""),
  bank: title.bank.trim(),
  bankAccount: title.bankAccount.normalize("NFKC").replace(/[\s-]/g, ""),
  email: title.email.normalize("NFKC").trim(),
});

/** Business licences print full-width brackets; the tax bureau compares character by character. */
const normaliseName = (name: string): string =>
  name
    .normalize("NFKC")
    .trim()
    .replace(/\s+/g, " ")
    .replace(/(?<=[\p{Script=Han}]) | (?=[\p{Script=Han}])/gu, "")
    .replace(/\(/g, "（")
    .replace(/\)/g, "）");

function nameProblems({ type, name }: InvoiceTitle): TitleProblem[] {
  const problem = (code: TitleProblemCode): TitleProblem[] => [{ code, field: "name", suggestions: [] }];
  if (name === "") return problem("NAME_MISSING");
  if (name.length > NAME_MAX) return problem("NAME_TOO_LONG");
  return type === "company" && name.length < COMPANY_NAME_MIN ? problem("NAME_TOO_SHORT") : [];
}

function taxNumberProblems({ type, taxNo }: InvoiceTitle): TitleProblem[] {
  if (type === "person") return [];
  if (taxNo === "") return [{ code: "TAX_NO_MISSING", field: "taxNo", suggestions: [] }];
  const check = checkTaxpayerNumber(taxNo);
  return check.ok ? [] : [{ code: `TAX_NO_${check.code}`, field: "taxNo", suggestions: check.suggestions }];
}

function lengthProblems(title: InvoiceTitle): TitleProblem[] {
  const problems: TitleProblem[] = [];
  if (title.address.length + title.phone.length > ADDRESS_AND_PHONE_MAX) {
    problems.push({ code: "ADDRESS_TOO_LONG", field: "address", suggestions: [] });
  }
  if (title.bank.length + title.bankAccount.length > BANK_AND_ACCOUNT_MAX) {
    problems.push({ code: "BANK_TOO_LONG", field: "bank", suggestions: [] });
  }
  if (title.email !== "" && !EMAIL.test(title.email)) {
    problems.push({ code: "EMAIL_INVALID", field: "email", suggestions: [] });
  }
  return problems;
}

function warningsOf(
  title: InvoiceTitle,
  party: { readonly name: string; readonly taxNo: string } | undefined,
): TitleWarning[] {
  const warnings: TitleWarning[] = [];
  if (title.type === "company") {
    const check = checkTaxpayerNumber(title.taxNo);
    if (check.ok && check.warning !== undefined) warnings.push(check.warning);
  }
  if (!party) return warnings;
  const name = normaliseName(party.name);
  if (title.name !== name)
    warnings.push(withoutBrackets(title.name) === withoutBrackets(name) ? "BRACKETS_DIFFER" : "NAME_DIFFERS");
  const taxNo = normaliseTaxpayerNumber(party.taxNo);
  if (title.type === "company" && taxNo !== "" && title.taxNo !== taxNo) warnings.push("TAX_NO_DIFFERS");
  return warnings;
}

const withoutBrackets = (name: string): string => name.replace(/[（）()\s]/g, "");
