import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { row } from "../../db/rows.ts";
import { lockTenantAccounts } from "../../db/tenant-account.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Fen, formatYuan, smallerFen } from "../../domain/money/fen.ts";
import { askRelief } from "../claim-relief/ask-relief.ts";
import { endOrder, findOrder } from "../payments/stored-order.ts";
import { claimMoney } from "../receipts/claim-receipt.ts";
import type { RecordedReceipt } from "../receipts/receipt.ts";
import { receiveMoney } from "../receipts/record-receipt.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { findMovement } from "../reconciliation/bank-special-lines.ts";
import { recordMovements } from "../reconciliation/channel-movements.ts";
import { receiptContextOf } from "../reconciliation/context.ts";
import { confirmPayer } from "../reconciliation/fingerprints.ts";
import { releaseLine, writeMatches } from "../reconciliation/match-rows.ts";
import { bearBankFee } from "./bank-fee-relief.ts";
import { type Effect, findReceiptByNo, loadReceipt } from "./effects.ts";
import { type ExceptionItem, raiseException } from "./exception.ts";
import { nextChannelNo, recordAgain, takeBack } from "./receipt-moves.ts";
import type { ResolutionContext } from "./resolution.ts";

export type AppliedProposal = { readonly ok: true; readonly effects: readonly Effect[] } | Refusal;

const NOTHING: AppliedProposal = { ok: true, effects: [] };

/** Does what a proposal says. The line and the exception are locked; a refusal may have written and is rolled back. */
export async function applyProposal(
  tx: Transaction,
  exception: ExceptionItem,
  proposal: string,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const [code = "", tenant] = proposal.split(":", 2);
  const { facts } = exception;
  switch (code) {
    case "claim":
      return claim(tx, exception, tenant ?? "", context);
    case "prepay":
      return claim(tx, exception, facts.tenant ?? "", context);
    case "move":
      return move(tx, exception, tenant ?? "", context);
    case "settle":
      return settle(tx, exception, context);
    case "unclaimed":
      return toUnclaimed(tx, exception, context);
    case "undo-receipt":
      return undoReceipt(tx, exception, context);
    case "accept-statement":
      return acceptStatement(tx, exception, context);
    case "restore-receipt":
      return restore(tx, exception, context);
    case "tie":
      return tie(tx, exception, context);
    case "keep-open":
      return facts.unclaimed ? claim(tx, exception, facts.tenant ?? "", context) : NOTHING;
    case "bank-fee":
      return exception.kind === "UNDERPAYMENT"
        ? bankFeeOfTenant(tx, exception, context)
        : bankFee(tx, exception, context);
    case "waive":
      return waive(tx, exception, context);
    case "keep":
    case "hold":
    case "ignore":
    case "raise":
    case "accept":
    case "request":
    case "return":
    case "post-open":
    case "reopen":
      return NOTHING;
    default:
      throw new Error(`a proposal without an effect: ${proposal}`);
  }
}

const received = (recorded: RecordedReceipt): string => {
  if (recorded.receiptId === undefined) throw new Error("a recorded receipt has an id");
  return recorded.receiptId;
};

/** The line leaves the exception and is the receipt's. */
async function matchLine(
  tx: Transaction,
  exception: ExceptionItem,
  receiptId: string,
  reason: string,
  context: ResolutionContext,
): Promise<Effect[]> {
  const lineId = exception.statementLineId;
  if (lineId === undefined) return [];
  const taken = await row<{ kind: string; stage: number }>(
    tx,
    Prisma.sql`SELECT book_kind AS kind, stage FROM match_item WHERE statement_line_id = ${lineId}::uuid AND active`,
  );
  if (taken && taken.kind !== "exception") return [];
  await releaseLine(tx, lineId);
  await writeMatches(tx, [
    {
      lineId,
      bookKind: "receipt",
      bookId: receiptId,
      stage: taken?.stage ?? 7,
      reasons: [reason],
      matchedBy: context.actor,
    },
  ]);
  return [{ type: "matched", lineId, receiptId }];
}

async function claim(
  tx: Transaction,
  exception: ExceptionItem,
  tenantCode: string,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  if (exception.receiptId === undefined) {
    return refuse(
      "NOTHING_TO_CLAIM",
      "这条差异没有挂账的款项可以认领。",
      "There is no unclaimed money for this difference.",
    );
  }
  const receipt = await loadReceipt(tx, exception.receiptId);
  const billNos = exception.facts.tenant === tenantCode ? (exception.facts.billNos ?? []) : [];
  const claimed = await claimMoney(
    tx,
    { receiptNo: receipt.receiptNo, tenantCode, billNos },
    receiptContextOf(context),
  );
  if (!claimed.ok) return claimed;
  const matched = await matchLine(tx, exception, exception.receiptId, `人工认领为 ${tenantCode}`, context);
  await teachPayer(tx, exception, tenantCode, context);
  return { ok: true, effects: [{ type: "claimed", receiptId: exception.receiptId }, ...matched] };
}

