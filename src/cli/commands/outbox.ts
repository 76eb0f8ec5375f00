import { type ListedMessage, listMessages, replayMessage } from "../../usecases/outbox/list-messages.ts";
import { type Command, refused, UsageError } from "../command.ts";

export const outboxListCommand: Command = {
  name: "outbox list",
  usage: "[--undelivered | --dead]",
  summary: "说过什么、对谁说的、送达了没有",
  options: { undelivered: { type: "boolean" }, dead: { type: "boolean" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    if (options.undelivered === true && options.dead === true)
      throw new UsageError("--undelivered 和 --dead 只能选一个");
    const filter = options.dead === true ? "dead" : options.undelivered === true ? "undelivered" : "all";
    const messages = await listMessages(context.db, filter);
    return {
      json: { messages },
      text: messages.length === 0 ? ["没有。"] : messages.map(lineOf),
    };
  },
};

export const outboxReplayCommand: Command = {
  name: "outbox replay",
  usage: "<id>",
  summary: "重新发送一条未送达的消息",
  options: {},
  positionals: [1, 1],
  async run(context, [id = ""]) {
    if (!(await replayMessage(context.db, id))) {
      return refused({
        code: "NOT_REPLAYABLE",
        message: `没有可以重发的消息 ${id}（只有放弃的、扣下的、平台报告没有送达的可以重发）`,
      });
    }
    const { mode } = context.config.outbound;
    const text = mode === "live" ? AGAIN : `${AGAIN}注意：OUTBOUND=${mode}，不允许发送的会再次扣下。`;
    return { json: { id, state: "pending", outbound: mode }, text: [text] };
  },
};

const AGAIN = "已重新排队，服务运行时会发出。";

function lineOf(message: ListedMessage): string {
  const { createdAt, channel, recipient, tenant, what, state, via, why, id } = message;
  const fate = via === null ? state : `${state}（${via}）`;
  return [createdAt, channel, recipient, tenant, what, fate, why, id].filter((part) => part !== null).join(" ");
}
