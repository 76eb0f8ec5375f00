import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { type LedgerTransactionRecord, postToLedger } from "../../db/ledger/post.ts";
import { type LineClaim, loadClaims, openLineOf } from "../../db/line-claims.ts";
import { toRecordset } from "../../db/recordset.ts";
import { rows } from "../../db/rows.ts";
import { lockTenantAccounts, type TenantAccountKey } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { AllocationPolicy } from "../../domain/allocation/payment-order.ts";
import { type Prepayment, type PrepaymentUse, planPrepaymentUse } from "../../domain/allocation/prepayment.ts";
import { groupBy } from "../../domain/group-by.ts";
import { prepaymentApplied } from "../../domain/ledger/money-events.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";
import { accrueLateFees, findOpenLines } from "../late-fees/accrue-late-fees.ts";
import { writeAllocations } from "./allocation-rows.ts";
import { bookingDatesOf } from "./booking-dates.ts";
import { claimIn, indexClaims, loadClaimsOf, moneyPartOf } from "./claim-index.ts";
import { loadAllocationPolicies, viewOf } from "./plan-receipt.ts";
import { moveRemaining } from "./prepayment-rows.ts";
import type { ReceiptAllocation } from "./receipt.ts";

export interface AppliedPrepayment extends ReceiptAllocation, TenantAccountKey {
  readonly prepaymentId: string;
}

/**
 * Lets the prepayments of accounts pay what is open, value date = issue date (money-rules 8). Called in the transaction
 * that issues bills, after their lines, receivables and set-offs are written and the bills are `issued`. Set-based: a run
 * hands over all its accounts at once. Locks the accounts (a caller that holds them already loses nothing).
 */
export async function applyPrepayments(
  tx: Transaction,
  accounts: readonly TenantAccountKey[],
  issueDate: CivilDate,
): Promise<AppliedPrepayment[]> {
  await lockTenantAccounts(tx, accounts);
  const prepayments = await loadPrepayments(tx, accounts);
  if (prepayments.length === 0) return [];
  const withMoney = distinctAccounts(prepayments);
  const lineIds = await findOpenLines(tx, withMoney);
  if (lineIds.length === 0) return [];
  const claims = await loadClaims(tx, { lineIds });
  const planned = planUses(withMoney, prepayments, claims, {
    issueDate,
    policies: await loadAllocationPolicies(tx),
    excludedLeases: await loadExcludedLeases(tx, claims),
  });
  if (planned.length === 0) return [];
  await writeUses(tx, planned, claims, issueDate);
  const touched = await loadClaimsOf(
    tx,
    planned.map(({ use }) => use.line.lineId),
  );
  await accrueLateFees(tx, touched, addDays(issueDate, -1));
  return planned.map(({ account, use }) => ({
    ...account,
    prepaymentId: use.prepaymentId,
    ...viewOf(use.line, use.part, use.amountFen),
  }));
}

interface StoredPrepayment extends TenantAccountKey {
  readonly prepaymentId: string;
  readonly kind: LineKind | "";
  readonly remainingFen: Fen;
  readonly receivedOn: CivilDate;
}

const loadPrepayments = (tx: Transaction, accounts: readonly TenantAccountKey[]): Promise<StoredPrepayment[]> =>
  rows<StoredPrepayment>(
    tx,
    Prisma.sql`SELECT p.tenant_id AS "tenantId", p.entity_id AS "entityId", p.id AS "prepaymentId", p.bound_kind AS kind,
        p.remaining_fen AS "remainingFen", p.value_date::text AS "receivedOn"
      FROM prepayment p
      JOIN (SELECT DISTINCT "tenantId", "entityId" FROM jsonb_to_recordset(${toRecordset(accounts)}::jsonb)
        AS t("tenantId" uuid, "entityId" uuid)) t ON p.tenant_id = t."tenantId" AND p.entity_id = t."entityId"
      WHERE p.remaining_fen > 0 ORDER BY p.value_date, p.id`,
  );

