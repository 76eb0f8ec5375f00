import { encodeAction } from "../action.ts";
import type { Card, CardButton, CardRow } from "../card.ts";
import { LIMITS } from "../limits.ts";
import { TEXT } from "../text.zh-CN.ts";
import { codePoints, fitFigures } from "./fit.ts";
import { renderText } from "./text.ts";
import type { TemplateCard, TemplateCardButton } from "./wecom-card.ts";
import { renderMarkdown } from "./wecom-markdown.ts";

/** What an app may say to a person. */
export type WecomContent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "markdown"; readonly markdown: string }
  | { readonly kind: "template-card"; readonly templateCard: TemplateCard };

const LIMIT = LIMITS.wecom;

/**
 * A card to a person: a template card with buttons, or one that opens a page; words where there is neither. Rows and
 * lines are shown whole or not at all, so that no figure is ever cut. What does not fit is behind the card's link; a card
 * without a link that does not fit becomes text, which names the words to type instead of buttons.
 */
export function renderWecom(card: Card): WecomContent {
  const isInteractive = card.outcome === undefined && card.buttons.some((button) => button.kind === "action");
  const link = linkOf(card);
  if (!isInteractive && link === undefined) {
    return card.title === "" ? wordsOf(card) : { kind: "markdown", markdown: renderMarkdown(card) };
  }
  const laid = isInteractive ? layOutButtons(card, link) : layOutNotice(withOutcomeRow(card), link ?? "");
  return laid.isWhole || link !== undefined ? { kind: "template-card", templateCard: laid.card } : wordsOf(card);
}

/**
 * The card that takes the place of another: never words, since a template card can only become a template card. Without
 * buttons it ends in a grey one with `outcome`.
 */
export function renderWecomReplacement(card: Card): TemplateCard {
  const link = linkOf(card);
  const withOutcome = card.outcome === undefined && card.buttons.length === 0 && link === undefined;
  if (card.outcome === undefined && !withOutcome && !card.buttons.some((button) => button.kind === "action")) {
    return layOutNotice(card, link ?? "").card;
  }
  return layOutButtons(withOutcome ? { ...card, outcome: TEXT.closed } : card, link).card;
}

/** The card as the text of a passive reply; undefined when only a pushed message shows it as it should be. */
export function renderWecomPassive(card: Card): string | undefined {
  const content = renderWecom(card);
  return content.kind === "text" ? content.text : undefined;
}

const wordsOf = (card: Card): WecomContent => ({
  kind: "text",
  text: renderText(card, { maxBytes: LIMIT.textMaxBytes, links: "anchor", actions: "say" }),
});

const linkOf = (card: Card): string | undefined =>
  card.link ?? card.buttons.flatMap((button) => (button.kind === "link" ? [button.url] : []))[0];

/** A grey button exists only in the place of another card: a card that begins with its outcome says it as a fact. */
const withOutcomeRow = (card: Card): Card =>
  card.outcome === undefined
    ? card
    : { ...card, rows: [{ label: TEXT.outcomeLabel, value: card.outcome }, ...card.rows] };

interface LaidOut {
  readonly card: TemplateCard;
  /** Nothing had to be left out. */
  readonly isWhole: boolean;
}

function layOutNotice(card: Card, link: string): LaidOut {
  const fitsEmphasis =
    card.emphasis !== undefined &&
    codePoints(card.emphasis.value) <= LIMIT.emphasisTitleMaxCharacters &&
    codePoints(card.emphasis.label) <= LIMIT.emphasisDescriptionMaxCharacters;
  const body = bodyOf(card, !fitsEmphasis);
  const links = card.buttons.flatMap((button) => (button.kind === "link" ? [button] : []));
  const jumps = links.slice(0, LIMIT.jumpsMax);
  return {
    isWhole: body.isWhole && jumps.length === links.length,
    card: {
      card_type: "text_notice",
      ...body.parts,
      ...(fitsEmphasis && card.emphasis
        ? { emphasis_content: { title: card.emphasis.value, desc: card.emphasis.label } }
        : {}),
      ...(jumps.length === 0
        ? {}
        : {
            jump_list: jumps.map(({ label, url }) => ({
              type: 1,
              title: fitFigures(label, LIMIT.jumpTitleMaxCharacters),
              url,
            })),
          }),
      card_action: { type: 1, url: link },
    },
  };
}