/** A person has said who it was: the payer is known from now on. */
async function teachPayer(
  tx: Transaction,
  exception: ExceptionItem,
  tenantCode: string,
  context: ResolutionContext,
): Promise<void> {
  if (exception.statementLineId === undefined) return;
  const line = await row<{
    id: string;
    counterpartyName: string | null;
    counterpartyAccountId: string | null;
    tenantId: string;
  }>(
    tx,
    Prisma.sql`SELECT l.id, l.counterparty_name AS "counterpartyName", l.counterparty_account_id AS "counterpartyAccountId",
        t.id AS "tenantId" FROM statement_line l CROSS JOIN tenant t
      WHERE l.id = ${exception.statementLineId}::uuid AND t.code = ${tenantCode} AND l.source = 'bank'`,
  );
  if (line) await confirmPayer(tx, line, line.tenantId, context.actor);
}

async function move(
  tx: Transaction,
  exception: ExceptionItem,
  tenantCode: string,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  if (exception.receiptId === undefined) return NOTHING;
  const old = await loadReceipt(tx, exception.receiptId);
  const taken = await takeBack(tx, old.receiptId, `moved to ${tenantCode}`, context);
  if (!taken.ok) return taken;
  const recorded = await recordAgain(tx, old, { tenantCode }, context);
  if (!recorded.ok) return recorded;
  return {
    ok: true,
    effects: [
      { type: "taken-back", receiptId: old.receiptId },
      { type: "received", receiptId: received(recorded) },
    ],
  };
}

interface LineMoney {
  readonly amountFen: Fen;
  readonly valueDate: string;
  readonly channelNo: string | null;
  readonly orderNo: string | null;
  readonly entity: string;
}

const lineMoney = async (tx: Transaction, exception: ExceptionItem): Promise<LineMoney> => {
  const found = await row<LineMoney>(
    tx,
    Prisma.sql`SELECT l.amount_fen AS "amountFen", l.value_date::text AS "valueDate", l.channel_no AS "channelNo",
        l.order_no AS "orderNo", e.code AS entity
      FROM statement_line l JOIN legal_entity e ON e.id = l.entity_id WHERE l.id = ${exception.statementLineId ?? null}::uuid`,
  );
  if (!found) throw new Error(`exception ${exception.id} has no statement line`);
  return found;
};

/** The statement row is the third witness of the payment: the order is paid, its lines first. */
async function settle(tx: Transaction, exception: ExceptionItem, context: ResolutionContext): Promise<AppliedProposal> {
  const line = await lineMoney(tx, exception);
  const found = line.orderNo === null ? undefined : await findOrder(tx, line.orderNo);
  if (!found)
    return refuse("ORDER_UNKNOWN", "没有找到这个订单，不能按订单入账，请选择挂待认领。", "There is no such order.");
  await lockTenantAccounts(tx, [{ tenantId: found.tenantId, entityId: found.entityId }]);
  const order = (await findOrder(tx, found.outTradeNo, "lock")) ?? found;
  const recorded = await receiveMoney(
    tx,
    {
      channel: "wechat",
      accountCode: exception.accountCode,
      channelNo: await nextChannelNo(tx, {
        channel: "wechat",
        accountCode: exception.accountCode,
        channelNo: line.channelNo ?? `line-${exception.statementLineId}`,
      }),
      tenantCode: order.tenantCode,
      entityCode: order.entityCode,
      amountFen: line.amountFen,
      valueDate: exception.facts.valueDate ?? exception.date,
      lineIds: [...new Set(order.parts.map((part) => part.lineId))],
      paymentOrderId: order.orderId,
    },
    receiptContextOf(context),
  );
  if (!recorded.ok) return recorded;
  await endOrder(tx, order.orderId, "PAID");
  const matched = await matchLine(tx, exception, received(recorded), "按账单补记收款", context);
  return { ok: true, effects: [{ type: "received", receiptId: received(recorded) }, ...matched] };
}

/** The money is in the channel's account and nobody knows whose it is: 1012.01 → 2241.02, and somebody looks for the payer. */
async function toUnclaimed(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const line = await lineMoney(tx, exception);
  const recorded = await receiveMoney(
    tx,
    {
      channel: "wechat",
      accountCode: exception.accountCode,
      channelNo: await nextChannelNo(tx, {
        channel: "wechat",
        accountCode: exception.accountCode,
        channelNo: line.channelNo ?? `line-${exception.statementLineId}`,
      }),
      tenantCode: null,
      entityCode: line.entity,
      amountFen: line.amountFen,
      valueDate: exception.facts.valueDate ?? exception.date,
    },
    receiptContextOf(context),
  );
  if (!recorded.ok) return recorded;
  const receiptId = received(recorded);
  const matched = await matchLine(tx, exception, receiptId, "挂待认领", context);
  const { id } = await raiseException(
    tx,
    {
      kind: "UNKNOWN_PAYER",
      entityId: exception.entityId,
      accountCode: exception.accountCode,
      date: exception.date,
      subjectKey: `receipt|${receiptId}`,
      amountFen: line.amountFen,
      orderNo: exception.orderNo,
      receiptId,
      facts: {
        reasons: ["渠道收款没有对应的订单，挂在待认领"],
        unclaimed: true,
        valueDate: exception.facts.valueDate ?? exception.date,
        ...(recorded.receiptNo === undefined ? {} : { receiptNo: recorded.receiptNo }),
      },
    },
    context,
  );
  return {
    ok: true,
    effects: [{ type: "received", receiptId }, ...matched, { type: "raised", exceptionId: id }],
  };
}

