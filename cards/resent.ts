import type { Card } from "./card.ts";
import { TEXT } from "./text.zh-CN.ts";

/** The card with a line for the reader that it may be here already. */
export const markResent = (card: Card): Card => ({ ...card, paragraphs: [TEXT.resent, ...card.paragraphs] });
