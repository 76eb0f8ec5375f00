import { formatYuan } from "../../domain/money/fen.ts";
import { replayBill } from "../../usecases/replay/replay-bill.ts";
import { type Command, refused } from "../command.ts";

const REASONS = {
  "engine-unknown": "没有当时的计算引擎",
  "not-computable": "留存的数据算不出结果",
  amount: "金额不同",
  derivation: "计算过程不同",
} as const;

export const billReplayCommand: Command = {
  name: "bill replay",
  usage: "<billNo>",
  summary: "用留存的数据重算账单的每一行，逐字节比对",
  options: {},
  positionals: [1, 1],
  async run(context, [billNo = ""]) {
    const replayed = await replayBill(context.db, billNo);
    if (!replayed) return refused({ code: "BILL_UNKNOWN", message: `没有账单 ${billNo}，请检查编号` });
    const { same, lines, different, sha256 } = replayed;
    return {
      json: replayed,
      text: [
        `${billNo} ${lines} 行重算${same ? "全部一致" : "有不同"}，摘要 ${sha256}`,
        ...different.map(
          (line) =>
            `  ${line.charge} ${line.period.from} 账单 ${formatYuan(BigInt(line.storedFen))}，重算 ${
              line.replayedFen === null ? "无" : formatYuan(BigInt(line.replayedFen))
            }：${REASONS[line.reason]}`,
        ),
      ],
      problems: same ? [] : [`REPLAY_DIFFERS ${billNo} 重算与账单不一致`],
      exitCode: same ? 0 : 1,
    };
  },
};
