import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { SAY } from "../../bot/text/zh-CN.ts";
import { textCard } from "../../cards/card.ts";
import type { Database } from "../../src/db/client.ts";
import { createHttpApp } from "../../src/http/app.ts";
import { officialAccountCallback } from "../../src/http/callbacks/official-account.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { type EventHandler, handleConversation } from "../../src/usecases/inbox/handle-events.ts";
import {
  claimPassiveReply,
  markPassiveReplySent,
  releasePassiveReply,
} from "../../src/usecases/inbox/passive-reply.ts";
import { receiveEvent } from "../../src/usecases/inbox/receive-event.ts";
import { KEYS } from "./conversation-far-ends.ts";

/** The open request gives up after this long; the real 4.5 s would make the suite slow, not better. */
const REPLY_WINDOW_MS = 400;

export const APOLOGY = textCard(SAY.apology);

/**
 * The web server as in production, on a free port. `handling` holds what is being answered right now, `errors` what was
 * logged as an error.
 */
export async function startWeb(db: Database, handler: EventHandler, handling: Set<Promise<void>>, errors: string[]) {
  const destination = new Writable({
    write(line, _encoding, done) {
      errors.push(String(line));
      done();
    },
  });
  const logger = createLogger({ level: "error", destination });
  const router = officialAccountCallback({
    keys: KEYS,
    clock: { nowMs: () => Date.now() },
    logger,
    replyWindowMs: REPLY_WINDOW_MS,
    inbox: {
      receive: (event) => receiveEvent(db, event),
      handle(conversationKey, untilEventId) {
        const work = handleConversation(db, conversationKey, handler, APOLOGY, untilEventId);
        const done = work.catch(() => {}).finally(() => handling.delete(done));
        handling.add(done);
        return work;
      },
      claimReply: (inboxEventId) => claimPassiveReply(db, inboxEventId),
      markReplySent: (outboxId) => markPassiveReplySent(db, outboxId),
      releaseReply: (outboxId) => releasePassiveReply(db, outboxId),
    },
  });
  const app = createHttpApp({ routers: [router], logger });
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