async function undoReceipt(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const { receiptNo } = exception.facts;
  const receipt =
    exception.receiptId === undefined
      ? receiptNo === undefined
        ? undefined
        : await findReceiptByNo(tx, receiptNo)
      : await loadReceipt(tx, exception.receiptId);
  if (!receipt) return refuse("RECEIPT_UNKNOWN", "没有找到要撤销的收款。", "There is no receipt to undo.");
  if (receipt.state === "undone") return NOTHING;
  const taken = await takeBack(tx, receipt.receiptId, exception.kind, context);
  if (!taken.ok) return taken;
  return { ok: true, effects: [{ type: "taken-back", receiptId: receipt.receiptId }] };
}

async function acceptStatement(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const statementFen = BigInt(exception.facts.statementFen ?? 0);
  if (exception.receiptId === undefined) return settle(tx, exception, context);
  const old = await loadReceipt(tx, exception.receiptId);
  const taken = await takeBack(tx, old.receiptId, "amount of the statement", context);
  if (!taken.ok) return taken;
  const recorded = await recordAgain(tx, old, { amountFen: statementFen }, context);
  if (!recorded.ok) return recorded;
  const matched = await matchLine(tx, exception, received(recorded), "按对账单金额入账", context);
  return {
    ok: true,
    effects: [
      { type: "taken-back", receiptId: old.receiptId },
      { type: "received", receiptId: received(recorded) },
      ...matched,
    ],
  };
}

async function restore(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  if (exception.receiptId === undefined) return NOTHING;
  const old = await loadReceipt(tx, exception.receiptId);
  const recorded = await recordAgain(tx, old, {}, context);
  if (!recorded.ok) return recorded;
  const matched = await matchLine(tx, exception, received(recorded), "按渠道状态重新入账", context);
  return { ok: true, effects: [{ type: "received", receiptId: received(recorded) }, ...matched] };
}

async function tie(tx: Transaction, exception: ExceptionItem, context: ResolutionContext): Promise<AppliedProposal> {
  if (exception.receiptId === undefined) return NOTHING;
  const matched = await matchLine(tx, exception, exception.receiptId, "跨日对上", context);
  return { ok: true, effects: matched };
}

async function bankFee(
  tx: Transaction,
  exception: ExceptionItem,
  context: ResolutionContext,
): Promise<AppliedProposal> {
  const line = await lineMoney(tx, exception);
  const { id } = (await row<{ id: string }>(tx, Prisma.sql`SELECT gen_random_uuid() AS id`)) ?? { id: "" };
  const subjectKey = `bank-fee|${exception.statementLineId}|${id}`;
  await recordMovements(tx, [
    {
      entityId: exception.entityId,
      accountCode: exception.accountCode,
      kind: "bank-fee",
      amountFen: -line.amountFen,
      valueDate: exception.facts.valueDate ?? exception.date,
      subjectKey,
      statementLineId: exception.statementLineId,
      recordedBy: context.actor,
    },
  ]);
  return { ok: true, effects: [{ type: "movement", movementId: await findMovement(tx, subjectKey) }] };
}

/** Most that the bank may have kept without anybody else's consent. */
const BANK_FEE_LIMIT_FEN: Fen = 5_000n;

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

async function bankFeeOfTenant(
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

/** Forgives what is short, late fee before principal, by the approval document: nothing moves before the last approval. */
async function waive(tx: Transaction, exception: ExceptionItem, context: ResolutionContext): Promise<AppliedProposal> {
  const { approvals } = context;
  if (!approvals) {
    return refuse(
      "APPROVAL_NEEDED",
      "减免要走审批，这里没有审批渠道，请在企业微信或钉钉里操作。",
      "A waiver needs the approval document.",
    );
  }
  const claimed = await claimShort(tx, exception, context);
  if (!claimed.ok) return claimed;
  let leftFen = exception.amountFen;
  const approvalIds: string[] = [];
  for (const one of await openClaimsOf(tx, exception)) {
    const open = openLineOf(one, context.today);
    for (const [part, openFen] of [
      ["late-fee", open.lateFeeFen],
      ["principal", open.principalFen],
    ] as const) {
      const amountFen = smallerFen(leftFen, openFen);
      if (amountFen === 0n) continue;
      const asked = await askRelief(
        tx,
        {
          kind: "waiver",
          part,
          lineId: one.lineId,
          amountFen,
          reason: "转账少付，减免差额",
          requestedBy: context.staff.personId,
        },
        { ...context, ...approvals },
      );
      if (!asked.ok) return asked;
      approvalIds.push(asked.request.id);
      leftFen -= amountFen;
    }
  }
  return { ok: true, effects: [...claimed.effects, { type: "approval", approvalIds }] };
}
