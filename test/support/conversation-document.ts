import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DOCUMENT = fileURLToPath(new URL("../../docs/conversations.md", import.meta.url));
const HEAD = `# 对话实录

这些对话由 \`test/conversation\` 的测试真实跑出来：从（模拟的）微信公众号推送，到数据库，再回到手机屏幕。
〔〕里是可以点的按钮或链接；●●●●●● 是随机的短信验证码。重新生成：\`npm run conversations\`。
`;

/** Set by \`npm run conversations\`: what the tests say is written down instead of compared. */
export const writesDocument = process.env.CONVERSATIONS === "write";

/** One conversation of the document, or undefined when it has none with these titles. */
export const documented = (chapter: string, title: string): string | undefined =>
  chapters()
    .find((text) => headingOf(text) === `## ${chapter}`)
    ?.split(/^(?=### )/m)
    .map((text) => text.trim())
    .find((text) => text.startsWith(`### ${title}\n`));

/** How a conversation stands in the document. */
export const scene = (title: string, markdown: string): string => `### ${title}\n\n${markdown}`.trim();

/** Replaces a chapter by these conversations; the other chapters stay. */
export function writeChapter(chapter: string, scenes: readonly string[]): void {
  // Nothing was said: every test failed or was left out, which is no reason to lose what is documented.
  if (scenes.length === 0) return;
  const others = chapters().filter((text) => headingOf(text) !== `## ${chapter}` && headingOf(text) !== text);
  const all = [...others, `## ${chapter}\n\n${scenes.join("\n\n")}`].sort((a, b) => order(a) - order(b));
  writeFileSync(DOCUMENT, `${[HEAD.trim(), ...all].join("\n\n")}\n`);
}

/** Chapters in the order in which somebody meets them. */
const CHAPTERS = [
  "绑定",
  "扫纸质账单",
  "同事",
  "隐私",
  "查账单",
  "账单是怎么算的",
  "缴费",
  "账单PDF",
  "退款",
  "抬头与发票",
  "异议与承诺",
  "对账单与预存",
  "抄表读数",
  "办到一半",
  "每件事都能停下",
  "随口说的话",
  "其他问题",
  "问候与帮助",
  "消息送达",
];
/** A chapter without conversations is nothing but its heading. */
const headingOf = (text: string): string => text.split("\n", 1)[0] ?? "";
const order = (text: string): number => CHAPTERS.findIndex((chapter) => text.startsWith(`## ${chapter}\n`));

const chapters = (): string[] =>
  (existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : "")
    .split(/^(?=## )/m)
    .slice(1)
    .map((text) => text.trim());
