import type { CardAction } from "../../../cards/action.ts";
import { createSharedState } from "../../db/shared-state.ts";
import { createAccountMenu } from "../../platforms/official-account/menu.ts";
import { createAccessTokens as createAccountTokens } from "../../platforms/official-account/token.ts";
import { createAppMenu } from "../../platforms/wecom/menu.ts";
import { createAccessTokens as createAppTokens } from "../../platforms/wecom/token.ts";
import { type CliContext, type Command, refused } from "../command.ts";

interface Entry {
  readonly name: string;
  readonly action: CardAction;
}

/** For tenants. */
const ACCOUNT_ENTRIES: readonly Entry[] = [
  { name: "查账单", action: { type: "bill.list" } },
  { name: "缴费", action: { type: "pay.all" } },
  { name: "帮助", action: { type: "help" } },
];
/** For the staff: WeCom has one menu for all, so each entry answers by the role of whoever taps it. */
const APP_ENTRIES: readonly Entry[] = [
  { name: "待我审批", action: { type: "approval.list" } },
  { name: "我能做什么", action: { type: "help" } },
];

export const menuPublishCommand: Command = {
  name: "menu publish",
  usage: "",
  summary: "把聊天窗口底部的菜单发布到已配置的公众号和企业微信应用",
  options: {},
  positionals: [0, 0],
  async run(context) {
    const published = await publish(context);
    if (published.length === 0) {
      return refused({ code: "CHANNEL_OFF", message: "公众号（OA_…）和企业微信（WECOM_…）都没有配置" });
    }
    const failed = published.filter(({ result }) => result.state === "failed");
    return {
      json: { menus: published.map(({ platform, result }) => ({ platform, ...result })) },
      text: published.map(({ name, result }) =>
        result.state === "created" ? `${name}的菜单已发布` : `${name}拒绝了菜单：${result.code} ${result.reason}`,
      ),
      ...(failed.length === 0 ? {} : { exitCode: 3 }),
    };
  },
};

async function publish({ config, db, encryption }: CliContext) {
  const { officialAccount, wecom } = config;
  const sharedState = createSharedState(db, encryption);
  const published = [];
  if (officialAccount) {
    const connection = { appId: officialAccount.appId, apiBase: officialAccount.apiBase };
    const tokens = createAccountTokens({ ...connection, appSecret: officialAccount.appSecret.reveal() }, sharedState);
    const result = await createAccountMenu(connection, tokens, ACCOUNT_ENTRIES);
    published.push({ platform: "official-account", name: "公众号", result });
  }
  if (wecom) {
    const app = { corpId: wecom.corpId, agentId: wecom.agentId, apiBase: wecom.apiBase };
    const tokens = createAppTokens({ ...app, secret: wecom.secret.reveal() }, sharedState);
    const result = await createAppMenu(app, tokens, wecom.agentId, APP_ENTRIES);
    published.push({ platform: "wecom", name: "企业微信应用", result });
  }
  return published;
}
