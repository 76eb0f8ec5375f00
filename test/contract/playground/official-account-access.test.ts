import { describe, expect, it } from "vitest";
import { callApi, oaAppId, oaSecret, openAccount, postJson, stableToken } from "./official-account-world.ts";
import { HandClock, minuteMs } from "./world.ts";

const wireStart = Date.parse("2026-11-21T10:00:00Z");

async function open() {
  const wire = new HandClock(wireStart);
  const world = await openAccount({ wire, account: { classicTokenCallsPerDay: 3 } });
  const classic = async () => {
    const query = new URLSearchParams({ grant_type: "client_credential", appid: oaAppId, secret: oaSecret });
    return (await (await fetch(`${world.account.url}/cgi-bin/token?${query}`)).json()) as Record<string, unknown>;
  };
  /** 44004 means that the token was fine and only the text is empty. */
  const use = async (token: unknown) => {
    const url = `${world.account.url}/cgi-bin/message/custom/send?access_token=${token}`;
    return (await postJson(url, { touser: "oAnna", msgtype: "text", text: { content: "" } })).errcode;
  };
  return { ...world, wire, classic, use };
}

describe("stable_token", () => {
  it("repeats its token until five minutes before it expires; the old one then works to its end", async () => {
    const { account, wire, use } = await open();
    const first = await stableToken(account);
    expect(first).toMatchObject({ expires_in: 7200 });
    wire.pass(114 * minuteMs);
    expect(await stableToken(account)).toEqual({ access_token: first.access_token, expires_in: 360 });
    wire.pass(minuteMs);
    const second = await stableToken(account);
    expect(second.access_token).not.toBe(first.access_token);
    expect([await use(first.access_token), await use(second.access_token)]).toEqual([44004, 44004]);
    wire.pass(5 * minuteMs);
    expect([await use(first.access_token), await use(second.access_token)]).toEqual([42001, 44004]);
  });

  it("replaces it at once when forced, 30 seconds apart and 20 times a day", async () => {
    const { account, wire, use } = await open();
    const first = await stableToken(account);
    const forced = await stableToken(account, { force_refresh: true });
    expect([await use(first.access_token), await use(forced.access_token)]).toEqual([42001, 44004]);
    expect(await stableToken(account, { force_refresh: true })).toMatchObject({ errcode: 45011 });
    for (let number = 2; number <= 20; number += 1) {
      wire.pass(30_000);
      expect(await stableToken(account, { force_refresh: true })).toHaveProperty("access_token");
    }
    wire.pass(30_000);
    expect(await stableToken(account, { force_refresh: true })).toMatchObject({ errcode: 45009 });
  });

  it.each([
    [{ secret: "wrong" }, 40125],
    [{ appid: "wx0" }, 40013],
    [{ grant_type: "password" }, 40002],
  ])("refuses %j", async (more, errcode) => {
    const { account } = await open();
    expect(await stableToken(account, more)).toMatchObject({ errcode });
  });
});

describe("the classic token", () => {
  it("is replaced by every call, the old one living five minutes, and has its own quota", async () => {
    const { account, wire, classic, use } = await open();
    const stable = await stableToken(account);
    const first = await classic();
    const second = await classic();
    expect(second.access_token).not.toBe(first.access_token);
    expect(await use(first.access_token)).toBe(44004);
    wire.pass(5 * minuteMs);
    expect(await use(first.access_token)).toBe(42001);
    expect([await use(second.access_token), await use(stable.access_token)]).toEqual([44004, 44004]);
    await classic();
    expect(await classic()).toMatchObject({ errcode: 45009 });
  });
});

describe("a call without a good token", () => {
  it("is refused with 41001, 40001 or 42001", async () => {
    const { account, use } = await open();
    expect(await postJson(`${account.url}/cgi-bin/message/custom/send`, {})).toMatchObject({ errcode: 41001 });
    expect(await use("invented")).toBe(40001);
    const { access_token: token } = await stableToken(account);
    account.tokens.expireAll();
    expect(await use(token)).toBe(42001);
    const { access_token: next } = await stableToken(account);
    account.tokens.revokeAll();
    expect(await use(next)).toBe(40001);
  });
});

