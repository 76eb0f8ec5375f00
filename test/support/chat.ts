import type { InboundContent } from "../../bot/events.ts";
import type { CardAction } from "../../cards/action.ts";
import { type Card, textCard } from "../../cards/card.ts";
import { actionPhrase } from "../../cards/text.zh-CN.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { createEventHandler, understandByRules } from "../../src/compose/bot-services.ts";
import type { Database } from "../../src/db/client.ts";
import { cardOf, type OutboxContent } from "../../src/db/outbox/content.ts";
import { rows } from "../../src/db/rows.ts";
import type { Platform } from "../../src/ports/messenger.ts";
import { handleConversation } from "../../src/usecases/inbox/handle-events.ts";
import { receiveEvent } from "../../src/usecases/inbox/receive-event.ts";
import { deriveSceneKey, sceneOfBill } from "../../src/usecases/people/bind-scene.ts";
import { APPROVAL_ENCRYPTION } from "./approval-world.ts";
import type { MovableClock } from "./clock.ts";

const APP_OF: Readonly<Record<Platform, string>> = { wecom: "corp", dingtalk: "ding", "official-account": "wx" };

/** A card as it lies in somebody's chat, with the id of the copy that a click names. */
export interface Lying {
  readonly taskId: string;
  readonly card: Card;
}

/** Of events, so that no two of one database look like a repeated delivery. */
let count = 0;
const SCENE_KEY = deriveSceneKey(Buffer.alloc(32, 9));

/**
 * Chats without platforms: events go in where the adapters put them, what is said is read from the outbox. For stories in
 * which many colleagues on several platforms take part; the wire itself is for the platforms' own tests.
 */
export function openChat(db: Database, clock: MovableClock, options: { readonly takesWechat?: true } = {}) {
  const handler = createEventHandler({
    clock,
    encryption: APPROVAL_ENCRYPTION,
    understand: understandByRules,
    cashierLink: () => ({ url: "https://park.example.com/h5/pay?t=x", expiresAtMs: clock.nowMs() + 1 }),
    documentLink: () => ({ url: "https://park.example.com/h5/document/x", expiresAtMs: clock.nowMs() + 1 }),
    sceneKeys: [SCENE_KEY],
    privacyUrl: "https://park.example.com/h5/privacy",
    photoLink: (photoId) => `https://park.example.com/h5/photo?t=${photoId}`,
    prepayLink: async () =>
      options.takesWechat && { url: "https://park.example.com/h5/prepay?t=x", expiresAtMs: clock.nowMs() + 1 },
  });
  const failures: string[] = [];

  async function send(platform: Platform, who: string, content: InboundContent): Promise<readonly Card[]> {
    count += 1;
    const { conversationKey, inboxEventId } = await receiveEvent(db, {
      platform,
      appId: APP_OF[platform],
      externalKey: `e${count}`,
      senderId: who,
      conversationId: who,
      receiverId: "bot",
      sentAtMs: clock.nowMs(),
      ...content,
    });
    await handleConversation(db, conversationKey, handler, textCard("（出错了）"));
    const [event] = await rows<{ state: string; failure: string | null }>(
      db,
      Prisma.sql`SELECT state, failure FROM inbox_event WHERE id = ${inboxEventId}::uuid`,
    );
    if (event?.state !== "handled") failures.push(`${JSON.stringify(content)}: ${event?.failure ?? "not handled"}`);
    return (
      await rows<{ message: OutboxContent }>(
        db,
        Prisma.sql`SELECT message FROM outbox WHERE inbox_event_id = ${inboxEventId}::uuid
          AND coalesce(message->>'kind', '') <> 'card-update' ORDER BY stream_seq`,
      )
    ).flatMap(({ message }) => cardOf(message) ?? []);
  }

  return {
    /** Events that the bot could not answer. */
    failures,
    says: (platform: Platform, who: string, text: string) => send(platform, who, { kind: "text", text }),
    /** A picture, as the platform names it. */
    sendsPicture: (platform: Platform, who: string, mediaId: string) =>
      send(platform, who, { kind: "other", what: "image", mediaId }),
    /** Scans the QR code of a paper bill. */
    async scansBill(platform: Platform, who: string, billNo: string) {
      const printed = await sceneOfBill(db, billNo, SCENE_KEY, clock.nowMs());
      if (!printed) throw new Error(`no bill ${billNo}`);
      return send(platform, who, { kind: "scan", scene: printed.scene });
    },
    clicks: (platform: Platform, who: string, action: CardAction, taskId?: string) =>
      send(platform, who, { kind: "action", action, ...(taskId === undefined ? {} : { cardTaskId: taskId }) }),
    /** Presses a button of the newest card that lies in a chat, or of `on`. */
    async presses(platform: Platform, who: string, label: string, on?: Lying) {
      const lying = on ?? (await lyingWith(db, who)).findLast(({ card }) => hasButton(card, label));
      const button = lying?.card.buttons.find((one) => one.label === label);
      if (!lying || button?.kind !== "action") throw new Error(`${who} sees no button 〔${label}〕`);
      return send(platform, who, { kind: "action", action: button.action, cardTaskId: lying.taskId });
    },
    /** The cards about things that lie in somebody's chat, as they look now. */
    cardsOf: (who: string) => lyingWith(db, who),
  };
}

const hasButton = (card: Card, label: string): boolean => card.buttons.some((button) => button.label === label);

/** Copies with their replacements: what the relay has or has not sent makes no difference to what will be seen. */
async function lyingWith(db: Database, who: string): Promise<Lying[]> {
  const copies = await rows<{ id: string; card: Card; replacement: Card | null }>(
    db,
    Prisma.sql`SELECT o.id::text AS id, o.message->'card' AS card,
        (SELECT u.message->'card' FROM outbox u WHERE u.message->>'kind' = 'card-update' AND u.message->>'taskId' = o.id::text
          ORDER BY (u.message->>'version')::int DESC LIMIT 1) AS replacement
      FROM outbox o WHERE o.recipient = ${who} AND o.message->>'kind' = 'subject-card' ORDER BY o.stream_seq`,
  );
  return copies.map(({ id, card, replacement }) => ({ taskId: id, card: replacement ?? card }));
}

/** Everything that is written on cards, buttons and their phrases included. */
export const wordsOf = (cards: readonly Card[]): string =>
  cards
    .flatMap((card) => [
      card.title,
      card.subtitle ?? "",
      card.emphasis?.value ?? "",
      ...card.rows.flatMap(({ label, value }) => [label, value]),
      ...(card.items ?? []).flatMap(({ label, value }) => [label, value]),
      ...card.paragraphs,
      ...card.buttons.flatMap((button) =>
        button.kind === "action" ? [button.label, actionPhrase(button.action)] : [button.label, button.url],
      ),
      card.outcome ?? "",
    ])
    .filter((word) => word !== "")
    .join("\n");
