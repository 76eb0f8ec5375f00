/** What a message shows. `template` is a service notice; `menu` is WeChat's `msgmenu`, a list of tappable lines. */
export type MessageContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "news"; readonly title: string; readonly description: string; readonly url: string }
  | {
      readonly type: "menu";
      readonly head: string;
      readonly items: readonly { readonly id: string; readonly content: string }[];
      readonly tail: string;
    }
  | {
      readonly type: "template";
      readonly templateId: string;
      readonly text: string;
      readonly url: string | undefined;
      readonly data: Readonly<Record<string, string>>;
    };

/** A line in somebody's chat with the account. `banner` is WeChat itself saying that the account is out of order. */
export type ChatMessage = MessageContent & {
  readonly channel: "passive" | "custom" | "template" | "banner";
  readonly atMs: number;
};

export const outOfOrderBanner = "该公众号提供的服务出现故障，请稍后再试";

/** All that a person can read in a message, for looking things up in tests. */
export function readableText(message: MessageContent): string {
  switch (message.type) {
    case "text":
    case "template":
      return message.text;
    case "news":
      return [message.title, message.description, message.url].filter((part) => part !== "").join("\n");
    case "menu":
      return [message.head, ...message.items.map((item) => item.content), message.tail]
        .filter((part) => part !== "")
        .join("\n");
    default: {
      const impossible: never = message;
      return impossible;
    }
  }
}
