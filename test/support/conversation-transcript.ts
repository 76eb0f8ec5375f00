import { type ChatMessage, readableText } from "../../playground/official-account/chat.ts";

/** One line of a conversation, as it will be read in docs/conversations.md. */
export type TranscriptEntry =
  | { readonly kind: "said" | "did"; readonly who: string; readonly text: string }
  | { readonly kind: "heard"; readonly who: string; readonly channel: ChatMessage["channel"]; readonly text: string }
  | { readonly kind: "sms"; readonly phone: string; readonly text: string }
  | { readonly kind: "time"; readonly text: string };

const ANCHOR = /<a href="([^"]*)">([^<]*)<\/a>/g;

/** What a person sees of a message: links and buttons by their names. */
export function visibleText(message: ChatMessage): string {
  if (message.type === "menu") {
    const items = message.items.map((item) => `〔${item.content}〕`).join(" ");
    return [message.head, items, message.tail]
      .filter((part) => part !== "")
      .join("\n")
      .replace(ANCHOR, "〔$2〕");
  }
  return readableText(message).replace(ANCHOR, "〔$2〕");
}

/** The links of a message by name. */
export const linksOf = (message: ChatMessage): ReadonlyMap<string, string> =>
  new Map([...readableText(message).matchAll(ANCHOR)].map(([, url = "", label = ""]) => [label, url]));

/** A conversation in Markdown. Codes are random, so every transcript shows the same dots for them. */
export function toMarkdown(entries: readonly TranscriptEntry[], codes: readonly string[]): string {
  const hidden = (text: string) => codes.reduce((shown, code) => shown.replaceAll(code, "●●●●●●"), text);
  return entries.map((entry) => hidden(entryMarkdown(entry))).join("\n\n");
}

function entryMarkdown(entry: TranscriptEntry): string {
  switch (entry.kind) {
    case "said":
      return `**${entry.who}**：${entry.text}`;
    case "did":
      return `*${entry.who}${entry.text}*`;
    case "heard":
      return quote(entry.channel === "template" ? `（服务通知）${entry.text}` : entry.text);
    case "sms":
      return `*短信到 ${entry.phone.slice(0, 3)}****${entry.phone.slice(-4)}*：${entry.text}`;
    case "time":
      return `*${entry.text}*`;
    default:
      return entry satisfies never;
  }
}

const quote = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}  `))
    .join("\n");
