import { movingOutNotices } from "../../../bot/notices/moving-out-notices.ts";
import { SETTLEMENT_TEXT } from "../../../cards/settlement-text.zh-CN.ts";
import { billNoticesOf } from "../../compose/bill-notices.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import { formatYuan, parseYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { formatDate, parseCivilDate } from "../../domain/time/civil-date.ts";
import { confirmSettlement } from "../../usecases/moving-out/consent.ts";
import type { MoveOutContext } from "../../usecases/moving-out/context.ts";
import { continueMoveOut } from "../../usecases/moving-out/continue-move-out.ts";
import { askForfeiture } from "../../usecases/moving-out/forfeit-deposit.ts";
import { cancelMoveOut, giveNotice } from "../../usecases/moving-out/give-notice.ts";
import { loadProgress, type MoveOutProgress } from "../../usecases/moving-out/progress.ts";
import { askRefundsTo } from "../../usecases/moving-out/settlement-refunds.ts";
import {
  findMoveOut,
  lockMoveOut,
  type MoveOutKey,
  placeOfMoveOut,
  type StoredMoveOut,
} from "../../usecases/moving-out/stored-move-out.ts";
import type { Refusal } from "../../usecases/receipts/refusal.ts";
import type { StaffMember } from "../../usecases/staff/find-staff-member.ts";
import { may } from "../../usecases/staff/permissions.ts";
import {
  type CliContext,
  type Command,
  type CommandResult,
  type OptionValues,
  readOption,
  refused,
  requiredOption,
  textOption,
} from "../command.ts";
import { asColleague } from "../refund-context.ts";

const AS = { as: { type: "string" } } as const;
const TEXT = SETTLEMENT_TEXT;

const keyOf = (reference: string): MoveOutKey =>
  /^TZ-\d{6}-\d{5,}$/.test(reference) ? { number: reference } : { leaseCode: reference };

const refusedBy = ({ code, message }: Refusal): CommandResult => refused({ code, message: message.zh });

const documentOf = (progress: MoveOutProgress) => {
  const { moveOut } = progress;
  return {
    number: moveOut.number,
    state: moveOut.state,
    lease: moveOut.leaseCode,
    tenant: moveOut.tenantCode,
    lastDay: moveOut.lastDay,
    leaseEnd: moveOut.leaseEnd,
    consent: moveOut.consent,
    sheetVersion: moveOut.sheetVersion,
    steps: progress.steps.map(({ step, state, why }) => ({ step, state, ...(why === undefined ? {} : { why }) })),
    bills: progress.billNos,
    parked: progress.parked,
    redLetters: progress.redLetters.map(({ billNo, charge, invoiceNo, invoicedFen, dueFen, underWay }) => ({
      billNo,
      charge,
      invoiceNo,
      invoicedFen: toJsonInteger(invoicedFen),
      dueFen: toJsonInteger(dueFen),
      underWay,
    })),
    owedFen: toJsonInteger(progress.owedFen),
    depositFen: toJsonInteger(progress.depositFen),
    forfeitedFen: toJsonInteger(progress.forfeitedFen),
    offsetFen: toJsonInteger(progress.offsetFen),
    prepaymentFen: toJsonInteger(progress.prepaymentFen),
    refunds: progress.refunds.map(({ refundNo, state, amountFen }) => ({
      refundNo,
      state,
      amountFen: toJsonInteger(amountFen),
    })),
  };
};

