import type { Card, CardName } from "../card.ts";
import { LIMITS } from "../limits.ts";
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
  const data = card.notice.map((fact, index) => {
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
