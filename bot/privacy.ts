import type { Card } from "../cards/card.ts";
import type { BotContext } from "./context.ts";
import { SAY_PEOPLE } from "./text/people.zh-CN.ts";

/** What we do with a person's data, said where we first ask for it, with the whole text behind a link. */
export const withPrivacyNotice = (context: BotContext, card: Card): Card => ({
  ...card,
  paragraphs: [...card.paragraphs, SAY_PEOPLE.privacy.notice],
  buttons: [...card.buttons, { kind: "link", label: SAY_PEOPLE.privacy.link, url: context.services.privacyUrl }],
});
