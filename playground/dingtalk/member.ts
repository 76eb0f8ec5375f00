import type { CardView } from "./card.ts";
import { Chat } from "./chat.ts";
import type { Group } from "./group.ts";
import type { PressResult } from "./press.ts";
import type { RobotPush } from "./robot-push.ts";

/** What a member's phone can do. */
export interface MemberWorld {
  /** The downloadCode of a picture. */
  keepPicture(bytes: Uint8Array): string;
  say(push: Omit<RobotPush, "messageId">): Promise<"answered" | "failed">;
  viewOf(outTrackId: string, userId: string): CardView | undefined;
  press(outTrackId: string, userId: string, label: string): Promise<PressResult>;
  cardsOf(chat: Chat): readonly string[];
}

/** A colleague in the organisation. */
export class Member {
  readonly userId: string;
  readonly name: string;
  /** The id that the person has everywhere on DingTalk. */
  readonly unionId: string;
  /** One to one with the robot. */
  readonly chat = new Chat();
  hasLeft = false;
  /** Has heard so much that DingTalk holds messages back. */
  isFlowControlled = false;
  readonly #world: MemberWorld;

  constructor(userId: string, name: string, world: MemberWorld) {
    this.userId = userId;
    this.name = name;
    this.unionId = `union-${userId}`;
    this.#world = world;
  }

  /** Says something to the robot, alone with it. */
  say(text: string): Promise<"answered" | "failed"> {
    return this.#world.say({ member: this, content: { msgtype: "text", text: { content: text } } });
  }

  /** Says something in a group with an @ of the robot; without one a robot hears nothing. */
  sayIn(group: Group, text: string): Promise<"answered" | "failed"> {
    if (!group.memberIds.has(this.userId)) throw new Error(`${this.name} is not in ${group.title}`);
    return this.#world.say({ member: this, group, content: { msgtype: "text", text: { content: ` ${text}` } } });
  }

  /** Sends a picture to the robot. */
  sendPicture(bytes: Uint8Array = new Uint8Array([1])): Promise<"answered" | "failed"> {
    const downloadCode = this.#world.keepPicture(bytes);
    return this.#world.say({
      member: this,
      content: { msgtype: "picture", content: { downloadCode, pictureDownloadCode: downloadCode } },
    });
  }

  /** A card as this person sees it, own buttons included. Throws for a card that is not on this person's screen. */
  see(outTrackId: string): CardView {
    const view = this.#world.viewOf(outTrackId, this.userId);
    if (view === undefined) throw new Error(`${this.name} does not see the card ${outTrackId}`);
    return view;
  }

  /** The newest card in the chat with the robot, or in a group. */
  newestCard(group?: Group): CardView {
    const newest = this.#world.cardsOf(group?.chat ?? this.chat).at(-1);
    if (newest === undefined) throw new Error(`${this.name} sees no card`);
    return this.see(newest);
  }

  /** Presses the button with this label on a card. Throws when this person does not see such a button. */
  press(outTrackId: string, label: string): Promise<PressResult> {
    return this.#world.press(outTrackId, this.userId, label);
  }
}
