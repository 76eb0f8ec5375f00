import { formatYuan, parseYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { approveDifference } from "../../usecases/cashier/approve-difference.ts";
import { closeShift, openShift } from "../../usecases/cashier/shift.ts";
import { actorOf } from "../actor.ts";
import { type Command, readOption, refused, requiredOption, textOption } from "../command.ts";

export const shiftOpenCommand: Command = {
  name: "shift open",
  usage: "--as STAFF --cash YUAN [--entity CODE]",
  summary: "出纳开班，登记钱箱里的备用金",
  options: { as: { type: "string" }, cash: { type: "string" }, entity: { type: "string" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const staffCode = requiredOption(options, "as");
    const openingFen = readOption("--cash", requiredOption(options, "cash"), parseYuan);
    const actor = await actorOf(context, options);
    const opened = await openShift(
      context.db,
      { staffCode, entityCode: textOption(options, "entity"), openingFen },
      actor,
    );
    if (!opened.ok) return refused({ code: opened.code, message: opened.message.zh });
    return {
      json: { shiftNo: opened.shiftNo, entity: opened.entityCode, openingFen: toJsonInteger(opened.openingFen) },
      text: [`已开班 ${opened.shiftNo}，备用金 ${formatYuan(opened.openingFen)}`],
    };
  },
};

export const shiftCloseCommand: Command = {
  name: "shift close",
  usage: "--as STAFF --counted YUAN [--entity CODE] [--note TEXT]",
  summary: "出纳交班：点钞金额与收据核对，差额交他人批准",
  options: {
    as: { type: "string" },
    counted: { type: "string" },
    entity: { type: "string" },
    note: { type: "string" },
  },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const staffCode = requiredOption(options, "as");
    const countedFen = readOption("--counted", requiredOption(options, "counted"), parseYuan);
    const closed = await closeShift(
      context.db,
      { staffCode, entityCode: textOption(options, "entity"), countedFen, note: textOption(options, "note") },
      await actorOf(context, options),
    );
    if (!closed.ok) return refused({ code: closed.code, message: closed.message.zh });
    const { differenceFen } = closed;
    return {
      json: {
        shiftNo: closed.shiftNo,
        entity: closed.entityCode,
        openingFen: toJsonInteger(closed.openingFen),
        receipts: closed.receipts.map(({ receiptNo, amountFen }) => ({
          receiptNo,
          amountFen: toJsonInteger(amountFen),
        })),
        cashFen: toJsonInteger(closed.cashFen),
        expectedFen: toJsonInteger(closed.expectedFen),
        countedFen: toJsonInteger(closed.countedFen),
        differenceFen: toJsonInteger(differenceFen),
      },
      text: [
        `已交班 ${closed.shiftNo}：备用金 ${formatYuan(closed.openingFen)}，本班收现金 ${closed.receipts.length} 笔 ${formatYuan(closed.cashFen)}`,
        `  应有 ${formatYuan(closed.expectedFen)}，点钞 ${formatYuan(closed.countedFen)}，${differenceFen === 0n ? "相符" : `差额 ${formatYuan(differenceFen)}（${differenceFen > 0n ? "长款" : "短款"}），待财务经理批准：shift approve ${closed.shiftNo}`}`,
      ],
    };
  },
};

export const shiftApproveCommand: Command = {
  name: "shift approve",
  usage: "<shiftNo> --as STAFF [--note TEXT]",
  summary: "财务经理批准交班差额入账（现金对待处理财产损溢）",
  options: { as: { type: "string" }, note: { type: "string" } },
  positionals: [1, 1],
  async run(context, [shiftNo = ""], options) {
    const staffCode = requiredOption(options, "as");
    const approved = await approveDifference(
      context.db,
      { shiftNo, staffCode, note: textOption(options, "note") },
      await actorOf(context, options),
    );
    if (!approved.ok) return refused({ code: approved.code, message: approved.message.zh });
    const { debit, credit, differenceFen } = approved;
    const amountFen = differenceFen < 0n ? -differenceFen : differenceFen;
    return {
      json: {
        shiftNo,
        differenceFen: toJsonInteger(differenceFen),
        postings: [{ debit, credit, amountFen: toJsonInteger(amountFen) }],
      },
      text: [
        `班次 ${shiftNo} 的差额 ${formatYuan(differenceFen)} 已入账：借 ${debit} 贷 ${credit} ${formatYuan(amountFen)}`,
      ],
    };
  },
};
