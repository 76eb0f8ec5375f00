import { afterEach, beforeEach } from "vitest";
import { type Card, textCard } from "../../../cards/card.ts";
import { markResent } from "../../../cards/resent.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { readableText } from "../../../playground/official-account/chat.ts";
import type { Follower } from "../../../playground/official-account/follower.ts";
import { type OfficialAccount, startOfficialAccount } from "../../../playground/official-account/official-account.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { newId } from "../../../src/db/ids.ts";
import { enqueueMessages } from "../../../src/db/outbox/enqueue.ts";
import { rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { createOfficialAccountMessenger } from "../../../src/platforms/official-account/send.ts";
import { createAccessTokens } from "../../../src/platforms/official-account/token.ts";
import type { Occasion } from "../../../src/ports/messenger.ts";
import type { EventHandler } from "../../../src/usecases/inbox/handle-events.ts";
import { recordDelivery } from "../../../src/usecases/outbox/delivery-reports.ts";
import { type ListedMessage, listMessages } from "../../../src/usecases/outbox/list-messages.ts";
import { type RelayContext, relayMessages } from "../../../src/usecases/outbox/relay-messages.ts";
import { inMemorySharedState } from "../../contract/messenger/in-memory-shared-state.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { APP, KEYS } from "../../support/conversation-far-ends.ts";
import { startWeb } from "../../support/conversation-web.ts";
import { withDatabase } from "../../support/database.ts";

/** The templates that the account's console has; a test configures some of them. */
export const TEMPLATES = {
  text: { templateId: "T-text", keywords: ["thing1", "thing2"] },
  bill: { templateId: "T-bill", keywords: ["thing1", "time2", "amount3", "time4"] },
};

/** One person and the account, our web server and relay between them; the bot says nothing by itself. */
export interface ReachWorld {
  readonly clock: MovableClock;
  readonly account: OfficialAccount;
  /** Follows the account; known to us as a member of the tenant 一号电子. */
  readonly person: Follower;
  /** What the bot answers to the person's next messages. */
  answers: Card[];
  /** What is configured as OA_TEMPLATES from now on. */
  templates: Partial<typeof TEMPLATES>;
  /** Puts words (or a card) into the outbox. */
  tell(occasion: Occasion, ...messages: (string | Card)[]): Promise<void>;
  relay(): Promise<void>;
  /** The ways of what has arrived since the last question, in order. */
  ways(): string[];
  /** What has arrived last. */
  lastText(): string;
  undelivered(): Promise<readonly ListedMessage[]>;
  /** Calls of the API that sends into the conversation. */
  deliveries(): Promise<{ via: string; state: string }[]>;
}

export function withReachWorld(): ReachWorld {
  const database = withDatabase();
  let current: (ReachWorld & { close(): Promise<void> }) | undefined;
  beforeEach(async () => {
    current = await openReachWorld(database.db);
  });
  afterEach(() => current?.close());
  return new Proxy({} as ReachWorld, {
    get: (_target, name) => Reflect.get(current ?? {}, name),
    set: (_target, name, value) => Reflect.set(current ?? {}, name, value),
  });
}

let worlds = 0;

async function openReachWorld(
  db: ReturnType<typeof withDatabase>["db"],
): Promise<ReachWorld & { close(): Promise<void> }> {
  worlds += 1;
  const openId = `oReach-${worlds}`;
  const clock = movableClock("2026-09-05");
  await db.$executeRaw(Prisma.sql`UPDATE outbox SET state = 'sent' WHERE state <> 'sent'`);
  await db.$executeRaw(Prisma.sql`UPDATE delivery SET state = 'delivered' WHERE state = 'undelivered'`);
  const account = await startOfficialAccount(
    {
      ...KEYS,
      secret: APP.secret,
      pushSpacingMs: 50,
      templates: [
        { templateId: "T-text", title: "消息提醒", content: "事项：{{thing1.DATA}}\n内容：{{thing2.DATA}}" },
        {
          templateId: "T-bill",
          title: "账单通知",
          content: "租户：{{thing1.DATA}}\n账期：{{time2.DATA}}\n应付：{{amount3.DATA}}\n最晚付款：{{time4.DATA}}",
        },
      ],
    },
    { nowMs: clock.nowMs, wireNowMs: Date.now },
  );
  await makeMember(db, openId);
  const connection = { appId: APP.appId, apiBase: account.url };
  const tokens = createAccessTokens({ ...connection, appSecret: APP.secret }, inMemorySharedState());
  let seen = 0;
  let told = 0;
  const handler: EventHandler = async (tx, event, context) => {
    if (event.kind === "delivery") await recordDelivery(tx, event);
    return { replies: event.kind === "text" || event.kind === "menu" ? world.answers : [], context };
  };
  const handling = new Set<Promise<void>>();
  const web = await startWeb(db, handler, handling, []);
  account.setCallbackUrl(`${web.url}/callbacks/official-account`);
  const person = account.user(openId);
  await person.subscribe();
  // The minute after following is over.
  clock.advanceMs(120_000);

  const relayContext = (): RelayContext => ({
    messengers: new Map([
      [
        `official-account|${APP.appId}`,
        createOfficialAccountMessenger({ ...connection, templates: world.templates }, tokens),
      ],
    ]),
    sms: undefined,
    encryption: createFieldEncryption([Buffer.alloc(32, 7)]),
    outbound: { mode: "live", allowlist: new Set() },
    worker: "test",
    wireNowMs: () => Date.now() + 5_000,
    businessNowMs: clock.nowMs,
    markResent,
  });
  const world: ReachWorld & { close(): Promise<void> } = {
    clock,
    account,
    person,
    answers: [],
    templates: TEMPLATES,
    tell: (occasion, ...messages) =>
      inTransaction(db, (tx) =>
        enqueueMessages(
          tx,
          messages.map((message) => {
            told += 1;
            return {
              channel: "official-account",
              appId: APP.appId,
              recipient: openId,
              occasion,
              message: typeof message === "string" ? textCard(message) : message,
              dedupeKey: `${openId}|${told}`,
            };
          }),
        ),
      ),
    async relay() {
      while ((await relayMessages(db, relayContext())) > 0);
      await account.settled();
      await Promise.all(handling);
    },
    ways() {
      const arrived = person.messages.slice(seen).map((message) => message.channel);
      seen = person.messages.length;
      return arrived;
    },
    lastText() {
      const last = person.messages.at(-1);
      return last === undefined ? "" : readableText(last);
    },
    undelivered: () => listMessages(db, "undelivered"),
    deliveries: () =>
      rows(
        db,
        Prisma.sql`SELECT d.via, d.state FROM delivery d WHERE d.recipient = ${openId} ORDER BY d.recorded_at, d.id`,
      ),
    async close() {
      await account.close();
      await web.close();
    },
  };
  return world;
}

async function makeMember(db: ReturnType<typeof withDatabase>["db"], openId: string): Promise<void> {
  const [personId, tenantId] = [newId(), newId()];
  await db.$executeRaw(Prisma.sql`INSERT INTO person (id, name) VALUES (${personId}::uuid, '张总')`);
  await db.$executeRaw(Prisma.sql`INSERT INTO tenant (id, code, name, kind)
    VALUES (${tenantId}::uuid, ${openId}, '一号电子', 'company')`);
  await db.$executeRaw(Prisma.sql`INSERT INTO tenant_member (id, tenant_id, person_id, role)
    VALUES (${newId()}::uuid, ${tenantId}::uuid, ${personId}::uuid, 'owner')`);
  await db.$executeRaw(Prisma.sql`INSERT INTO channel_identity (id, person_id, platform, app_id, external_id)
    VALUES (${newId()}::uuid, ${personId}::uuid, 'official-account', ${APP.appId}, ${openId})`);
}
