import type { Card, CardRow } from "../cards/card.ts";

/** A plain answer: a heading and facts beside their names. */
export const factCard = (
  title: string,
  facts: { readonly subtitle?: string; readonly rows: readonly CardRow[]; readonly items?: readonly CardRow[] },
  ...paragraphs: string[]
): Card => ({ name: "text", title, ...facts, paragraphs, buttons: [] });
