import { afterAll, afterEach, beforeEach, expect } from "vitest";
import type { Understand } from "../../bot/wish.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { createEventHandler, understandByRules } from "../../src/compose/bot-services.ts";
import type { Database } from "../../src/db/client.ts";
import { createFieldEncryption } from "../../src/db/field-encryption.ts";
import { execute, rows } from "../../src/db/rows.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import { readWorld } from "../../src/domain/world/read-world.ts";
import { importWorld } from "../../src/usecases/import-world/import-world.ts";
import { type EventHandler, handleConversation, waitingConversations } from "../../src/usecases/inbox/handle-events.ts";
import { type RelayContext, relayMessages } from "../../src/usecases/outbox/relay-messages.ts";
import { deriveSceneKey, sceneOfBill } from "../../src/usecases/people/bind-scene.ts";
import { type MovableClock, movableClock } from "./clock.ts";
import { documented, scene, writeChapter, writesDocument } from "./conversation-document.ts";
import { APP, type FarEnds, openFarEnds, relayContext } from "./conversation-far-ends.ts";
import { Person } from "./conversation-person.ts";
import { type TranscriptEntry, toMarkdown, visibleText } from "./conversation-transcript.ts";
import { APOLOGY, startWeb } from "./conversation-web.ts";
import { CONVERSATION_WORLD } from "./conversation-world.ts";
import { withDatabase } from "./database.ts";
import { type BillStory, writeBill } from "./published-bill.ts";

const FIELD_KEY = Buffer.alloc(32, 7);
const ENCRYPTION = createFieldEncryption([FIELD_KEY]);
const SCENE_KEY = deriveSceneKey(FIELD_KEY);

/** A park, its people, their phones, and the bot between them: everything real but the far ends. */
export interface Conversation {
  readonly clock: MovableClock;
  readonly db: Database;
  readonly playground: FarEnds;
  /** Somebody by the name in the world; follows the account already unless `stranger`. */
  person(name: string, options?: { readonly stranger?: true }): Promise<Person>;
  /** Writes bills that the tenants can see. */
  bills(...stories: BillStory[]): Promise<void>;
  /** What the QR code of a paper bill says, printed now. */
  sceneOf(billNo: string): Promise<string>;
  /** The code in the latest SMS to a phone. Throws when none came. */
  codeSentTo(phone: string): string;
  smsCount(phone: string): number;
  /** What the pattern's group finds in the latest message that has it; random, so the document shows dots for it. */
  hides(person: Person, pattern: RegExp): string;
  /** Moves the business clock on, in words for the transcript. */
  later(words: string, ms: number): void;
  /** Until the returned function is called every handler waits before it answers. */
  holdHandlers(): () => void;
  /** The next so many events fail in the handler, as with a bug. */
  failNextEvents(count: number): void;
  /** What was logged as an error; a test that expects one empties it. */
  readonly errors: string[];
  settle(): Promise<void>;
  /** What the sweeper does after a failure, without its growing delay. */
  triesAgain(): Promise<void>;
}

/**
 * One park for each test of the calling file, opened before and closed after it. `chapter` names the file's part of
 * docs/conversations.md, where every test is a conversation under its title.
 */
export function withConversation(
  chapter: string,
  options: { readonly now?: string; readonly understand?: Understand } = {},
): Conversation {
  const database = withDatabase();
  let current: OpenConversation | undefined;
  const scenes: string[] = [];
  const opened = (): OpenConversation => {
    if (current === undefined) throw new Error("withConversation(): exists only while a test runs");
    return current;
  };
  beforeEach(async () => {
    current = await openConversation(database.db, options.now ?? "2026-09-05", options.understand ?? understandByRules);
  });
  afterEach(async ({ task }) => {
    const { entries, codes, errors, close } = opened();
    await close();
    current = undefined;
    if (task.result?.state === "fail") return;
    expect(errors).toEqual([]);
    if (entries.length === 0) return;
    const told = scene(task.name, toMarkdown(entries, codes));
    scenes.push(told);
    if (!writesDocument)
      expect(told, "differs from docs/conversations.md; npm run conversations").toBe(documented(chapter, task.name));
  });
  afterAll(() => {
    if (writesDocument) writeChapter(chapter, scenes);
  });
  return new Proxy({} as Conversation, { get: (_target, name) => Reflect.get(opened().conversation, name) });
}

