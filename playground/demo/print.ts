import type { ChatMessage } from "../official-account/chat.ts";
import { readableText } from "../official-account/chat.ts";

/** What the demo prints: chapters, steps with the time they took, and chats as they read on a phone. */
export interface Printer {
  chapter(title: string): void;
  /** Runs a step, prints how long it took and what it found; a failed step is remembered and the story goes on. */
  step<T>(what: string, work: () => Promise<T>, found?: (result: T) => string): Promise<T | undefined>;
  line(text: string): void;
  chat(name: string, message: ChatMessage): void;
  says(name: string, text: string): void;
  readonly failures: readonly string[];
}

const CHANNELS = { passive: "回复", custom: "客服消息", template: "模板消息", banner: "微信提示" } as const;

export function createPrinter(write: (line: string) => void = console.log): Printer {
  const startedMs = Date.now();
  const failures: string[] = [];
  const stamp = () => `[${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)}s]`;
  return {
    failures,
    chapter: (title) => write(`\n━━ ${title} ━━`),
    line: (text) => write(`${stamp()} ${text}`),
    says: (name, text) => write(`${stamp()}   ${name}：${text}`),
    chat(name, message) {
      const lines = withPlainLinks(readableText(message)).split("\n");
      write(`${stamp()}   → ${name} 收到（${CHANNELS[message.channel]}）`);
      for (const line of lines) write(`             │ ${line}`);
    },
    async step(what, work, found) {
      const beganMs = Date.now();
      try {
        const result = await work();
        write(`${stamp()} ✓ ${what}${found ? `：${found(result)}` : ""}（${Date.now() - beganMs} 毫秒）`);
        return result;
      } catch (error) {
        failures.push(what);
        const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
        write(`${stamp()} ✗ ${what}：${detail}`);
        return undefined;
      }
    },
  };
}

/** On a phone a link is a blue word; here it is a word in brackets, with its address where a browser can open it. */
function withPlainLinks(text: string): string {
  return text.replace(/<a href="([^"]*)">([^<]*)<\/a>/g, (_anchor, address: string, label: string) =>
    address.startsWith("http") ? `〔${label}〕 ${address}` : `〔${label}〕`,
  );
}
