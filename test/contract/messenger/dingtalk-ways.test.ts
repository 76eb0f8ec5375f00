import { describe, expect, it, onTestFinished } from "vitest";
import { type Card, textCard } from "../../../cards/card.ts";
import { readable } from "../../../playground/dingtalk/chat.ts";
import { buildAuthorizeUrl, fetchUserId } from "../../../src/platforms/dingtalk/oauth.ts";
import { sendToPeople } from "../../../src/platforms/dingtalk/robot-messages.ts";
import { createAccessTokens } from "../../../src/platforms/dingtalk/token.ts";
import type { OutgoingMessage } from "../../../src/ports/messenger.ts";
import { CARDS } from "../../unit/cards/sample-cards.ts";
import { CLIENT_ID, CLIENT_SECRET, messengerTo, ROBOT_CODE, startPretendDingtalk } from "./dingtalk-world.ts";
import { inMemorySharedState } from "./in-memory-shared-state.ts";

const YES = { kind: "action", label: "同意", action: { type: "bill.show", billNo: "B1" } } as const;
const question: Card = { ...textCard("请审批"), title: "退款审批", buttons: [YES] };
const said = (card: Card, taskId = "task-1"): OutgoingMessage => ({
  occasion: "notice",
  card,
  dedupeKey: taskId,
  taskId,
});

async function scene(change: Parameters<typeof messengerTo>[2] = {}) {
  const dingtalk = await startPretendDingtalk();
  onTestFinished(() => dingtalk.close());
  const lin = dingtalk.member("lin", "林经理");
  const group = dingtalk.createGroup("财务群", ["lin"]);
  const messenger = messengerTo(dingtalk, inMemorySharedState(), change);
  const toLin = { kind: "person", externalId: "lin" } as const;
  const toGroup = { kind: "group", externalId: group.conversationId } as const;
  return { dingtalk, lin, group, messenger, toLin, toGroup };
}

describe("which way a card goes on DingTalk", () => {
  it("with buttons to a person: an interactive card with that person's buttons", async () => {
    const { lin, messenger, toLin, dingtalk } = await scene();
    expect(await messenger.send(toLin, said(question))).toMatchObject({ state: "accepted", channel: "card" });
    expect(lin.newestCard().buttons.map(({ label }) => label)).toEqual(["同意"]);
    expect(dingtalk.incidents).toEqual([]);
  });

  it("without buttons: words to a person, but in a group a card that can change", async () => {
    const { lin, group, messenger, toLin, toGroup } = await scene();
    expect(await messenger.send(toLin, said(CARDS.receipt))).toMatchObject({ channel: "sampleMarkdown" });
    expect(await messenger.send(toLin, said(textCard("您好")))).toMatchObject({ channel: "sampleText" });
    expect(await messenger.send(toGroup, said(CARDS.receipt))).toMatchObject({ channel: "card" });
    expect(lin.chat.messages.map(({ kind }) => kind)).toEqual(["markdown", "text"]);
    expect(lin.newestCard(group).variables.figure).toBe("¥8,000.00");
    expect(lin.newestCard(group).buttons).toEqual([]);
  });

  it("without a template: words that say what the buttons would do", async () => {
    const { lin, messenger, toLin } = await scene({ cards: "off" });
    expect(await messenger.send(toLin, said(question))).toMatchObject({ channel: "sampleMarkdown" });
    const [message] = lin.chat.messages;
    expect(message && readable(message)).toContain("回复");
  });

  it.each(["unknown.schema", "draft.schema"])(
    "with the template %s, which DingTalk won't take: words",
    async (templateId) => {
      const { lin, messenger, toLin } = await scene({ cards: { templateId } });
      expect(await messenger.send(toLin, said(question))).toMatchObject({
        state: "accepted",
        channel: "sampleMarkdown",
      });
      expect(lin.chat.messages).toHaveLength(1);
    },
  );

  it("with buttons for somebody who has left: words, so that the others still hear of it", async () => {
    const { dingtalk, group, messenger, toGroup } = await scene();
    dingtalk.member("gone").hasLeft = true;
    const card = { ...question, buttonsFor: ["lin", "gone"] };
    expect(await messenger.send(toGroup, said(card))).toMatchObject({ state: "accepted", channel: "sampleMarkdown" });
    expect(group.chat.messages).toHaveLength(1);
  });

  it("into a group without the robot: refused, as the group is gone", async () => {
    const { group, messenger, toGroup } = await scene();
    group.hasRobot = false;
    expect(await messenger.send(toGroup, said(question))).toMatchObject({ state: "refused", recipientGone: true });
  });

  it("again after an answer that was lost: the same card once more, which changes as one", async () => {
    const { dingtalk, lin, messenger, toLin } = await scene();
    await messenger.send(toLin, said(question, "task-0"));
    dingtalk.faults.arm("POST", /createAndDeliver/, { kind: "drop-after" });
    expect(await messenger.send(toLin, said(question))).toMatchObject({ state: "unknown" });
    expect(await messenger.send(toLin, said(question))).toMatchObject({ state: "accepted" });
    expect(lin.chat.messages).toEqual(
      ["task-0", "task-1", "task-1"].map((outTrackId) => ({ kind: "card", outTrackId })),
    );
  });

  it("again when the robot is back in the group, where the card was made and stood nowhere", async () => {
    const { group, lin, messenger, toGroup } = await scene();
    group.hasRobot = false;
    await messenger.send(toGroup, said(question));
    group.hasRobot = true;
    expect(await messenger.send(toGroup, said(question))).toMatchObject({ state: "accepted", channel: "card" });
    expect(lin.newestCard(group).variables.title).toBe("退款审批");
  });
});

