import type { Fen } from "../money/fen.ts";
import { formatYuan } from "../money/fen.ts";
import {
  type BankLine,
  distinctTenants,
  type KnownTenant,
  type LineEvidence,
  type OpenBill,
  TRUSTED_CONFIRMATIONS,
  trustedOf,
} from "./bank-line.ts";
import type { DifferenceKind } from "./difference.ts";
import { MOST_BILLS, onlySubset } from "./subset.ts";

/** Beside a posted match: something that a person should know of or choose about. Amount in fen. */
export interface Remark {
  readonly kind: Extract<DifferenceKind, "UNDERPAYMENT" | "MULTI_TENANT_PAYER" | "DUPLICATE_PAYMENT">;
  readonly amountFen: Fen;
  readonly reason: string;
  readonly otherTenant?: KnownTenant;
}

/** What to do with a line. Reasons are Chinese sentences for people. */
export type BankDecision =
  /** Stages 2–5: post by itself. */
  | {
      readonly type: "post";
      readonly stage: 2 | 3 | 4 | 5;
      readonly tenant: KnownTenant;
      /** What the payer selected; empty: the default order. */
      readonly billNos: readonly string[];
      /** The amount is a figure that was stated: what is short of it is late fee, waived as `transit`. */
      readonly transit: boolean;
      readonly reasons: readonly string[];
      readonly remarks: readonly Remark[];
    }
  /** A person decides; until then the money waits on 2241.02. */
  | {
      readonly type: "ask";
      readonly stage: 2 | 3 | 4 | 6 | 7;
      readonly kind: DifferenceKind;
      /** Fen in question: too much, too little, or all of it. */
      readonly amountFen: Fen;
      readonly tenant?: KnownTenant;
      readonly billNos: readonly string[];
      readonly reasons: readonly string[];
    };

export interface BankFacts {
  readonly line: BankLine;
  readonly entityId: string;
  readonly evidence: LineEvidence;
  /** Open bills at the account's entity of every tenant that is looked at, by due date and number. */
  readonly openBills: readonly OpenBill[];
  /** Figures stated to a tenant within the three days before the value date. */
  readonly statedFen: (tenantId: string) => readonly Fen[];
  /** Whether an earlier receipt of the same amount has paid this bill in full. */
  readonly paidBefore: (billNo: string) => boolean;
}

/** Stages 2 to 7 of money-rules 10 for money that came in. Stage 1, our own numbers, is settled before. Pure. */
export function decideBankLine(facts: BankFacts): BankDecision {
  return byRemark(facts) ?? byVirtualAccount(facts) ?? byFingerprint(facts) ?? bySubset(facts) ?? forAPerson(facts);
}

const owedBy = (facts: BankFacts, tenantId: string): readonly OpenBill[] =>
  facts.openBills.filter((bill) => bill.tenantId === tenantId && bill.owedFen > 0n);
const sumOf = (bills: readonly OpenBill[]): Fen => bills.reduce((sum, bill) => sum + bill.owedFen, 0n);
const isStated = (facts: BankFacts, tenantId: string): boolean =>
  facts.statedFen(tenantId).includes(facts.line.amountFen);

