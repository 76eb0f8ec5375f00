import { encodeAction } from "../../cards/action.ts";
import type { Card } from "../../cards/card.ts";
import { renderRobotMessage, renderSharedParameters } from "../../cards/render/dingtalk.ts";
import { renderConversation, renderPassiveText } from "../../cards/render/official-account.ts";
import { renderWecom, renderWecomReplacement } from "../../cards/render/wecom.ts";
import { renderMarkdown } from "../../cards/render/wecom-markdown.ts";
import { readTemplateCard, type ShownCard } from "../wecom/template-card.ts";

/** One card as one platform shows it. */
export interface Drawing {
  readonly caption: string;
  readonly html: string;
}

/** A card on every platform, as far as each of them has a form for it. */
export function drawingsOf(card: Card): readonly Drawing[] {
  return [
    { caption: "公众号 · 5秒内回复", html: bubble(anchors(renderPassiveText(card))) },
    { caption: "公众号 · 客服消息", html: officialAccount(card) },
    { caption: "企业微信 · 应用消息", html: wecom(card) },
    { caption: "企业微信 · 替换已发的卡片", html: templateCard(renderWecomReplacement(card), true) },
    { caption: "企业微信 · 群", html: bubble(markdown(renderMarkdown(card))) },
    { caption: "钉钉 · 互动卡片", html: dingtalkCard(card) },
    { caption: "钉钉 · 机器人消息", html: dingtalkMessage(card) },
  ];
}

function officialAccount(card: Card): string {
  const content = renderConversation(card);
  if (content.kind === "text") return bubble(anchors(content.text));
  const items = content.items.map((item) => `<a>${escapeHtml(item.label)}</a>`).join("<br>");
  return bubble(`${anchors(content.head)}<br><br>${items}<br><br>${anchors(content.tail)}`);
}

function wecom(card: Card): string {
  const content = renderWecom(card);
  switch (content.kind) {
    case "text":
      return bubble(anchors(content.text));
    case "markdown":
      return bubble(markdown(content.markdown));
    case "template-card":
      return templateCard(content.templateCard, false);
    default:
      return content satisfies never;
  }
}

/** As the pretend WeCom reads it: what it refuses is drawn as a refusal. */
function templateCard(json: unknown, isUpdate: boolean): string {
  const read = readTemplateCard(json, isUpdate);
  return read.ok ? shownCard(read.card) : `<p class="refused">拒绝 ${read.code} ${escapeHtml(read.detail)}</p>`;
}

function shownCard(card: ShownCard): string {
  const rows = card.rows.map(
    (row) => `<div class="row"><span>${escapeHtml(row.label)}</span><b>${escapeHtml(row.value)}</b></div>`,
  );
  const jumps = card.jumps.map((jump) => `<div class="jump">${escapeHtml(jump.title)}<i>›</i></div>`);
  const buttons = card.buttons.map((button) => {
    const kind = button.isGrey ? "grey" : `style${button.style}`;
    return `<div class="button ${kind}">${escapeHtml(button.text)}</div>`;
  });
  return `<div class="card">
    ${card.title === "" ? "" : `<h3>${escapeHtml(card.title)}</h3>`}
    ${card.description === "" ? "" : `<p class="pale">${escapeHtml(card.description)}</p>`}
    ${card.emphasis ? `<p class="figure">${escapeHtml(card.emphasis.value)}</p><p class="pale center">${escapeHtml(card.emphasis.label)}</p>` : ""}
    ${card.words === "" ? "" : `<p>${escapeHtml(card.words)}</p>`}
    ${rows.join("")}${jumps.join("")}
    ${buttons.length === 0 ? "" : `<div class="buttons">${buttons.join("")}</div>`}
  </div>`;
}

function dingtalkCard(card: Card): string {
  const shown = renderSharedParameters(card);
  const links = [shown.link1_label, shown.link2_label, shown.link3_label].filter((label) => label !== "");
  const buttons =
    shown.buttons === "hidden" ? [] : card.buttons.flatMap((button) => (button.kind === "action" ? [button] : []));
  return `<div class="card ding">
    <h3>${escapeHtml(shown.title)}</h3>
    ${shown.subtitle === "" ? "" : `<p class="pale">${escapeHtml(shown.subtitle)}</p>`}
    ${shown.figure === "" ? "" : `<p class="figure">${escapeHtml(shown.figure)}</p><p class="pale center">${escapeHtml(shown.figure_label)}</p>`}
    ${shown.body === "" ? "" : `<div>${markdown(shown.body)}</div>`}
    ${shown.outcome === "" ? "" : `<p class="outcome">${escapeHtml(shown.outcome)}</p>`}
    ${links.map((label) => `<div class="jump">${escapeHtml(label)}<i>›</i></div>`).join("")}
    <div class="buttons">${buttons.map((button) => `<div class="button style${button.style === "danger" ? 4 : button.style === "primary" ? 1 : 2}" title="${escapeHtml(encodeAction(button.action))}">${escapeHtml(button.label)}</div>`).join("")}</div>
  </div>`;
}

function dingtalkMessage(card: Card): string {
  const content = renderRobotMessage(card);
  return bubble(content.kind === "text" ? escapeHtml(content.text) : markdown(content.text));
}

const bubble = (html: string): string => `<div class="bubble">${html}</div>`;

/** WeChat shows `<a href>` as a link and everything else as it stands. */
const anchors = (text: string): string =>
  escapeHtml(text).replace(/&lt;a href=&quot;[^<>]*?&quot;&gt;(.*?)&lt;\/a&gt;/g, "<a>$1</a>");

/** As much of markdown as our renderers write. */
const markdown = (text: string): string =>
  escapeHtml(text)
    .replace(/&lt;font color=&quot;(\w+)&quot;&gt;(.*?)&lt;\/font&gt;/g, '<span class="$1">$2</span>')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "<a>$1</a>")
    .replace(/\*\*(.+?)\*\*/g, "<b>$1</b>")
    .replace(/^#+ (.*)$/gm, "<b>$1</b>")
    .replace(/^&gt; ?(.*)$/gm, '<span class="quote">$1</span>');

export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
