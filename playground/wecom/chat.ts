import { readableCard, type ShownCard } from "./template-card.ts";

/** A line in somebody's chat with the app, or in a group. A card's `card` is what it shows now. */
export interface ChatMessage {
  readonly channel: "app" | "passive" | "group";
  readonly atMs: number;
  readonly type: "text" | "markdown" | "file" | "card";
  /** What a person reads; of a card, what it shows now. */
  readonly text: string;
  readonly file?: { readonly name: string; readonly bytes: Buffer };
  readonly card?: CardOnScreen;
  /** Of a group's line. */
  readonly chatId?: string;
}

/** A card on one person's screen: its place stays, what it shows changes. */
export class CardOnScreen {
  readonly taskId: string;
  readonly userId: string;
  /** What it showed, the first form first. */
  readonly forms: ShownCard[];

  constructor(taskId: string, userId: string, card: ShownCard) {
    this.taskId = taskId;
    this.userId = userId;
    this.forms = [card];
  }

  get shown(): ShownCard {
    const form = this.forms.at(-1);
    if (form === undefined) throw new Error("a card shows something");
    return form;
  }

  get isReplaced(): boolean {
    return this.forms.length > 1;
  }
}

export const readable = (message: ChatMessage): string =>
  message.card === undefined ? message.text : readableCard(message.card.shown);
