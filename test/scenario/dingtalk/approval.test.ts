import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import type { Dingtalk } from "../../../playground/dingtalk/dingtalk.ts";
import type { Group } from "../../../playground/dingtalk/group.ts";
import type { Member } from "../../../playground/dingtalk/member.ts";
import { platformApps } from "../../../src/compose/platform-apps.ts";
import { compose } from "../../../src/compose.ts";
import { loadConfig } from "../../../src/config/env.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { deriveLinkKey } from "../../../src/http/h5/link.ts";
import { pageUrl } from "../../../src/http/h5/page-link.ts";
import type { ApprovalRequest } from "../../../src/usecases/approvals/approval.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import { askChange } from "../../../src/usecases/master-data-changes/ask-change.ts";
import { findStaffMember } from "../../../src/usecases/staff/find-staff-member.ts";
import { assignGroup } from "../../../src/usecases/staff-groups/assign-group.ts";
import {
  API_SECRET,
  CLIENT_ID,
  CLIENT_SECRET,
  EVENT_KEYS,
  ROBOT_CODE,
  startPretendDingtalk,
  TEMPLATE_ID,
} from "../../contract/messenger/dingtalk-world.ts";
import { movableClock } from "../../support/clock.ts";
import { CONVERSATION_WORLD } from "../../support/conversation-world.ts";
import { withDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const database = withDatabase();
const FIELD_KEY = Buffer.alloc(32, 7);
const CLI = { actor: "staff:S01", channel: "cli" } as const;

const person = (code: string, name: string, roles: readonly string[]) => ({
  code,
  name,
  roles,
  projects: ["DG"],
  dingtalkUserId: `ding-${code}`,
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

/** The whole program before a pretend DingTalk, with a park whose managers sit in one group. */
async function openPark() {
  const dingtalk = await startPretendDingtalk();
  const clock = movableClock("2026-09-05");
  const listening = createServer();
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const loaded = loadConfig({
    DATABASE_URL: database.url,
    FIELD_ENCRYPTION_KEY: FIELD_KEY.toString("base64"),
    PUBLIC_URL: url,
    DINGTALK_CLIENT_ID: CLIENT_ID,
    DINGTALK_CLIENT_SECRET: CLIENT_SECRET,
    DINGTALK_ROBOT_CODE: ROBOT_CODE,
    DINGTALK_CARD_TEMPLATE_ID: TEMPLATE_ID,
    DINGTALK_API_SECRET: API_SECRET,
    DINGTALK_TOKEN: EVENT_KEYS.token,
    DINGTALK_AES_KEY: EVENT_KEYS.aesKey,
    DINGTALK_API_BASE: dingtalk.url,
    DINGTALK_OAPI_BASE: dingtalk.url,
    DINGTALK_OAUTH_BASE: dingtalk.url,
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
  dingtalk.setCallbackBase(`${url}/callbacks/dingtalk`);
  const jobs = await app.startJobs();
  onTestFinished(async () => {
    await jobs.stop();
    await new Promise((resolve) => listening.close(resolve));
    await app.close();
    await dingtalk.close();
  });

  const [steward, lin, wang, chen] = WORLD.staff.map(({ name, dingtalkUserId }) =>
    dingtalk.member(dingtalkUserId, name),
  );
  if (!steward || !lin || !wang || !chen) throw new Error("four people");
  const everybody = [steward, lin, wang, chen];
  const group = dingtalk.createGroup(
    "东莞园区",
    everybody.map(({ userId }) => userId),
  );
  await dingtalk.setRobotIn(group, true);
  await inTransaction(database.db, (tx) =>
    assignGroup(tx, { ...CLI, conversationId: group.conversationId, projectCode: "DG", today }),
  );

  const linkKey = deriveLinkKey(FIELD_KEY);
  const linkOf = (request: ApprovalRequest) =>
    pageUrl({ publicUrl: url, linkKey, nowMs: clock.nowMs() }, "approval", request.id);
  /** The steward asks for a lower rent of a lease. */
  const ask = async (lease: string) =>
    inTransaction(database.db, async (tx) => {
      const requester = await findStaffMember(tx, { code: "S01" });
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
  return { dingtalk, group, steward, lin, wang, chen, ask, log };
}

const labels = (who: Member, group: Group) => who.newestCard(group).buttons.map(({ label }) => label);
const cardsIn = (group: Group) => group.chat.messages.filter(({ kind }) => kind === "card").length;
const lastWords = (who: Member): string => {
  const last = who.chat.messages.findLast((message) => message.kind === "text" || message.kind === "markdown");
  return last && "text" in last ? last.text : "";
};

it("a change of a lease is approved in the group, step by step, by those alone who may", async () => {
  const { dingtalk, group, steward, lin, wang, chen, ask, log } = await openPark();
  const number = await ask("L001");
  await eventually(() => cardsIn(group)).toBe(1);

  // Everybody sees what is asked; only the two finance managers see buttons, not the requester, not the CFO yet.
  expect(lin.newestCard(group).variables.subtitle).toBe(number);
  expect([lin, wang, chen, steward].map((who) => labels(who, group).includes("同意"))).toEqual([
    true,
    true,
    false,
    false,
  ]);

  // 林经理 agrees: the card has changed for all before DingTalk's two seconds are over.
  const first = lin.newestCard(group).outTrackId;
  expect(await lin.press(first, "同意")).toEqual({ state: "answered", changed: true });
  for (const who of [lin, wang, steward]) expect(who.see(first).buttons).toEqual([]);

  // The next step has a card of its own, with buttons for the CFO alone.
  await eventually(() => cardsIn(group)).toBe(2);
  expect([lin, wang, chen, steward].map((who) => labels(who, group).includes("同意"))).toEqual([
    false,
    false,
    true,
    false,
  ]);

  // 王经理's phone had not refreshed: the old button gets a clear sentence and changes nothing.
  dingtalk.cards.find(first)?.setShared({ buttons: "shown", outcome: "" }, true);
  expect(await wang.press(first, "同意")).toMatchObject({ state: "answered" });
  await eventually(() => lastWords(wang)).toContain("这次点击没有生效");
  expect(cardsIn(group)).toBe(2);

  const second = chen.newestCard(group).outTrackId;
  expect(await chen.press(second, "同意")).toEqual({ state: "answered", changed: true });
  expect(steward.see(second).variables.outcome).toBe("已通过");
  await eventually(() => lastWords(steward)).toContain("已通过");
  const lease = await database.db.auditEvent.findFirst({
    where: { action: "approval.approved" },
    orderBy: { id: "desc" },
  });
  expect(lease).toMatchObject({ channel: "dingtalk" });
  expect(dingtalk.incidents).toEqual([]);
  expect(log.events("inbox.handler-failed")).toEqual([]);
});

/** DingTalk's browser: keeps cookies, and its login page knows who holds the phone. */
async function openInDingtalk(dingtalk: Dingtalk, who: Member, address: string, agent = "Mozilla/5.0 DingTalk/7.6.0") {
  const cookies = new Map<string, string>();
  for (let url = address; ; ) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { "user-agent": agent, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const target = response.headers.get("location");
    if (target === null) return { status: response.status, text: await response.text() };
    const next = new URL(target, url).href;
    url = next.startsWith(`${dingtalk.url}/oauth2/auth`) ? dingtalk.authorization.open(next, who.unionId) : next;
  }
}

it("the document opens in DingTalk for whoever DingTalk says is there, with buttons for who may decide", async () => {
  const { dingtalk, group, steward, lin, ask } = await openPark();
  const number = await ask("L002");
  await eventually(() => cardsIn(group)).toBe(1);
  const [link] = lin.newestCard(group).links;
  if (!link) throw new Error("the card has no link");

  const manager = await openInDingtalk(dingtalk, lin, link.url);
  expect(manager.status).toBe(200);
  expect(manager.text).toContain(number);
  expect(manager.text).toContain("同意");
  const requester = await openInDingtalk(dingtalk, steward, link.url);
  expect(requester.text).toContain("撤回申请");
  expect(requester.text).not.toContain(">同意<");

  // A member of the organisation who is not of the staff, and a browser outside of DingTalk.
  expect((await openInDingtalk(dingtalk, dingtalk.member("intern", "实习生"), link.url)).status).toBe(403);
  expect((await openInDingtalk(dingtalk, lin, link.url, "Mozilla/5.0 Chrome/140")).status).toBe(403);
});
