import type { Card, CardRow } from "../card.ts";
import { LIMITS } from "../limits.ts";
import { TEXT } from "../text.zh-CN.ts";
import { byteLength } from "./fit.ts";

/**
 * A card in the markdown that WeCom shows: bold title, coloured figure, links. For messages without buttons, and for
 * groups, which take no template cards. Whole lines only; within 2048 bytes.
 */
export function renderMarkdown(card: Card): string {
  const head = [
    ...(card.title === "" ? [] : [`**${plain(card.title)}**`]),
    ...(card.outcome === undefined ? [] : [`<font color="info">${plain(card.outcome)}</font>`]),
    ...(card.subtitle === undefined ? [] : [plain(card.subtitle)]),
    ...(card.emphasis === undefined
      ? []
      : [`${plain(card.emphasis.label)}：<font color="warning">${plain(card.emphasis.value)}</font>`]),
    ...card.rows.map(quoted),
  ];
  const tail = linksOf(card);
  const body = [...(card.items ?? []).map(quoted), ...card.paragraphs.map(plain)];
  for (let count = body.length; count >= 0; count -= 1) {
    const left = body.length - count;
    const lines = [...head, ...body.slice(0, count), ...(left === 0 ? [] : [TEXT.list.left(left)]), ...tail];
    const text = lines.join("\n");
    if (byteLength(text) <= LIMITS.wecom.markdownMaxBytes) return text;
  }
  const fitting: string[] = [];
  for (const line of [...head, ...tail]) {
    if (byteLength([...fitting, line].join("\n")) <= LIMITS.wecom.markdownMaxBytes) fitting.push(line);
  }
  return fitting.length > 0 ? fitting.join("\n") : TEXT.generalNotice.title;
}

const quoted = (row: CardRow): string => `> ${plain(row.label)}：${plain(row.value)}`;

function linksOf(card: Card): string[] {
  const links = card.buttons.flatMap((button) => (button.kind === "link" ? [button] : []));
  const all: readonly { readonly label: string; readonly url: string }[] =
    card.link === undefined || links.some((link) => link.url === card.link)
      ? links
      : [...links, { label: TEXT.list.open, url: card.link }];
  return all.map(({ label, url }) => `[${plain(label)}](${url.replaceAll(")", "%29")})`);
}

/** Names come from people: none of their signs may begin a link, a colour or a heading of ours. */
const plain = (text: string): string =>
  text
    .replaceAll("<", "＜")
    .replaceAll("[", "［")
    .replaceAll("*", "＊")
    .replaceAll("`", "｀")
    .replace(/^([#>])/gm, " $1");
