import type { DunningWay } from "../../src/usecases/dunning/context.ts";

const WAYS: Readonly<Record<DunningWay, string>> = { "official-account": "公众号", sms: "短信", email: "邮件" };
const listed = (ways: readonly DunningWay[]): string => ways.map((way) => WAYS[way]).join("、");

/** What is said about holds and about the ways by which a tenant hears. */
export const SAY_REACH = {
  ways: (ways: readonly DunningWay[]) =>
    ways.length === 0
      ? "目前没有能通知到贵公司的方式，请回复“转人工”让管家补上手机号或邮箱。"
      : `账单到期和逾期提醒依次用：${listed(ways)}，前一种没送到才用下一种。要改请直接说，例如“别发短信，发邮件”。`,
  chosen: (ways: readonly DunningWay[]) =>
    `好的，以后账单到期和逾期提醒用：${listed(ways)}${ways.length > 1 ? "，前一种没送到才用下一种" : ""}。`,
  holdNeeds: (tenant: string) => `请把最后一天和原因一起说，例如“${tenant}先别催到9月30日，正在走付款流程”。`,
  held: (tenant: string, until: string, reason: string) =>
    `好的，${tenant}到${until}不催，原因：${reason}。违约金照常计算；要提前恢复请说“恢复催缴${tenant}”。`,
  lifted: (tenant: string) => `${tenant}从今天起恢复催缴。`,
  notHeld: (tenant: string) => `${tenant}没有暂停催缴。`,
} as const;
