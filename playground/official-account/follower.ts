import { Arrivals } from "../http/arrivals.ts";
import { type ChatMessage, type MessageContent, outOfOrderBanner, readableText } from "./chat.ts";
import { MessageQuota } from "./message-quota.ts";
import { digits, type PushChannel, type PushResult, pushToCallback } from "./push.ts";
import type { XmlValue } from "./xml.ts";

/** What the person and the account share: the wire to the callback, the clock, the console's settings. */
export interface FollowerWorld {
  readonly channel: () => PushChannel;
  readonly nowMs: () => number;
  /** Whether the account's menu has a CLICK item with this key; true while no menu was created. */
  readonly hasMenuKey: (key: string) => boolean;
  /** Puts what the person sends where media/get finds it; its media_id. */
  readonly keepMedia: (bytes: Uint8Array, contentType: string) => string;
  readonly ticketOf: (scene: string) => string | undefined;
  readonly reportIncident: (openId: string, reason: string) => void;
}

type Fields = Readonly<Record<string, XmlValue | undefined>>;

/** A person with WeChat, seen from the official account: `openId` is all the account knows of them. */
export class Follower {
  readonly openId: string;
  readonly quota = new MessageQuota();
  isSubscribed = false;
  /** Service notices switched off: template messages end in `failed:user block`. */
  blocksTemplates = false;
  #copiesOfNextPush = 1;
  readonly #log = new Arrivals<ChatMessage>((message) => `[${message.channel}] ${readableText(message)}`);
  readonly #world: FollowerWorld;

  constructor(openId: string, world: FollowerWorld) {
    this.openId = openId;
    this.#world = world;
  }

  get messages(): readonly ChatMessage[] {
    return this.#log.items;
  }

  /**
   * The first message that fits, already there or still to come; rejects after `timeoutMs`. With `fromIndex` set to an
   * earlier `messages.length`, only what has come since.
   */
  waitForMessage(predicate: (message: ChatMessage) => boolean, timeoutMs: number, fromIndex = 0): Promise<ChatMessage> {
    return this.#log.waitFor(predicate, timeoutMs, fromIndex);
  }

