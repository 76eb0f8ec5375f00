import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { groupBy } from "../../domain/group-by.ts";
import type { Fingerprint, KnownTenant, LineEvidence, NamedBill } from "../../domain/reconciliation/bank-line.ts";
import { billNumbersIn, compactCode, compactName, paymentCodesIn } from "../../domain/reconciliation/remark.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { BankStatementLine } from "./bank-lines.ts";

/** Finds what the books know about many lines at once: a fixed number of queries, whatever the number of lines. */
export async function loadEvidence(
  tx: Transaction,
  lines: readonly BankStatementLine[],
  tenants: readonly KnownTenant[],
): Promise<ReadonlyMap<string, LineEvidence>> {
  const codes = new Map(lines.map((line) => [line.id, paymentCodesIn(line.remark)]));
  const numbers = new Map(lines.map((line) => [line.id, billNumbersIn(line.remark)]));
  const bills = await loadNamedBills(tx, [...codes.values()].flat(), [...numbers.values()].flat());
  const accounts = await loadVirtualAccounts(tx, lines);
  const fingerprints = await loadFingerprints(tx, lines);
  const order = new Map(bills.map((bill, index) => [bill, index]));
  const billsByText = new Map<string, FoundBill[]>();
  for (const bill of bills)
    for (const text of [bill.paymentCode, bill.compactNo])
      billsByText.set(text, [...(billsByText.get(text) ?? []), bill]);
  const accountsByNumber = groupBy(accounts, (account) => `${account.number}|${account.valueDate}`);
  const fingerprintsByKey = groupBy(fingerprints, (one) => one.key);
  const byName = new Map<string, KnownTenant[]>();
  for (const tenant of tenants) {
    const key = compactName(tenant.name);
    byName.set(key, [...(byName.get(key) ?? []), tenant]);
  }
  return new Map(
    lines.map((line) => {
      const texts = [...(codes.get(line.id) ?? []), ...(numbers.get(line.id) ?? [])];
      const named = [...new Set(texts.flatMap((text) => billsByText.get(text) ?? []))].sort(
        (a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0),
      );
      const remark = compactCode(line.remark);
      const ownName = line.counterpartyName === null ? [] : (byName.get(compactName(line.counterpartyName)) ?? []);
      const inRemark = [...byName].flatMap(([key, found]) => (key.length >= 4 && remark.includes(key) ? found : []));
      const key = payerKeyOf(line);
      const evidence: LineEvidence = {
        bills: longestOnly(named),
        virtualAccounts: [...new Set(numbersOf(line))].flatMap(
          (number) => accountsByNumber.get(`${number}|${line.valueDate}`) ?? [],
        ),
        fingerprints: fingerprintsByKey.get(key) ?? [],
        byName: ownName.length > 0 ? ownName : inRemark,
      };
      return [line.id, evidence];
    }),
  );
}

interface FoundBill extends NamedBill {
  readonly paymentCode: string;
  readonly compactNo: string;
}

async function loadNamedBills(
  tx: Transaction,
  paymentCodes: readonly string[],
  compactNos: readonly string[],
): Promise<FoundBill[]> {
  if (paymentCodes.length === 0 && compactNos.length === 0) return [];
  return rows<FoundBill>(
    tx,
    Prisma.sql`SELECT b.bill_no AS "billNo", b.payment_code AS "paymentCode", t.id AS "tenantId", t.code, t.name,
        b.entity_id AS "entityId", e.name AS entity,
        regexp_replace(upper(b.bill_no), '[^0-9A-Z一-龥]', '', 'g') AS "compactNo"
      FROM bill b JOIN tenant t ON t.id = b.tenant_id JOIN legal_entity e ON e.id = b.entity_id
      WHERE b.state IN ('issued', 'published') AND (b.payment_code = ANY (${[...paymentCodes]})
        OR regexp_replace(upper(b.bill_no), '[^0-9A-Z一-龥]', '', 'g') = ANY (${[...compactNos]}))
      ORDER BY b.due_date, b.bill_no COLLATE "C"`,
  );
}

/** "DG-202609-00001" glued behind a letter may also read as a bill of project "G": the longer number was meant. */
const longestOnly = (bills: readonly FoundBill[]): NamedBill[] =>
  bills.filter((bill) => !bills.some((other) => other !== bill && other.compactNo.endsWith(bill.compactNo)));

/** Runs of digits long enough to be a virtual number, wherever the bank's columns put them. */
const numbersOf = (line: BankStatementLine): string[] =>
  [line.virtualAccountNo ?? "", line.remark, ...Object.values(line.further ?? {})].flatMap(
    (text) => String(text).match(/\d{6,}/g) ?? [],
  );

interface FoundAccount extends KnownTenant {
  readonly number: string;
  readonly valueDate: CivilDate;
  readonly open: boolean;
}

async function loadVirtualAccounts(tx: Transaction, lines: readonly BankStatementLine[]): Promise<FoundAccount[]> {
  const wanted = lines.flatMap((line) =>
    numbersOf(line).map((number) => ({ number, valueDate: line.valueDate, entityId: line.entityId })),
  );
  if (wanted.length === 0) return [];
  return rows<FoundAccount>(
    tx,
    Prisma.sql`SELECT DISTINCT ON (w.number, w."valueDate") w.number, w."valueDate"::text AS "valueDate",
        t.id AS "tenantId", t.code, t.name,
        v.valid @> w."valueDate" AND EXISTS (SELECT 1 FROM lease l WHERE l.tenant_id = v.tenant_id
          AND l.entity_id = v.entity_id AND l.end_date >= w."valueDate") AS open
      FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) AS w(number text, "valueDate" date, "entityId" uuid)
      JOIN virtual_account v ON v.number = w.number AND v.entity_id = w."entityId" JOIN tenant t ON t.id = v.tenant_id
      ORDER BY w.number, w."valueDate", v.valid @> w."valueDate" DESC, lower(v.valid) DESC`,
  );
}

/** Account and name of a payer as one text; undefined: the line says neither. */
export const payerKeyOf = (line: Pick<BankStatementLine, "counterpartyAccountId" | "counterpartyName">): string => {
  const name = line.counterpartyName === null ? "" : compactName(line.counterpartyName);
  return `${line.counterpartyAccountId ?? ""}|${name}`;
};

async function loadFingerprints(
  tx: Transaction,
  lines: readonly BankStatementLine[],
): Promise<(Fingerprint & { key: string })[]> {
  const keys = [...new Set(lines.map(payerKeyOf))].filter((key) => key !== "|");
  if (keys.length === 0) return [];
  return rows(
    tx,
    Prisma.sql`SELECT coalesce(f.counterparty_account_id::text, '') || '|' || f.name_key AS key, t.id AS "tenantId", t.code,
        t.name, (SELECT count(*)::int FROM payer_confirmation c WHERE c.fingerprint_id = f.id AND NOT c.withdrawn) AS confirmations
      FROM payer_fingerprint f JOIN tenant t ON t.id = f.tenant_id
      WHERE f.revoked_at IS NULL AND coalesce(f.counterparty_account_id::text, '') || '|' || f.name_key = ANY (${keys})
      ORDER BY t.code COLLATE "C"`,
  );
}
