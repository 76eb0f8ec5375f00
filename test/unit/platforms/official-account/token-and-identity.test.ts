import { describe, expect, it } from "vitest";
import { buildAuthorizeUrl, fetchOpenId } from "../../../../src/platforms/official-account/oauth.ts";
import { createSceneQrCode } from "../../../../src/platforms/official-account/qr-code.ts";
import { createAccessTokens } from "../../../../src/platforms/official-account/token.ts";
import { TokenUnavailable } from "../../../../src/platforms/wechat-api/access-tokens.ts";
import type { SharedState } from "../../../../src/ports/shared-state.ts";

function vendor(answer: unknown) {
  const requests: { url: URL; body: unknown }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    requests.push({
      url: new URL(String(url)),
      body: init?.body === undefined ? undefined : JSON.parse(String(init.body)),
    });
    return new Response(JSON.stringify(answer));
  };
  return { requests, connection: { apiBase: "https://api.example.com/", appId: "wx1", appSecret: "s1", fetch } };
}
/** Passes every question on and keeps what it was told. */
function openState() {
  const asked: { key: string; failedToken: string | undefined; lifetime: number }[] = [];
  const state: SharedState = {
    async token(key, fetch, failedToken) {
      const { token, expiresInSeconds } = await fetch();
      asked.push({ key, failedToken, lifetime: expiresInSeconds });
      return token;
    },
  };
  return { state, asked };
}

describe("access tokens", () => {
  it("come from stable_token in normal mode and are kept 300 seconds shorter than they live", async () => {
    const { requests, connection } = vendor({ access_token: "t1", expires_in: 7200 });
    const { state, asked } = openState();
    expect(await createAccessTokens(connection, state).current()).toBe("t1");
    expect(requests[0]?.url.href).toBe("https://api.example.com/cgi-bin/stable_token");
    expect(requests[0]?.body).toEqual({
      grant_type: "client_credential",
      appid: "wx1",
      secret: "s1",
      force_refresh: false,
    });
    expect(asked).toEqual([{ key: "official-account:wx1:access-token", failedToken: undefined, lifetime: 6900 }]);
  });

  it("name the token that failed, so that a newer one of another process is not thrown away", async () => {
    const { state, asked } = openState();
    await createAccessTokens(vendor({ access_token: "t2", expires_in: 300 }).connection, state).renewed("t1");
    expect(asked).toMatchObject([{ failedToken: "t1", lifetime: 60 }]);
  });

  it.each([
    ["an error", { errcode: 40125, errmsg: "invalid appsecret rid: 1" }, 40125],
    ["an empty token", { access_token: "", expires_in: 7200 }, 0],
    ["no lifetime", { access_token: "t1" }, 0],
  ])("are not available after %s", async (_name, answer, errorCode) => {
    const tokens = createAccessTokens(vendor(answer).connection, openState().state);
    const error = await tokens.current().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenUnavailable);
    expect(error).toMatchObject({ errorCode });
    expect(String(error)).not.toContain("s1");
  });
});

describe("who opened the page", () => {
  it("sends the browser to the authorize page with its parameters in WeChat's order", () => {
    expect(buildAuthorizeUrl("https://open.weixin.qq.com/", "wx1", "https://park.example.com/h5/pay?a=1", "S9")).toBe(
      "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1" +
        "&redirect_uri=https%3A%2F%2Fpark.example.com%2Fh5%2Fpay%3Fa%3D1&response_type=code&scope=snsapi_base&state=S9" +
        "#wechat_redirect",
    );
  });

  it.each(["", "a-b", "a".repeat(129), "x&y"])("refuses the state %j, which WeChat would not bring back", (state) => {
    expect(() => buildAuthorizeUrl("https://open.weixin.qq.com", "wx1", "https://a", state)).toThrow(RangeError);
  });

  it("exchanges the code for the openid", async () => {
    const { requests, connection } = vendor({ access_token: "x", openid: "oUser", scope: "snsapi_base" });
    expect(await fetchOpenId(connection, "c&1")).toEqual({ state: "known", openId: "oUser" });
    expect(Object.fromEntries(requests[0]?.url.searchParams ?? [])).toEqual({
      appid: "wx1",
      secret: "s1",
      code: "c&1",
      grant_type: "authorization_code",
    });
  });

  it.each([
    [40029, { state: "expired" }],
    [40163, { state: "expired" }],
    [40125, { state: "failed", code: "40125", reason: "no" }],
  ])("code %i", async (errcode, result) => {
    expect(await fetchOpenId(vendor({ errcode, errmsg: "no" }).connection, "c")).toEqual(result);
  });
});

describe("QR codes", () => {
  const tokens = { current: async () => "t1", renewed: async () => "t2" };

  it.each([
    ["permanent", undefined, { action_name: "QR_LIMIT_STR_SCENE" }],
    ["for an hour", 3600, { action_name: "QR_STR_SCENE", expire_seconds: 3600 }],
    ["for a year, which is 30 days at most", 31_536_000, { action_name: "QR_STR_SCENE", expire_seconds: 2_592_000 }],
  ])("%s", async (_name, seconds, lifetime) => {
    const { requests, connection } = vendor({ ticket: "k", url: "http://weixin.qq.com/q/x" });
    const result = await createSceneQrCode(connection, tokens, "unit:A-301", seconds);
    expect(result).toMatchObject({ state: "created", content: "http://weixin.qq.com/q/x" });
    expect(requests[0]?.body).toEqual({ ...lifetime, action_info: { scene: { scene_str: "unit:A-301" } } });
  });

  it("refuses a scene that WeChat does not take", async () => {
    await expect(createSceneQrCode(vendor({}).connection, tokens, "x".repeat(65))).rejects.toThrow(RangeError);
  });

  it("returns the vendor's refusal", async () => {
    const { connection } = vendor({ errcode: 45009, errmsg: "limit" });
    expect(await createSceneQrCode(connection, tokens, "s")).toEqual({
      state: "failed",
      code: "45009",
      reason: "limit",
    });
  });
});
