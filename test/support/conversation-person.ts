import type { Follower } from "../../playground/official-account/follower.ts";
import { linksOf, type TranscriptEntry, visibleText } from "./conversation-transcript.ts";

/** What a person needs of the conversation around them. */
export interface PersonSurroundings {
  record(entry: TranscriptEntry): void;
  /** Waits until nothing is under way any more: handlers, pushes, events about them. */
  settle(): Promise<void>;
  /** How many events have arrived at the bot. */
  arrivals(): Promise<number>;
}

/** Somebody with WeChat who talks with the account. Every action waits for all its answers. */
export class Person {
  readonly name: string;
  readonly wechat: Follower;
  readonly #surroundings: PersonSurroundings;
  #lastAction = "";
  /** Index of the first message since the last action. */
  #turnStart = 0;
  #recorded = 0;
  #pushed: Promise<unknown> = Promise.resolve();

  constructor(name: string, wechat: Follower, surroundings: PersonSurroundings) {
    this.name = name;
    this.wechat = wechat;
    this.#surroundings = surroundings;
    this.#turnStart = wechat.messages.length;
    this.#recorded = wechat.messages.length;
  }

  says(text: string): Promise<void> {
    return this.#act("said", text, () => this.wechat.say(text));
  }

  /** Says several things without waiting for the answers in between. */
  async saysAtOnce(...texts: string[]): Promise<void> {
    for (const text of texts) this.#surroundings.record({ kind: "said", who: this.name, text });
    this.#begin(texts.join("”、“"));
    const pushes = [];
    for (const text of texts) {
      const before = await this.#surroundings.arrivals();
      pushes.push(this.wechat.say(text));
      // The order in which they reach us is the only order that we can know.
      while ((await this.#surroundings.arrivals()) === before);
    }
    await Promise.all(pushes);
    await this.#finish();
  }

  sends(messageType: string, what: string, fields: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.#act("did", `发来${what}`, () => this.wechat.sendOther(messageType, fields));
  }

  follows(scene?: string): Promise<void> {
    return this.#act("did", "关注了公众号", () => this.wechat.subscribe(scene));
  }

  unfollows(): Promise<void> {
    return this.#act("did", "取消了关注", () => this.wechat.unsubscribe());
  }

  scans(scene: string): Promise<void> {
    return this.#act("did", "扫了园区的二维码", () => this.wechat.scan(scene));
  }

  /** Taps a button of the latest message that shows it: a line of a menu, or a link that speaks for the person. */
  taps(label: string): Promise<void> {
    return this.#act("did", `点了〔${label}〕`, () => {
      for (const message of this.wechat.messages.toReversed()) {
        const item = message.type === "menu" && message.items.find((candidate) => candidate.content === label);
        if (item) return this.wechat.tapMenuItem(item.id);
        const url = linksOf(message).get(label);
        const words = url && /^weixin:\/\/bizmsgmenu\?msgmenucontent=([^&]*)/.exec(url)?.[1];
        if (words) return this.wechat.say(decodeURIComponent(words));
      }
      throw new Error(`${this.name} sees no button 〔${label}〕\n${this.#screen()}`);
    });
  }

  /** Taps a button with the id that it was sent with, as WeChat's clients do, however long ago it was shown. */
  tapsOld(label: string): Promise<void> {
    return this.#act("did", `点了〔${label}〕`, () => {
      for (const message of this.wechat.messages.toReversed()) {
        const item = message.type === "menu" && message.items.find((candidate) => candidate.content === label);
        if (item) return this.wechat.tapMenuItem(item.id);
        const url = linksOf(message).get(label);
        if (url?.startsWith("weixin://bizmsgmenu")) return this.wechat.tapSpeakingLink(url);
      }
      throw new Error(`${this.name} sees no button 〔${label}〕\n${this.#screen()}`);
    });
  }

  /** The address behind a link of the answers to the last action. */
  linkTo(label: string): string {
    const url = this.#answers()
      .map((message) => linksOf(message).get(label))
      .find((found) => found !== undefined);
    if (url === undefined) throw new Error(`${this.name} sees no link 〔${label}〕\n${this.#screen()}`);
    return url;
  }

  /** Among the answers to the last action is one with all of this, in one message. */
  hears(...patterns: (RegExp | string)[]): void {
    const fits = this.#heard().some((text) => patterns.every((pattern) => text.search(asRegExp(pattern)) >= 0));
    if (!fits) throw new Error(`${this.name} should hear ${patterns.map(String).join(" and ")}\n${this.#screen()}`);
  }

  /** None of the answers to the last action has this. */
  doesNotHear(...patterns: (RegExp | string)[]): void {
    for (const pattern of patterns) {
      if (this.#heard().some((text) => text.search(asRegExp(pattern)) >= 0)) {
        throw new Error(`${this.name} should not hear ${pattern}\n${this.#screen()}`);
      }
    }
  }

  /** Exactly so many answers to the last action. */
  hearsTimes(count: number): void {
    const { length } = this.#answers();
    if (length !== count)
      throw new Error(`${this.name} should hear ${count} messages, not ${length}\n${this.#screen()}`);
  }

  /** The answers to the last action have these, one after the other. */
  hearsInOrder(...patterns: (RegExp | string)[]): void {
    const places = patterns.map((pattern) => this.#heard().findIndex((text) => text.search(asRegExp(pattern)) >= 0));
    const inOrder = places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1));
    if (!inOrder)
      throw new Error(`${this.name} should hear ${patterns.map(String).join(", then ")}\n${this.#screen()}`);
  }

  /** By which of WeChat's ways the answers came. */
  channels(): string[] {
    return this.#answers().map((message) => message.channel);
  }

  /** Takes what arrived without an action of theirs, a notice, as the turn to look at. */
  looksAtPhone(): void {
    this.#lastAction = "looking at the phone";
    this.#recordHeard();
  }

  /** Resolves when WeChat has its answer to the last push, with or without words in it. */
  wechatAnswered(): Promise<unknown> {
    return this.#pushed;
  }

  async #act(kind: "said" | "did", text: string, act: () => Promise<unknown>): Promise<void> {
    this.#surroundings.record({ kind, who: this.name, text });
    this.#begin(text);
    this.#pushed = act();
    await this.#pushed;
    await this.#finish();
  }

  #begin(action: string): void {
    this.#lastAction = action;
    this.#turnStart = this.wechat.messages.length;
    this.#recorded = this.#turnStart;
  }

  async #finish(): Promise<void> {
    await this.#surroundings.settle();
    this.#recordHeard();
  }

  #recordHeard(): void {
    for (const message of this.wechat.messages.slice(this.#recorded)) {
      this.#surroundings.record({
        kind: "heard",
        who: this.name,
        channel: message.channel,
        text: visibleText(message),
      });
    }
    this.#recorded = this.wechat.messages.length;
  }

  #answers() {
    return this.wechat.messages.slice(this.#turnStart);
  }

  #heard(): string[] {
    return this.#answers().map(visibleText);
  }

  #screen(): string {
    const heard = this.#answers().map((message) => `  [${message.channel}] ${visibleText(message)}`);
    return `after “${this.#lastAction}” the phone shows:\n${heard.join("\n") || "  (nothing)"}`;
  }
}

const asRegExp = (pattern: RegExp | string): RegExp =>
  pattern instanceof RegExp ? pattern : new RegExp(pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
