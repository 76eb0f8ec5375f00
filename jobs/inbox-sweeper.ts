import type { Logger } from "../src/telemetry/logger.ts";
import { type Loop, startLoop } from "./loop.ts";
import { IDLE_MS } from "./relay.ts";

export interface InboxWork {
  /** Conversations that have something to answer now and that nobody is answering. */
  readonly waiting: () => Promise<readonly string[]>;
  readonly handle: (conversationKey: string) => Promise<void>;
}

/**
 * Answers what no open request has answered: after a crash, after a failure whose delay is over. Most messages are
 * answered by the request that brought them.
 */
export const startInboxSweeper = (inbox: InboxWork, logger: Logger): Loop =>
  startLoop({ name: "inbox-sweeper", work: () => sweepInbox(inbox, logger), idleMs: IDLE_MS, logger });

/** Handles the waiting conversations side by side and returns how many were answered to the end. */
export async function sweepInbox({ waiting, handle }: InboxWork, logger: Logger): Promise<number> {
  const keys = await waiting();
  const outcomes = await Promise.allSettled(keys.map((key) => handle(key)));
  let handled = 0;
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") handled += 1;
    // The key names a person; the event's own row says which one it was.
    else logger.error({ err: outcome.reason }, "inbox.handler-failed");
  }
  return handled;
}