describe("a card that has changed", () => {
  it("changes where it stands, any number of times", async () => {
    const { lin, messenger, toLin } = await scene();
    await messenger.send(toLin, said(question));
    for (const outcome of ["已有一人同意", "已通过"]) {
      const card = { ...question, buttons: [], outcome };
      const update = { recipient: toLin, taskId: "task-1", card, dedupeKey: outcome };
      expect(await messenger.updateCard?.(update)).toMatchObject({ state: "accepted", channel: "card-update" });
      expect(lin.newestCard().variables.outcome).toBe(outcome);
    }
    expect(lin.newestCard().buttons).toEqual([]);
    expect(lin.chat.messages).toHaveLength(1);
  });

  it("is said anew where it was said in words", async () => {
    const { lin, messenger, toLin } = await scene();
    const update = { recipient: toLin, taskId: "never-sent", card: { ...question, outcome: "已通过" }, dedupeKey: "u" };
    expect(await messenger.updateCard?.(update)).toMatchObject({ state: "accepted", channel: "sampleMarkdown" });
    const [message] = lin.chat.messages;
    expect(message && readable(message)).toContain("处理结果：已通过");
  });
});

it("the address for clicks is registered once for many cards, and again for another secret", async () => {
  const { dingtalk } = await scene();
  const shared = inMemorySharedState();
  const toLin = { kind: "person", externalId: "lin" } as const;
  for (const apiSecret of ["first", "first", "second"]) {
    const messenger = messengerTo(dingtalk, shared, { cards: { apiSecret } });
    await messenger.send(toLin, said(question, `task-${apiSecret}`));
  }
  expect(dingtalk.cards.registrations).toBe(2);
  const routes = dingtalk.cards.cards.map((card) => dingtalk.cards.routeOf(card)?.apiSecret);
  expect(routes).toEqual(["first", "second"]);
});

describe("one message for many", () => {
  const connectionTo = (url: string) => ({
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    robotCode: ROBOT_CODE,
    apiBase: url,
    oapiBase: url,
  });

  it("goes to twenty at a time, and each outcome is that person's own", async () => {
    const { dingtalk } = await scene();
    const everybody = Array.from({ length: 45 }, (_, index) => `p${index}`);
    for (const userId of everybody) dingtalk.member(userId);
    dingtalk.member("p3").hasLeft = true;
    dingtalk.member("p30").isFlowControlled = true;
    const connection = connectionTo(dingtalk.url);
    const tokens = createAccessTokens(connection, inMemorySharedState());
    const outcomes = await sendToPeople(connection, tokens, [...everybody, "p0", "nobody"], {
      msgKey: "sampleText",
      content: "今天18点停水",
    });
    expect(outcomes.size).toBe(46);
    expect(outcomes.get("p3")).toMatchObject({ state: "refused", code: "INVALID_STAFF", recipientGone: true });
    expect(outcomes.get("nobody")).toMatchObject({ state: "refused", recipientGone: true });
    expect(outcomes.get("p30")).toMatchObject({ state: "later", code: "FLOW_CONTROLLED" });
    const accepted = [...outcomes.values()].filter(({ state }) => state === "accepted");
    expect(accepted).toHaveLength(43);
    expect(dingtalk.member("p0").chat.messages).toHaveLength(1);
  });
});

