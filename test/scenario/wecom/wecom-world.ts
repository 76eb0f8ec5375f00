import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Card, textCard } from "../../../cards/card.ts";
import { markResent } from "../../../cards/resent.ts";
import { startWecom, type Wecom } from "../../../playground/wecom/wecom.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { enqueueMessages, type OutboxMessage } from "../../../src/db/outbox/enqueue.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { createHttpApp } from "../../../src/http/app.ts";
import { wecomCallback } from "../../../src/http/callbacks/wecom.ts";
import { createWecomMessenger } from "../../../src/platforms/wecom/send.ts";
import { createAccessTokens } from "../../../src/platforms/wecom/token.ts";
import type { StoredDocument } from "../../../src/ports/document-store.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { type EventHandler, handleConversation } from "../../../src/usecases/inbox/handle-events.ts";
import {
  claimPassiveReply,
  markPassiveReplySent,
  releasePassiveReply,
} from "../../../src/usecases/inbox/passive-reply.ts";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import { type RelayContext, relayMessages } from "../../../src/usecases/outbox/relay-messages.ts";
import { createSendQuota } from "../../../src/usecases/outbox/send-quota.ts";
import { inMemorySharedState } from "../../contract/messenger/in-memory-shared-state.ts";
import type { TestDatabase } from "../../support/database.ts";

export const CORP_ID = "ww5823bf96d3bd56c7";
const KEYS = {
  corpId: CORP_ID,
  agentId: 1_000_002,
  token: "token1",
  aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
};

/** Our callback and relay on one side, a pretend WeCom on the other; what is answered is the test's. */
export interface WecomWorld {
  readonly wecom: Wecom;
  /** What the bot says to the next events. */
  answerWith(handler: EventHandler): void;
  enqueue(...messages: readonly OutboxMessage[]): Promise<void>;
  /** Relays until nothing is due. */
  relayAll(): Promise<void>;
  /** Moves the clock of the relay and of the pretend world. */
  wait(seconds: number): void;
  readonly documents: Map<string, StoredDocument>;
  close(): Promise<void>;
}

export async function startWecomWorld(
  database: TestDatabase,
  options: { readonly replyWindowMs?: number; readonly pushTimeoutMs?: number } = {},
): Promise<WecomWorld> {
  let aheadMs = 0;
  const nowMs = () => Date.now() + aheadMs;
  const wecom = await startWecom(
    { ...KEYS, secret: "secret", pushSpacingMs: 20, pushTimeoutMs: options.pushTimeoutMs ?? 5_000 },
    { nowMs, wireNowMs: Date.now },
  );
  let handler: EventHandler = async (_tx, _event, context) => ({ replies: [textCard("收到")], context });
  const { db } = database;
  const app = createHttpApp({
    logger: createLogger({ level: "silent" }),
    routers: [
      wecomCallback({
        keys: KEYS,
        clock: { nowMs: Date.now },
        logger: createLogger({ level: "silent" }),
        ...(options.replyWindowMs === undefined ? {} : { replyWindowMs: options.replyWindowMs }),
        inbox: {
          receive: (event) => receiveEvent(db, event),
          handle: (key, untilEventId) =>
            handleConversation(db, key, (...event) => handler(...event), textCard("抱歉"), untilEventId),
          claimReply: (id, canCarry) => claimPassiveReply(db, id, canCarry),
          markReplySent: (id) => markPassiveReplySent(db, id),
          releaseReply: (id) => releasePassiveReply(db, id),
        },
      }),
    ],
  });
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  wecom.setCallbackUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/wecom`);

  const connection = { corpId: CORP_ID, agentId: KEYS.agentId, apiBase: wecom.url, timeoutMs: 500 };
  const messenger = createWecomMessenger(
    connection,
    createAccessTokens({ ...connection, secret: "secret" }, inMemorySharedState()),
    createSendQuota(db, `wecom|${CORP_ID}`, nowMs),
  );
  const documents = new Map<string, StoredDocument>();
  const relay: RelayContext = {
    messengers: new Map([[`wecom|${CORP_ID}`, messenger]]),
    sms: undefined,
    documents: { read: async (id) => documents.get(id) },
    encryption: createFieldEncryption([randomBytes(32)]),
    outbound: { mode: "live", allowlist: new Set() },
    worker: "test",
    wireNowMs: nowMs,
    businessNowMs: nowMs,
    markResent,
    onError: (error) => {
      throw error;
    },
  };
  return {
    wecom,
    documents,
    answerWith(next) {
      handler = next;
    },
    enqueue: (...messages) => inTransaction(db, (tx) => enqueueMessages(tx, messages)),
    async relayAll() {
      while ((await relayMessages(db, relay)) > 0);
    },
    wait(seconds) {
      aheadMs += seconds * 1000;
    },
    async close() {
      await wecom.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A notice to a member. */
export const notice = (userId: string, message: OutboxMessage["message"] & Card, dedupeKey: string): OutboxMessage => ({
  channel: "wecom",
  appId: CORP_ID,
  recipient: userId,
  occasion: "notice",
  message,
  dedupeKey,
});
