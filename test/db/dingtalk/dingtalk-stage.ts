import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { markResent } from "../../../cards/resent.ts";
import type { Dingtalk } from "../../../playground/dingtalk/dingtalk.ts";
import type { Database } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { createHttpApp } from "../../../src/http/app.ts";
import { dingtalkCallbacks } from "../../../src/http/callbacks/dingtalk.ts";
import { type EventHandler, handleConversation } from "../../../src/usecases/inbox/handle-events.ts";
import {
  claimPassiveReply,
  markPassiveReplySent,
  releasePassiveReply,
} from "../../../src/usecases/inbox/passive-reply.ts";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import { relayMessages } from "../../../src/usecases/outbox/relay-messages.ts";
import { recordSeenGroup } from "../../../src/usecases/staff-groups/seen-groups.ts";
import {
  API_SECRET,
  CLIENT_ID,
  CLIENT_SECRET,
  EVENT_KEYS,
  messengerTo,
  ROBOT_CODE,
  startPretendDingtalk,
} from "../../contract/messenger/dingtalk-world.ts";
import { inMemorySharedState } from "../../contract/messenger/in-memory-shared-state.ts";
import { type RecordingLogger, recordingLogger } from "../../support/recording-logger.ts";
import { APOLOGY } from "../inbox/conversation.ts";

export interface DingtalkStage {
  readonly dingtalk: Dingtalk;
  readonly log: RecordingLogger;
  /** Address of our callbacks. */
  readonly url: string;
  /** What the bot answers from now on. */
  answerWith(handler: EventHandler): void;
  /** The relay sends what is due at this moment, or so much later, until nothing is. */
  relay(laterMs?: number): Promise<void>;
}

/** A pretend DingTalk before our real callbacks, inbox, outbox and messenger; only the bot is the test's own. */
export async function openDingtalkStage(
  db: Database,
  options: { readonly replyWindowMs?: number } = {},
): Promise<DingtalkStage> {
  const dingtalk = await startPretendDingtalk();
  const log = recordingLogger();
  let handler: EventHandler = async (_tx, _event, context) => ({ replies: [], context });
  const router = dingtalkCallbacks({
    app: { clientId: CLIENT_ID, robotCode: ROBOT_CODE },
    clientSecret: CLIENT_SECRET,
    apiSecret: API_SECRET,
    events: EVENT_KEYS,
    inbox: {
      receive: (event) => receiveEvent(db, event),
      handle: (key, untilEventId) => handleConversation(db, key, (...call) => handler(...call), APOLOGY, untilEventId),
      claimReply: (inboxEventId, canCarry) => claimPassiveReply(db, inboxEventId, canCarry),
      markReplySent: (outboxId) => markPassiveReplySent(db, outboxId),
      releaseReply: (outboxId) => releasePassiveReply(db, outboxId),
    },
    recordGroup: (group) => inTransaction(db, (tx) => recordSeenGroup(tx, { appId: CLIENT_ID, ...group })),
    clock: { nowMs: Date.now },
    logger: log.logger,
    ...options,
  });
  const server = createServer(createHttpApp({ logger: log.logger, routers: [router] }).callback());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/dingtalk`;
  dingtalk.setCallbackBase(url);
  const messenger = messengerTo(dingtalk, inMemorySharedState(), { cards: { callbackUrl: `${url}/card` } });
  onTestFinished(async () => {
    await dingtalk.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    dingtalk,
    log,
    url,
    answerWith(next) {
      handler = next;
    },
    async relay(laterMs = 0) {
      const context = {
        messengers: new Map([[`dingtalk|${CLIENT_ID}`, messenger]]),
        sms: undefined,
        encryption: createFieldEncryption([Buffer.alloc(32, 7)]),
        outbound: { mode: "live" as const, allowlist: new Set<string>() },
        worker: "test",
        wireNowMs: () => Date.now() + laterMs,
        businessNowMs: Date.now,
        markResent,
      };
      while ((await relayMessages(db, context)) > 0);
    },
  };
}
