import { encodeAction } from "../action.ts";
import type { Card, CardRow } from "../card.ts";
import { actionPhrase, TEXT } from "../text.zh-CN.ts";
import { byteLength, fitBytes } from "./fit.ts";

export interface TextOptions {
  readonly maxBytes: number;
  /** `anchor`: `<a href>`, which WeChat chats show as a link; `url`: "label：https://…"; `none`: left out. */
  readonly links: "anchor" | "url" | "none";
  /**
   * What stands for buttons. `tap`: a WeChat link that sends the words for the person, with the action beside them;
   * `say`: the words to type; `none`: left out, because the message carries real buttons.
   */
  readonly actions: "tap" | "say" | "none";
}

/**
 * A card in words. What does not fit gives way in this order: items from the end ("…共12项" says how many there are in
 * all), the words for buttons, paragraphs from the end; the figure, the facts and the links stay. Never longer than
 * `maxBytes` of UTF-8.
 */
export function renderText(card: Card, options: TextOptions): string {
  const plain = options.links === "anchor" || options.actions === "tap" ? withoutMarkup : (text: string) => text;
  const items = (card.items ?? []).map((item) => plain(rowLine(item)));
  const parts: Parts = {
    head: headLines(card).map(plain),
    rows: card.rows.map((row) => plain(rowLine(row))),
    items,
    paragraphs: card.paragraphs.map(plain),
    links: linkLines(card, options.links),
    actions: actionLines(card, options.actions),
  };
  for (const candidate of candidates(parts)) {
    const text = join(candidate);
    if (byteLength(text) <= options.maxBytes) return text;
  }
  return cutAroundLinks(parts, options.maxBytes);
}

type Parts = Readonly<Record<"head" | "rows" | "items" | "paragraphs" | "links" | "actions", readonly string[]>>;

/** The parts in ever shorter forms, the fullest first. */
function* candidates(parts: Parts): Generator<Parts> {
  const total = parts.items.length;
  const shortened = (count: number): readonly string[] =>
    count === total ? parts.items : [...parts.items.slice(0, count), TEXT.list.more(total)];
  for (let count = total; count >= 0; count -= 1) yield { ...parts, items: shortened(count) };
  const bare = { ...parts, items: shortened(0), actions: [] };
  yield bare;
  // A card of words alone is cut inside its words, not robbed of them.
  if (isWordsAlone(parts)) return;
  for (let count = parts.paragraphs.length - 1; count >= 0; count -= 1) {
    yield { ...bare, paragraphs: parts.paragraphs.slice(0, count) };
  }
}

const isWordsAlone = (parts: Parts): boolean => parts.head.length + parts.rows.length === 0;

/** The last resort: words cut at a character, with whole links after them unless these alone are too long. */
function cutAroundLinks(parts: Parts, maxBytes: number): string {
  const words = join({
    ...parts,
    items: [],
    actions: [],
    links: [],
    ...(isWordsAlone(parts) ? {} : { paragraphs: [] }),
  });
  const links = `\n\n${parts.links.join("\n")}`;
  const room = maxBytes - byteLength(links);
  return parts.links.length === 0 || room < maxBytes / 4 ? fitBytes(words, maxBytes) : fitBytes(words, room) + links;
}

const join = (parts: Parts): string =>
  [parts.head, parts.rows, parts.items, parts.paragraphs, parts.links, parts.actions]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");

function headLines(card: Card): string[] {
  const lines = card.title === "" ? [] : [`【${card.title}】`];
  if (card.outcome !== undefined) lines.push(TEXT.outcome(card.outcome));
  if (card.subtitle !== undefined) lines.push(card.subtitle);
  if (card.emphasis !== undefined) lines.push(`${card.emphasis.label}：${card.emphasis.value}`);
  return lines;
}

const rowLine = (row: CardRow): string => `${row.label}：${row.value}`;

function linkLines(card: Card, form: TextOptions["links"]): string[] {
  if (form === "none") return [];
  const links = card.buttons.flatMap((button) => (button.kind === "link" ? [button] : []));
  const all: readonly { readonly label: string; readonly url: string }[] =
    card.link === undefined || links.some((link) => link.url === card.link)
      ? links
      : [...links, { label: TEXT.list.open, url: card.link }];
  return all.map(({ label, url }) => (form === "anchor" ? anchor(url, label) : `${label}：${url}`));
}

function actionLines(card: Card, form: TextOptions["actions"]): string[] {
  const actions = card.buttons.flatMap((button) => (button.kind === "action" ? [button] : []));
  if (form === "none" || actions.length === 0) return [];
  if (form === "say") return [TEXT.list.sayInstead(actions.map((button) => actionPhrase(button.action)))];
  return actions.map(({ label, action }) => anchor(tapUrl(actionPhrase(action), encodeAction(action)), label));
}

/**
 * Undocumented, long in use: a tap sends `msgmenucontent` as the person's own message, with `bizmsgmenuid` beside it. The
 * words are ones that the bot understands, so a client that drops the id loses nothing.
 */
const tapUrl = (words: string, id: string): string =>
  `weixin://bizmsgmenu?msgmenucontent=${encodeURIComponent(words)}&msgmenuid=${encodeURIComponent(id)}`;

const anchor = (url: string, label: string): string =>
  `<a href="${url.replaceAll('"', "%22")}">${withoutMarkup(label)}</a>`;

/** Names come from people: a "<" among them must not begin a link of theirs in our message. */
const withoutMarkup = (text: string): string => text.replaceAll("<", "＜");
