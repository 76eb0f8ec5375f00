import { Arrivals } from "../http/arrivals.ts";
import { digits } from "../official-account/push.ts";
import type { XmlValue } from "../official-account/xml.ts";
import { greyed } from "./app-messages.ts";
import { type CardOnScreen, type ChatMessage, readable } from "./chat.ts";
import { type PushChannel, type PushResult, pushToCallback } from "./push.ts";
import { SendQuota } from "./send-quota.ts";

export interface MemberWorld {
  readonly channel: () => PushChannel;
  readonly nowMs: () => number;
  /** Puts a picture where media/get finds it; its MediaId. */
  readonly keepPicture: (bytes: Uint8Array) => string;
  readonly issueCode: (taskId: string) => string;
  readonly reportIncident: (userId: string, reason: string) => void;
}

type Fields = Readonly<Record<string, XmlValue | undefined>>;

/** A member of the company with WeCom on the phone. */
export class Member {
  readonly userId: string;
  readonly quota = new SendQuota();
  /** Messages that WeCom dropped because there were too many. */
  dropped = 0;
  /** False: the app's messages do not reach the member, who has no licence for the API. */
  isLicensed = true;
  #copiesOfNextPush = 1;
  #lostAnswers = 0;
  #gate: Promise<void> | undefined;
  readonly #log = new Arrivals<ChatMessage>((message) => `[${message.channel}] ${readable(message)}`);
  readonly #updates = new Arrivals<CardOnScreen>((card) => card.shown.title);
  readonly #world: MemberWorld;

  constructor(userId: string, world: MemberWorld) {
    this.userId = userId;
    this.#world = world;
  }

  get messages(): readonly ChatMessage[] {
    return this.#log.items;
  }

  /** Cards on the screen, the oldest first, as they are now. */
  get cards(): readonly CardOnScreen[] {
    return this.messages.flatMap((message) => message.card ?? []);
  }

  waitForMessage(fits: (message: ChatMessage) => boolean, timeoutMs: number, fromIndex = 0): Promise<ChatMessage> {
    return this.#log.waitFor(fits, timeoutMs, fromIndex);
  }

  /** The first time that a card on this screen changed into one that fits. */
  waitForUpdate(fits: (card: CardOnScreen) => boolean, timeoutMs: number): Promise<CardOnScreen> {
    return this.#updates.waitFor(fits, timeoutMs);
  }

  /** Types a text. Resolves when the push is answered or given up. */
  say(text: string): Promise<PushResult> {
    return this.#push({ MsgType: "text", Content: text, MsgId: digits(19) });
  }

  /** Sends a picture, a voice message, a file: fields as WeCom names them. */
  sendOther(messageType: string, fields: Fields): Promise<PushResult> {
    return this.#push({ MsgType: messageType, ...fields, MsgId: digits(19) });
  }

  /** The MediaId of a picture that is being sent: the app can fetch it for three days. */
  keepPicture(bytes: Uint8Array): string {
    return this.#world.keepPicture(bytes);
  }

  /** Sends a picture. */
  sendPicture(bytes: Uint8Array): Promise<PushResult> {
    const mediaId = this.keepPicture(bytes);
    return this.sendOther("image", { PicUrl: `https://p.qpic.cn/pic_wework/${mediaId}/0`, MediaId: mediaId });
  }

  /** Opens the app's chat. */
  enter(): Promise<PushResult> {
    return this.#push({ MsgType: "event", Event: "enter_agent", EventKey: "" });
  }

  clickMenu(key: string): Promise<PushResult> {
    return this.#push({ MsgType: "event", Event: "click", EventKey: key });
  }

  /** Presses a button by its words, on the latest card that has it, or on the one given. Throws for a grey one. */
  press(buttonText: string, on?: CardOnScreen): Promise<PushResult> {
    const card = on ?? this.cards.toReversed().find((one) => one.shown.buttons.some((b) => b.text === buttonText));
    const button = card?.shown.buttons.find((one) => one.text === buttonText);
    if (card === undefined || button === undefined) throw new Error(`no card shows a button ${buttonText}`);
    if (button.isGrey || button.key === undefined) throw new Error(`the button ${buttonText} cannot be pressed`);
    return this.pressKey(card.taskId, button.key);
  }

  /** A press as the phone reports it, also of a button that is gone by now: two phones, a slow line. */
  pressKey(taskId: string, key: string): Promise<PushResult> {
    const card = this.cards.find((one) => one.taskId === taskId);
    return this.#push(
      {
        MsgType: "event",
        Event: "template_card_event",
        EventKey: key,
        TaskId: taskId,
        CardType: card?.shown.type ?? "button_interaction",
        ResponseCode: this.#world.issueCode(taskId),
      },
      card,
    );
  }

  pushEvent(fields: Fields): Promise<PushResult> {
    return this.#push({ MsgType: "event", ...fields });
  }

  /** The next push is delivered this many times at once. */
  duplicateNextPush(copies: number): void {
    this.#copiesOfNextPush = copies;
  }

  /** The answers to the first attempts of the next push never reach WeCom, which pushes again. */
  loseAnswersOfNextPush(count: number): void {
    this.#lostAnswers = count;
  }

  /** Keeps the next push back until the returned function is called: what comes later overtakes it. */
  holdNextPush(): () => void {
    let release: () => void = () => undefined;
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  receive(message: Omit<ChatMessage, "atMs">): void {
    this.#log.add({ ...message, atMs: this.#world.nowMs() });
  }

  noticeUpdate(card: CardOnScreen): void {
    this.#updates.add(card);
  }

  async #push(fields: Fields, clicked?: CardOnScreen): Promise<PushResult> {
    const stamped = { CreateTime: Math.floor(this.#world.nowMs() / 1000), ...fields };
    const copies = this.#copiesOfNextPush;
    const lostAnswers = this.#lostAnswers;
    const gate = this.#gate;
    this.#copiesOfNextPush = 1;
    this.#lostAnswers = 0;
    this.#gate = undefined;
    await gate;
    const channel = this.#world.channel();
    const results = await Promise.all(
      Array.from({ length: copies }, () => pushToCallback(channel, this.userId, stamped, lostAnswers)),
    );
    const telling = results.find((result) => result.state === "answered" && result.reply.state !== "silent");
    const result = telling ?? results[0];
    if (result === undefined) throw new Error("a push has at least one copy");
    this.#show(result, clicked);
    return result;
  }

  #show(result: PushResult, clicked: CardOnScreen | undefined): void {
    if (result.state === "given-up") {
      this.#world.reportIncident(this.userId, "no valid answer to three pushes");
      return;
    }
    const { reply } = result;
    switch (reply.state) {
      case "silent":
        return;
      case "text":
        this.receive({ channel: "passive", type: "text", text: reply.text });
        return;
      case "malformed":
        this.#world.reportIncident(this.userId, reply.reason);
        return;
      case "update-card":
      case "update-button":
        if (clicked === undefined) {
          this.#world.reportIncident(this.userId, "a card is replaced that was not clicked");
          return;
        }
        clicked.forms.push(reply.state === "update-card" ? reply.card : greyed(clicked.shown, reply.text));
        this.noticeUpdate(clicked);
        return;
      default:
        reply satisfies never;
    }
  }
}
