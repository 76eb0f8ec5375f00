import { writeFileSync } from "node:fs";
import { readableText } from "../official-account/chat.ts";
import type { Playground } from "../playground.ts";
import { readable } from "../wecom/chat.ts";

/** One line on a screen: of whom it comes is the side on which it stands. */
interface Bubble {
  readonly atMs: number;
  readonly text: string;
  readonly kind: "message" | "notice" | "card" | "sms";
}

interface Phone {
  readonly title: string;
  readonly app: "微信公众号" | "企业微信" | "短信";
  readonly bubbles: readonly Bubble[];
}

const FOLLOWERS = [
  ["陈志强", "oDemoOpenId101"],
  ["黄锐", "oDemoOpenId201"],
  ["梁海", "oDemoOpenId301"],
] as const;
const MEMBERS = [
  ["李管家", "li.guanjia"],
  ["钱经理", "qian.jingli"],
] as const;
const SMS = [
  ["周前台", "13800000303"],
  ["何出纳", "13800000302"],
  ["梁海", "13800000301"],
] as const;
/** Of a long story a screen shows the end. */
const MOST = 40;

/** Writes one HTML page with the screens of the story's people as they are now; opens in any browser. */
export function writePhones({ officialAccount, wecom, sms }: Playground, path: string): void {
  const phones: Phone[] = [
    ...FOLLOWERS.map(([title, openId]): Phone => {
      const bubbles = officialAccount.user(openId).messages.map((message): Bubble => {
        const kind = message.type === "template" ? "notice" : "message";
        return { atMs: message.atMs, text: plain(readableText(message)), kind };
      });
      return { title, app: "微信公众号", bubbles };
    }),
    ...MEMBERS.flatMap(([title, userId]): Phone[] => {
      if (wecom === undefined) return [];
      const bubbles = wecom.member(userId).messages.map((message): Bubble => {
        const kind = message.card === undefined ? "message" : "card";
        return { atMs: message.atMs, text: plain(readable(message)), kind };
      });
      return [{ title, app: "企业微信", bubbles }];
    }),
    ...SMS.map(([title, phone]): Phone => {
      const bubbles = sms.inbox(phone).map(({ atMs, text }): Bubble => ({ atMs, text, kind: "sms" }));
      return { title: `${title} ${phone.slice(0, 3)}****${phone.slice(-4)}`, app: "短信", bubbles };
    }).filter(({ bubbles }) => bubbles.length > 0),
  ];
  writeFileSync(path, page(phones));
}

/** Links as their words; emphasis of WeCom's markdown without its marks. */
const plain = (text: string): string =>
  text
    .replace(/<a href="[^"]*">([^<]*)<\/a>/g, "〔$1〕")
    .replace(/\[([^\]]+)\]\((?:https?|weixin):[^)]*\)/g, "〔$1〕")
    .replace(/<font[^>]*>([^<]*)<\/font>/g, "$1")
    .replaceAll("**", "");

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const time = (atMs: number): string => {
  const [day = "", clock = ""] = new Date(atMs + 8 * 3_600_000).toISOString().split("T");
  const [, month, date] = day.split("-").map(Number);
  return `${month}月${date}日 ${clock.slice(0, 5)}`;
};

const phone = ({ title, app, bubbles }: Phone): string => `<section class="phone ${app === "短信" ? "sms" : ""}">
<header><b>${escaped(title)}</b><span>${app}</span></header><div class="chat">
${bubbles
  .slice(-MOST)
  .map(({ atMs, text, kind }) => `<time>${time(atMs)}</time><div class="${kind}">${escaped(text)}</div>`)
  .join("\n")}
</div></section>`;

const page = (phones: readonly Phone[]): string => `<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>园账通演示：每个人手机上看到的</title><style>
*{box-sizing:border-box}body{margin:0;padding:24px;background:#eef1f5;color:#1f2933;
font:15px/1.55 "PingFang SC","Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
h1{font-size:20px;margin:0 0 16px}main{display:flex;flex-wrap:wrap;gap:24px;align-items:flex-start}
.phone{width:390px;height:780px;display:flex;flex-direction:column;background:#f7f7f7;border:10px solid #1f2933;
border-radius:38px;overflow:hidden;box-shadow:0 10px 30px #0002}
header{display:flex;justify-content:space-between;padding:14px 18px 10px;background:#ededed;border-bottom:1px solid #ddd}
header span{color:#7b8794;font-size:13px}.chat{flex:1;overflow:auto;padding:12px}
time{display:block;text-align:center;color:#9aa5b1;font-size:12px;margin:8px 0 4px}
.chat div{white-space:pre-wrap;overflow-wrap:anywhere;background:#fff;border-radius:10px;padding:10px 12px;margin-right:28px}
.chat .notice,.chat .card{margin-right:0;border-left:4px solid #07c160}.chat .card{border-left-color:#2f6fed}
.chat .sms{background:#e5e5ea;border-radius:18px}
</style><h1>园账通演示：每个人手机上看到的</h1><main>${phones.map(phone).join("\n")}</main>
<script>for(const chat of document.querySelectorAll(".chat"))chat.scrollTop=chat.scrollHeight</script></html>
`;