function linesOf(progress: MoveOutProgress): string[] {
  const { moveOut } = progress;
  return [
    `${moveOut.number}  ${moveOut.leaseCode}  ${moveOut.tenantName}  ${TEXT.lastDay} ${formatDate(moveOut.lastDay)}`,
    ...progress.steps.map(({ step, state, why }) => {
      const said = state === "waits" && why ? TEXT.waits[why] : TEXT.states[state === "waits" ? "later" : state];
      return `  ${TEXT.steps[step]}  ${said}`;
    }),
    ...progress.parked.map((message) => `  ${message}`),
    ...progress.redLetters.map(({ invoiceNo, charge }) => `  ${TEXT.redLetter(invoiceNo, charge)}`),
    `  ${TEXT.owed} ${formatYuan(progress.owedFen)}  ${TEXT.deposit} ${formatYuan(progress.depositFen)}  ${TEXT.prepayment} ${formatYuan(progress.prepaymentFen)}`,
    ...progress.refunds.map(
      ({ refundNo, state, amountFen }) =>
        `  ${TEXT.refund(refundNo)}  ${formatYuan(amountFen)}  ${TEXT.refundStates[state] ?? state}`,
    ),
  ];
}

async function shown(tx: Transaction, key: MoveOutKey, context: CliContext, ...said: string[]): Promise<CommandResult> {
  const moveOut = await findMoveOut(tx, key);
  if (!moveOut) return unknownSettlement;
  const progress = await loadProgress(tx, moveOut, context.clock.today());
  return { json: documentOf(progress), text: [...said, ...linesOf(progress)] };
}

const unknownSettlement: CommandResult = refused({
  code: "MOVE_OUT_UNKNOWN",
  message: "没有这份退租结算；请用结算编号（TZ-…）或合同编号",
});

type Acting = Omit<MoveOutContext, "moveOutNotices" | "billNotices">;

const contextOf = (context: CliContext, acting: Acting): MoveOutContext => ({
  ...acting,
  moveOutNotices: movingOutNotices(context.config.officialAccount?.appId),
  billNotices: billNoticesOf(context),
});

/** Works on the locked settlement in the name of a colleague of its project, then shows where it stands. */
const onSettlement = (
  context: CliContext,
  reference: string,
  options: OptionValues,
  work: (
    tx: Transaction,
    moveOut: StoredMoveOut,
    member: StaffMember,
    acting: MoveOutContext,
  ) => Promise<{ readonly ok: true; readonly said: string } | Refusal>,
): Promise<CommandResult> =>
  asColleague(context, options, async (tx, member, acting) => {
    const moveOut = await lockMoveOut(tx, keyOf(reference));
    if (!moveOut || !may(member, "task.handle", placeOfMoveOut(moveOut))) return unknownSettlement;
    const done = await work(tx, moveOut, member, contextOf(context, acting));
    return done.ok ? shown(tx, { moveOutId: moveOut.moveOutId }, context, done.said) : refusedBy(done);
  });

export const moveOutNoticeCommand: Command = {
  name: "move-out notice",
  usage: "<lease> --date DATE --as STAFF [--reason TEXT]",
  summary: "登记退租：退租日早于合同到期日的，接着用 move-out next 发起提前退租审批",
  options: { ...AS, date: { type: "string" }, reason: { type: "string" } },
  positionals: [1, 1],
  run(context, [leaseCode = ""], options) {
    const lastDay = readOption("--date", requiredOption(options, "date"), parseCivilDate);
    return asColleague(
      context,
      options,
      async (tx, member, acting) => {
        const { personId: noticedBy } = member;
        const reason = textOption(options, "reason") ?? "租户提出退租";
        const given = await giveNotice(
          tx,
          { leaseCode, lastDay, reason, noticedBy, portfolio: member },
          contextOf(context, acting),
        );
        if (!given.ok) return refusedBy(given);
        return shown(tx, given.moveOut, context, `已登记退租 ${given.moveOut.number}`);
      },
      "task.handle",
    );
  },
};

export const moveOutShowCommand: Command = {
  name: "move-out show",
  usage: "<number|lease>",
  summary: "退租进度：每一步的状态和金额",
  options: {},
  positionals: [1, 1],
  run: (context, [reference = ""]) => inTransaction(context.db, (tx) => shown(tx, keyOf(reference), context)),
};