/** Stage 2: a bill number or a payment code in the remark, amount ≤ open of that tenant. */
function byRemark(facts: BankFacts): BankDecision | undefined {
  const { evidence, line } = facts;
  if (evidence.bills.length === 0) return undefined;
  const here = evidence.bills.filter((bill) => bill.entityId === facts.entityId);
  const [elsewhere] = evidence.bills;
  if (here.length === 0 && elsewhere) {
    return {
      type: "ask",
      stage: 2,
      kind: "CROSS_ENTITY_PAYMENT",
      amountFen: line.amountFen,
      tenant: elsewhere,
      billNos: evidence.bills.map((bill) => bill.billNo),
      reasons: [`附言写的账单 ${elsewhere.billNo} 属于 ${elsewhere.entity}，款项却付到了本公司账户`],
    };
  }
  const tenants = distinctTenants(here);
  const [tenant] = tenants;
  if (!tenant) return undefined;
  const billNos = here.map((bill) => bill.billNo);
  const reasons = [`附言写有账单 ${billNos.join("、")}`];
  if (tenants.length > 1) return askMany(facts, tenants, [...reasons, "这些账单属于不同租户"], 2);
  const bills = owedBy(facts, tenant.tenantId);
  const openFen = sumOf(bills);
  const named = bills.filter((bill) => billNos.includes(bill.billNo));
  const again = named.length === 0 && billNos.some(facts.paidBefore);
  const others = evidence.bills.filter((bill) => bill.entityId !== facts.entityId);
  const [other] = others;
  if (other && line.amountFen > sumOf(named)) {
    // A receipt has one entity: what was meant for the other one must not pay what the tenant owes to this one.
    return {
      type: "ask",
      stage: 2,
      kind: "CROSS_ENTITY_PAYMENT",
      amountFen: line.amountFen,
      tenant,
      billNos,
      reasons: [
        ...reasons,
        `附言还写有 ${other.entity} 的账单 ${others.map((bill) => bill.billNo).join("、")}，款项付到了同一个账户`,
      ],
    };
  }
  if (line.amountFen > openFen) {
    const kind = again ? "DUPLICATE_PAYMENT" : "OVERPAYMENT";
    const reason = again
      ? `账单 ${billNos.join("、")} 此前已用同样的金额付清`
      : `金额比该租户未付的 ${formatYuan(openFen)} 多`;
    const amountFen = again ? line.amountFen : line.amountFen - openFen;
    return { type: "ask", stage: 2, kind, amountFen, tenant, billNos, reasons: [...reasons, reason] };
  }
  const shortFen = named.length === 0 ? 0n : sumOf(named) - line.amountFen;
  const transit = shortFen > 0n && isStated(facts, tenant.tenantId);
  const remarks: Remark[] = [];
  if (shortFen > 0n && !transit) {
    const reason = `账单 ${billNos.join("、")} 应付 ${formatYuan(sumOf(named))}，少付 ${formatYuan(shortFen)}`;
    remarks.push({ kind: "UNDERPAYMENT", amountFen: shortFen, reason });
  }
  if (again) {
    const reason = `账单 ${billNos.join("、")} 此前已用同样的金额付清，这笔款冲抵了其他账单`;
    remarks.push({ kind: "DUPLICATE_PAYMENT", amountFen: line.amountFen, reason });
  }
  remarks.push(...otherPayer(facts, tenant));
  if (transit) reasons.push("金额等于三天内告知的应付数");
  return { type: "post", stage: 2, tenant, billNos, transit, reasons, remarks };
}

/** Stage 3: a virtual number. Any amount is the tenant's, since nobody else knows the number; a closed one is nobody's. */
function byVirtualAccount(facts: BankFacts): BankDecision | undefined {
  const [account] = facts.evidence.virtualAccounts;
  if (!account) return undefined;
  const [tenant] = distinctTenants([account]);
  if (!tenant) return undefined;
  const reasons = [`付到 ${account.name} 的专属账号`];
  if (!account.open) {
    const closed = [...reasons, "该账号对应的租约已结束"];
    return { ...askUnknown(facts, closed), stage: 3, tenant };
  }
  const shortFen = sumOf(owedBy(facts, tenant.tenantId)) - facts.line.amountFen;
  const transit = shortFen > 0n && isStated(facts, tenant.tenantId);
  return { type: "post", stage: 3, tenant, billNos: [], transit, reasons, remarks: otherPayer(facts, tenant) };
}

/** Stage 4: a payer who is known, and an amount equal to one open bill or to all of them. */
function byFingerprint(facts: BankFacts): BankDecision | undefined {
  const trusted = distinctTenants(trustedOf(facts.evidence));
  const [tenant] = trusted;
  if (!tenant) return undefined;
  const reasons = [`付款账户此前已至少 ${TRUSTED_CONFIRMATIONS} 次确认为 ${tenant.name} 付款`];
  if (trusted.length > 1) {
    const names = trusted.map((one) => one.name).join("、");
    return askMany(facts, trusted, [`付款账户此前为 ${names} 都付过款`], 4);
  }
  const bills = owedBy(facts, tenant.tenantId);
  const { amountFen } = facts.line;
  if (bills.length > 0 && amountFen === sumOf(bills)) {
    const all = [...reasons, "金额等于全部未付账单"];
    return { type: "post", stage: 4, tenant, billNos: [], transit: false, reasons: all, remarks: [] };
  }
  const equal = bills.filter((bill) => bill.owedFen === amountFen);
  const [first] = equal;
  if (first) {
    const one = [...reasons, `金额等于账单 ${first.billNo}`];
    return { type: "post", stage: 4, tenant, billNos: [first.billNo], transit: false, reasons: one, remarks: [] };
  }
  if (isStated(facts, tenant.tenantId) && amountFen < sumOf(bills)) {
    const stated = [...reasons, "金额等于三天内告知的应付数"];
    return { type: "post", stage: 4, tenant, billNos: [], transit: true, reasons: stated, remarks: [] };
  }
  return undefined;
}

