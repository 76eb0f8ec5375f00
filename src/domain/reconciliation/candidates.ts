import { type Fen, formatYuan } from "../money/fen.ts";
import { type BankLine, distinctTenants, type KnownTenant, type LineEvidence, type OpenBill } from "./bank-line.ts";
import { compactCode, compactName } from "./remark.ts";
import { onlySubset } from "./subset.ts";

/** A tenant whose money this may be (stage 7). Confidence from 0 to 1, two decimals. */
export interface Candidate {
  readonly tenant: string;
  readonly tenantName: string;
  readonly confidence: number;
  readonly reasons: readonly string[];
}

const MOST_CANDIDATES = 5;
const LEAST_CONFIDENCE = 0.1;

/**
 * The five tenants that a transfer most likely comes from, best first; equal ones by code. Names are compared by pairs of
 * characters, so that a shortened or misspelt name still counts.
 */
export function rankCandidates(
  line: BankLine,
  evidence: LineEvidence,
  tenants: readonly KnownTenant[],
  openBills: readonly OpenBill[],
): Candidate[] {
  const byTenant = new Map<string, Fen[]>();
  for (const bill of openBills) {
    if (bill.owedFen > 0n) byTenant.set(bill.tenantId, [...(byTenant.get(bill.tenantId) ?? []), bill.owedFen]);
  }
  const former = new Set(evidence.virtualAccounts.map((one) => one.tenantId));
  const all = distinctTenants([...tenants, ...evidence.fingerprints, ...evidence.byName, ...evidence.virtualAccounts]);
  return all
    .map((tenant) => rank(line, evidence, tenant, byTenant.get(tenant.tenantId) ?? [], former.has(tenant.tenantId)))
    .filter((candidate) => candidate.confidence >= LEAST_CONFIDENCE)
    .sort((a, b) => b.confidence - a.confidence || (a.tenant < b.tenant ? -1 : 1))
    .slice(0, MOST_CANDIDATES);
}

function rank(
  line: BankLine,
  evidence: LineEvidence,
  tenant: KnownTenant,
  owedFen: readonly Fen[],
  former: boolean,
): Candidate {
  const reasons: string[] = [];
  /** Doubt that is left; each independent reason takes its share of it. */
  let doubt = 1;
  const because = (strength: number, reason: string): void => {
    doubt *= 1 - strength;
    reasons.push(reason);
  };
  const fingerprint = evidence.fingerprints.find((one) => one.tenantId === tenant.tenantId);
  if (fingerprint) because(0.7, `同一账户曾为该租户付款 ${fingerprint.confirmations} 次`);
  if (former) because(0.8, "付到该租户原来的专属账号");
  const similarity = line.payerName === null ? 0 : similarityOf(line.payerName, tenant.name);
  if (similarity === 1) because(0.8, "户名与租户一致");
  else if (similarity >= 0.5) because(similarity * 0.6, `户名与租户相近（${Math.round(similarity * 100)}%）`);
  if (isNamed(line.remark, tenant.name)) because(0.6, "附言写有租户名称");
  const totalFen = owedFen.reduce((sum, fen) => sum + fen, 0n);
  if (owedFen.includes(line.amountFen)) because(0.5, `金额等于一张未付账单 ${formatYuan(line.amountFen)}`);
  else if (owedFen.length > 0 && totalFen === line.amountFen) because(0.6, "金额等于全部未付账单");
  else if (onlySubset(owedFen, line.amountFen).found !== "none") because(0.3, "金额等于几张未付账单之和");
  return { tenant: tenant.code, tenantName: tenant.name, confidence: Math.round((1 - doubt) * 100) / 100, reasons };
}

const isNamed = (remark: string, name: string): boolean => {
  const wanted = compactName(name);
  return wanted.length >= 2 && compactCode(remark).includes(wanted);
};

/** Words that say nothing about which company it is. */
const GENERIC = /(有限责任公司|股份有限公司|有限公司|公司|分公司|科技|贸易|实业|集团)/g;

/** Dice's coefficient of the pairs of characters; 1 for names that differ in brackets and spaces only. */
export function similarityOf(a: string, b: string): number {
  const [left, right] = [compactName(a), compactName(b)];
  if (left === "" || right === "") return 0;
  if (left === right) return 1;
  const [first, second] = [pairsOf(left.replace(GENERIC, "")), pairsOf(right.replace(GENERIC, ""))];
  if (first.size === 0 || second.size === 0) return 0;
  const common = [...first].filter((pair) => second.has(pair)).length;
  return Math.min(0.99, (2 * common) / (first.size + second.size));
}

function pairsOf(text: string): Set<string> {
  const characters = [...text];
  if (characters.length === 1) return new Set(characters);
  return new Set(characters.slice(1).map((character, index) => `${characters[index]}${character}`));
}
