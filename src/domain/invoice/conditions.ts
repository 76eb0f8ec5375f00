import type { Fen } from "../money/fen.ts";
import { type MemberRole, mayTenant } from "../people/tenant-permissions.ts";
import { type InvoiceableLine, invoiceableFen } from "./invoiceable-line.ts";
import type { InvoiceKind, TitleCheck } from "./title.ts";

/** Everything that decides whether an application is taken. */
export interface ApplicationFacts {
  readonly kind: InvoiceKind;
  readonly lines: readonly InvoiceableLine[];
  /** Bills that were named and don't belong to this tenant, or don't exist: the same answer for both. */
  readonly unknownBillNos: readonly string[];
  readonly memberRole: MemberRole | "staff";
  /** Undefined: the tenant has none yet. */
  readonly title: TitleCheck | undefined;
  /** The person has seen that the title is not the lease's party. */
  readonly titleConfirmed: boolean;
  /** A 专票 with the buyer's address, phone and bank, where the park's policy asks for them. */
  readonly specialNeedsBank: boolean;
  readonly seller: {
    readonly taxNo: string;
    readonly monthlyLimitFen: Fen | undefined;
    readonly usedThisMonthFen: Fen;
  };
  /** 先票后款 was approved for this application. */
  readonly beforeMoney: boolean;
  /** Undefined: all that can be invoiced. */
  readonly wantedFen: Fen | undefined;
  /** The same lines are already asked for and wait for finance. */
  readonly pendingApplicationNo: string | undefined;
}

export const CONDITION_CODES = [
  "ROLE_VIEWER",
  "BILL_UNKNOWN",
  "NO_LINES",
  "BILL_NOT_PUBLISHED",
  "ONLY_DEPOSIT",
  "LINE_DISPUTED",
  "REFUND_IN_PROGRESS",
  "RED_LETTER_IN_PROGRESS",
  "APPLICATION_PENDING",
  "ALREADY_INVOICED",
  "MONEY_FIRST",
  "AMOUNT_NOT_POSITIVE",
  "AMOUNT_TOO_HIGH",
  "SELLER_TAX_NO_MISSING",
  "TITLE_MISSING",
  "TITLE_NAME",
  "TITLE_TAX_NO",
  "TITLE_ADDRESS",
  "TITLE_EMAIL",
  "TITLE_DIFFERS",
  "PERSON_WANTS_SPECIAL",
  "SPECIAL_FIELDS_MISSING",
  "RATE_MISSING",
  "SELLER_LIMIT",
  "TOO_MANY_INVOICES",
] as const;
export type ConditionCode = (typeof CONDITION_CODES)[number];

export interface ConditionFailure {
  readonly code: ConditionCode;
  /** The bill, the figure or the field that the sentence names. */
  readonly amountFen?: Fen;
  readonly subject?: string;
  readonly suggestions?: readonly string[];
}

/** A part of the application that will be invoiced. */
export interface ApplicationPart {
  readonly line: InvoiceableLine;
  readonly amountFen: Fen;
}

export type ApplicationCheck =
  | { readonly ok: true; readonly parts: readonly ApplicationPart[]; readonly totalFen: Fen }
  | { readonly ok: false; readonly failure: ConditionFailure };

/** A provider refuses an order that would become more than ten invoices (reference/domain.md 4.1). */
export const MOST_INVOICES = 10;

/**
 * The first condition that fails, in the order in which a person can do something about it: who asks, what for, whether
 * the money is there (money first), then the title, then the seller. Otherwise how much of which line is invoiced: with an
 * amount, the oldest lines first.
 */
export function checkApplication(facts: ApplicationFacts): ApplicationCheck {
  const failure = personAndBills(facts) ?? linesAndMoney(facts) ?? titleConditions(facts) ?? sellerConditions(facts);
  if (failure) return { ok: false, failure };
  const parts = partsOf(facts);
  return { ok: true, parts, totalFen: sumOf(parts.map((part) => part.amountFen)) };
}

function personAndBills(facts: ApplicationFacts): ConditionFailure | undefined {
  if (facts.memberRole !== "staff" && !mayTenant(facts.memberRole, "invoice.ask")) return { code: "ROLE_VIEWER" };
  const [unknown] = facts.unknownBillNos;
  if (unknown !== undefined) return { code: "BILL_UNKNOWN", subject: unknown };
  if (facts.lines.length === 0) return { code: "NO_LINES" };
  const unpublished = facts.lines.find((line) => !line.published);
  if (unpublished) return { code: "BILL_NOT_PUBLISHED", subject: unpublished.billNo };
  return undefined;
}