export const moveOutNextCommand: Command = {
  name: "move-out next",
  usage: "<number|lease> --as STAFF",
  summary: "继续办理退租：能直接办的步骤依次办完（提前退租送审、结算账单、结算单、退款、结案），可重复执行",
  options: AS,
  positionals: [1, 1],
  run: (context, [reference = ""], options) =>
    onSettlement(context, reference, options, async (tx, moveOut, member, acting) => {
      const gone = await continueMoveOut(tx, moveOut, { personId: member.personId }, acting);
      if (!gone.ok) return gone;
      const did = gone.did.map((step) => TEXT.steps[step]).join("、");
      return { ok: true, said: did === "" ? "现在没有可以直接办理的步骤" : `已完成：${did}` };
    }),
};

export const moveOutForfeitCommand: Command = {
  name: "move-out forfeit",
  usage: "<number|lease> --amount YUAN --reason TEXT --as STAFF",
  summary: "没收押金：送审，批准后记营业外收入和销项税",
  options: { ...AS, amount: { type: "string" }, reason: { type: "string" } },
  positionals: [1, 1],
  run(context, [reference = ""], options) {
    const amountFen = readOption("--amount", requiredOption(options, "amount"), parseYuan);
    const reason = requiredOption(options, "reason");
    return onSettlement(context, reference, options, async (tx, moveOut, { personId: requestedBy }, acting) => {
      const asked = await askForfeiture(tx, moveOut, { amountFen, reason, requestedBy }, acting);
      return asked.ok ? { ok: true, said: `已发起审批 ${asked.request.number}` } : asked;
    });
  },
};

export const moveOutConsentCommand: Command = {
  name: "move-out consent",
  usage: "<number|lease> --as STAFF",
  summary: "登记租户在纸质结算单上的签字确认：押金抵扣未付费用，余款发起退款",
  options: AS,
  positionals: [1, 1],
  run: (context, [reference = ""], options) =>
    onSettlement(context, reference, options, async (tx, moveOut, { personId }, acting) => {
      const consent = { personId, version: moveOut.sheetVersion, via: "paper" } as const;
      const confirmed = await confirmSettlement(tx, moveOut, consent, acting);
      return confirmed.ok ? { ok: true, said: saidOf(confirmed.refundNos, confirmed.accountMissing) } : confirmed;
    }),
};

export const moveOutRefundCommand: Command = {
  name: "move-out refund",
  usage: "<number|lease> --as STAFF [--payee NAME --bank BANK --account NO]",
  summary: "租户确认后，余款按给定账户发起退款",
  options: { ...AS, payee: { type: "string" }, bank: { type: "string" }, account: { type: "string" } },
  positionals: [1, 1],
  run(context, [reference = ""], options) {
    const holder = textOption(options, "payee");
    const payoutAccount =
      holder === undefined
        ? undefined
        : { holder, bank: requiredOption(options, "bank"), accountNo: requiredOption(options, "account") };
    return onSettlement(context, reference, options, async (tx, moveOut, { personId: requestedBy }, acting) => {
      const asked = await askRefundsTo(tx, moveOut, { requestedBy, payoutAccount }, acting);
      return asked.ok ? { ok: true, said: saidOf(asked.refundNos, asked.accountMissing) } : asked;
    });
  },
};

export const moveOutCancelCommand: Command = {
  name: "move-out cancel",
  usage: "<number|lease> --as STAFF",
  summary: "取消退租（结算账单出账之前）",
  options: AS,
  positionals: [1, 1],
  run: (context, [reference = ""], options) =>
    onSettlement(context, reference, options, async (tx, moveOut, _member, acting) => {
      const cancelled = await cancelMoveOut(tx, moveOut, acting);
      return cancelled.ok ? { ok: true, said: "已取消退租" } : cancelled;
    }),
};

const saidOf = (refundNos: readonly string[], accountMissing: boolean): string =>
  [
    refundNos.length === 0 ? "没有新发起的退款" : `已发起退款 ${refundNos.join("、")}`,
    ...(accountMissing ? ["还要租户的收款账户（--payee --bank --account）"] : []),
  ].join("；");
