import { inTransaction } from "../../db/transaction.ts";
import { formatYuan, parseYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { parseCivilDate } from "../../domain/time/civil-date.ts";
import { formatOfName, writeTableFile } from "../../reports/table-file.ts";
import { findColleague } from "../../usecases/approvals/by-code.ts";
import { decideApproval } from "../../usecases/approvals/decide-approval.ts";
import { askRefundAsStaff, type StaffRefundCommand } from "../../usecases/refunds/ask-as-staff.ts";
import { confirmBankPayout, findBankPayouts } from "../../usecases/refunds/bank-payouts.ts";
import { cancelRefund, resumeStuckRefund } from "../../usecases/refunds/end-refund.ts";
import { liftHolds } from "../../usecases/refunds/lift-hold.ts";
import { findRefund, findRefunds, type StoredRefund } from "../../usecases/refunds/stored-refund.ts";
import {
  type Command,
  type CommandResult,
  type OptionValues,
  readOption,
  refused,
  requiredOption,
  textOption,
  UsageError,
} from "../command.ts";
import { asColleague } from "../refund-context.ts";

const documentOf = (refund: StoredRefund) => ({
  refundNo: refund.refundNo,
  state: refund.state,
  amountFen: toJsonInteger(refund.amountFen),
  tenant: refund.tenantCode,
  entity: refund.entityCode,
  source: refund.source,
  receiptNo: refund.receiptNo,
  route: refund.route,
  outRefundNo: refund.outRefundNo,
  reason: refund.reason,
  requestedBy: refund.requestedByName,
  holds: refund.openHolds,
  problem: refund.problem,
  approvedOn: refund.approvedOn,
  paidOn: refund.paidOn,
  bankReference: refund.bankReference,
});

const lineOf = (refund: StoredRefund): string =>
  [
    refund.refundNo,
    refund.state,
    formatYuan(refund.amountFen),
    refund.tenantName ?? "付款人未知",
    refund.receiptNo ?? "",
    ...(refund.openHolds.length > 0 ? [`暂扣：${refund.openHolds.join("、")}`] : []),
    ...(refund.problem === null ? [] : [`问题：${refund.problem}`]),
  ].join("  ");

const shown = (refund: StoredRefund, ...said: string[]): CommandResult => ({
  json: documentOf(refund),
  text: [...said, lineOf(refund)],
});

const AS = { as: { type: "string" } } as const;

export const refundRequestCommand: Command = {
  name: "refund request",
  usage:
    "--receipt NO [--deposit | --line BILLNO --charge CODE [--reopen]] | --lease CODE --reason TEXT --as STAFF [--amount YUAN] [--payee NAME --bank BANK --account NO] [--approve-as STAFF]",
  summary: "申请退款：未用的预存款、待认领款、押金，或按费用退并红冲",
  options: {
    ...AS,
    receipt: { type: "string" },
    deposit: { type: "boolean" },
    line: { type: "string" },
    charge: { type: "string" },
    reopen: { type: "boolean" },
    lease: { type: "string" },
    amount: { type: "string" },
    reason: { type: "string" },
    payee: { type: "string" },
    bank: { type: "string" },
    account: { type: "string" },
    "approve-as": { type: "string" },
  },
  positionals: [0, 0],
  run(context, _positionals, options) {
    const amount = textOption(options, "amount");
    const command: StaffRefundCommand = {
      what: whatOf(options),
      amountFen: amount === undefined ? undefined : readOption("--amount", amount, parseYuan),
      reason: requiredOption(options, "reason"),
      payoutAccount: payeeOf(options),
    };
    const approver = textOption(options, "approve-as");
    return asColleague(context, options, async (tx, member, acting) => {
      const asked = await askRefundAsStaff(tx, member, command, acting);
      if (!asked.ok) return refused({ code: asked.code, message: asked.message.zh });
      const { refund } = asked;
      if (approver === undefined || refund.approvalId === null) return shown(refund, `已发起审批 ${asked.approvalNo}`);
      const colleague = await findColleague(tx, approver);
      if (!colleague.ok) return refused({ code: colleague.code, message: colleague.message.zh });
      const decided = await decideApproval(
        tx,
        { requestId: refund.approvalId, version: 1, decision: "approve", personId: colleague.member.personId },
        { ...acting, actor: `staff:${approver}` },
      );
      if (!decided.ok) return refused({ code: decided.code, message: decided.message.zh });
      return shown((await findRefund(tx, refund)) ?? refund, `审批 ${asked.approvalNo}：${decided.request.state}`);
    });
  },
};

function whatOf(options: OptionValues): StaffRefundCommand["what"] {
  const leaseCode = textOption(options, "lease");
  if (leaseCode !== undefined) return { leaseCode };
  const receiptNo = requiredOption(options, "receipt");
  const billNo = textOption(options, "line");
  if (billNo === undefined) return { receiptNo, deposit: options.deposit === true };
  const effect = options.reopen === true ? "reopen" : "credit";
  return { receiptNo, billNo, charge: requiredOption(options, "charge"), effect };
}

function payeeOf(options: OptionValues): StaffRefundCommand["payoutAccount"] {
  const holder = textOption(options, "payee");
  if (holder === undefined) return undefined;
  return { holder, bank: requiredOption(options, "bank"), accountNo: requiredOption(options, "account") };
}

export const refundListCommand: Command = {
  name: "refund list",
  usage: "[--held] [--open]",
  summary: "退款列表；--held 只看暂扣的，--open 只看没办完的",
  options: { held: { type: "boolean" }, open: { type: "boolean" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const refunds = await findRefunds(context.db, {
      heldOnly: options.held === true,
      ...(options.open === true
        ? { states: ["requested", "approved", "paying", "processing", "abnormal", "stuck", "bank-due"] as const }
        : {}),
    });
    return { json: { refunds: refunds.map(documentOf) }, text: refunds.map(lineOf) };
  },
};

export const refundShowCommand: Command = {
  name: "refund show",
  usage: "<refundNo>",
  summary: "一笔退款的进度",
  options: {},
  positionals: [1, 1],
  async run(context, [refundNo = ""]) {
    const refund = await findRefund(context.db, { refundNo });
    return refund ? shown(refund) : refused({ code: "REFUND_UNKNOWN", message: `没有编号为 ${refundNo} 的退款` });
  },
};

export const refundLiftHoldCommand: Command = {
  name: "refund lift-hold",
  usage: "<refundNo> --note TEXT --as STAFF",
  summary: "核实后解除退款的风险暂扣；申请人自己不能解除",
  options: { ...AS, note: { type: "string" } },
  positionals: [1, 1],
  run(context, [refundNo = ""], options) {
    const note = requiredOption(options, "note");
    return asColleague(context, options, async (tx, staff, acting) => {
      const lifted = await liftHolds(tx, { refundNo, staff, note }, acting);
      if (!lifted.ok) return refused({ code: lifted.code, message: lifted.message.zh });
      return shown(lifted.refund, `已解除：${lifted.lifted.join("、")}`);
    });
  },
};

export const refundCancelCommand: Command = {
  name: "refund cancel",
  usage: "<refundNo> --reason TEXT --as STAFF",
  summary: "撤回退款：未审批的申请，或已批准而还没付出的（款项回到原处）",
  options: { ...AS, reason: { type: "string" } },
  positionals: [1, 1],
  run(context, [refundNo = ""], options) {
    const reason = requiredOption(options, "reason");
    return asColleague(
      context,
      options,
      async (tx, staff, acting) => {
        const ended = await cancelRefund(tx, { refundNo, by: "finance", personId: staff.personId, reason }, acting);
        return ended.ok ? shown(ended.refund, "已撤回") : refused({ code: ended.code, message: ended.message.zh });
      },
      "exception.resolve",
    );
  },
};

const resumeCommand = (name: string, way: "channel" | "bank", summary: string): Command => ({
  name,
  usage: "<refundNo> --as STAFF",
  summary,
  options: AS,
  positionals: [1, 1],
  run: (context, [refundNo = ""], options) =>
    asColleague(
      context,
      options,
      async (tx, _staff, acting) => {
        const resumed = await resumeStuckRefund(tx, { refundNo, way }, acting);
        return resumed.ok ? shown(resumed.refund) : refused({ code: resumed.code, message: resumed.message.zh });
      },
      "exception.resolve",
    ),
});

export const refundRetryCommand = resumeCommand("refund retry", "channel", "卡住的退款用原退款单号再试一次");
export const refundToBankCommand = resumeCommand("refund to-bank", "bank", "卡住的退款改走银行转账");

const HEADERS = ["退款单号", "付款主体", "租户", "收款户名", "开户行", "账号", "金额（元）", "批准日期", "说明"];

export const refundPayoutListCommand: Command = {
  name: "refund payout-list",
  usage: "--out FILE.csv|FILE.xlsx --as STAFF",
  summary: "导出待银行转账的退款清单（含完整账号，仅供财务）",
  options: { ...AS, out: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const out = requiredOption(options, "out");
    if (!/\.(csv|xlsx)$/i.test(out)) throw new UsageError("--out 要以 .csv 或 .xlsx 结尾");
    const allowed = await asColleague(context, options, async () => undefined, "exception.resolve");
    if (allowed !== undefined) return allowed;
    const payouts = await inTransaction(context.db, (tx) => findBankPayouts(tx, context.encryption));
    const written = await writeTableFile(out, formatOfName(out), {
      sheetName: "退款付款清单",
      headers: [HEADERS],
      rows: payouts.map((payout) => [
        payout.refundNo,
        payout.entityName,
        payout.tenantName,
        payout.holder,
        payout.bank,
        payout.accountNo,
        { amountFen: payout.amountFen },
        payout.approvedOn,
        payout.problem ?? "",
      ]),
    });
    const totalFen = payouts.reduce((sum, payout) => sum + payout.amountFen, 0n);
    return {
      json: { ...written, rows: payouts.length, totalFen: toJsonInteger(totalFen) },
      text: [`${payouts.length} 笔，合计 ${formatYuan(totalFen)}，已写入 ${out}`],
    };
  },
};

export const refundConfirmPaidCommand: Command = {
  name: "refund confirm-paid",
  usage: "<refundNo> --reference TEXT --date YYYY-MM-DD --as STAFF",
  summary: "登记银行已付的退款和流水号",
  options: { ...AS, reference: { type: "string" }, date: { type: "string" } },
  positionals: [1, 1],
  run(context, [refundNo = ""], options) {
    const bankReference = requiredOption(options, "reference");
    const paidOn = readOption("--date", requiredOption(options, "date"), parseCivilDate);
    return asColleague(
      context,
      options,
      async (tx, _staff, acting) => {
        const paid = await confirmBankPayout(tx, { refundNo, bankReference, paidOn }, acting);
        if (!paid.ok) return refused({ code: paid.code, message: paid.message.zh });
        return shown(paid.refund, paid.repeated ? "此前已登记" : "已登记付款");
      },
      "exception.resolve",
    );
  },
};
