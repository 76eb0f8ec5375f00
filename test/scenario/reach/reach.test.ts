import { describe, expect, it } from "vitest";
import { billCard } from "../../../cards/bill-card.ts";
import { textCard } from "../../../cards/card.ts";
import { BILL } from "../../unit/cards/sample-cards.ts";
import { TEMPLATES, withReachWorld } from "./reach-world.ts";

const world = withReachWorld();

const SIX = ["一", "二", "三", "四", "五", "六"];

describe("six replies in one window", () => {
  it("the sixth goes by template message, and WeChat says that it was delivered", async () => {
    await world.person.say("在吗");
    await world.tell("reply", ...SIX);
    await world.relay();
    expect(world.ways()).toEqual(["custom", "custom", "custom", "custom", "custom", "template"]);
    expect(world.lastText()).toBe("消息提醒\n事项：园区消息\n内容：六");
    expect((await world.deliveries()).at(-1)).toEqual({ via: "template", state: "delivered" });
    expect(await world.undelivered()).toEqual([]);
  });

  it("the answer within the request does not count", async () => {
    world.answers = [textCard("您好")];
    await world.person.say("在吗");
    await world.tell("reply", ...SIX.slice(0, 5));
    await world.relay();
    expect(world.ways()).toEqual(["passive", "custom", "custom", "custom", "custom", "custom"]);
  });

  it("without a template the sixth is on the list of what was not delivered, with whom and why; nobody asked WeChat", async () => {
    world.templates = { bill: TEMPLATES.bill };
    await world.person.say("在吗");
    await world.tell("reply", ...SIX);
    await world.relay();
    expect(world.ways()).toEqual(Array(5).fill("custom"));
    expect(await world.undelivered()).toMatchObject([
      {
        recipient: expect.stringMatching(/^oRea….{2}$/),
        tenant: "一号电子",
        what: "text",
        state: "dead",
        why: expect.stringContaining("额度已用完"),
      },
    ]);
  });

  it("words of the person begin a new five", async () => {
    await world.person.say("在吗");
    await world.tell("reply", ...SIX);
    await world.relay();
    await world.person.say("在");
    await world.tell("reply", "七");
    await world.relay();
    expect(world.ways().slice(-2)).toEqual(["template", "custom"]);
  });
});

describe("when WeChat counts otherwise than we do", () => {
  /** Somebody else, another program perhaps, has used the five. */
  const useUp = () => {
    while (world.person.quota.take(world.clock.nowMs()) === "granted");
  };

  it("its word counts: this one and the next go by template, without asking again", async () => {
    await world.person.say("在吗");
    useUp();
    await world.tell("reply", "一", "二");
    await world.relay();
    expect(world.ways()).toEqual(["template", "template"]);
    // A call into the conversation would now break, and the message would wait for its next try.
    world.account.faults.arm("POST", /custom\/send/, { kind: "drop-before" }, 1);
    await world.tell("reply", "三");
    await world.relay();
    expect(world.ways()).toEqual(["template"]);
  });

  it.each([
    ["45015", () => world.person.quota.closeAll()],
    ["45047", useUp],
  ])("after %s and without a template the person is on the list", async (code, happens) => {
    world.templates = {};
    await world.person.say("在吗");
    happens();
    await world.tell("reply", "一", "二");
    await world.relay();
    expect(world.ways()).toEqual([]);
    const listed = await world.undelivered();
    expect(listed.map(({ failure }) => failure?.split(" ")[0]).sort()).toEqual([code, "OUT_OF_REACH"]);
    for (const { tenant, why } of listed) expect([tenant, why]).toEqual(["一号电子", expect.stringContaining("模板")]);
  });

  it("what it turns away for another reason is not counted", async () => {
    await world.person.say("在吗");
    const refusal = {
      kind: "refuse",
      status: 200,
      body: '{"errcode":45002,"errmsg":"content size out of limit"}',
    } as const;
    world.account.faults.arm("POST", /custom\/send/, refusal, 1);
    await world.tell("reply", "太长", ...SIX.slice(0, 5));
    await world.relay();
    expect(world.ways()).toEqual(Array(5).fill("custom"));
  });
});

describe("somebody whose windows have run out, and no template", () => {
  it("is tried all the same: another system on the account may have heard from them; WeChat's word then counts", async () => {
    world.templates = {};
    await world.person.say("在吗");
    world.clock.advanceMs(49 * 3_600_000);
    await world.tell("notice", "一");
    await world.relay();
    expect((await world.undelivered()).map(({ failure }) => failure?.split(" ")[0])).toEqual(["45015"]);
    // Now it is known, and nobody asks again.
    world.account.faults.arm("POST", /custom\/send/, { kind: "drop-before" }, 1);
    await world.tell("notice", "二");
    await world.relay();
    expect((await world.undelivered()).map(({ failure }) => failure?.split(" ")[0]).sort()).toEqual([
      "45015",
      "OUT_OF_REACH",
    ]);
  });
});

describe("a menu click", () => {
  it("lets us say three things within a minute, then only a template", async () => {
    await world.person.clickMenu("BILLS");
    await world.tell("reply", "一");
    await world.relay();
    expect(world.ways()).toEqual(["custom"]);
    world.clock.advanceMs(61_000);
    await world.tell("reply", "二");
    await world.relay();
    expect(world.ways()).toEqual(["template"]);
  });
});

describe("a notice", () => {
  it("goes by its own template and spends nothing of what answers may need", async () => {
    await world.person.say("在吗");
    await world.tell("notice", billCard(BILL));
    await world.tell("reply", ...SIX.slice(0, 5));
    await world.relay();
    expect(world.ways().sort()).toEqual(["custom", "custom", "custom", "custom", "custom", "template"]);
  });

  it("without one of its own says all of it in an open conversation", async () => {
    world.templates = { text: TEMPLATES.text };
    await world.person.say("在吗");
    await world.tell("notice", billCard(BILL));
    await world.relay();
    expect(world.ways()).toEqual(["custom"]);
  });

  it("and otherwise its beginning by the general template", async () => {
    world.templates = { text: TEMPLATES.text };
    await world.tell("notice", billCard(BILL));
    await world.relay();
    expect(world.ways()).toEqual(["template"]);
    expect(world.lastText()).toContain("¥7,565.60");
  });

  it("that the person has switched off is on the list", async () => {
    world.person.blocksTemplates = true;
    await world.tell("notice", billCard(BILL));
    await world.relay();
    expect(world.ways()).toEqual([]);
    expect(await world.undelivered()).toMatchObject([
      { state: "sent", delivery: "undelivered", why: "对方在微信里关闭了本公众号的通知" },
    ]);
  });
});

describe("whoever has left", () => {
  it("hears nothing more; what was meant for them is on the list", async () => {
    await world.person.say("在吗");
    await world.person.unsubscribe();
    await world.tell("reply", "一");
    await world.relay();
    expect(world.ways()).toEqual([]);
    expect(await world.undelivered()).toMatchObject([{ tenant: "一号电子", why: expect.stringContaining("没有关注") }]);
  });
});
