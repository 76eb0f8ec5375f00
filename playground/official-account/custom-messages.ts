import { isRecord, type PlainResponse } from "../http/server.ts";
import type { MessageContent } from "./chat.ts";
import { errorResponse, type OfficialAccountError, okResponse } from "./errors.ts";
import type { Follower } from "./follower.ts";

/** WeChat states the limit of 2048 bytes for passive replies; the same is taken here (platforms.md 2 leaves it open). */
const maxTextBytes = 2048;

type Parsed =
  | { readonly content: MessageContent }
  | { readonly refusal: OfficialAccountError; readonly detail?: string };

/** POST /cgi-bin/message/custom/send: types text, news and msgmenu, the windows and counts of platforms.md 5.1. */
export function sendCustomMessage(
  body: Readonly<Record<string, unknown>>,
  findFollower: (openId: string) => Follower | undefined,
  nowMs: number,
): PlainResponse {
  const follower = typeof body.touser === "string" ? findFollower(body.touser) : undefined;
  if (follower === undefined) return errorResponse(40003);
  const parsed = parseContent(body);
  if ("refusal" in parsed) return errorResponse(parsed.refusal, parsed.detail);
  if (!follower.isSubscribed) return errorResponse(43004);
  switch (follower.quota.take(nowMs)) {
    case "window-closed":
      return errorResponse(45015);
    case "used-up":
      return errorResponse(45047);
    case "granted":
      follower.receive("custom", parsed.content);
      return okResponse();
  }
}

function parseContent(body: Readonly<Record<string, unknown>>): Parsed {
  switch (body.msgtype) {
    case "text":
      return parseText(body.text);
    case "news":
      return parseNews(body.news);
    case "msgmenu":
      return parseMenu(body.msgmenu);
    default:
      return { refusal: 40008 };
  }
}

function parseText(value: unknown): Parsed {
  const text = isRecord(value) ? value.content : undefined;
  if (typeof text !== "string" || text === "") return { refusal: 44004 };
  if (Buffer.byteLength(text) > maxTextBytes) return { refusal: 45002 };
  return { content: { type: "text", text } };
}

function parseNews(value: unknown): Parsed {
  const articles: unknown = isRecord(value) ? value.articles : undefined;
  if (!Array.isArray(articles) || articles.length === 0) return { refusal: 44003 };
  if (articles.length > 1) return { refusal: 45008 };
  const article: unknown = articles[0];
  if (!isRecord(article) || typeof article.title !== "string" || article.title === "") return { refusal: 44003 };
  if (typeof article.url !== "string" || article.url === "") return { refusal: 40035, detail: "url is empty" };
  const description = typeof article.description === "string" ? article.description : "";
  if (Buffer.byteLength(article.title) + Buffer.byteLength(description) > maxTextBytes) return { refusal: 45002 };
  return { content: { type: "news", title: article.title, description, url: article.url } };
}

function parseMenu(value: unknown): Parsed {
  if (!isRecord(value) || !Array.isArray(value.list) || value.list.length === 0) {
    return { refusal: 40035, detail: "msgmenu.list is empty" };
  }
  const items: { id: string; content: string }[] = [];
  for (const item of value.list as unknown[]) {
    if (!isRecord(item) || typeof item.id !== "string" || typeof item.content !== "string") {
      return { refusal: 40035, detail: "msgmenu items need id and content as strings" };
    }
    if (item.id === "" || item.content === "") return { refusal: 44004 };
    items.push({ id: item.id, content: item.content });
  }
  const head = typeof value.head_content === "string" ? value.head_content : "";
  const tail = typeof value.tail_content === "string" ? value.tail_content : "";
  const bytes = Buffer.byteLength(head + tail + items.map((item) => item.content).join(""));
  if (bytes > maxTextBytes) return { refusal: 45002 };
  return { content: { type: "menu", head, items, tail } };
}
