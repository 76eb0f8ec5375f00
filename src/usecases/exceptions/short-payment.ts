import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { formatYuan, smallerFen } from "../../domain/money/fen.ts";
import { BANK_FEE_LIMIT_FEN } from "../../domain/reconciliation/proposals.ts";
import { askRelief } from "../claim-relief/ask-relief.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { bearBankFee } from "./bank-fee-relief.ts";
import { type AppliedProposal, claim, NOTHING } from "./claim-proposal.ts";
import type { ExceptionItem } from "./exception.ts";
import type { ResolutionContext, ResolutionDetails } from "./resolution.ts";

/** Claims the money first where it still waits, and names the bills that are short. */
async function claimShort(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<(AppliedProposal & { readonly ok: true }) | Refusal> {
  const claimed = exception.facts.unclaimed
    ? await claim(tx, exception, exception.facts.tenant ?? "", context)
    : NOTHING;
  return claimed.ok ? claimed : claimed;
}

const openClaimsOf = async (tx: Transaction, exception: ExceptionItem) => {
  const tenant = await row<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM tenant WHERE code = ${exception.facts.tenant ?? ""}`,
  );
  if (!tenant) return [];
  await lockTenantAccounts(tx, [{ tenantId: tenant.id, entityId: exception.entityId }]);
  const claims = await loadClaims(tx, { tenantId: tenant.id, entityId: exception.entityId });
  const named = exception.facts.billNos ?? [];
  return named.length === 0 ? claims : claims.filter((one) => named.includes(one.billNo));
};

export async function bankFeeOfTenant(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  if (exception.amountFen > BANK_FEE_LIMIT_FEN) {
    return refuse(
      "BANK_FEE_TOO_HIGH",
      `差额 ${formatYuan(exception.amountFen)} 超过银行手续费的上限 ${formatYuan(BANK_FEE_LIMIT_FEN)}，请选择继续挂账或申请减免。`,
      `The difference is above ${formatYuan(BANK_FEE_LIMIT_FEN)}, more than a bank keeps. Leave it open or ask for a waiver.`,
    );
  }
  const claimed = await claimShort(tx, exception, context);
  if (!claimed.ok) return claimed;
  const reliefIds = await bearBankFee(tx, await openClaimsOf(tx, exception), exception.amountFen, context);
  if (!reliefIds) {
    return refuse(
      "NOTHING_OWED",
      "这张账单的欠款已经少于差额，不能再记手续费，请重新查看账单。",
      "Less is owed on the bill than the difference.",
    );
  }
  return { ok: true, effects: [...claimed.effects, { type: "relief", reliefIds }] };
}

interface GivingUp extends ResolutionDetails {
  readonly kind: "waiver" | "write-off";
  readonly note?: string | undefined;
}

/**
 * Forgives what is short, late fee before principal, or writes its principal off as uncollectable (a late fee is no debt to
 * write off), by the approval document: nothing moves before the last approval.
 */
export async function giveUp(
  tx: Transaction,
  exception: ExceptionItem,
  { kind, note, amountFen: wantedFen }: GivingUp,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const { approvals } = context;
  if (!approvals) {
    return refuse(
      "APPROVAL_NEEDED",
      "减免和核销要走审批，这里没有审批渠道，请在企业微信或钉钉里操作。",
      "This needs the approval document.",
    );
  }
  const claimed = await claimShort(tx, exception, context);
  if (!claimed.ok) return claimed;
  let leftFen = wantedFen ?? exception.amountFen;
  const approvalIds: string[] = [];
  for (const one of await openClaimsOf(tx, exception)) {
    const open = openLineOf(one, context.today);
    for (const [part, openFen] of [
      ["late-fee", kind === "waiver" ? open.lateFeeFen : 0n],
      ["principal", one.kind === "deposit" ? 0n : open.principalFen],
    ] as const) {
      const amountFen = smallerFen(leftFen, openFen);
      if (amountFen === 0n) continue;
      const asked = await askRelief(
        tx,
        {
          kind,
          part,
          lineId: one.lineId,
          amountFen,
          reason: note ?? REASONS[kind],
          requestedBy: context.staff.personId,
        },
        { ...context, ...approvals },
      );
      if (!asked.ok) return asked;
      approvalIds.push(asked.request.id);
      leftFen -= amountFen;
    }
  }
  if (approvalIds.length === 0) {
    return refuse(
      "NOTHING_OWED",
      "这张账单已经没有可以减免或核销的欠款，请重新查看账单。",
      "Nothing is owed any more.",
    );
  }
  return { ok: true, effects: [...claimed.effects, { type: "approval", approvalIds }] };
}

const REASONS = { waiver: "转账少付，减免差额", "write-off": "转账少付，差额作坏账核销" } as const;
