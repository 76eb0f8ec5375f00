import type { Card } from "../../cards/card.ts";

export type Platform = "official-account" | "wecom" | "dingtalk";

/** A person or a group as the platform names it: openid, userid, conversation id. */
export interface Recipient {
  readonly kind: "person" | "group";
  readonly externalId: string;
}

/**
 * Why we speak: it decides which of a platform's channels may carry the message. `reply` answers what a person has just
 * said, `notice` starts a conversation (a bill, a reminder) and may need a template.
 */
export type Occasion = "reply" | "notice";

export interface OutgoingMessage {
  readonly occasion: Occasion;
  readonly card: Card;
  /**
   * The only way it may go, when the caller keeps count of what the platform allows: into the open conversation, or by a
   * template, which may begin one. Absent: the messenger tries in the order that fits the occasion.
   */
  readonly via?: "conversation" | "template";
  /** Same value = same message; platforms that de-duplicate get it (template `client_msg_id`, WeCom duplicate check). */
  readonly dedupeKey: string;
  /**
   * The id of this copy of the card, one per message: WeCom `task_id`, DingTalk `outTrackId`. A click names it, an update
   * is addressed by it. 1 to 64 letters, digits and hyphens.
   */
  readonly taskId?: string;
}

/** Another card in the place of a copy that was sent. */
export interface CardReplacement {
  readonly recipient: Recipient;
  /** The copy's id. */
  readonly taskId: string;
  readonly card: Card;
  /** Given where `cardUpdates` is `by-code`: good for one call. */
  readonly responseCode?: string;
  readonly dedupeKey: string;
}

export interface OutgoingFile {
  /** With its ending, as the person sees it: "账单DG-202609-00001.pdf". */
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly dedupeKey: string;
}

/** A group of the staff. The id is ours, so that creating it twice creates it once. */
export interface NewGroup {
  readonly externalId: string;
  readonly name: string;
  readonly ownerId: string;
  /** The owner included. */
  readonly memberIds: readonly string[];
}

/**
 * What a platform did with a message.
 * - `accepted`: it took the message; `channel` says by which of its ways, `vendorId` is its own number where it gives one.
 * - `refused`: it will not take this message to this person; sending again as it is would fail again.
 * - `later`: it could not take it now (rate, outage); try again, not before `retryAfterMs`.
 * - `unknown`: no answer. The message may have arrived.
 */
export type SendOutcome =
  | {
      readonly state: "accepted";
      readonly channel: string;
      readonly vendorId?: string;
      /** With it this copy of the card may be replaced, once. */
      readonly responseCode?: string;
    }
  | {
      readonly state: "refused";
      readonly code: string;
      readonly reason: string;
      readonly recipientGone: boolean;
      /** The person must say something first; a template may still go. */
      readonly windowClosed?: true;
      /** The response code was used before or is too old: another one may do. */
      readonly responseCodeSpent?: true;
    }
  | { readonly state: "later"; readonly code: string; readonly reason: string; readonly retryAfterMs: number }
  | { readonly state: "unknown"; readonly reason: string };

/** Says things on one app of one platform. Never throws for what the vendor answers; see SendOutcome. */
export interface Messenger {
  readonly platform: Platform;
  /** The app's id on its platform: appid, corpid, client id. Part of every identity and inbox key. */
  readonly appId: string;
  /**
   * Whether the platform drops the second of two equal sendings of this card, so that trying again after `unknown` doubles
   * nothing. Absent: never.
   */
  dropsRepeats?(recipient: Recipient, card: Card): boolean;
  send(recipient: Recipient, message: OutgoingMessage): Promise<SendOutcome>;
  /**
   * Present on platforms that count messages: how a card may go to somebody whose window is closed. `own`: by a template
   * made for this kind of card; `general`: by the template for anything, which holds its beginning only; `none`: not at all.
   */
  templateFor?(card: Card): "own" | "general" | "none";
  /** How `updateCard` may be called: each time with a code of the copy that was not used before, or at any time. */
  readonly cardUpdates?: "by-code" | "any-time";
  /** Replaces a copy; absent where cards can't be changed: there the new card is said as a further message. */
  updateCard?(replacement: CardReplacement): Promise<SendOutcome>;
  /** Absent where files can't be sent: there a card with a link is said. */
  sendFile?(recipient: Recipient, file: OutgoingFile): Promise<SendOutcome>;
  /** `accepted` also when the group exists already. */
  createGroup?(group: NewGroup): Promise<SendOutcome>;
}
