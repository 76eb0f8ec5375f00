import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InboundEvent } from "../../../bot/events.ts";
import { menuCard } from "../../../cards/menu-card.ts";
import { renderPassiveText } from "../../../cards/render/official-account.ts";
import { type OfficialAccount, startOfficialAccount } from "../../../playground/official-account/official-account.ts";
import { createAccountMenu } from "../../../src/platforms/official-account/menu.ts";
import { parsePush } from "../../../src/platforms/official-account/parse.ts";
import { createSceneQrCode } from "../../../src/platforms/official-account/qr-code.ts";
import { buildPassiveReply, NO_REPLY } from "../../../src/platforms/official-account/reply.ts";
import { createOfficialAccountMessenger } from "../../../src/platforms/official-account/send.ts";
import { createAccessTokens } from "../../../src/platforms/official-account/token.ts";
import { openPush, verifyUrlCheck } from "../../../src/platforms/official-account/verify.ts";
import { inMemorySharedState } from "./in-memory-shared-state.ts";

const keys = { appId: "wx5823bf96d3bd56c7", token: "token1", aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C" };
const OPEN_ID = "oCallback000000000000000001";
const clocks = { nowMs: Date.now, wireNowMs: Date.now };

/** The pretend WeChat against our verifying, parsing and answering: two implementations that share no code. */
describe("WeChat and we understand each other", () => {
  let account: OfficialAccount;
  let ours: Server;
  let events: InboundEvent[];
  let answerWith: (event: InboundEvent) => string;

  beforeEach(async () => {
    events = [];
    answerWith = () => NO_REPLY;
    ours = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const query = Object.fromEntries(new URL(request.url ?? "/", "http://localhost").searchParams);
      if (request.method === "GET") {
        const check = verifyUrlCheck(keys, query, Date.now());
        response.writeHead(check.ok ? 200 : check.httpStatus).end(check.ok ? check.answer : "");
        return;
      }
      const opened = openPush(keys, query, Buffer.concat(chunks), Date.now());
      const parsed = opened.ok ? parsePush(keys.appId, opened.xml) : opened;
      if (!parsed.ok) {
        response.writeHead(parsed.httpStatus).end();
        return;
      }
      events.push(parsed.event);
      response.end(answerWith(parsed.event));
    });
    await new Promise<void>((resolve) => ours.listen(0, "127.0.0.1", resolve));
    const callbackUrl = `http://127.0.0.1:${(ours.address() as AddressInfo).port}/callbacks/official-account`;
    account = await startOfficialAccount({ ...keys, secret: "s1", callbackUrl, pushSpacingMs: 10 }, clocks);
  });
  afterEach(async () => {
    await account.close();
    await new Promise((resolve) => ours.close(resolve));
  });

  const connection = () => ({ apiBase: account.url, appId: keys.appId, appSecret: "s1" });
  const accessTokens = () => createAccessTokens(connection(), inMemorySharedState());

  it("the console accepts our address", async () => {
    expect(await account.checkUrl()).toBe(true);
  });

  it("a person hears our answer as the reply to what they said", async () => {
    answerWith = (event) => buildPassiveReply(keys, event, renderPassiveText(menuCard({ bound: false })), Date.now());
    const person = account.user(OPEN_ID);
    await person.subscribe();
    await person.say("你好");
    expect(events).toMatchObject([{ kind: "subscribe" }, { kind: "text", text: "你好", senderId: OPEN_ID }]);
    expect(account.incidents).toEqual([]);
    expect(person.messages.map((message) => message.channel)).toEqual(["passive", "passive"]);
    expect(JSON.stringify(person.messages.at(-1))).toContain("绑定企业后即可查账单和缴费");
  });

  it("silence is no fault of the service", async () => {
    await account.user(OPEN_ID).subscribe();
    expect(account.incidents).toEqual([]);
  });

  it("a repeated push has the same key, another one another", async () => {
    const person = account.user(OPEN_ID);
    await person.subscribe();
    person.duplicateNextPush(3);
    await person.say("查账单");
    await person.say("查账单");
    const keysOfTexts = events.filter((event) => event.kind === "text").map((event) => event.externalKey);
    expect(keysOfTexts).toHaveLength(4);
    expect(new Set(keysOfTexts).size).toBe(2);
  });

  it("a tap on our menu comes back as the action it was made for", async () => {
    const person = account.user(OPEN_ID);
    await person.subscribe();
    const messenger = createOfficialAccountMessenger({ ...connection(), templates: {} }, accessTokens());
    await messenger.send(
      { kind: "person", externalId: OPEN_ID },
      { occasion: "reply", card: menuCard({ bound: false }), dedupeKey: "1" },
    );
    await person.tapMenuItem("1:bind.start");
    expect(events.at(-1)).toMatchObject({ kind: "action", action: { type: "bind.start" } });
  });

  it("so does a press on the account's menu that we made", async () => {
    const made = await createAccountMenu(connection(), accessTokens(), [
      { name: "查账单", action: { type: "bill.list" } },
      { name: "缴费", url: "https://park.example.com/h5/pay" },
    ]);
    expect(made).toEqual({ state: "created" });
    const person = account.user(OPEN_ID);
    await person.subscribe();
    await person.clickMenu("1:bill.list");
    expect(events.at(-1)).toMatchObject({ kind: "action", action: { type: "bill.list" } });
    await person.openMenuLink("https://park.example.com/h5/pay");
    expect(events.at(-1)).toMatchObject({ kind: "other", what: "VIEW" });
  });

  it("a scan of our QR code brings its scene, for a stranger and for a follower", async () => {
    const code = await createSceneQrCode(connection(), accessTokens(), "unit:A-301", 3600);
    expect(code).toMatchObject({ state: "created" });
    const person = account.user(OPEN_ID);
    await person.scan("unit:A-301");
    await person.scan("unit:A-301");
    expect(events).toMatchObject([
      { kind: "subscribe", scene: "unit:A-301" },
      { kind: "scan", scene: "unit:A-301" },
    ]);
  });

  it("an account with another token or key is not heard", async () => {
    const callbackUrl = `http://127.0.0.1:${(ours.address() as AddressInfo).port}/callbacks/official-account`;
    for (const altered of [
      { token: "token2" },
      { aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG" },
      { appId: "wx0" },
    ]) {
      const stranger = await startOfficialAccount(
        { ...keys, ...altered, secret: "s", callbackUrl, pushSpacingMs: 10 },
        clocks,
      );
      await stranger.user(OPEN_ID).subscribe();
      await stranger.close();
    }
    expect(events).toEqual([]);
  });
});

it("a menu has one to three entries", async () => {
  const tokens = { current: async () => "t", renewed: async () => "t" };
  await expect(createAccountMenu({ apiBase: "http://127.0.0.1:1" }, tokens, [])).rejects.toThrow(RangeError);
});
