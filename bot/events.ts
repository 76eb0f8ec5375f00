import type { CardAction } from "../cards/action.ts";
import type { Platform } from "../src/ports/messenger.ts";

/** What reaches the bot, whatever platform it came from. Plain data: it is stored in the inbox as JSON. */
export type InboundEvent = InboundBase & InboundContent;

export interface InboundBase {
  readonly platform: Platform;
  readonly appId: string;
  /** Unique per platform and app; built from what the platform documents for de-duplication (platforms.md section 2). */
  readonly externalKey: string;
  /** The person on the platform: openid, userid. */
  readonly senderId: string;
  /** The conversation: the sender for one-to-one chats, the group otherwise. */
  readonly conversationId: string;
  /** Present when it was said in a group: answers go to everybody there. */
  readonly group?: { readonly title: string };
  /** The bot's own address in the envelope (`gh_…` on the official account), needed to answer passively. */
  readonly receiverId: string;
  /** The platform's time of sending, milliseconds since 1970. */
  readonly sentAtMs: number;
}

export type InboundContent =
  | { readonly kind: "text"; readonly text: string; readonly menuItemId?: string }
  | { readonly kind: "menu"; readonly key: string }
  | {
      readonly kind: "action";
      readonly action: CardAction;
      readonly cardTaskId?: string;
      readonly responseCode?: string;
    }
  | { readonly kind: "subscribe"; readonly scene?: string }
  | { readonly kind: "scan"; readonly scene: string }
  | { readonly kind: "unsubscribe" }
  /** The fate of a message sent earlier (template job finished). */
  | { readonly kind: "delivery"; readonly vendorId: string; readonly delivered: boolean; readonly detail: string }
  /** Pictures, voice, events that we do not use: answered kindly or ignored, never lost. */
  | {
      readonly kind: "other";
      readonly what: string;
      /** Pictures and files: what the platform gives them out by, for three days on WeCom. */
      readonly mediaId?: string;
      readonly fileName?: string;
    };