interface OpenConversation {
  readonly conversation: Conversation;
  readonly entries: readonly TranscriptEntry[];
  readonly codes: readonly string[];
  readonly errors: readonly string[];
  close(): Promise<void>;
}

async function openConversation(db: Database, now: string, understand: Understand): Promise<OpenConversation> {
  const clock = movableClock(now);
  await emptyDatabase(db);
  await importPark(db, clock.today());
  const playground = await openFarEnds(clock);
  const entries: TranscriptEntry[] = [];
  const codes: string[] = [];
  const errors: string[] = [];
  const faults = { held: Promise.resolve(), failures: 0 };
  const answer = createEventHandler({
    clock,
    encryption: ENCRYPTION,
    understand,
    cashierLink: ({ billNos }) => ({
      url: `https://park.example.com/h5/pay?t=${billNos.join("+")}`,
      expiresAtMs: clock.nowMs() + 7 * 86_400_000,
    }),
    invoiceLinks: {
      fileLink: () => "https://park.example.com/h5/invoice/file",
      pageLink: () => "https://park.example.com/h5/invoice",
      titleLink: () => "https://park.example.com/h5/title",
    },
    documentLink: (documentId) => ({
      url: `https://park.example.com/h5/document/${documentId}`,
      expiresAtMs: clock.nowMs() + 30 * 86_400_000,
    }),
    sceneKeys: [SCENE_KEY],
    privacyUrl: "https://park.example.com/h5/privacy",
    photoLink: (photoId) => `https://park.example.com/h5/photo?t=${photoId}`,
    prepayLink: async (_tx, { amountFen }) => ({
      url: `https://park.example.com/h5/prepay?amount=${amountFen}`,
      expiresAtMs: clock.nowMs() + 7 * 86_400_000,
    }),
  });
  const handler: EventHandler = async (...event) => {
    await faults.held;
    if (faults.failures > 0) {
      faults.failures -= 1;
      throw new Error("failed on purpose");
    }
    return answer(...event);
  };
  const handling = new Set<Promise<void>>();
  const web = await startWeb(db, handler, handling, errors);
  playground.officialAccount.setCallbackUrl(`${web.url}/callbacks/official-account`);
  const relay = relayContext(playground, ENCRYPTION);

  const smsSeen = new Map<string, number>();
  const recordSms = () => {
    for (const phone of PHONES) {
      const inbox = playground.sms.inbox(phone);
      for (const { text } of inbox.slice(smsSeen.get(phone) ?? 0)) {
        codes.push(...(text.match(/\d{6}/g) ?? []));
        entries.push({ kind: "sms", phone, text });
      }
      smsSeen.set(phone, inbox.length);
    }
  };
  const settle = async () => {
    await settleAll(db, relay, playground, handling);
    recordSms();
  };

  const arrivals = async () => {
    const [inbox] = await rows<{ count: bigint }>(db, Prisma.sql`SELECT count(*) AS count FROM inbox_event`);
    return Number(inbox?.count ?? 0n);
  };

  const conversation: Conversation = {
    clock,
    db,
    playground,
    errors,
    settle,
    async person(name, options) {
      const wechat = playground.officialAccount.user(`oPark-${name}`);
      if (!options?.stranger) await wechat.subscribe();
      await settle();
      return new Person(name, wechat, { record: (entry) => entries.push(entry), settle, arrivals });
    },
    async bills(...stories) {
      for (const story of stories) await writeBill(db, story);
    },
    async sceneOf(billNo) {
      const printed = await sceneOfBill(db, billNo, SCENE_KEY, clock.nowMs());
      if (!printed) throw new Error(`no bill ${billNo}`);
      return printed.scene;
    },
    codeSentTo(phone) {
      const code = /\d{6}/.exec(playground.sms.inbox(phone).at(-1)?.text ?? "")?.[0];
      if (code === undefined) throw new Error(`no code was sent to ${phone}`);
      return code;
    },
    hides(person, pattern) {
      const found = person.wechat.messages.map((message) => pattern.exec(visibleText(message))?.[1]).findLast(Boolean);
      if (found === undefined) throw new Error(`${person.name} sees nothing like ${pattern}`);
      codes.push(found);
      return found;
    },
    smsCount: (phone) => playground.sms.inbox(phone).length,
    later(words, ms) {
      clock.advanceMs(ms);
      entries.push({ kind: "time", text: words });
    },
    holdHandlers() {
      let release = () => {};
      faults.held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    async triesAgain() {
      await execute(db, Prisma.sql`UPDATE inbox_event SET next_attempt_at = now() WHERE state = 'received'`);
      for (const key of await waitingConversations(db, 10)) {
        await handleConversation(db, key, handler, APOLOGY).catch(() => {});
      }
      await settle();
    },
    failNextEvents(count) {
      faults.failures = count;
    },
  };
  return {
    conversation,
    entries,
    codes,
    errors,
    async close() {
      await settle();
      await Promise.all([playground.officialAccount.close(), playground.sms.close()]);
      await web.close();
    },
  };
}

const PHONES = CONVERSATION_WORLD.tenants.flatMap((tenant) => tenant.contacts.map((contact) => contact.phone));

/** Back to what the migrations left: cheaper than a database for each test. */
async function emptyDatabase(db: Database): Promise<void> {
  const tables = await rows<{ name: string }>(
    db,
    Prisma.sql`SELECT quote_ident(tablename) AS name FROM pg_tables
      WHERE schemaname = 'public' AND tablename NOT IN ('_prisma_migrations', 'ledger_account')`,
  );
  await inTransaction(db, async (tx) => {
    // What is append-only for the product is not so for a test that starts afresh.
    await execute(tx, Prisma.sql`SET LOCAL session_replication_role = replica`);
    await execute(tx, Prisma.sql`TRUNCATE ${Prisma.raw(tables.map((table) => table.name).join(", "))}`);
  });
}

async function importPark(db: Database, today: CivilDate): Promise<void> {
  const read = readWorld(CONVERSATION_WORLD, { today });
  if (!read.ok) throw new Error(`the world of the conversations is broken: ${JSON.stringify(read.errors)}`);
  const apps = { "official-account": APP.appId, wecom: "corp" };
  const imported = await importWorld(db, read.world, {
    actor: "staff:S01",
    channel: "cli",
    today,
    encryption: ENCRYPTION,
    apps,
    dryRun: false,
  });
  if (!imported.ok) throw new Error(`the world of the conversations is refused: ${JSON.stringify(imported.errors)}`);
}

/** Relays until nothing is due, claimed or being handled. Polls the truth, which is in the tables. */
async function settleAll(
  db: Database,
  relay: RelayContext,
  playground: FarEnds,
  handling: ReadonlySet<Promise<void>>,
): Promise<void> {
  for (;;) {
    await Promise.all(handling);
    const sent = await relayMessages(db, relay);
    await playground.officialAccount.settled();
    if (sent > 0 || handling.size > 0) continue;
    const [busy] = await rows<{ count: bigint }>(
      db,
      Prisma.sql`SELECT count(*) AS count FROM outbox WHERE state = 'claimed'
        OR (state = 'pending' AND not_before <= ${new Date(relay.wireNowMs()).toISOString()}::timestamptz)`,
    );
    if (busy?.count === 0n) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