describe("a file", () => {
  const bytes = Buffer.from("%PDF-1.7 …");
  const pdf = { fileName: "账单DG-202609-00001.pdf", mediaType: "application/pdf", bytes, dedupeKey: "f" };

  it("arrives byte for byte under its Chinese name, for a person and in a group", async () => {
    const { lin, group, messenger, toLin, toGroup } = await scene();
    expect(await messenger.sendFile?.(toLin, pdf)).toMatchObject({ state: "accepted", channel: "sampleFile" });
    expect(await messenger.sendFile?.(toGroup, pdf)).toMatchObject({ state: "accepted" });
    for (const chat of [lin.chat, group.chat]) {
      expect(chat.messages).toEqual([{ kind: "file", fileName: pdf.fileName, fileType: "pdf", bytes }]);
    }
  });

  it.each([
    ["of a kind that robots don't send", { fileName: "a.exe" }, "FILE_TYPE"],
    ["without an ending", { fileName: "账单" }, "FILE_TYPE"],
    ["that is empty", { bytes: Buffer.alloc(0) }, "FILE_SIZE"],
    ["over 20 MiB", { bytes: Buffer.alloc(20 * 1024 * 1024 + 1) }, "FILE_SIZE"],
  ])("%s is refused before it is uploaded", async (_name, change, code) => {
    const { messenger, toLin } = await scene();
    expect(await messenger.sendFile?.(toLin, { ...pdf, ...change })).toMatchObject({ state: "refused", code });
  });

  it("whose upload gets no answer was not sent", async () => {
    const { dingtalk, lin, messenger, toLin } = await scene();
    dingtalk.faults.arm("POST", /media/, { kind: "drop-after" });
    expect(await messenger.sendFile?.(toLin, pdf)).toMatchObject({ state: "later" });
    expect(lin.chat.messages).toEqual([]);
  });

  it("goes on with a new token when the older API refuses the one at hand", async () => {
    const { dingtalk, messenger, toLin } = await scene();
    await messenger.sendFile?.(toLin, pdf);
    dingtalk.tokens.revokeAll();
    expect(await messenger.sendFile?.(toLin, pdf)).toMatchObject({ state: "accepted" });
  });
});

describe("who opens a page in DingTalk", () => {
  const redirect = "https://park.example.com/h5/oauth?t=abc";
  async function visit(who: string) {
    const { dingtalk } = await scene();
    const connection = {
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      apiBase: dingtalk.url,
      oapiBase: dingtalk.url,
    };
    const url = buildAuthorizeUrl(dingtalk.url, CLIENT_ID, redirect, "s1");
    const back = new URL(dingtalk.authorization.open(url, who));
    const tokens = createAccessTokens(connection, inMemorySharedState());
    const identify = (code = back.searchParams.get("authCode") ?? "") => fetchUserId(connection, tokens, code);
    return { dingtalk, back, identify };
  }

  it("is told by the id that the organisation gave", async () => {
    const { back, identify } = await visit("union-lin");
    expect(back.href.startsWith(`${redirect}&authCode=`)).toBe(true);
    expect(back.searchParams.get("state")).toBe("s1");
    expect(await identify()).toEqual({ state: "known", userId: "lin" });
  });

  it("is nobody when the code was used before", async () => {
    const { identify } = await visit("union-lin");
    await identify();
    expect(await identify()).toEqual({ state: "expired" });
    expect(await identify("invented")).toEqual({ state: "expired" });
  });

  it("is a stranger who belongs to another organisation, or has left this one", async () => {
    expect(await (await visit("union-of-elsewhere")).identify()).toEqual({ state: "stranger" });
    const { dingtalk, identify } = await visit("union-lin");
    dingtalk.member("lin").hasLeft = true;
    expect(await identify()).toEqual({ state: "stranger" });
  });

  it("is not asked under a state that a browser could not bring back", () => {
    expect(() => buildAuthorizeUrl("https://login.dingtalk.com", CLIENT_ID, redirect, "a b")).toThrow(RangeError);
  });
});
