import { describe, expect, it } from "vitest";
import type { Card } from "../../../cards/card.ts";
import { textCard } from "../../../cards/card.ts";
import type { Group } from "../../../playground/dingtalk/group.ts";
import { cardHeaders } from "../../../playground/dingtalk/signatures.ts";
import { newId } from "../../../src/db/ids.ts";
import { enqueueMessages } from "../../../src/db/outbox/enqueue.ts";
import { inTransaction, type Transaction } from "../../../src/db/transaction.ts";
import { updateCards } from "../../../src/usecases/cards/update-cards.ts";
import type { EventHandler } from "../../../src/usecases/inbox/handle-events.ts";
import { API_SECRET, CLIENT_ID } from "../../contract/messenger/dingtalk-world.ts";
import { withDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { closedGate } from "../../support/gate.ts";
import { type DingtalkStage, openDingtalkStage } from "./dingtalk-stage.ts";

const database = withDatabase();
const KIND = "approval";

const asking = (buttonsFor?: readonly string[]): Card => ({
  name: "text",
  title: "退款审批",
  emphasis: { value: "¥1,200.00", label: "退款金额" },
  rows: [{ label: "租户", value: "一号电子" }],
  paragraphs: [],
  buttons: [
    { kind: "action", label: "同意", action: { type: "bill.show", billNo: "YES" }, style: "primary" },
    { kind: "action", label: "拒绝", action: { type: "bill.show", billNo: "NO" }, style: "danger" },
    { kind: "link", label: "查看", url: "https://park.example.com/h5/approval?t=abc" },
  ],
  ...(buttonsFor === undefined ? {} : { buttonsFor }),
});
const decided = (who: string): Card => ({ ...asking(), buttons: [], outcome: `${who}已同意` });

/** One request about which a card stands in a group and one in a chat. */
async function ask(stage: DingtalkStage, group: Group, approvers: readonly string[], alone: string) {
  const subject = { kind: KIND, id: newId(), version: 1 };
  await inTransaction(database.db, (tx) =>
    enqueueMessages(
      tx,
      [
        { recipient: group.conversationId, recipientKind: "group" as const, card: asking(approvers) },
        { recipient: alone, recipientKind: "person" as const, card: asking() },
      ].map(({ recipient, recipientKind, card }) => ({
        channel: "dingtalk",
        appId: CLIENT_ID,
        recipient,
        recipientKind,
        occasion: "notice",
        message: { kind: "subject-card", card, subject },
        dedupeKey: `${subject.id}|${recipient}`,
      })),
    ),
  );
  await stage.relay();
  return subject;
}

/** What an approval does with a click: all other copies change, the clicked one by the answer. */
const deciding =
  (subject: { readonly kind: string; readonly id: string }): EventHandler =>
  async (tx, event, context) => {
    if (event.kind !== "action") return { replies: [], context };
    await decideOnce(tx, subject, event.senderId, event.cardTaskId);
    return { replies: [textCard("已记下您的决定")], replacement: decided(event.senderId), context };
  };

const decideOnce = (
  tx: Transaction,
  subject: { readonly kind: string; readonly id: string },
  who: string,
  exceptTaskId: string | undefined,
) => updateCards(tx, { subject, version: 2, card: decided(who), isFinal: true, exceptTaskId });

describe("a card in a group", () => {
  async function scene(options: { readonly replyWindowMs?: number } = {}) {
    const stage = await openDingtalkStage(database.db, options);
    const [lin, wang, steward] = ["lin", "wang", "steward"].map((id) => stage.dingtalk.member(`${id}-${newId()}`, id));
    if (!lin || !wang || !steward) throw new Error("three people");
    const group = stage.dingtalk.createGroup("东莞园区", [lin.userId, wang.userId, steward.userId]);
    const subject = await ask(stage, group, [lin.userId, wang.userId], lin.userId);
    return { stage, lin, wang, steward, group, subject };
  }

  it("shows its buttons to those who may press them, and its facts and links to all", async () => {
    const { stage, lin, wang, steward, group } = await scene();
    for (const approver of [lin, wang]) {
      expect(approver.newestCard(group).buttons.map(({ label }) => label)).toEqual(["同意", "拒绝"]);
    }
    const seen = steward.newestCard(group);
    expect(seen.buttons).toEqual([]);
    expect(seen.variables).toMatchObject({ title: "退款审批", figure: "¥1,200.00", body: "租户：一号电子" });
    expect(seen.links).toEqual([{ label: "查看", url: "https://park.example.com/h5/approval?t=abc" }]);
    // Everybody's own proof: what one of them reads off the wire is worth nothing to the other.
    const proofs = [lin, wang].map((who) => who.newestCard(group).variables.button1_proof);
    expect(new Set(proofs).size).toBe(2);
    expect(stage.dingtalk.cards.cards.every((card) => !card.isForwardable)).toBe(true);
    expect(stage.dingtalk.incidents).toEqual([]);
  });

  it("changes for everybody in the answer to the click; the copies elsewhere and what is said follow", async () => {
    const { stage, lin, wang, group, subject } = await scene();
    stage.answerWith(deciding(subject));
    const card = wang.newestCard(group).outTrackId;
    expect(await wang.press(card, "同意")).toEqual({ state: "answered", changed: true });
    for (const who of [lin, wang]) {
      expect(who.see(card).variables).toMatchObject({ outcome: `${wang.userId}已同意`, buttons: "hidden", note: "" });
      expect(who.see(card).buttons).toEqual([]);
    }
    await eventually(async () => {
      await stage.relay();
      return lin.newestCard().variables.outcome;
    }).toBe(`${wang.userId}已同意`);
    expect(wang.chat.messages).toEqual([{ kind: "text", text: "已记下您的决定" }]);
    // Never changed by the API while DingTalk waited for our answer, and sent once.
    expect(stage.dingtalk.incidents).toEqual([]);
    expect(group.chat.messages).toHaveLength(1);
  });

  it("says at once that it has heard when the work takes long, and changes when it is done", async () => {
    const { stage, lin, wang, group, subject } = await scene({ replyWindowMs: 50 });
    const gate = closedGate();
    const decide = deciding(subject);
    stage.answerWith(async (...call) => {
      await gate.passed;
      return decide(...call);
    });
    const card = wang.newestCard(group).outTrackId;
    expect(await wang.press(card, "同意")).toEqual({ state: "answered", changed: true });
    expect(wang.see(card).variables.note).toBe("已收到，结果稍后告知");
    expect(lin.see(card).variables.note).toBe("");
    expect(wang.see(card).variables.outcome).toBe("");
    gate.open();
    await eventually(async () => {
      await stage.relay();
      return lin.see(card).variables.outcome;
    }).toBe(`${wang.userId}已同意`);
    expect(wang.see(card).variables.note).toBe("");
    expect(stage.dingtalk.incidents).toEqual([]);
  });

  it("a click that the network doubles is one click, a second press another", async () => {
    const { stage, wang, group, subject } = await scene();
    const clicks: string[] = [];
    const decide = deciding(subject);
    stage.answerWith(async (tx, event, context) => {
      clicks.push(event.externalKey);
      return decide(tx, event, context);
    });
    const { outTrackId: card, variables } = wang.newestCard(group);
    stage.dingtalk.line.duplicateNext(3);
    expect(await wang.press(card, "同意")).toMatchObject({ state: "answered" });
    await eventually(() => clicks.length).toBe(1);
    // The card has no buttons any more; a phone that still shows the old one presses again.
    stage.dingtalk.cards.find(card)?.setOwn(wang.userId, variables, true);
    expect(await wang.press(card, "同意")).toMatchObject({ state: "answered" });
    expect(clicks).toHaveLength(2);
  });

  it("a click with our headers and another's name, card or decision is turned away", async () => {
    const { stage, lin, wang, steward, group, subject } = await scene();
    stage.answerWith(deciding(subject));
    const seen = wang.newestCard(group);
    const { button1_action: action, button1_proof: proof, button2_action: refuse } = seen.variables;
    const press = async (change: { userId?: string; outTrackId?: string; action?: string | undefined }) => {
      const params = { action: change.action ?? action, proof };
      const response = await fetch(`${stage.url}/card`, {
        method: "POST",
        headers: cardHeaders(API_SECRET, Date.now()),
        body: JSON.stringify({
          type: "actionCallback",
          outTrackId: change.outTrackId ?? seen.outTrackId,
          userId: change.userId ?? wang.userId,
          content: JSON.stringify({ cardPrivateData: { actionIds: ["1"], params } }),
        }),
      });
      return response.status;
    };
    expect(await press({ userId: steward.userId })).toBe(403);
    expect(await press({ userId: lin.userId })).toBe(403);
    expect(await press({ outTrackId: lin.newestCard().outTrackId })).toBe(403);
    expect(await press({ action: refuse })).toBe(403);
    expect(wang.see(seen.outTrackId).variables.outcome).toBe("");
    expect(await press({})).toBe(200);
  });

  it("says that it has heard when the bot stumbles, which the inbox makes good", async () => {
    const { stage, wang, group, subject } = await scene();
    const card = wang.newestCard(group).outTrackId;
    stage.answerWith(async () => {
      throw new Error("the database is down");
    });
    expect(await wang.press(card, "同意")).toEqual({ state: "answered", changed: true });
    expect(wang.see(card).variables.note).toBe("已收到，结果稍后告知");
    expect(wang.see(card).buttons).toHaveLength(2);
    stage.answerWith(deciding(subject));
    await database.db.$executeRaw`UPDATE inbox_event SET next_attempt_at = now() WHERE state = 'received'`;
    await wang.press(card, "同意");
    await eventually(async () => {
      await stage.relay();
      return wang.see(card).variables.outcome;
    }).toBe(`${wang.userId}已同意`);
  });

  it("answers within DingTalk's two seconds however long the work takes", async () => {
    const { stage, wang, group } = await scene();
    const gate = closedGate();
    stage.answerWith(async (_tx, _event, context) => {
      await gate.passed;
      return { replies: [], context };
    });
    const card = wang.newestCard(group).outTrackId;
    // The pretend DingTalk waits 2 s, as the real one does, and would say "timed-out".
    expect(await wang.press(card, "同意")).toEqual({ state: "answered", changed: true });
    gate.open();
  });

  it("changes all the same when DingTalk has hung up before it could hear the answer", async () => {
    const { stage, lin, wang, group, subject } = await scene();
    const gate = closedGate();
    const decide = deciding(subject);
    stage.answerWith(async (...call) => {
      await gate.passed;
      return decide(...call);
    });
    const { outTrackId, variables } = wang.newestCard(group);
    const params = { action: variables.button1_action, proof: variables.button1_proof };
    const content = JSON.stringify({ cardPrivateData: { actionIds: ["1"], params } });
    const impatient = fetch(`${stage.url}/card`, {
      method: "POST",
      headers: cardHeaders(API_SECRET, Date.now()),
      body: JSON.stringify({ type: "actionCallback", outTrackId, userId: wang.userId, content }),
      signal: AbortSignal.timeout(300),
    });
    await expect(impatient).rejects.toThrow();
    gate.open();
    // The claim of a request that is gone ends after ten seconds.
    await eventually(async () => {
      await stage.relay(11_000);
      return lin.see(outTrackId).variables.outcome;
    }).toBe(`${wang.userId}已同意`);
    expect(group.chat.messages).toHaveLength(1);
  });
});
