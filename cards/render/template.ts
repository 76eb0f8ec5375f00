import type { Card, CardName, CardRow } from "../card.ts";
import { LIMITS } from "../limits.ts";
import { TEXT } from "../text.zh-CN.ts";
import { fitCharacters } from "./fit.ts";

/** What `message/template/send` needs besides the person and the template's id, which configuration has by `templateKey`. */
export interface TemplateContent {
  readonly templateKey: CardName;
  readonly data: Readonly<Record<string, { readonly value: string }>>;
  readonly url?: string;
}

/**
 * The facts of `card.notice` under the template's keywords, in order; undefined when the card has none, i.e. is no
 * message that may begin a conversation. `keywords` are the names that the account's template gave its fields, e.g.
 * `thing1`, `amount3`: their type limits the value. Without them `keyword1`, `keyword2`, …
 */
export function renderTemplate(card: Card, keywords?: readonly string[]): TemplateContent | undefined {
  if (card.notice === undefined || card.notice.length === 0) return undefined;
  return contentOf(card, card.notice, keywords);
}

/** Characters of a general notice under a field without a limit of its own; WeChat shows about three lines. */
const GENERAL_MAX_CHARACTERS = 60;

/**
 * Any card as a general notice of two facts, what it is about and how it begins, for cards without a template of their
 * own. Whoever answers it opens a conversation and hears the rest.
 */
export function renderGeneralTemplate(card: Card, keywords?: readonly string[]): TemplateContent {
  const [figure] = card.emphasis === undefined ? [] : [`${card.emphasis.label} ${card.emphasis.value}`];
  const words = [figure, ...card.paragraphs, ...card.rows.map(({ label, value }) => `${label} ${value}`)];
  const beginning = words.filter((part) => part !== undefined && part !== "").join(" ");
  const facts = [
    { label: "", value: card.title === "" ? TEXT.generalNotice.title : card.title },
    { label: "", value: fitCharacters(plain(beginning) || TEXT.generalNotice.see, GENERAL_MAX_CHARACTERS) },
  ];
  return contentOf(card, facts, keywords);
}

/** Template fields show no line breaks. */
const plain = (text: string): string => text.replace(/\s+/g, " ").trim();

function contentOf(card: Card, facts: readonly CardRow[], keywords: readonly string[] | undefined): TemplateContent {
  const data = facts.map((fact, index) => {
    const keyword = keywords?.[index] ?? `keyword${index + 1}`;
    return [keyword, { value: fitKeyword(keyword, fact.value) }] as const;
  });
  const url = card.link ?? card.buttons.flatMap((button) => (button.kind === "link" ? [button.url] : []))[0];
  return { templateKey: card.name, data: Object.fromEntries(data), ...(url === undefined ? {} : { url }) };
}

function fitKeyword(keyword: string, value: string): string {
  const type = keyword.replace(/\d+$/, "");
  const limits: Readonly<Record<string, number>> = LIMITS.officialAccount.templateValueMaxCharacters;
  const max = Object.hasOwn(limits, type) ? limits[type] : undefined;
  return max === undefined ? value : fitCharacters(value, max);
}
