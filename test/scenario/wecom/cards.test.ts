import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Card, textCard } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { readable } from "../../../playground/wecom/chat.ts";
import type { CardSubject } from "../../../src/db/outbox/content.ts";
import type { OutboxMessage } from "../../../src/db/outbox/enqueue.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { findCardCopy } from "../../../src/usecases/cards/card-copies.ts";
import { updateCards } from "../../../src/usecases/cards/update-cards.ts";
import { withDatabase } from "../../support/database.ts";
import { CORP_ID, startWecomWorld, type WecomWorld } from "./wecom-world.ts";

const database = withDatabase();
let world: WecomWorld;
let subject: CardSubject;
beforeEach(async () => {
  // In a transaction of ours, which goes again where a repeated click of the test before is still being answered.
  const everything = Prisma.sql`TRUNCATE card_response_code, card_instance, delivery, outbox, inbox_event CASCADE`;
  await inTransaction(database.db, (tx) => execute(tx, everything));
  world = await startWecomWorld(database);
  subject = { kind: "approval", id: randomUUID(), version: 1 };
});
afterEach(() => world.close());

/** As an approval: figures, two buttons, a page. */
const asked: Card = {
  name: "text",
  title: "退款审批",
  subtitle: "东莞园区 · 明远电子",
  rows: [{ label: "金额", value: "¥3,200.00" }],
  paragraphs: ["多付了一次房租"],
  buttons: [
    { kind: "action", label: "同意", action: { type: "bill.show", billNo: "R1" }, style: "primary" },
    { kind: "action", label: "拒绝", action: { type: "bill.list" }, style: "danger" },
  ],
  link: "https://park.example.com/h5/approval?t=abc",
};
const decided: Card = { ...asked, buttons: [], outcome: "已通过", paragraphs: ["王经理 已通过"] };

const cardTo = (userId: string, card: Card = asked): OutboxMessage => ({
  channel: "wecom",
  appId: CORP_ID,
  recipient: userId,
  occasion: "notice",
  message: { kind: "subject-card", card, subject },
  dedupeKey: `approval|${subject.id}|${userId}`,
});
const decide = (exceptTaskId?: string, version = 2, isFinal = true, card = decided) =>
  inTransaction(database.db, (tx) => updateCards(tx, { subject, version, card, isFinal, exceptTaskId }));
const outbox = () =>
  rows<{ state: string; kind: string | null; recipient: string }>(
    database.db,
    Prisma.sql`SELECT state, message->>'kind' AS kind, recipient FROM outbox ORDER BY id`,
  );

describe("a card that two managers see", () => {
  it("is replaced for the one who clicks in the open request, for the other by the relay", async () => {
    const [wang, li] = [world.wecom.member("WangJingLi"), world.wecom.member("LiJingLi")];
    await world.enqueue(cardTo("WangJingLi"), cardTo("LiJingLi"));
    await world.relayAll();
    expect(wang.cards[0]?.shown.buttons.map((button) => button.text)).toEqual(["同意", "拒绝"]);
    world.answerWith(async (tx, event, context) => {
      const clicked = event.kind === "action" ? event.cardTaskId : undefined;
      await updateCards(tx, { subject, version: 2, card: decided, isFinal: true, exceptTaskId: clicked });
      return { replies: [], replacement: decided, context };
    });

    await wang.press("同意");

    expect(wang.cards).toHaveLength(1);
    expect(wang.cards[0]?.shown.buttons).toEqual([
      { text: "已通过", style: 0, key: undefined, url: undefined, isGrey: true },
    ]);
    expect(() => wang.press("已通过")).toThrow("cannot be pressed");
    expect(li.cards[0]?.isReplaced).toBe(false);
    await world.relayAll();
    expect(readable(li.messages[0] ?? fail())).toBe(
      "退款审批\n东莞园区 · 明远电子\n王经理 已通过\n金额：¥3,200.00\n（已通过）",
    );
    // Nobody was told anything besides: the card is the message.
    expect([wang.messages.length, li.messages.length]).toEqual([1, 1]);
    expect(world.wecom.incidents).toEqual([]);
  });

  it("says whose copy was clicked and which version it showed", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    const copy = await findCardCopy(database.db, wang.cards[0]?.taskId ?? "");
    expect(copy).toEqual({ subject, recipient: "WangJingLi", recipientKind: "person" });
    expect(await findCardCopy(database.db, "unknown")).toBeUndefined();
  });

  it("leaves in its new form when it has not left yet, and nothing follows", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await decide();
    await world.relayAll();
    expect(wang.messages.map(readable)).toEqual([expect.stringContaining("处理结果：已通过")]);
    expect(wang.cards[0]?.shown.buttons).toEqual([]);
    expect(await outbox()).toHaveLength(1);
  });

  it("is replaced once when it changed twice before the relay came", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    await decide(undefined, 2, true, { ...decided, outcome: "已撤回" });
    await decide(undefined, 3, true);
    await world.relayAll();
    expect(wang.cards[0]?.forms.map((form) => form.buttons[0]?.text)).toEqual(["同意", "已通过"]);
    // An older version that comes late changes nothing.
    await decide(undefined, 2, true, { ...decided, outcome: "已撤回" });
    await world.relayAll();
    expect(wang.cards[0]?.shown.buttons[0]?.text).toBe("已通过");
  });

  it("keeps its only code for the end: what is not final is left out", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    await decide(undefined, 2, false, { ...asked, paragraphs: ["已有1人同意，还差1人"] });
    await world.relayAll();
    expect(wang.cards[0]?.isReplaced).toBe(false);
    await decide(undefined, 3, true);
    await world.relayAll();
    expect(wang.cards[0]?.shown.buttons[0]?.text).toBe("已通过");
  });

  it("spends its only code on losing its buttons; what follows then makes no further message", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    await decide(undefined, 2, false, { ...asked, buttons: [], outcome: "等待总监" });
    await world.relayAll();
    expect(wang.cards[0]?.shown.buttons[0]).toMatchObject({ text: "等待总监", isGrey: true });
    await decide(undefined, 3, true);
    await world.relayAll();
    expect(wang.messages).toHaveLength(1);
  });

  it("is followed by a new one when its code is too old", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    world.wait(72 * 3_600 + 60);
    await decide();
    await world.relayAll();
    expect(wang.cards[0]?.isReplaced).toBe(false);
    expect(wang.messages.map(readable)[1]).toContain("已通过");
  });

  it("is followed by a new one when the answer to its replacement was lost: a code works once", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    world.wecom.faults.arm("POST", /update_template_card/, { kind: "drop-after" });
    await decide();
    await world.relayAll();
    world.wait(6);
    await world.relayAll();
    // It did arrive; we could not know, and told again in a way that cannot fail for the code.
    expect(wang.cards[0]?.shown.buttons[0]?.text).toBe("已通过");
    expect(wang.messages).toHaveLength(2);
  });

  it("keeps its code when WeCom was only busy", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    const busy = JSON.stringify({ errcode: 45033, errmsg: "api concurrent out of limit" });
    world.wecom.faults.arm("POST", /update_template_card/, { kind: "refuse", status: 200, body: busy });
    await decide();
    await world.relayAll();
    world.wait(15);
    await world.relayAll();
    expect(wang.cards[0]?.shown.buttons[0]?.text).toBe("已通过");
    expect(wang.messages).toHaveLength(1);
  });
});

