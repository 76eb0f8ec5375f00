import { encodeAction } from "../action.ts";
import type { Card } from "../card.ts";
import { LIMITS } from "../limits.ts";
import { TEXT } from "../text.zh-CN.ts";
import { byteLength, fitBytes, fitCharacters } from "./fit.ts";
import { renderText } from "./text.ts";

/** What a robot says without buttons. */
export type RobotContent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "markdown"; readonly title: string; readonly text: string };

/** A card's variables that everybody sees, all of them strings (docs/dingtalk-card-template.md). */
export type SharedParameters = Readonly<Record<(typeof SHARED_PARAMETERS)[number], string>>;

export const SHARED_PARAMETERS = [
  "title",
  "subtitle",
  "figure",
  "figure_label",
  "body",
  "outcome",
  /** "shown" or "hidden": hides the buttons of everybody at once, whoever has some. */
  "buttons",
  "link1_label",
  "link1_url",
  "link2_label",
  "link2_url",
  "link3_label",
  "link3_url",
] as const;

/** A button before it is made for somebody. */
export interface ButtonContent {
  readonly label: string;
  /** encodeAction */
  readonly action: string;
  /** A colour name of the card platform. */
  readonly color: "blue" | "red" | "gray";
}

const { textMaxBytes, titleMaxCharacters, buttonsMax, buttonLabelMaxCharacters, linksMax } = LIMITS.dingtalk;

/** The card in words: plain text for words alone, else markdown with its links; what buttons would do is said. */
export function renderRobotMessage(card: Card): RobotContent {
  if (card.title === "" && linksOf(card).length === 0) {
    return { kind: "text", text: renderText(card, { maxBytes: textMaxBytes, links: "none", actions: "say" }) };
  }
  return { kind: "markdown", title: previewOf(card), text: markdownOf(card, "say") };
}

/** What everybody sees of an interactive card. */
export function renderSharedParameters(card: Card): SharedParameters {
  const [first, second, third] = linksOf(card).slice(0, linksMax);
  const { title: _title, subtitle: _subtitle, emphasis: _emphasis, outcome: _outcome, ...rest } = card;
  return {
    title: fitCharacters(plain(card.title === "" ? previewOf(card) : card.title), titleMaxCharacters),
    subtitle: fitCharacters(plain(card.subtitle ?? ""), titleMaxCharacters),
    figure: plain(card.emphasis?.value ?? ""),
    figure_label: fitCharacters(plain(card.emphasis?.label ?? ""), titleMaxCharacters),
    body: linesOf({ ...rest, title: "", buttons: [] }, textMaxBytes, "none"),
    outcome: fitCharacters(plain(card.outcome ?? ""), titleMaxCharacters),
    buttons: card.outcome === undefined && card.buttons.some(({ kind }) => kind === "action") ? "shown" : "hidden",
    link1_label: first?.label ?? "",
    link1_url: first?.url ?? "",
    link2_label: second?.label ?? "",
    link2_url: second?.url ?? "",
    link3_label: third?.label ?? "",
    link3_url: third?.url ?? "",
  };
}

/** The buttons of an interactive card, as many as the template has room for. */
export const renderButtons = (card: Card): readonly ButtonContent[] =>
  card.buttons
    .flatMap((button) => (button.kind === "action" ? [button] : []))
    .slice(0, buttonsMax)
    .map(({ label, action, style }) => ({
      label: fitCharacters(label, buttonLabelMaxCharacters),
      action: encodeAction(action),
      color: style === "primary" ? "blue" : style === "danger" ? "red" : "gray",
    }));

/** What the list of chats shows of a message. */
const previewOf = (card: Card): string =>
  fitCharacters(plain(card.title || card.paragraphs[0] || TEXT.generalNotice.title), titleMaxCharacters);

function markdownOf(card: Card, actions: "say" | "none"): string {
  const links = linksOf(card).map(({ label, url }) => `[${label}](${url})`);
  const tail = links.length === 0 ? "" : `\n\n${links.join("\n\n")}`;
  const room = textMaxBytes - byteLength(tail);
  // Links that leave no room for the words that they belong to say nothing.
  return room < textMaxBytes / 4 ? linesOf(card, textMaxBytes, actions) : linesOf(card, room, actions) + tail;
}

/** The card's lines as markdown keeps them apart: one line break alone is none. */
function linesOf(card: Card, maxBytes: number, actions: "say" | "none"): string {
  for (let room = maxBytes; room > 0; ) {
    const text = plain(renderText(card, { maxBytes: room, links: "none", actions })).replace(
      /([^\n])\n(?!\n)/g,
      "$1  \n",
    );
    const size = byteLength(text);
    if (size <= maxBytes) return text;
    room = Math.min(room - 1, Math.floor((room * maxBytes) / size));
  }
  return fitBytes(plain(card.title), maxBytes);
}

const FULL_WIDTH: Readonly<Record<string, string>> = {
  "*": "＊",
  "#": "＃",
  "[": "［",
  "]": "］",
  "`": "｀",
  "<": "＜",
  ">": "＞",
  "~": "～",
  "|": "｜",
  _: "＿",
  "\\": "＼",
};

/** Names come from people: none of their characters may begin a link or a heading of theirs in our message. */
const plain = (text: string): string => text.replace(/[*#[\]`<>~|_\\]/g, (character) => FULL_WIDTH[character] ?? "");

function linksOf(card: Card): readonly { readonly label: string; readonly url: string }[] {
  const links = card.buttons.flatMap((button) => (button.kind === "link" ? [button] : []));
  const all: readonly { readonly label: string; readonly url: string }[] =
    card.link === undefined || links.some((link) => link.url === card.link)
      ? links
      : [...links, { label: TEXT.list.open, url: card.link }];
  return all.map(({ label, url }) => ({
    label: fitCharacters(plain(label), buttonLabelMaxCharacters),
    url: url.replaceAll("(", "%28").replaceAll(")", "%29").replaceAll(" ", "%20"),
  }));
}
