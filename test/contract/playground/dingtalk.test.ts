import { describe, expect, it, onTestFinished } from "vitest";
import { type Dingtalk, startDingtalk } from "../../../playground/dingtalk/dingtalk.ts";
import { parkTemplate } from "../../../playground/dingtalk/template.ts";
import { startCallback } from "./world.ts";

const CLIENT = { clientId: "dingclient", clientSecret: "client-secret", robotCode: "dingrobot" };
const EVENTS = { token: "eventToken", aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR" };

/** A pretend DingTalk with a colleague and a group, and an outsider's client that shares no code with ours. */
async function open() {
  const clocks = { nowMs: Date.now, wireNowMs: Date.now };
  const templates = [parkTemplate("good.schema"), parkTemplate("draft.schema", false)];
  const dingtalk = await startDingtalk({ ...CLIENT, ...EVENTS, templates, cardTimeoutMs: 200 }, clocks);
  onTestFinished(() => dingtalk.close());
  dingtalk.member("anna", "安娜");
  const group = dingtalk.createGroup("财务群", ["anna"]);
  return { dingtalk, group, anna: dingtalk.member("anna") };
}

const tokenOf = async (dingtalk: Dingtalk): Promise<string> =>
  String(
    (await post(dingtalk, "/v1.0/oauth2/accessToken", { appKey: CLIENT.clientId, appSecret: CLIENT.clientSecret })).body
      .accessToken,
  );

async function post(dingtalk: Dingtalk, path: string, body: unknown, token?: string, method = "POST") {
  const response = await fetch(`${dingtalk.url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...(token ? { "x-acs-dingtalk-access-token": token } : {}) },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const TEXT = { robotCode: "dingrobot", msgKey: "sampleText", msgParam: JSON.stringify({ content: "您好" }) };
const BATCH = "/v1.0/robot/oToMessages/batchSend";
const CARD = "/v1.0/card/instances/createAndDeliver";

describe("the token", () => {
  it("is the same as long as it is good, and no call passes without one", async () => {
    const { dingtalk } = await open();
    expect(await tokenOf(dingtalk)).toBe(await tokenOf(dingtalk));
    for (const token of [undefined, "invented"]) {
      const answer = await post(dingtalk, BATCH, { ...TEXT, userIds: ["anna"] }, token);
      expect(answer).toMatchObject({ status: 401, body: { code: "InvalidAuthentication" } });
    }
    const wrong = await post(dingtalk, "/v1.0/oauth2/accessToken", { appKey: "dingclient", appSecret: "x" });
    expect(wrong).toMatchObject({ status: 400, body: { code: "invalidClientIdOrSecret" } });
  });
});

describe("what a robot may not say", () => {
  it.each([
    ["to 21 people", { userIds: Array.from({ length: 21 }, (_, i) => `p${i}`) }, "invalidParameter.userIds.invalid"],
    ["to nobody", { userIds: [] }, "invalidParameter.userIds.empty"],
    ["for another robot", { userIds: ["anna"], robotCode: "x" }, "invalid.robotCode"],
    ["in a form that does not exist", { userIds: ["anna"], msgKey: "sampleSong" }, "invalidParameter.msgKey.invalid"],
    [
      "with parameters that are no string of JSON",
      { userIds: ["anna"], msgParam: { content: "x" } },
      "invalidParameter.msgParam.invalid",
    ],
    ["without words", { userIds: ["anna"], msgParam: '{"content":""}' }, "invalidParameter.msgParam.invalid"],
    [
      "with a file that was never uploaded",
      { userIds: ["anna"], msgKey: "sampleFile", msgParam: '{"mediaId":"@x","fileName":"a.pdf","fileType":"pdf"}' },
      "invalidParameter.msgParam.invalid",
    ],
  ])("%s", async (_name, change, code) => {
    const { dingtalk, anna } = await open();
    const answer = await post(dingtalk, BATCH, { ...TEXT, ...change }, await tokenOf(dingtalk));
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(anna.chat.messages).toEqual([]);
  });

  it("to people who are unknown or have heard too much is told under HTTP 200", async () => {
    const { dingtalk } = await open();
    dingtalk.member("busy").isFlowControlled = true;
    const userIds = ["anna", "busy", "nobody"];
    const answer = await post(dingtalk, BATCH, { ...TEXT, userIds }, await tokenOf(dingtalk));
    expect(answer).toMatchObject({
      status: 200,
      body: { invalidStaffIdList: ["nobody"], flowControlledStaffIdList: ["busy"] },
    });
  });

  it("to nobody who is known is an error", async () => {
    const { dingtalk } = await open();
    const answer = await post(dingtalk, BATCH, { ...TEXT, userIds: ["nobody"] }, await tokenOf(dingtalk));
    expect(answer).toMatchObject({ status: 400, body: { code: "staffId.notExisted" } });
  });

  it("in a group in which it is not", async () => {
    const { dingtalk, group } = await open();
    group.hasRobot = false;
    const message = { ...TEXT, openConversationId: group.conversationId };
    const answer = await post(dingtalk, "/v1.0/robot/groupMessages/send", message, await tokenOf(dingtalk));
    expect(answer.body.code).toBe("invalid.openConversationId");
  });
});

describe("a card that is refused", () => {
  const card = (change: Record<string, unknown> = {}) => ({
    cardTemplateId: "good.schema",
    outTrackId: "t1",
    cardData: { cardParamMap: { title: "审批" } },
    openSpaceId: "dtv1.card//IM_ROBOT.anna",
    imRobotOpenSpaceModel: { supportForward: false },
    imRobotOpenDeliverModel: { spaceType: "IM_ROBOT" },
    ...change,
  });

  it.each([
    ["of an unknown template", { cardTemplateId: "x.schema" }, "param.templateNotExist"],
    ["of a template that is not published", { cardTemplateId: "draft.schema" }, "param.templateUnpublished"],
    ["with a number among its variables", { cardData: { cardParamMap: { title: 1 } } }, "param.invalid"],
    ["with an object among a person's", { privateData: { anna: { cardParamMap: { note: {} } } } }, "param.invalid"],
    ["for somebody unknown", { privateData: { nobody: { cardParamMap: {} } } }, "param.userIdNotExist"],
    ["without an id", { outTrackId: "" }, "param.outTrackIdEmpty"],
    ["for a place that is written wrongly", { openSpaceId: "IM_ROBOT.anna" }, "param.openSpaceIdInvalid"],
    ["without the model of its place", { imRobotOpenDeliverModel: undefined }, "param.openDeliverModelEmpty"],
    ["without data", { cardData: undefined }, "param.cardPublicDataEmpty"],
  ])("%s", async (_name, change, code) => {
    const { dingtalk, anna } = await open();
    const answer = await post(dingtalk, CARD, card(change), await tokenOf(dingtalk));
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(anna.chat.messages).toEqual([]);
  });

  it("under an id that is used, and a change of one that is not", async () => {
    const { dingtalk } = await open();
    const token = await tokenOf(dingtalk);
    expect((await post(dingtalk, CARD, card(), token)).status).toBe(200);
    expect((await post(dingtalk, CARD, card(), token)).body.code).toBe("param.cardAlreadyExist");
    const change = { outTrackId: "t2", cardData: { cardParamMap: { title: "x" } } };
    expect((await post(dingtalk, "/v1.0/card/instances", change, token, "PUT")).body.code).toBe("param.cardNotExist");
  });

  it.each([
    ["a space model", { imRobotOpenSpaceModel: undefined }, "spaces of card is empty"],
    ["a recipient", { openSpaceId: "dtv1.card//IM_ROBOT.nobody" }, "user not found"],
  ])("without %s only inside of an answer that looks like success", async (_name, change, errorMsg) => {
    const { dingtalk } = await open();
    const answer = await post(dingtalk, CARD, card(change), await tokenOf(dingtalk));
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, result: { deliverResults: [{ success: false, errorMsg }] } },
    });
  });

  it("loses what an update without its options does not name", async () => {
    const { dingtalk, anna } = await open();
    const token = await tokenOf(dingtalk);
    await post(dingtalk, CARD, card({ cardData: { cardParamMap: { title: "审批", body: "正文" } } }), token);
    const change = { outTrackId: "t1", cardData: { cardParamMap: { outcome: "已通过" } } };
    const byKey = { cardUpdateOptions: { updateCardDataByKey: true } };
    await post(dingtalk, "/v1.0/card/instances", { ...change, ...byKey }, token, "PUT");
    expect(anna.see("t1").variables).toEqual({ title: "审批", body: "正文", outcome: "已通过" });
    await post(dingtalk, "/v1.0/card/instances", change, token, "PUT");
    expect(anna.see("t1").variables).toEqual({ outcome: "已通过" });
  });
});

describe("a press", () => {
  async function pressed(answer: Parameters<typeof startCallback>[0], change: Record<string, unknown> = {}) {
    const world = await open();
    const { dingtalk, anna } = world;
    const callback = await startCallback(answer);
    const token = await tokenOf(dingtalk);
    const route = { callbackRouteKey: "r1", callbackUrl: callback.url, apiSecret: "s1" };
    await post(dingtalk, "/v1.0/card/callbacks/register", route, token);
    await post(
      dingtalk,
      CARD,
      {
        cardTemplateId: "good.schema",
        outTrackId: "t1",
        callbackType: "HTTP",
        callbackRouteKey: "r1",
        cardData: { cardParamMap: { title: "审批", buttons: "shown" } },
        privateData: { anna: { cardParamMap: { button1_label: "同意", button1_action: "a", button1_proof: "p" } } },
        openSpaceId: "dtv1.card//IM_ROBOT.anna",
        imRobotOpenSpaceModel: {},
        imRobotOpenDeliverModel: { spaceType: "IM_ROBOT" },
        ...change,
      },
      token,
    );
    return { ...world, callback, result: await anna.press("t1", "同意") };
  }

  it("brings the parameters of the button and changes the card by what is answered", async () => {
    const answer = {
      cardUpdateOptions: { updateCardDataByKey: true },
      cardData: { cardParamMap: { outcome: "已通过" } },
    };
    const { anna, callback, result } = await pressed(() => ({ status: 200, body: JSON.stringify(answer) }));
    expect(result).toEqual({ state: "answered", changed: true });
    expect(anna.see("t1").variables.outcome).toBe("已通过");
    const sent = JSON.parse(callback.received[0]?.body ?? "") as { content: string; userId: string };
    expect(sent).toMatchObject({ type: "actionCallback", outTrackId: "t1", userId: "anna" });
    expect(JSON.parse(sent.content)).toEqual({
      cardPrivateData: { actionIds: ["1"], params: { action: "a", proof: "p" } },
    });
  });

  it.each([
    ["nothing in time", null, "timed-out"],
    ["an error", { status: 500 }, "refused"],
    ["no JSON", { status: 200, body: "ok" }, "malformed"],
    ["variables that are no strings", { status: 200, body: '{"cardData":{"cardParamMap":{"n":1}}}' }, "malformed"],
  ] as const)("that is answered with %s fails on the phone", async (_name, answer, reason) => {
    expect((await pressed(() => answer)).result).toEqual({ state: "failed", reason });
  });

  it("on a card without a route fails", async () => {
    const { result } = await pressed(() => ({ status: 200, body: "{}" }), { callbackRouteKey: "nobody" });
    expect(result).toEqual({ state: "failed", reason: "no-route" });
  });

  it("of a button that is not this person's is not possible", async () => {
    const { dingtalk, anna } = await pressed(() => ({ status: 200, body: "{}" }));
    expect(() => anna.press("t1", "拒绝")).toThrow("拒绝");
    expect(() => dingtalk.member("bob").see("t1")).toThrow("bob");
  });
});

it("events count as received only when success comes back sealed", async () => {
  const { dingtalk } = await open();
  for (const body of ["success", '{"msg_signature":"x","timeStamp":"1","nonce":"n","encrypt":"e"}']) {
    const callback = await startCallback(() => ({ status: 200, body }));
    dingtalk.setCallbackBase(callback.url.replace(/\/$/, ""));
    expect(await dingtalk.checkEventUrl()).toBe(false);
  }
});