  /** Types a text. Resolves when the push is answered or given up; the reply, if any, is then in `messages`. */
  say(text: string): Promise<PushResult> {
    this.#mustBeSubscribed();
    this.quota.open("message", this.#world.nowMs());
    return this.#push({ MsgType: "text", Content: text, MsgId: Number(digits(15)) });
  }

  /** Sends something that is not text: `image`, `voice` (with or without recognition), `location` … as WeChat's fields. */
  sendOther(messageType: string, fields: Fields): Promise<PushResult> {
    this.#mustBeSubscribed();
    this.quota.open("message", this.#world.nowMs());
    return this.#push({ MsgType: messageType, ...fields, MsgId: Number(digits(15)) });
  }

  /** The media_id of a picture that is being sent: the account can fetch it for three days. */
  keepPicture(bytes: Uint8Array, contentType = "image/jpeg"): string {
    return this.#world.keepMedia(bytes, contentType);
  }

  /** Sends a picture. */
  sendPicture(bytes: Uint8Array, contentType = "image/jpeg"): Promise<PushResult> {
    const mediaId = this.keepPicture(bytes, contentType);
    return this.sendOther("image", { PicUrl: `http://mmbiz.qpic.cn/mmbiz_jpg/${mediaId}/0`, MediaId: mediaId });
  }

  /** Presses an item of the account's menu. */
  clickMenu(key: string): Promise<PushResult> {
    this.#mustBeSubscribed();
    if (!this.#world.hasMenuKey(key)) throw new Error(`the menu has no item with the key ${key}`);
    this.quota.open("menu-click", this.#world.nowMs());
    return this.#push({ MsgType: "event", Event: "CLICK", EventKey: key });
  }

  /** Taps a line of the latest `msgmenu` that has it. It arrives as a text, but counts as a menu click. */
  tapMenuItem(id: string): Promise<PushResult> {
    this.#mustBeSubscribed();
    const item = this.messages
      .toReversed()
      .flatMap((message) => (message.type === "menu" ? message.items : []))
      .find((candidate) => candidate.id === id);
    if (item === undefined) throw new Error(`no menu on the screen has an item ${id}`);
    this.quota.open("menu-click", this.#world.nowMs());
    return this.#push({ MsgType: "text", Content: item.content, MsgId: Number(digits(15)), bizmsgmenuid: id });
  }

  /** Taps a `weixin://bizmsgmenu` link in a text: its words are sent as the person's own, with its id beside them. */
  tapSpeakingLink(url: string): Promise<PushResult> {
    this.#mustBeSubscribed();
    const query = new URLSearchParams(url.slice(url.indexOf("?") + 1));
    this.quota.open("menu-click", this.#world.nowMs());
    return this.#push({
      MsgType: "text",
      Content: query.get("msgmenucontent") ?? "",
      MsgId: Number(digits(15)),
      bizmsgmenuid: query.get("msgmenuid") ?? "",
    });
  }

  /** Follows the account, with `scene` by scanning a QR code of it. */
  subscribe(scene?: string): Promise<PushResult> {
    this.isSubscribed = true;
    this.quota.open("subscribe", this.#world.nowMs());
    if (scene === undefined) return this.#push({ MsgType: "event", Event: "subscribe", EventKey: "" });
    const ticket = this.#world.ticketOf(scene);
    return this.#push({ MsgType: "event", Event: "subscribe", EventKey: `qrscene_${scene}`, Ticket: ticket });
  }

  /** Scans a QR code of the account: SCAN for a follower, `subscribe` for everybody else who then follows. */
  scan(scene: string): Promise<PushResult> {
    if (!this.isSubscribed) return this.subscribe(scene);
    this.quota.open("scan", this.#world.nowMs());
    const ticket = this.#world.ticketOf(scene);
    return this.#push({ MsgType: "event", Event: "SCAN", EventKey: scene, Ticket: ticket });
  }

  unsubscribe(): Promise<PushResult> {
    this.isSubscribed = false;
    this.quota.closeAll();
    return this.#push({ MsgType: "event", Event: "unsubscribe", EventKey: "" });
  }

  /** Opens a link of the menu: VIEW, which grants no message. */
  openMenuLink(url: string): Promise<PushResult> {
    this.#mustBeSubscribed();
    return this.#push({ MsgType: "event", Event: "VIEW", EventKey: url, MenuId: Number(digits(9)) });
  }

  /** The next push is delivered this many times at once with the same MsgId, as after a lost answer. */
  duplicateNextPush(copies: number): void {
    this.#copiesOfNextPush = copies;
  }

  /** Events about this person that they did not cause themselves, e.g. TEMPLATESENDJOBFINISH. */
  pushEvent(fields: Fields): Promise<PushResult> {
    return this.#push({ MsgType: "event", ...fields });
  }

  receive(channel: ChatMessage["channel"], content: MessageContent): void {
    this.#log.add({ ...content, channel, atMs: this.#world.nowMs() });
  }

  async #push(fields: Fields): Promise<PushResult> {
    const stamped = { CreateTime: Math.floor(this.#world.nowMs() / 1000), ...fields };
    const copies = this.#copiesOfNextPush;
    this.#copiesOfNextPush = 1;
    const channel = this.#world.channel();
    const results = await Promise.all(
      Array.from({ length: copies }, () => pushToCallback(channel, this.openId, stamped)),
    );
    // The person sees one reply, however often WeChat asked: of several answers the first that says something.
    const telling = results.find((result) => result.state === "answered" && result.reply.state !== "silent");
    const result = telling ?? results[0];
    if (result === undefined) throw new Error("a push has at least one copy");
    this.#show(result, fields.Event === "unsubscribe" || fields.Event === "TEMPLATESENDJOBFINISH");
    return result;
  }

  #show(result: PushResult, nobodyWaits: boolean): void {
    if (result.state === "answered" && result.reply.state === "message") {
      this.receive("passive", result.reply.content);
      return;
    }
    if (result.state === "answered" && result.reply.state === "silent") return;
    const reason = result.state === "given-up" ? "no valid answer to three pushes" : malformedReason(result);
    this.#world.reportIncident(this.openId, reason);
    if (!nobodyWaits) this.receive("banner", { type: "text", text: outOfOrderBanner });
  }

  #mustBeSubscribed(): void {
    if (!this.isSubscribed) throw new Error(`${this.openId} does not follow the account and cannot write to it`);
  }
}

function malformedReason(result: Extract<PushResult, { state: "answered" }>): string {
  return result.reply.state === "malformed" ? result.reply.reason : "";
}
