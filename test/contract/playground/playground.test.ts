import { describe, expect, it, onTestFinished } from "vitest";
import { startPlayground } from "../../../playground/playground.ts";
import { callApi, oaAesKey, oaAppId, oaSecret, oaToken } from "./official-account-world.ts";
import { apiV3Key, HandClock, mchId, noon, orderBody, outsideClient, startCallback } from "./world.ts";

describe("the playground as a whole", () => {
  it("lets a payment through the account open its 48 hours of unlimited messages", async () => {
    const clock = new HandClock(noon);
    const callback = await startCallback(() => ({ status: 200 }));
    const playground = await startPlayground({
      officialAccount: { appId: oaAppId, secret: oaSecret, token: oaToken, aesKey: oaAesKey },
      wechatPay: { merchants: [{ mchId, appIds: [oaAppId], apiV3Key }] },
      sms: { accessKeyId: "id", accessKeySecret: "secret", signNames: ["云谷园区"] },
      nowMs: clock.nowMs,
    });
    onTestFinished(() => playground.close());
    const { officialAccount, wechatPay } = playground;
    officialAccount.setCallbackUrl(callback.url);
    const anna = officialAccount.user("oAnna");
    await anna.subscribe();
    clock.pass(3_600_000);
    const thanks = { touser: "oAnna", msgtype: "text", text: { content: "已收到您的付款" } };
    const send = () => callApi(officialAccount, "/cgi-bin/message/custom/send", thanks);
    expect(await send()).toMatchObject({ errcode: 45015 });

    const body = orderBody({ notify_url: callback.url, payer: { openid: "oAnna" } });
    const client = outsideClient(wechatPay);
    const stranger = await client.create("jsapi", orderBody({ payer: { openid: "oNobody" } }));
    expect([stranger.status, stranger.data.message]).toEqual([400, "无效的openid"]);
    const created = await client.create("jsapi", body);
    expect(wechatPay.pay(String(created.data.prepay_id), "oAnna")).toMatchObject({ state: "paid" });
    await wechatPay.notifications.settled();
    expect(await send()).toMatchObject({ errcode: 0 });
    expect(anna.messages).toMatchObject([{ channel: "custom", text: "已收到您的付款", atMs: noon + 3_600_000 }]);
  });

  it("fails loudly when somebody speaks before the callback address is known", async () => {
    const playground = await startPlayground({
      officialAccount: { appId: oaAppId, secret: oaSecret, token: oaToken, aesKey: oaAesKey },
      wechatPay: { merchants: [] },
      sms: { accessKeyId: "id", accessKeySecret: "secret", signNames: [] },
    });
    onTestFinished(() => playground.close());
    await expect(playground.officialAccount.user("oAnna").subscribe()).rejects.toThrow(/setCallbackUrl/);
  });
});
