import { textCard } from "../../cards/card.ts";
import type { DunningWay } from "../../src/usecases/dunning/context.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { SAY_REACH } from "../text/reach.zh-CN.ts";

const WAYS: readonly (readonly [DunningWay, string])[] = [
  ["sms", "(?:手机)?短信"],
  ["email", "(?:电子)?邮[件箱]|[Ee]-?[Mm]ail"],
  ["official-account", "公众号|微信"],
];
const ANY_WAY = WAYS.map(([, name]) => name).join("|");
const NOT = "(?:别|不要|不用|不想|请勿|勿|停止|关掉|取消)(?:再|收|发|给|用|通过|我|我们|到|了|催缴|提醒|通知|催)*";
const UNWANTED = new RegExp(`${NOT}(?:${ANY_WAY})`, "g");
/** Papers go by e-mail too; that is another wish. */
const PAPERS = /发票|收据|账单|对账|明细|合同|PDF|验证码|流水|红冲/i;
const ABOUT_WAYS = /通知|提醒|催|以后|联系|改[成为用发走]|换成|还是|别|不要|不用|不想|勿|停止|关掉|取消/;
const ASKS = /^(?:查看?|看看?|修改|设置)?(?:我们?的)?(?:通知|提醒|催缴)(?:方式|渠道)[?？。]?$/;
const LONGEST = 40;

/** “别发短信，发邮件”, “以后用邮件通知”, “通知方式”: how the tenant hears of what is due. Undefined: something else. */
export function reachCommandOf(text: string): ((context: TenantContext) => Promise<Answer>) | undefined {
  if (ASKS.test(text)) {
    return async ({ services, member }) => say(textCard(SAY_REACH.ways(await services.ways(member.tenantId))));
  }
  if (text.length > LONGEST || PAPERS.test(text) || !ABOUT_WAYS.test(text)) return undefined;
  const unwanted = waysIn((text.match(UNWANTED) ?? []).join("，"));
  const wanted = waysIn(text.replace(UNWANTED, "")).filter((way) => !unwanted.includes(way));
  if (wanted.length + unwanted.length === 0 || !isAboutThat(text)) return undefined;
  return async ({ services, member }) => {
    const chosen = await services.chooseWays({ tenantId: member.tenantId, wanted, unwanted });
    if (!chosen.ok) return say(textCard(chosen.message.zh));
    return say(textCard(SAY_REACH.chosen(await services.ways(member.tenantId))));
  };
}

/** Nothing is left of the words but how to be told: no amounts, no names, no questions. */
const isAboutThat = (text: string): boolean =>
  text
    .replace(new RegExp(ANY_WAY, "g"), "")
    .replace(
      /催缴|催款|缴费|逾期|到期|欠费|通知|提醒|消息|方式|渠道|以后|今后|联系|我们?|公司|麻烦|请|给|就|都|只|先|再|改|换|还是|成|为|用|走|通过|发|收|到|别|不要|不用|不想|勿|停止|关掉|取消|了|吧|的|啊|呗|好|把|要|和|以|也|[\s，,。.!！；;、“”"]/g,
      "",
    ) === "";

/** In the order in which they are said. */
const waysIn = (text: string): readonly DunningWay[] =>
  WAYS.map(([way, name]) => ({ way, at: text.search(new RegExp(name)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .map(({ way }) => way);
