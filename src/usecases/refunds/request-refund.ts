import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import type { FieldEncryption } from "../../db/field-encryption.ts";
import { newId } from "../../db/ids.ts";
import { takeNumbers } from "../../db/number-series.ts";
import { execute } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan, toYuanText } from "../../domain/money/fen.ts";
import type { Risk } from "../../domain/refund/risk.ts";
import type { ApprovalContext } from "../approvals/approval.ts";
import { type RequestedApproval, requestApproval } from "../approvals/request-approval.ts";
import { outTradeNoOf } from "../payments/trade-number.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { approvalFactsOf, REFUND_TITLE } from "./approval-facts.ts";
import { type CreditableLine, findCreditableLine } from "./creditable-line.ts";
import type { RefundNotices } from "./notices.ts";
import { tellTenant } from "./notices.ts";
import { findPayoutAccount, type PayoutAccount, payoutAccountProblem, recordPayoutAccount } from "./payout-accounts.ts";
import { findPayoutWay, type WechatOrder } from "./payout-way.ts";
import { findRefundableSources, type RefundableSource } from "./refundable-sources.ts";
import { holdForRisks } from "./risk-holds.ts";
import { findRefund, type LineEffect, type StoredRefund } from "./stored-refund.ts";

/** Which money is asked back. */
export type RefundOf =
  /** Free money, by `RefundableSource.key`. */
  | { readonly key: string; readonly tenantId?: string | undefined }
  /** What a payment paid on a line: credited by the same approval, or open again if the approver chooses so. */
  | { readonly receiptId: string; readonly lineId: string; readonly effect: LineEffect };

export interface RefundCommand {
  readonly of: RefundOf;
  /** Undefined: all that may be refunded of it. */
  readonly amountFen?: Fen | undefined;
  readonly reason: string;
  /** Person: a member of the tenant, or of the staff; whether they may is the caller's to check. */
  readonly requestedBy: string;
  /** Where it goes if it cannot return the way it came; undefined: the tenant's account on record. */
  readonly payoutAccount?: PayoutAccount | undefined;
}

export interface RefundRequestContext extends ApprovalContext {
  readonly notices: RefundNotices;
  readonly encryption: FieldEncryption;
}

export interface RequestedRefund {
  readonly ok: true;
  readonly refund: StoredRefund;
  /** "SP-202609-00001" */
  readonly approvalNo: string;
  readonly risks: readonly Risk[];
}

/**
 * Asks for a refund: fixes what, how much, which way, reserves it against other requests, asks for approval, holds it where
 * a risk rule says so. Nothing is booked and no money moves before the approval. Exact under concurrency: what may be
 * refunded is computed while the account (for unclaimed money: the receipt) is locked. Refused with the amount that may
 * be asked for.
 */
export async function requestRefund(
  tx: Transaction,
  command: RefundCommand,
  context: RefundRequestContext,
): Promise<RequestedRefund | Refusal> {
  const reason = command.reason.trim();
  if (reason === "") {
    return refuse("REASON_MISSING", "请说明退款原因。", "Say why the money is to be given back.");
  }
  if (command.amountFen !== undefined && command.amountFen <= 0n) {
    return refuse("AMOUNT_NOT_POSITIVE", "退款金额要大于零。", "The amount must be above zero.");
  }
  const found = await lockAndFind(tx, command.of);
  if (!found) {
    return refuse(
      "NOTHING_TO_REFUND",
      "没有找到可以退的款项：可退的只有未使用的预存款、待认领款和押金。",
      "There is no such money to refund: only unused prepayment, unclaimed money and deposits can go back.",
    );
  }
  const { source, line } = found;
  const amountFen = command.amountFen ?? source.refundableFen;
  if (amountFen > source.refundableFen || amountFen === 0n) return tooMuch(source);
  const { payment, ...way } = await findPayoutWay(tx, source, context.today);
  const account = await payoutAccountFor(tx, command, source, way.route, context);
  if (typeof account === "object" && account !== null) return account;
  const id = newId();
  await insertRefund(tx, id, { command, source, line, amountFen, reason, payment, route: way.route, account, context });
  const refund = await findRefund(tx, { refundId: id }, "lock");
  if (!refund) throw new Error("a refund that was just written is not found");
  const asked = await askForApproval(tx, refund, command.requestedBy, context);
  if (!asked.ok) throw new Error(`a new refund could not be put to approval: ${asked.code}`);
  await execute(
    tx,
    Prisma.sql`UPDATE refund SET approval_id = ${asked.request.id}::uuid WHERE id = ${refund.refundId}::uuid`,
  );
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action: "refund.requested",
      subjectKind: "refund",
      subjectId: refund.refundId,
      after: {
        refundNo: refund.refundNo,
        receiptNo: refund.receiptNo,
        source: refund.source,
        lineEffect: refund.lineEffect,
        amountFen,
        route: way.route,
        approval: asked.request.number,
      },
    },
  ]);
  const risks = await holdForRisks(tx, refund, context);
  await tellTenant(tx, { step: "asked", refund }, context.notices);
  const stored = await findRefund(tx, { refundId: id });
  if (!stored) throw new Error("a refund that was just written is gone");
  return { ok: true, refund: stored, approvalNo: asked.request.number, risks };
}