describe("signing in on a page inside WeChat", () => {
  const authorizePath = (more: Record<string, string> = {}) =>
    `/connect/oauth2/authorize?${new URLSearchParams({
      appid: oaAppId,
      redirect_uri: "https://park.example/h5/bill?id=7",
      response_type: "code",
      scope: "snsapi_base",
      state: "s1",
      ...more,
    })}`;

  async function codeFor(url: string, headers: Record<string, string> = {}) {
    const response = await fetch(url, { redirect: "manual", headers });
    return { status: response.status, target: new URL(response.headers.get("location") ?? "http://none") };
  }

  async function exchange(base: string, code: string) {
    const query = new URLSearchParams({ appid: oaAppId, secret: oaSecret, code, grant_type: "authorization_code" });
    return (await (await fetch(`${base}/sns/oauth2/access_token?${query}`)).json()) as Record<string, unknown>;
  }

  it.each([
    ["the query", { openid: "oAnna" }, {}],
    ["a cookie", {}, { cookie: "a=b; playground_openid=oAnna" }],
  ])("comes back with a code for the person named by %s, usable once", async (_case, query, headers) => {
    const { account } = await open();
    const { status, target } = await codeFor(`${account.url}${authorizePath(query)}`, headers);
    expect(status).toBe(302);
    expect(target.origin + target.pathname).toBe("https://park.example/h5/bill");
    expect([target.searchParams.get("id"), target.searchParams.get("state")]).toEqual(["7", "s1"]);
    const code = target.searchParams.get("code") ?? "";
    expect(await exchange(account.url, code)).toMatchObject({
      openid: "oAnna",
      scope: "snsapi_base",
      expires_in: 7200,
    });
    expect(await exchange(account.url, code)).toMatchObject({ errcode: 40163 });
  });

  it("lets people choose themselves where nobody is named", async () => {
    const { account } = await open();
    const response = await fetch(`${account.url}${authorizePath()}`);
    const page = await response.text();
    expect(page).toContain("oAnna");
    const link = /href="([^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect((await codeFor(`${account.url}${link}`)).status).toBe(302);
  });

  it("refuses an invented code and one older than five minutes", async () => {
    const { account, wire } = await open();
    expect(await exchange(account.url, "invented")).toMatchObject({ errcode: 40029 });
    const code = account.authorization.issueCode("oAnna");
    wire.pass(5 * minuteMs);
    expect(await exchange(account.url, code)).toMatchObject({ errcode: 40029 });
  });
});

describe("menu and scene codes", () => {
  it("stores the menu, whose keys can then be pressed and no others", async () => {
    const { account, anna } = await open();
    const button = [
      { type: "click", name: "账单", key: "bills" },
      { name: "更多", sub_button: [{ type: "view", name: "官网", url: "https://park.example" }] },
    ];
    expect(await callApi(account, "/cgi-bin/menu/create", { button })).toMatchObject({ errcode: 0 });
    expect(account.menu.buttons).toEqual(button);
    expect((await anna.clickMenu("bills")).state).toBe("answered");
    expect(() => anna.clickMenu("refunds")).toThrow(/no item/);
  });

  it.each([
    ["four buttons", Array(4).fill({ type: "click", name: "账单", key: "k" }), 40016],
    ["a name of 17 bytes", [{ type: "click", name: "账单账单账ab", key: "k" }], 40018],
    ["six below one", [{ name: "更多", sub_button: Array(6).fill({ type: "click", name: "账单", key: "k" }) }], 40023],
    ["a click without key", [{ type: "click", name: "账单" }], 40035],
  ])("refuses %s", async (_case, button, errcode) => {
    const { account } = await open();
    expect(await callApi(account, "/cgi-bin/menu/create", { button })).toMatchObject({ errcode });
  });

  it("makes a code whose ticket comes along with the scan", async () => {
    const { account, anna, pushes } = await open();
    const made = await callApi(account, "/cgi-bin/qrcode/create", {
      action_name: "QR_STR_SCENE",
      expire_seconds: 604800,
      action_info: { scene: { scene_str: "unit-A101" } },
    });
    expect(made).toMatchObject({ expire_seconds: 604800 });
    const scene = account.sceneCodes.sceneOf(String(made.url)) ?? "";
    await anna.scan(scene);
    expect([pushes()[0]?.field("EventKey"), pushes()[0]?.field("Ticket")]).toEqual(["unit-A101", made.ticket]);
  });
});
