import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import { type ChatMessage, readable } from "../../../playground/wecom/chat.ts";
import type { Member } from "../../../playground/wecom/member.ts";
import { startWecom, type Wecom } from "../../../playground/wecom/wecom.ts";
import { platformApps } from "../../../src/compose/platform-apps.ts";
import { compose } from "../../../src/compose.ts";
import { loadConfig } from "../../../src/config/env.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { deriveLinkKey } from "../../../src/http/h5/link.ts";
import { pageUrl } from "../../../src/http/h5/page-link.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import { askChange } from "../../../src/usecases/master-data-changes/ask-change.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { makeGroup } from "../../../src/usecases/staff-groups/make-group.ts";
import { movableClock } from "../../support/clock.ts";
import { CONVERSATION_WORLD } from "../../support/conversation-world.ts";
import { withDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const database = withDatabase();
const FIELD_KEY = Buffer.alloc(32, 7);
const CLI = { actor: "staff:S01", channel: "cli" } as const;
const APP = {
  corpId: "ww5823bf96d3bd56c7",
  agentId: 1_000_002,
  secret: "wecom-secret",
  token: "wecomToken1",
  aesKey: "kWxvJw6Mnv4RTA5jX3lnZBj3FzQc0AtTEJpDmGs0LYk",
};

const person = (code: string, name: string, roles: readonly string[]) => ({
  code,
  name,
  roles,
  projects: ["DG"],
  wecomUserId: `w-${code}`,
});
const WORLD = {
  ...CONVERSATION_WORLD,
  staff: [
    person("S01", "李管家", ["steward"]),
    person("S02", "林经理", ["finance-manager"]),
    person("S03", "王经理", ["finance-manager"]),
    person("S04", "陈总监", ["cfo"]),
  ],
  policies: {
    approval: [
      {
        type: "lease",
        steps: [
          { role: "finance-manager", count: 1 },
          { role: "cfo", count: 1 },
        ],
      },
    ],
  },
};

/** The whole program before a pretend WeCom, with a park whose colleagues have its app. */
async function openPark() {
  const wecom = await startWecom({ ...APP, pushSpacingMs: 50 }, { nowMs: Date.now, wireNowMs: Date.now });
  const clock = movableClock("2026-09-05");
  const listening = createServer();
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const loaded = loadConfig({
    DATABASE_URL: database.url,
    FIELD_ENCRYPTION_KEY: FIELD_KEY.toString("base64"),
    PUBLIC_URL: url,
    WECOM_CORP_ID: APP.corpId,
    WECOM_AGENT_ID: String(APP.agentId),
    WECOM_SECRET: APP.secret,
    WECOM_TOKEN: APP.token,
    WECOM_AES_KEY: APP.aesKey,
    WECOM_API_BASE: wecom.url,
    WECOM_OAUTH_BASE: wecom.url,
  });
  if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
  const today = clock.today();
  const read = readWorld(WORLD, { today });
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  const encryption = createFieldEncryption([FIELD_KEY]);
  const apps = platformApps(loaded.config);
  const imported = await importWorld(database.db, read.world, { ...CLI, today, encryption, apps, dryRun: false });
  if (!imported.ok) throw new Error(JSON.stringify(imported.errors));

  const log = recordingLogger();
  const app = compose(loaded.config, { databaseUrl: database.url, logger: log.logger, businessClock: clock });
  listening.on("request", app.http.callback());
  wecom.setCallbackUrl(`${url}/callbacks/wecom`);
  const jobs = await app.startJobs();
  onTestFinished(async () => {
    await jobs.stop();
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
    await app.close();
    await wecom.close();
  });

  const [steward, lin, wang, chen] = WORLD.staff.map(({ wecomUserId }) => wecom.member(wecomUserId));
  if (!steward || !lin || !wang || !chen) throw new Error("four people");
  await inTransaction(database.db, (tx) => makeGroup(tx, { ...CLI, appId: APP.corpId, projectCode: "DG", today }));

  /** The steward asks for a lower rent of a lease. */
  const ask = async (lease: string) =>
    inTransaction(database.db, async (tx) => {
      const requester = await findStaffMember(tx, { code: "S01" });
      const linkOf = (request: { readonly id: string }) =>
        pageUrl({ publicUrl: url, linkKey: deriveLinkKey(FIELD_KEY), nowMs: clock.nowMs() }, "approval", request.id);
      const asked = await askChange(
        tx,
        {
          type: "lease",
          file: {
            leases: [
              {
                ...WORLD.leases.find(({ code }) => code === lease),
                amendments: [
                  { effective: "2026-10-01", reason: "续租优惠", charges: [{ code: "rent", price: "900.00" }] },
                ],
              },
            ],
          },
          reason: "客户长期合作",
          requestedBy: requester?.personId ?? "",
        },
        { ...CLI, today, nowMs: clock.nowMs(), cards: approvalCards(linkOf) },
        () => {
          throw new Error("nothing to encrypt");
        },
      );
      if (!asked.ok) throw new Error(asked.message.en);
      return asked.request.number;
    });
  return { wecom, steward, lin, wang, chen, ask, log };
}

const buttonsOf = (who: Member) => who.cards.map((card) => card.shown.buttons.map((button) => button.text));
const wordsOf = (who: Member, channel: ChatMessage["channel"]) =>
  who.messages.filter((message) => message.channel === channel && message.type !== "card").map(readable);

it("a change of a lease is approved in each manager's own chat; everybody else's card dies with the click", async () => {
  const { wecom, steward, lin, wang, chen, ask, log } = await openPark();
  const number = await ask("L001");
  await eventually(() => [lin, wang].map((who) => who.cards.length)).toEqual([1, 1]);
  expect(readable(lin.messages.find(({ card }) => card) ?? fail())).toContain(number);
  expect(buttonsOf(lin)[0]).toEqual(expect.arrayContaining(["同意"]));
  expect(buttonsOf(chen)).toEqual([]);

  // 林经理 agrees: her own card is grey before the five seconds are over, 王经理's a moment later.
  const old = wang.cards[0];
  const key = old?.shown.buttons.find((button) => button.text === "同意")?.key ?? "";
  expect(await lin.press("同意")).toMatchObject({ state: "answered", reply: { state: "update-card" } });
  expect(lin.cards[0]?.shown.buttons.every((button) => button.text !== "同意")).toBe(true);
  await eventually(() => chen.cards.length).toBe(1);
  await eventually(() => wang.cards[0]?.isReplaced).toBe(true);

  // 王经理's phone had not refreshed: the old button changes nothing, and a sentence says so.
  await wang.pressKey(old?.taskId ?? "", key);
  await eventually(() => wang.messages.map(readable).join("\n")).toContain("这次点击没有生效");
  expect(chen.cards[0]?.shown.buttons.map((button) => button.text)).toContain("同意");

  await chen.press("同意");
  expect(chen.cards[0]?.shown.buttons).toEqual([expect.objectContaining({ text: "已通过", isGrey: true })]);
  await eventually(() => steward.messages.map(readable).join("\n")).toContain("已通过");
  // The group has no buttons on WeCom; it hears what was asked and what became of it.
  await eventually(() => wordsOf(steward, "group").join("\n")).toContain(number);
  const lease = await database.db.auditEvent.findFirst({
    where: { action: "approval.approved" },
    orderBy: { id: "desc" },
  });
  expect(lease).toMatchObject({ channel: "wecom" });
  expect(wecom.incidents).toEqual([]);
  expect(log.events("inbox.handler-failed")).toEqual([]);
  expect(log.events("outbox.send-failed")).toEqual([]);
});

it("a member asks what there is to do, by word and by menu, and is answered by role", async () => {
  const { wecom, steward, lin } = await openPark();
  await lin.say("帮助");
  await eventually(() => lin.messages.map(readable).join("\n")).toContain("林经理");
  await lin.clickMenu("1:approval.list");
  await eventually(() => lin.messages.length).toBeGreaterThan(1);
  await steward.say("你好");
  await eventually(() => steward.messages.map(readable).join("\n")).toContain("李管家");
  expect(wecom.incidents).toEqual([]);
});

/** WeCom's browser: keeps cookies, and its login page knows who holds the phone. */
async function openInWecom(
  wecom: Wecom,
  who: string,
  address: string,
  agent = "Mozilla/5.0 wxwork/4.1 MicroMessenger/7",
) {
  const cookies = new Map<string, string>();
  for (let url = address; ; ) {
    const own = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const cookie = url.startsWith(wecom.url) ? `playground_userid=${who}` : own;
    const response = await fetch(url, { redirect: "manual", headers: { "user-agent": agent, cookie } });
    if (!url.startsWith(wecom.url)) {
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
    }
    const target = response.headers.get("location");
    if (target === null) return { status: response.status, text: await response.text() };
    url = new URL(target.replace(/#.*$/, ""), url).href;
  }
}

it("the document opens inside WeCom for whoever WeCom says is there, with buttons for who may decide", async () => {
  const { wecom, lin, ask } = await openPark();
  const number = await ask("L002");
  await eventually(() => lin.cards.length).toBe(1);
  const link = lin.cards[0]?.shown.url ?? "";

  const manager = await openInWecom(wecom, lin.userId, link);
  expect(manager.status).toBe(200);
  expect(manager.text).toContain(number);
  expect(manager.text).toContain("同意");
  const requester = await openInWecom(wecom, "w-S01", link);
  expect(requester.text).not.toContain(">同意<");

  // A member of the company who is not of the staff, and a browser outside of WeCom.
  wecom.member("intern");
  expect((await openInWecom(wecom, "intern", link)).status).toBe(403);
  expect((await openInWecom(wecom, lin.userId, link, "Mozilla/5.0 Chrome/140")).status).toBe(403);
});

const fail = (): never => {
  throw new Error("nothing on the screen");
};
