import type { Card } from "../../../cards/card.ts";

/** What a card is about: its copies are found by it when the thing has changed. */
export interface CardSubject {
  /** approval, exception, task … */
  readonly kind: string;
  /** UUID */
  readonly id: string;
  /** Grows with every change that makes earlier copies stale. */
  readonly version: number;
}

/** A card about something that changes: a `card_instance` is kept of this copy, so that it can be replaced. */
export interface SubjectCard {
  readonly kind: "subject-card";
  readonly card: Card;
  readonly subject: CardSubject;
}

/** Takes the place of a copy that was sent; write these with usecases/cards/update-cards.ts. */
export interface CardUpdate {
  readonly kind: "card-update";
  /** The copy's id: the id of the outbox row that carried it. */
  readonly taskId: string;
  readonly version: number;
  readonly card: Card;
  /** Nothing will follow. What is not final is left out where an update would spend the last code of a copy. */
  readonly isFinal: boolean;
}

/** A file by reference, so that no outbox row holds its bytes. */
export interface FileMessage {
  readonly kind: "file";
  /** DocumentStore */
  readonly documentId: string;
  /** Said where the platform takes no files: with a link to it. */
  readonly fallback: Card;
}

/** Makes the group that the row is addressed to; what is said in it follows in the same stream. */
export interface GroupCreation {
  readonly kind: "new-group";
  readonly name: string;
  readonly ownerId: string;
  readonly memberIds: readonly string[];
}

/** A plain card is stored as it is; everything else has a `kind`. */
export type OutboxContent = Card | SubjectCard | CardUpdate | FileMessage | GroupCreation;

/** The card that stands for a content in lists, in allow-lists and in the open request; undefined for a group's making. */
export function cardOf(content: OutboxContent): Card | undefined {
  if (!("kind" in content)) return content;
  switch (content.kind) {
    case "subject-card":
    case "card-update":
      return content.card;
    case "file":
      return content.fallback;
    case "new-group":
      return undefined;
    default:
      return content satisfies never;
  }
}
