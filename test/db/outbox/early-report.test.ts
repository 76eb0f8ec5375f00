import { expect, it } from "vitest";
import type { InboundEvent } from "../../../bot/events.ts";
import { textCard } from "../../../cards/card.ts";
import { handleConversation } from "../../../src/usecases/inbox/handle-events.ts";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import { recordDelivery } from "../../../src/usecases/outbox/delivery-reports.ts";
import { withDatabase } from "../../support/database.ts";
import { deliveriesOf, enqueue, newOpenId, notice, relayWorld } from "./relay-world.ts";

const database = withDatabase();

/** WeChat's TEMPLATESENDJOBFINISH, taken in and handled as the bot does. */
async function reportArrives(to: string, vendorId: string, delivered: boolean): Promise<void> {
  const event: InboundEvent = {
    platform: "official-account",
    appId: "wx1",
    externalKey: `report-${vendorId}`,
    senderId: to,
    conversationId: to,
    receiverId: "gh_1",
    sentAtMs: 0,
    kind: "delivery",
    vendorId,
    delivered,
    detail: delivered ? "success" : "failed:user block",
  };
  const { conversationKey } = await receiveEvent(database.db, event);
  await handleConversation(
    database.db,
    conversationKey,
    async (tx, arrived, context) => {
      if (arrived.kind === "delivery") await recordDelivery(tx, arrived);
      return { replies: [], context };
    },
    textCard("抱歉"),
  );
}

it.each([
  ["delivered", true],
  ["undelivered", false],
] as const)("a report that overtakes the vendor's answer is not lost: %s", async (state, delivered) => {
  const world = relayWorld(database);
  const to = newOpenId();
  const vendorId = `msg-${to}`;
  world.vendorAnswers(async () => {
    // The message is out and reported on before the answer to our request has come back.
    await reportArrives(to, vendorId, delivered);
    return { state: "accepted", channel: "template", vendorId };
  });
  await enqueue(database.db, notice(to, "账单"));
  await world.relayAll();
  expect(await deliveriesOf(database.db, to)).toEqual([{ attempt: 1, state }]);
});

it("a report that comes after it is written as ever, and one about another message changes nothing", async () => {
  const world = relayWorld(database);
  const to = newOpenId();
  await reportArrives(to, "msg-of-somebody-else", false);
  world.vendorAnswers(() => ({ state: "accepted", channel: "template", vendorId: `msg-${to}` }));
  await enqueue(database.db, notice(to, "账单"));
  await world.relayAll();
  expect(await deliveriesOf(database.db, to)).toEqual([{ attempt: 1, state: "accepted" }]);
  await reportArrives(to, `msg-${to}`, true);
  expect(await deliveriesOf(database.db, to)).toEqual([{ attempt: 1, state: "delivered" }]);
});
