import { listMessages, replayMessage } from "../../usecases/outbox/list-messages.ts";
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
      text: messages.map(
        (message) =>
          `${message.createdAt} ${message.channel} ${message.recipient} ${message.what} ${message.state}${message.via === null ? "" : `（${message.via}）`}${message.failure === null ? "" : ` ${message.failure}`} ${message.id}`,
      ),
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
      return refused({ code: "NOT_REPLAYABLE", message: `没有可以重发的消息 ${id}（只有放弃或扣下的可以重发）` });
    }
    return { json: { id, state: "pending" }, text: ["已重新排队，服务运行时会发出。"] };
  },
};
