import { formatYuan, parseYuan } from "../../domain/money/fen.ts";
import { formatDate, parseCivilDate } from "../../domain/time/civil-date.ts";
import type { ReceiptAllocation } from "../../usecases/receipts/receipt.ts";
import { recordReceipt } from "../../usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../usecases/receipts/undo-receipt.ts";
import { actorOf } from "../actor.ts";
import { type Command, readOption, refused, requiredOption, textOption, UsageError } from "../command.ts";

export const payRecordCommand: Command = {
  name: "pay record",
  usage:
    "--tenant CODE --amount YUAN --date DATE --method bank|cash|pos [--entity CODE] [--account CODE] [--reference TEXT] [--bills NO,NO] [--preview] [--as STAFF]",
  summary: "登记银行、现金或刷卡（POS）收款，并按规则冲抵账单",
  options: {
    tenant: { type: "string" },
    amount: { type: "string" },
    date: { type: "string" },
    method: { type: "string" },
    entity: { type: "string" },
    account: { type: "string" },
    reference: { type: "string" },
    bills: { type: "string", multiple: true },
    preview: { type: "boolean" },
    as: { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const method = requiredOption(options, "method");
    if (method !== "bank" && method !== "cash" && method !== "pos") {
      throw new UsageError("--method 只能是 bank、cash 或 pos");
    }
    const bills = [options.bills].flat().flatMap((value) => (typeof value === "string" ? value.split(",") : []));
    const reference = textOption(options, "reference");
    const preview = options.preview === true;
    const receipt = await recordReceipt(
      context.db,
      {
        channel: method,
        accountCode: textOption(options, "account"),
        // A bank's reference and a terminal's slip number name the payment; for cash it is only a remark.
        channelNo: method === "cash" ? undefined : reference,
        tenantCode: requiredOption(options, "tenant"),
        entityCode: textOption(options, "entity"),
        amountFen: readOption("--amount", requiredOption(options, "amount"), parseYuan),
        valueDate: readOption("--date", requiredOption(options, "date"), parseCivilDate),
        billNos: bills.map((billNo) => billNo.trim()).filter((billNo) => billNo !== ""),
        remark: reference,
        preview,
      },
      await actorOf(context, options),
    );
    if (!receipt.ok) return refused({ code: receipt.code, message: receipt.message.zh });
    return {
      json: {
        receiptNo: receipt.receiptNo ?? null,
        allocations: receipt.allocations.map(documentOf),
        prepaymentFen: receipt.prepaymentFen,
        ...(receipt.repeated ? { repeated: true } : {}),
      },
      text: [
        preview ? "预览（没有登记）：" : `${receipt.repeated ? "此前已登记" : "已登记"} ${receipt.receiptNo}：`,
        ...receipt.allocations.map(lineOf),
        `  转入预收 ${formatYuan(receipt.prepaymentFen)}`,
      ],
    };
  },
};

export const payUndoCommand: Command = {
  name: "pay undo",
  usage: "<receiptNo> [--reason TEXT] [--as STAFF]",
  summary: "撤销一笔收款，如同从未到账（银行退票）",
  options: { reason: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [receiptNo = ""], options) {
    const undone = await undoReceipt(
      context.db,
      { receiptNo, reason: textOption(options, "reason") },
      await actorOf(context, options),
    );
    if (!undone.ok) return refused({ code: undone.code, message: undone.message.zh });
    return {
      json: {
        receiptNo: undone.receiptNo,
        allocations: undone.allocations.map(documentOf),
        prepaymentFen: undone.prepaymentFen,
        ...(undone.repeated ? { repeated: true } : {}),
      },
      text: [
        `${undone.repeated ? "此前已撤销" : "已撤销"} ${undone.receiptNo}（${formatYuan(undone.amountFen)}）：`,
        ...undone.allocations.map(lineOf),
        `  从预收扣回 ${formatYuan(undone.prepaymentFen)}`,
      ],
    };
  },
};

/** `lineId` is ours and stays inside. */
const documentOf = ({ lineId: _lineId, ...allocation }: ReceiptAllocation) => allocation;

const lineOf = (allocation: ReceiptAllocation): string =>
  `  ${allocation.billNo} ${allocation.charge}${allocation.kind === "late-fee" ? "（违约金）" : ""} ${formatDate(allocation.period.from)}起 ${formatYuan(allocation.amountFen)}`;