function linesAndMoney(facts: ApplicationFacts): ConditionFailure | undefined {
  const lines = taxable(facts.lines);
  if (lines.length === 0) return { code: "ONLY_DEPOSIT" };
  const first = (test: (line: InvoiceableLine) => boolean, code: ConditionCode): ConditionFailure | undefined => {
    const found = lines.find(test);
    return found && { code, subject: found.billNo };
  };
  const blocked =
    first((line) => line.refunding, "REFUND_IN_PROGRESS") ??
    first((line) => line.reversing, "RED_LETTER_IN_PROGRESS") ??
    first((line) => line.disputed, "LINE_DISPUTED");
  if (blocked) return blocked;
  if (facts.pendingApplicationNo !== undefined)
    return { code: "APPLICATION_PENDING", subject: facts.pendingApplicationNo };
  const possibleFen = sumOf(lines.map((line) => invoiceableFen(line, facts.beforeMoney)));
  if (possibleFen === 0n) return nothingLeft(facts, lines);
  if (facts.wantedFen === undefined) return undefined;
  if (facts.wantedFen <= 0n) return { code: "AMOUNT_NOT_POSITIVE" };
  return facts.wantedFen > possibleFen ? { code: "AMOUNT_TOO_HIGH", amountFen: possibleFen } : undefined;
}

/** Either all of it is on invoices, or its money has not come. */
function nothingLeft(facts: ApplicationFacts, lines: readonly InvoiceableLine[]): ConditionFailure {
  const openFen = sumOf(lines.map((line) => invoiceableFen(line, true)));
  return openFen === 0n || facts.beforeMoney
    ? { code: "ALREADY_INVOICED", subject: lines[0]?.billNo ?? "" }
    : { code: "MONEY_FIRST", amountFen: openFen };
}

function titleConditions(facts: ApplicationFacts): ConditionFailure | undefined {
  if (!facts.title) return { code: "TITLE_MISSING" };
  const { title, problems, warnings } = facts.title;
  if (facts.kind === "special" && title.type === "person") return { code: "PERSON_WANTS_SPECIAL" };
  const [problem] = problems;
  if (problem) {
    const { suggestions } = problem;
    switch (problem.field) {
      case "taxNo":
        return { code: "TITLE_TAX_NO", suggestions };
      case "address":
      case "bank":
        return { code: "TITLE_ADDRESS" };
      case "email":
        return { code: "TITLE_EMAIL" };
      default:
        return { code: "TITLE_NAME" };
    }
  }
  const lacksBank = [title.address, title.phone, title.bank, title.bankAccount].some((field) => field === "");
  if (facts.kind === "special" && facts.specialNeedsBank && lacksBank) return { code: "SPECIAL_FIELDS_MISSING" };
  const differs = warnings.includes("NAME_DIFFERS") || warnings.includes("TAX_NO_DIFFERS");
  return differs && !facts.titleConfirmed ? { code: "TITLE_DIFFERS", subject: title.name } : undefined;
}

function sellerConditions(facts: ApplicationFacts): ConditionFailure | undefined {
  if (facts.seller.taxNo === "") return { code: "SELLER_TAX_NO_MISSING" };
  const parts = partsOf(facts);
  const withoutRate = parts.find((part) => Number(part.line.taxRate) === 0);
  // A 专票 without tax deducts nothing: the rate of the line is not set up.
  if (facts.kind === "special" && withoutRate) return { code: "RATE_MISSING", subject: withoutRate.line.billNo };
  const totalFen = sumOf(parts.map((part) => part.amountFen));
  const { monthlyLimitFen, usedThisMonthFen } = facts.seller;
  if (monthlyLimitFen !== undefined && usedThisMonthFen + totalFen > monthlyLimitFen) {
    return { code: "SELLER_LIMIT", amountFen: monthlyLimitFen - usedThisMonthFen };
  }
  return undefined;
}

const taxable = (lines: readonly InvoiceableLine[]): readonly InvoiceableLine[] =>
  lines.filter((line) => line.kind !== "deposit" && line.kind !== "discount");

function partsOf(facts: ApplicationFacts): ApplicationPart[] {
  let leftFen = facts.wantedFen;
  const parts: ApplicationPart[] = [];
  for (const line of taxable(facts.lines)) {
    const possibleFen = invoiceableFen(line, facts.beforeMoney);
    const amountFen = leftFen === undefined || possibleFen < leftFen ? possibleFen : leftFen;
    if (amountFen <= 0n) continue;
    parts.push({ line, amountFen });
    if (leftFen !== undefined) leftFen -= amountFen;
  }
  return parts;
}

const sumOf = (amounts: readonly Fen[]): Fen => amounts.reduce((total, amount) => total + amount, 0n);
