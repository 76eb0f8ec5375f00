import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import Koa from "koa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWecom, type Wecom } from "../../../playground/wecom/wecom.ts";
import {
  finishOAuth,
  redirectToOAuth,
  type SessionContext,
  signedInOf,
  signInOf,
} from "../../../src/http/h5/session.ts";
import { wecomSignIn } from "../../../src/http/h5/sign-in.ts";
import { createAccessTokens } from "../../../src/platforms/wecom/token.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { inMemorySharedState } from "../../contract/messenger/in-memory-shared-state.ts";

const APP = { corpId: "ww5823bf96d3bd56c7", agentId: 1_000_002 };
const IN_WECOM = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/7.0.1 wxwork/4.1.0 Language/zh";
const IN_WECHAT = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.50";

let wecom: Wecom;
let server: Server;
let url: string;
beforeEach(async () => {
  const clocks = { nowMs: Date.now, wireNowMs: Date.now };
  wecom = await startWecom(
    { ...APP, secret: "s", token: "t", aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" },
    clocks,
  );
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = { ...APP, apiBase: wecom.url, oauthBase: wecom.url };
  const tokens = createAccessTokens({ ...connection, secret: "s" }, inMemorySharedState());
  const context: SessionContext = {
    signIns: [wecomSignIn({ ...connection, tokens })],
    publicUrl: url,
    linkKeys: [Buffer.alloc(32, 1)],
    logger: createLogger({ level: "silent" }),
    payments: { wireClock: { nowMs: Date.now } },
  };
  const router = new Router();
  router.get("/h5/approval", (ctx) => {
    const token = String(ctx.query.t);
    const signIn = signInOf(ctx, context);
    const who = signedInOf(ctx, context, token);
    if (signIn && !who) return redirectToOAuth(ctx, context, signIn, token);
    ctx.body = who ?? { platform: "nobody" };
  });
  router.get("/h5/oauth", async (ctx) => {
    const end = await finishOAuth(ctx, context, String(ctx.query.t));
    if (end.state === "failed") ctx.throw(403);
    ctx.redirect(end.target ?? "/");
  });
  const app = new Koa();
  app.silent = true;
  server.on("request", app.use(router.routes()).callback());
});
afterEach(async () => {
  await wecom.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A phone that keeps its cookies and is held by one member. */
function phone(userAgent: string, userId: string) {
  const jar = new Map<string, string>();
  return {
    async open(path: string): Promise<Response> {
      let target = path;
      for (let step = 0; step < 6; step += 1) {
        const atWecom = target.startsWith(wecom.url);
        const cookie = atWecom
          ? `playground_userid=${userId}`
          : [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
        const response = await fetch(new URL(target, url), {
          redirect: "manual",
          headers: { "user-agent": userAgent, cookie },
        });
        if (!atWecom) {
          for (const line of response.headers.getSetCookie()) {
            const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
            jar.set(name, value);
          }
        }
        const next = response.headers.get("location");
        if (next === null) return response;
        target = next.replace(/#.*$/, "");
      }
      throw new Error("redirected in circles");
    },
  };
}

describe("a page opened inside WeCom", () => {
  it("learns which member holds the phone, and comes back to itself", async () => {
    wecom.member("WangJingLi");
    const response = await phone(IN_WECOM, "WangJingLi").open("/h5/approval?t=abc");
    expect(await response.json()).toEqual({ platform: "wecom", appId: APP.corpId, externalId: "WangJingLi" });
  });

  it("does not take somebody for a member who is none", async () => {
    wecom.member("WangJingLi");
    expect((await phone(IN_WECOM, "Stranger").open("/h5/approval?t=abc")).status).toBe(403);
  });

  it("asks again for another link: who may see one document may not see the next", async () => {
    wecom.member("WangJingLi");
    const mine = phone(IN_WECOM, "WangJingLi");
    await mine.open("/h5/approval?t=abc");
    const again = await mine.open("/h5/approval?t=def");
    expect(await again.json()).toMatchObject({ externalId: "WangJingLi" });
  });

  it("does not believe a code that somebody else brings: the state is this browser's", async () => {
    wecom.member("WangJingLi");
    const code = wecom.authorization.issueCode("WangJingLi");
    const thief = phone(IN_WECOM, "Thief");
    expect((await thief.open(`/h5/oauth?t=abc&code=${code}&state=${"0".repeat(32)}`)).status).toBe(403);
  });
});

describe("a page opened elsewhere", () => {
  it.each([
    ["in WeChat, whose browser has part of the same name", IN_WECHAT],
    ["in an ordinary browser", "Mozilla/5.0 (Windows NT 10.0)"],
  ])("does not ask WeCom: %s", async (_where, userAgent) => {
    const response = await phone(userAgent, "WangJingLi").open("/h5/approval?t=abc");
    expect(await response.json()).toEqual({ platform: "nobody" });
  });
});