const keyOf = (account: TenantAccountKey): string => `${account.tenantId}|${account.entityId}`;

const distinctAccounts = (found: readonly TenantAccountKey[]): TenantAccountKey[] => [
  ...new Map(found.map(({ tenantId, entityId }) => [keyOf({ tenantId, entityId }), { tenantId, entityId }])).values(),
];

/** Codes of leases with `autoApplyPrepayment: false`. */
async function loadExcludedLeases(tx: Transaction, claims: readonly LineClaim[]): Promise<ReadonlySet<string>> {
  const leaseIds = [...new Set(claims.map((claim) => claim.leaseId))];
  const found = await rows<{ code: string }>(
    tx,
    Prisma.sql`SELECT l.code FROM lease l JOIN lease_version v ON v.lease_id = l.id AND v.version = 1
      WHERE l.id = ANY (${leaseIds}::uuid[]) AND (v.terms->>'autoApplyPrepayment') = 'false'`,
  );
  return new Set(found.map((lease) => lease.code));
}

interface PlannedUse {
  readonly account: TenantAccountKey;
  readonly use: PrepaymentUse;
}

function planUses(
  accounts: readonly TenantAccountKey[],
  prepayments: readonly StoredPrepayment[],
  claims: readonly LineClaim[],
  rules: {
    readonly issueDate: CivilDate;
    readonly policies: Readonly<Record<string, AllocationPolicy>>;
    readonly excludedLeases: ReadonlySet<string>;
  },
): PlannedUse[] {
  const claimsOf = groupBy(claims, keyOf);
  const moneyOf = groupBy(prepayments, keyOf);
  return accounts.flatMap((account) => {
    const own = claimsOf.get(keyOf(account)) ?? [];
    const [first] = own;
    if (!first) return [];
    const uses = planPrepaymentUse({
      ...rules,
      entity: first.entityCode,
      prepayments: (moneyOf.get(keyOf(account)) ?? []).map(
        ({ prepaymentId, receivedOn, kind, remainingFen }, sequence): Prepayment => ({
          prepaymentId,
          receivedOn,
          sequence,
          remainingFen,
          ...(kind === "" ? {} : { kind }),
        }),
      ),
      openLines: own.map((claim) => openLineOf(claim, rules.issueDate)),
    });
    return uses.map((use) => ({ account, use }));
  });
}

async function writeUses(
  tx: Transaction,
  planned: readonly PlannedUse[],
  claims: readonly LineClaim[],
  issueDate: CivilDate,
): Promise<void> {
  const index = indexClaims(claims);
  await writeAllocations(
    tx,
    planned.map(({ account, use }) => ({
      ...account,
      source: "prepayment" as const,
      sourceId: use.prepaymentId,
      lineId: use.line.lineId,
      part: use.part,
      amountFen: use.amountFen,
      valueDate: use.valueDate,
      rule: use.rule,
    })),
  );
  await moveRemaining(
    tx,
    planned.map(({ use }) => ({ prepaymentId: use.prepaymentId, amountFen: -use.amountFen })),
  );
  const bookingDates = bookingDatesOf(tx);
  const ledger: LedgerTransactionRecord[] = [];
  for (const [, uses] of groupBy(planned, ({ account }) => keyOf(account))) {
    const [first] = uses;
    if (!first) continue;
    const { entityId, tenantId } = first.account;
    const context = {
      entity: entityId,
      tenant: tenantId,
      bookingDate: await bookingDates(entityId, issueDate),
      valueDate: issueDate,
    };
    const parts = uses.map(({ use }) => moneyPartOf(claimIn(index, use.line.lineId), use.amountFen));
    ledger.push({ eventType: "prepayment.applied", eventId: newId(), postings: prepaymentApplied(context, parts) });
  }
  await postToLedger(tx, ledger);
}