describe("a click", () => {
  it("that WeCom repeats, because the answer was lost, is done once and answered with the same card", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    let handled = 0;
    world.answerWith(async (_tx, _event, context) => {
      handled += 1;
      return { replies: [], replacement: decided, context };
    });
    wang.loseAnswersOfNextPush(1);
    expect(await wang.press("同意")).toMatchObject({ state: "answered", pushes: 2, reply: { state: "update-card" } });
    expect(handled).toBe(1);
    wang.duplicateNextPush(3);
    await wang.pressKey(wang.cards[0]?.taskId ?? "", "1:bill.list");
    expect(handled).toBe(2);
  });

  it("brings a code with which the copy may be replaced once more", async () => {
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    // A question that leaves the card as it is, then two changes: one with each code.
    await wang.press("拒绝");
    await decide(undefined, 2, false, { ...asked, paragraphs: ["已有1人同意，还差1人"] });
    await world.relayAll();
    expect(wang.cards[0]?.shown.words).toBe("已有1人同意，还差1人");
    await decide(undefined, 3);
    await world.relayAll();
    expect(wang.cards[0]?.shown.buttons[0]?.text).toBe("已通过");
    expect(wang.messages.filter((message) => message.type === "card")).toHaveLength(1);
  });

  it("that takes longer than the open request is answered afterwards", async () => {
    await world.close();
    world = await startWecomWorld(database, { replyWindowMs: 50 });
    const wang = world.wecom.member("WangJingLi");
    await world.enqueue(cardTo("WangJingLi"));
    await world.relayAll();
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.answerWith(async (_tx, _event, context) => {
      await slow;
      return { replies: [], replacement: decided, context };
    });
    expect(await wang.press("同意")).toMatchObject({ state: "answered", reply: { state: "silent" } });
    release();
    world.wait(6);
    await expect
      .poll(async () => {
        await world.relayAll();
        return wang.cards[0]?.shown.buttons[0]?.text;
      })
      .toBe("已通过");
  });
});

describe("words", () => {
  it("are answered in the open request; a card with buttons is pushed at once, since no request can carry it", async () => {
    const wang = world.wecom.member("WangJingLi");
    await wang.say("你好");
    expect(wang.messages).toMatchObject([{ channel: "passive", text: "收到" }]);
    world.answerWith(async (_tx, _event, context) => ({ replies: [asked, textCard("还有一句")], context }));
    await wang.say("审批列表");
    await world.relayAll();
    expect(wang.messages.slice(1)).toMatchObject([
      { channel: "app", type: "card" },
      { channel: "app", type: "text", text: "还有一句" },
    ]);
  });
});

const fail = (): never => {
  throw new Error("nothing on the screen");
};
