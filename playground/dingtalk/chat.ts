import { Arrivals } from "../http/arrivals.ts";

/** What stands in a chat with the robot or in a group. */
export type ChatMessage =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "markdown"; readonly title: string; readonly text: string }
  | { readonly kind: "file"; readonly fileName: string; readonly fileType: string; readonly bytes: Buffer }
  | { readonly kind: "card"; readonly outTrackId: string };

/** One chat window. */
export class Chat {
  readonly #arrivals: Arrivals<ChatMessage>;

  constructor() {
    this.#arrivals = new Arrivals(readable);
  }

  get messages(): readonly ChatMessage[] {
    return this.#arrivals.items;
  }

  receive(message: ChatMessage): void {
    this.#arrivals.add(message);
  }

  /** The first message from `fromIndex` on that fits, there already or still to come. */
  waitFor(fits: (message: ChatMessage) => boolean, timeoutMs = 5_000, fromIndex = 0): Promise<ChatMessage> {
    return this.#arrivals.waitFor(fits, timeoutMs, fromIndex);
  }
}

/** What a person reads of a message in the list. */
export function readable(message: ChatMessage): string {
  switch (message.kind) {
    case "text":
      return message.text;
    case "markdown":
      return `${message.title}\n${message.text}`;
    case "file":
      return `[文件] ${message.fileName}`;
    case "card":
      return `[卡片] ${message.outTrackId}`;
  }
}
