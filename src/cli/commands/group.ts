import { inTransaction } from "../../db/transaction.ts";
import { assignGroup } from "../../usecases/staff-groups/assign-group.ts";
import { listGroups } from "../../usecases/staff-groups/seen-groups.ts";
import { actorOf } from "../actor.ts";
import { type Command, refused, requiredOption } from "../command.ts";

export const groupListCommand: Command = {
  name: "group list",
  usage: "",
  summary: "员工群：机器人在哪些群里，各是哪个园区的群",
  options: {},
  positionals: [0, 0],
  async run(context) {
    const groups = await listGroups(context.db);
    return {
      json: { groups },
      text:
        groups.length === 0
          ? ["还没有群。请把机器人加进群，并在群里 @ 它说一句话。"]
          : groups.map(
              ({ platform, conversationId, title, hasRobot, projectCode }) =>
                `${platform} ${conversationId} ${title || "（未命名）"} ${projectCode ?? "未指定园区"}${hasRobot ? "" : "（机器人不在群里）"}`,
            ),
    };
  },
};

export const groupAssignCommand: Command = {
  name: "group assign",
  usage: "<群ID> --project CODE [--as STAFF]",
  summary: "把一个钉钉群指定为某个园区的员工群",
  options: { project: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [conversationId = ""], options) {
    const projectCode = requiredOption(options, "project");
    const actor = await actorOf(context, options);
    const result = await inTransaction(context.db, (tx) => assignGroup(tx, { conversationId, projectCode, ...actor }));
    if (!result.ok) return refused(result);
    const { title, projectName } = result;
    return {
      json: { conversationId, projectCode, title, projectName },
      text: [`群“${title || conversationId}”已指定为${projectName}的员工群`],
    };
  },
};
