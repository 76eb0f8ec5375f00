import { traceSubject } from "../../usecases/trace/trace.ts";
import { type Command, refused } from "../command.ts";

export const traceCommand: Command = {
  name: "trace",
  usage: "<messageId|billNo|out_trade_no|receiptNo>",
  summary: "从消息到账簿，一条时间线看清一件事的来龙去脉（不含个人信息）",
  options: {},
  positionals: [1, 1],
  async run(context, [key = ""]) {
    const trace = await traceSubject(context.db, key);
    if (!trace)
      return refused({ code: "NOTHING_FOUND", message: `没有找到 ${key}：请给出消息号、账单号、订单号或收据号` });
    return {
      json: trace,
      text: trace.timeline.map((entry) => `${entry.at} ${entry.what} ${entry.subject} ${entry.detail}`),
    };
  },
};