function layOutButtons(card: Card, link: string | undefined): LaidOut {
  const body = bodyOf(card, true);
  const shown = card.outcome === undefined ? card.buttons.slice(0, LIMIT.buttonsMax) : [];
  const outcome = card.outcome === undefined ? undefined : fitFigures(card.outcome, LIMIT.buttonTextMaxCharacters);
  return {
    isWhole: body.isWhole && (outcome !== undefined || shown.length === card.buttons.length),
    card: {
      card_type: "button_interaction",
      ...body.parts,
      button_list:
        outcome === undefined
          ? shown.map(buttonOf)
          : [{ text: outcome, style: 2, key: encodeAction({ type: "help" }) }],
      ...(outcome === undefined ? {} : { replace_text: outcome }),
      ...(link === undefined ? {} : { card_action: { type: 1, url: link } }),
    },
  };
}

function buttonOf(button: CardButton): TemplateCardButton {
  const text = fitFigures(button.label, LIMIT.buttonTextMaxCharacters);
  const style = button.style === "primary" ? 1 : button.style === "danger" ? 4 : 2;
  return button.kind === "link"
    ? { type: 1, text, style, url: button.url }
    : { text, style, key: encodeAction(button.action) };
}

interface Body {
  readonly parts: Pick<TemplateCard, "main_title" | "sub_title_text" | "horizontal_content_list">;
  readonly isWhole: boolean;
}

/**
 * Title, rows and words: a row that is too long for the list of rows becomes a line of words, whole; a list of items stays
 * together in the one place or the other, so that it reads as a list.
 */
function bodyOf(card: Card, withEmphasis: boolean): Body {
  const lines: string[] = [];
  const title = fitFigures(card.title, LIMIT.titleMaxCharacters);
  const subtitle = card.subtitle ?? "";
  const fitsDescription = codePoints(subtitle) <= LIMIT.titleDescriptionMaxCharacters;
  if (!fitsDescription) lines.push(subtitle);

  const emphasis = withEmphasis && card.emphasis ? [card.emphasis] : [];
  const rows: CardRow[] = [];
  for (const row of [...emphasis, ...card.rows]) {
    if (rows.length < LIMIT.rowsMax && fitsRow(row)) rows.push(row);
    else lines.push(lineOf(row));
  }
  const items = card.items ?? [];
  if (items.every(fitsRow) && rows.length + items.length <= LIMIT.rowsMax) rows.push(...items);
  else lines.push(...items.map(lineOf));
  lines.push(...card.paragraphs);
  const words = fitLines(lines, LIMIT.subtitleMaxCharacters);
  return {
    isWhole: words.isWhole && title === card.title,
    parts: {
      ...(title === "" && subtitle === ""
        ? {}
        : {
            main_title: {
              ...(title === "" ? {} : { title }),
              ...(subtitle === "" || !fitsDescription ? {} : { desc: subtitle }),
            },
          }),
      ...(words.text === "" ? {} : { sub_title_text: words.text }),
      ...(rows.length === 0
        ? {}
        : { horizontal_content_list: rows.map(({ label, value }) => ({ keyname: label, value })) }),
    },
  };
}

const lineOf = (row: CardRow): string => `${row.label}：${row.value}`;

const fitsRow = (row: CardRow): boolean =>
  row.value !== "" &&
  codePoints(row.label) <= LIMIT.rowLabelMaxCharacters &&
  codePoints(row.value) <= LIMIT.rowValueMaxCharacters;

/** As many whole lines as fit, and how many were left out. */
function fitLines(
  lines: readonly string[],
  maxCodePoints: number,
): { readonly text: string; readonly isWhole: boolean } {
  const text = lines.join("\n");
  if (codePoints(text) <= maxCodePoints) return { text, isWhole: true };
  for (let count = lines.length - 1; count > 0; count -= 1) {
    const shortened = [...lines.slice(0, count), TEXT.list.left(lines.length - count)].join("\n");
    if (codePoints(shortened) <= maxCodePoints) return { text: shortened, isWhole: false };
  }
  return { text: fitFigures(lines[0] ?? "", maxCodePoints), isWhole: false };
}
