import type { Card } from "../../cards/card.ts";
import { drawingsOf, escapeHtml } from "./draw.ts";

const STYLE = `
body { font: 15px/1.5 "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", sans-serif; background: #ededed; margin: 24px; color: #222 }
section { margin-bottom: 36px } h2 { font-size: 18px; margin: 0 0 10px }
.strip { display: flex; gap: 18px; align-items: flex-start; flex-wrap: wrap }
figure { margin: 0; width: 300px } figcaption { font-size: 12px; color: #777; margin-bottom: 6px }
.bubble { background: #fff; border-radius: 6px; padding: 10px 12px; white-space: pre-wrap; overflow-wrap: anywhere }
.card { background: #fff; border-radius: 8px; padding: 14px; overflow-wrap: anywhere } .card.ding { border-top: 4px solid #1677ff }
.card h3 { margin: 0; font-size: 16px } .card p { margin: 4px 0; white-space: pre-wrap } .card div { white-space: pre-wrap }
.pale { color: #888; font-size: 13px } .center { text-align: center } .figure { font-size: 26px; font-weight: 600; text-align: center; margin: 10px 0 0 !important }
.row { display: flex; gap: 10px; font-size: 14px } .row span { color: #888; width: 5.2em; flex: none } .row b { font-weight: 400 }
.jump { border-top: 1px solid #eee; padding: 8px 0 2px; margin-top: 8px; display: flex; justify-content: space-between } .jump i { color: #bbb }
.buttons { display: flex; gap: 8px; flex-wrap: wrap; margin-top: 12px } .button { flex: 1 0 40%; text-align: center; border-radius: 4px; padding: 7px 4px; background: #f2f2f2 }
.button.style1 { background: #2f7df6; color: #fff } .button.style2 { color: #2f7df6 } .button.style4 { color: #d33 } .button.grey { color: #aaa }
.outcome { font-weight: 600; color: #2b9939 } .info { color: #2b9939 } .warning { color: #d9730d } .comment { color: #888 }
.quote { border-left: 3px solid #ddd; padding-left: 8px; display: inline-block } a { color: #2f6bd6 } .refused { background: #fdd; padding: 10px }
`;

/** Every card on every platform, as one page. Pure: the same cards give the same bytes. */
export function galleryPage(samples: Readonly<Record<string, Card>>): string {
  const sections = Object.entries(samples).map(([name, card]) => {
    const figures = drawingsOf(card).map(
      ({ caption, html }) => `<figure><figcaption>${escapeHtml(caption)}</figcaption>${html}</figure>`,
    );
    return `<section id="${escapeHtml(name)}"><h2>${escapeHtml(name)}</h2><div class="strip">${figures.join("")}</div></section>`;
  });
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>卡片图库</title><style>${STYLE}</style>${sections.join("\n")}</html>\n`;
}