/** Stage 5: the only subset of at most twelve open bills of one tenant that sums exactly. */
function bySubset(facts: BankFacts): BankDecision | undefined {
  const hinted = new Set(hintsOf(facts.evidence).map((tenant) => tenant.tenantId));
  const found: { readonly tenant: KnownTenant; readonly billNos: readonly string[] }[] = [];
  for (const tenant of distinctTenants(facts.openBills)) {
    if (hinted.size > 0 && !hinted.has(tenant.tenantId)) continue;
    const bills = owedBy(facts, tenant.tenantId);
    if (bills.length > MOST_BILLS) continue;
    const amounts = bills.map((bill) => bill.owedFen);
    const result = onlySubset(amounts, facts.line.amountFen);
    // Two subsets of one tenant are as good as two tenants: nobody may guess.
    if (result.found === "several") return undefined;
    if (result.found === "one") {
      const billNos = bills.filter((_, index) => result.indexes.includes(index)).map((bill) => bill.billNo);
      found.push({ tenant, billNos });
    }
    if (found.length > 1) return undefined;
  }
  const [only] = found;
  if (!only) return undefined;
  const reasons = [
    ...(hinted.size > 0 ? [`付款人与租户 ${only.tenant.name} 相符`] : []),
    `只有账单 ${only.billNos.join("、")} 的合计等于这笔金额`,
  ];
  return { type: "post", stage: 5, ...only, transit: false, reasons, remarks: [] };
}

/** Tenants that something about the payer speaks for. */
const hintsOf = (evidence: LineEvidence): readonly KnownTenant[] =>
  distinctTenants([...evidence.fingerprints, ...evidence.byName]);

/** Stages 6 and 7: too much or too little of a payer who is known, or nobody that can be named. */
function forAPerson(facts: BankFacts): BankDecision {
  const hints = hintsOf(facts.evidence);
  const [tenant] = hints;
  const bills = tenant ? owedBy(facts, tenant.tenantId) : [];
  if (!tenant || hints.length > 1 || bills.length > MOST_BILLS) return askUnknown(facts, ["没有找到能确定的付款人"]);
  const openFen = sumOf(bills);
  const { amountFen } = facts.line;
  const reasons = [`付款人与租户 ${tenant.name} 相符`];
  if (amountFen > openFen) {
    const over = [...reasons, `金额比未付的 ${formatYuan(openFen)} 多`];
    return {
      type: "ask",
      stage: 6,
      kind: "OVERPAYMENT",
      amountFen: amountFen - openFen,
      tenant,
      billNos: [],
      reasons: over,
    };
  }
  const nearest = nearestAbove(bills, amountFen);
  if (nearest !== undefined && nearest.owedFen - amountFen <= TOLERANCE_FEN) {
    const shortFen = nearest.owedFen - amountFen;
    const short = [...reasons, `比账单 ${nearest.billNos.join("、")} 少 ${formatYuan(shortFen)}`];
    return {
      type: "ask",
      stage: 6,
      kind: "UNDERPAYMENT",
      amountFen: shortFen,
      tenant,
      billNos: nearest.billNos,
      reasons: short,
    };
  }
  return askUnknown(facts, [...reasons, "但金额与未付账单都对不上"]);
}

/** What a bank may have kept of a transfer as its fee. */
export const TOLERANCE_FEN: Fen = 5_000n;

function nearestAbove(
  bills: readonly OpenBill[],
  amountFen: Fen,
): { readonly billNos: readonly string[]; readonly owedFen: Fen } | undefined {
  const choices = [
    ...bills.map((bill) => ({ billNos: [bill.billNo], owedFen: bill.owedFen })),
    { billNos: bills.map((bill) => bill.billNo), owedFen: sumOf(bills) },
  ].filter((choice) => choice.owedFen > amountFen);
  return choices.sort((a, b) => (a.owedFen < b.owedFen ? -1 : a.owedFen > b.owedFen ? 1 : 0))[0];
}

const askUnknown = (facts: BankFacts, reasons: readonly string[]) =>
  ({ type: "ask", stage: 7, kind: "UNKNOWN_PAYER", amountFen: facts.line.amountFen, billNos: [], reasons }) as const;

const askMany = (
  facts: BankFacts,
  _tenants: readonly KnownTenant[],
  reasons: readonly string[],
  stage: 2 | 4,
): BankDecision => ({
  type: "ask",
  stage,
  kind: "MULTI_TENANT_PAYER",
  amountFen: facts.line.amountFen,
  billNos: facts.evidence.bills.map((bill) => bill.billNo),
  reasons,
});

/** Money for one tenant from an account that is known as another's: posted where it was meant for, and said. */
function otherPayer({ evidence, line }: BankFacts, tenant: KnownTenant): Remark[] {
  const known = distinctTenants([...trustedOf(evidence), ...evidence.byName]);
  if (known.some((one) => one.tenantId === tenant.tenantId)) return [];
  const [other] = known;
  if (!other) return [];
  const reason = `款项记给 ${tenant.name}，但付款账户是 ${other.name} 的`;
  return [{ kind: "MULTI_TENANT_PAYER", amountFen: line.amountFen, reason, otherTenant: other }];
}
