import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Database } from "../../src/db/client.ts";
import { createHttpApp } from "../../src/http/app.ts";
import { deriveLinkKey } from "../../src/http/h5/link.ts";
import { h5Routes } from "../../src/http/h5/routes.ts";
import type { SignIn } from "../../src/http/h5/sign-in.ts";
import type { Platform } from "../../src/ports/messenger.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { APPROVAL_ENCRYPTION, CORP, DINGTALK_APP } from "./approval-world.ts";
import type { MovableClock } from "./clock.ts";

const AGENTS: Readonly<Record<Platform, string>> = {
  wecom: "Mozilla/5.0 wxwork/4.1",
  dingtalk: "Mozilla/5.0 DingTalk/7.0",
  "official-account": "Mozilla/5.0 MicroMessenger/8.0",
};
const MARKS: Readonly<Record<Platform, string>> = {
  wecom: "wxwork",
  dingtalk: "DingTalk",
  "official-account": "MicroMessenger",
};
const APPS: Readonly<Record<Platform, string>> = { wecom: CORP, dingtalk: DINGTALK_APP, "official-account": "wx" };

/** A platform's sign-in with the person's id as the code: the wire of each is tested beside its adapter. */
const signInOf = (platform: Platform): SignIn => ({
  platform,
  appId: APPS[platform],
  isBrowserOf: (agent) => agent.includes(MARKS[platform]),
  authorizeUrl: (redirectUrl, state) => `${redirectUrl}&state=${state}`,
  identify: async (code) => ({ state: "known", externalId: code }),
});

/** The pages over a database, for people of all platforms. */
export async function servePages(db: Database, clock: MovableClock) {
  const linkKey = deriveLinkKey(Buffer.alloc(32, 9));
  const logger = createLogger({ level: "silent" });
  const server = createServer((incoming, answer) => app.callback()(incoming, answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const app = createHttpApp({
    logger,
    routers: [
      h5Routes({
        db,
        encryption: APPROVAL_ENCRYPTION,
        payments: {
          gateways: new Map(),
          businessClock: clock,
          wireClock: { nowMs: Date.now },
          officialAccountAppId: undefined,
          paymentCard: () => {
            throw new Error("nobody pays here");
          },
          onProblem: () => {},
        },
        publicUrl: base,
        linkKeys: [linkKey],
        signIns: (["wecom", "dingtalk", "official-account"] as const).map(signInOf),
        logger,
      }),
    ],
  });
  return { base, linkKey, close: () => server.close() };
}

/** The same, opened by phones that keep their cookies. */
export async function openPages(db: Database, clock: MovableClock) {
  const { base, linkKey, close } = await servePages(db, clock);

  /** What somebody reads who opens a link inside the app of a platform; cookies are kept and redirects followed. */
  async function reads(platform: Platform, userId: string, link: string): Promise<string> {
    const cookies = new Map<string, string>();
    for (let url = link; ; ) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { "user-agent": AGENTS[platform], cookie };
      const response = await fetch(url, { redirect: "manual", headers });
      for (const set of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        cookies.set(name, value);
      }
      const target = response.headers.get("location");
      if (target === null) return response.text();
      const next = new URL(target, base);
      if (next.pathname === "/h5/oauth") next.searchParams.set("code", userId);
      url = next.toString();
    }
  }
  return { link: { publicUrl: base, linkKey, nowMs: clock.nowMs() }, reads, close };
}
