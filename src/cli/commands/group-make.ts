import { inTransaction } from "../../db/transaction.ts";
import { makeGroup } from "../../usecases/staff-groups/make-group.ts";
import { actorOf } from "../actor.ts";
import { type Command, refused, requiredOption } from "../command.ts";

export const groupMakeCommand: Command = {
  name: "group make",
  usage: "--project CODE [--as STAFF]",
  summary: "用企业微信应用为园区建一个员工群，成员是负责该园区的员工",
  options: { project: { type: "string" }, as: { type: "string" } },
  positionals: [0, 0],
  async run(context, _words, options) {
    const { wecom } = context.config;
    const projectCode = requiredOption(options, "project");
    if (!wecom) return refused({ code: "CHANNEL_OFF", message: "企业微信没有配置（WECOM_…）" });
    const actor = await actorOf(context, options);
    const result = await inTransaction(context.db, (tx) =>
      makeGroup(tx, { appId: wecom.corpId, projectCode, ...actor }),
    );
    if (!result.ok) return refused(result);
    const { conversationId, name, memberNames } = result;
    return {
      json: { conversationId, projectCode, name, members: memberNames },
      text: [`群“${name}”正在建立，成员 ${memberNames.join("、")}；群里有了第一条消息后大家才看得到`],
    };
  },
};
