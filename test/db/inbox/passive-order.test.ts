import { expect, it } from "vitest";
import { handleConversation } from "../../../src/usecases/inbox/handle-events.ts";
import { claimPassiveReply, markPassiveReplySent } from "../../../src/usecases/inbox/passive-reply.ts";
import { receiveEvent } from "../../../src/usecases/inbox/receive-event.ts";
import { withDatabase } from "../../support/database.ts";
import { APOLOGY, echo, newPerson } from "./conversation.ts";

const database = withDatabase();

/** Two messages at once, both answered and neither answer out yet. */
async function twoAnswered(): Promise<[string, string]> {
  const person = newPerson();
  const first = await receiveEvent(database.db, person.says("查账单"));
  const second = await receiveEvent(database.db, person.says("付这个"));
  await handleConversation(database.db, person.key, echo, APOLOGY);
  return [first.inboxEventId, second.inboxEventId];
}

it("the second answer does not leave before the first is out", async () => {
  const [first, second] = await twoAnswered();
  const left: string[] = [];
  const later = claimPassiveReply(database.db, second).then((reply) => {
    left.push(reply?.card.paragraphs[0] ?? "nothing");
  });
  const reply = await claimPassiveReply(database.db, first);
  left.push(reply?.card.paragraphs[0] ?? "nothing");
  await markPassiveReplySent(database.db, reply?.outboxId ?? "");
  await later;
  expect(left).toEqual(["查账单!", "付这个!"]);
});

it("and is left to the relay, which keeps the order, when the first never gets out", async () => {
  const [, second] = await twoAnswered();
  expect(await claimPassiveReply(database.db, second)).toBeUndefined();
});