/** Puts a refund to approval; with another amount than before the document begins again (money-rules 11). */
export const askForApproval = async (
  tx: Transaction,
  refund: StoredRefund,
  requestedBy: string,
  context: RefundRequestContext,
): Promise<RequestedApproval | Refusal> =>
  requestApproval(
    tx,
    {
      type: "refund",
      entityId: refund.entityId,
      projectId: refund.projectId ?? undefined,
      tenantId: refund.tenantId ?? undefined,
      subjectKind: "refund",
      subjectId: refund.refundId,
      amountFen: refund.amountFen,
      payload: {
        refundNo: refund.refundNo,
        source: refund.source,
        receiptNo: refund.receiptNo,
        lineId: refund.lineId,
        lineEffect: refund.lineEffect,
        amount: toYuanText(refund.amountFen),
        route: refund.route,
        payoutAccountId: refund.payoutAccountId,
      },
      title: REFUND_TITLE,
      facts: await approvalFactsOf(tx, refund, context.today),
      reason: refund.reason,
      requestedBy,
    },
    context,
  );

interface Found {
  readonly source: RefundableSource;
  readonly line?: CreditableLine;
}

/** The account first, as everybody who moves money; what may be refunded is read under its lock. */
async function lockAndFind(tx: Transaction, of: RefundOf): Promise<Found | undefined> {
  const seen = await find(tx, of);
  if (!seen) return undefined;
  const { tenantId, entityId, receiptId } = seen.source;
  if (tenantId === null) await execute(tx, Prisma.sql`SELECT 1 FROM receipt WHERE id = ${receiptId}::uuid FOR UPDATE`);
  else await lockTenantAccounts(tx, [{ tenantId, entityId }]);
  return find(tx, of);
}

async function find(tx: Transaction, of: RefundOf): Promise<Found | undefined> {
  if ("lineId" in of) {
    const line = await findCreditableLine(tx, of);
    return line && { source: line.source, line };
  }
  const receiptId = /^(?:prepayment|unclaimed|deposit:[0-9a-f-]{36}):([0-9a-f-]{36})$/.exec(of.key)?.[1];
  if (receiptId === undefined && of.tenantId === undefined) return undefined;
  const sources = await findRefundableSources(tx, {
    tenantId: of.tenantId,
    ...(receiptId === undefined ? {} : { receiptId }),
  });
  const source = sources.find(({ key }) => key === of.key);
  return source && { source };
}

function tooMuch(source: RefundableSource): Refusal {
  const most = formatYuan(source.refundableFen);
  return source.refundableFen === 0n
    ? refuse(
        "REFUND_TOO_MUCH",
        "这笔款已全部用于账单、已退或正在退，没有可退的余额。",
        "This money is used, refunded or being refunded; nothing is left to refund.",
      )
    : refuse(
        "REFUND_TOO_MUCH",
        `这笔款最多可退 ${most}（已用于账单、已退和正在退的部分除外）。`,
        `At most ${most} of this money can be refunded.`,
      );
}

/** The account of a bank payout, null where none is needed or none is known yet of a WeChat refund, or why not. */
async function payoutAccountFor(
  tx: Transaction,
  command: RefundCommand,
  source: RefundableSource,
  route: "wechat" | "bank",
  context: RefundRequestContext,
): Promise<string | null | Refusal> {
  const { payoutAccount } = command;
  if (payoutAccount !== undefined) {
    const problem = payoutAccountProblem(payoutAccount);
    if (problem) return problem;
    const entry = {
      tenantId: source.tenantId,
      account: payoutAccount,
      enteredBy: context.actor,
      nowMs: context.nowMs,
    };
    return recordPayoutAccount(tx, entry, context.encryption);
  }
  const onRecord = source.tenantId === null ? undefined : await findPayoutAccount(tx, source.tenantId);
  if (onRecord) return onRecord.payoutAccountId;
  if (route === "wechat") return null;
  return refuse(
    "PAYOUT_ACCOUNT_NEEDED",
    "这笔款不能原路退回，要转到银行账户。请提供户名、开户行和账号。",
    "This money cannot go back the way it came. Give holder, bank and number of an account.",
  );
}

async function insertRefund(
  tx: Transaction,
  id: string,
  given: {
    readonly command: RefundCommand;
    readonly source: RefundableSource;
    readonly line: CreditableLine | undefined;
    readonly amountFen: Fen;
    readonly reason: string;
    readonly payment: WechatOrder | undefined;
    readonly route: "wechat" | "bank";
    readonly account: string | null;
    readonly context: RefundRequestContext;
  },
): Promise<void> {
  const { command, source, line, amountFen, reason, payment, route, account, context } = given;
  const year = context.today.slice(0, 4);
  const number = await takeNumbers(tx, `refund|${source.entityCode}|${year}`, 1);
  const refundNo = `TK-${source.entityCode}-${year}-${number.toString().padStart(6, "0")}`;
  await execute(
    tx,
    Prisma.sql`INSERT INTO refund (id, refund_no, entity_id, project_id, tenant_id, receipt_id, source, lease_id, line_id,
        line_effect, amount_fen, reason, state, requested_by, requested_via, requested_at, route, merchant_account_id,
        payment_order_id, out_refund_no, payout_account_id)
      VALUES (${id}::uuid, ${refundNo}, ${source.entityId}::uuid, ${source.projectId}::uuid, ${source.tenantId}::uuid,
        ${source.receiptId}::uuid, ${source.source}, ${source.leaseId}::uuid, ${line?.lineId ?? source.lineId}::uuid,
        ${line?.effect ?? null}, ${amountFen}, ${reason}, 'requested', ${command.requestedBy}::uuid, ${context.channel},
        ${new Date(context.nowMs).toISOString()}::timestamptz, ${route}, ${payment?.merchantAccountId ?? null}::uuid,
        ${payment?.orderId ?? null}::uuid, ${outRefundNoOf(id)}, ${account}::uuid)`,
  );
}

/** Made from the id like the number of an order, so that it exists before the first call and never changes. */
const outRefundNoOf = (refundId: string): string => `RF${outTradeNoOf(refundId).slice(2)}`;
