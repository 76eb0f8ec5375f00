import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultSwitches } from "../../../playground/http/fault-switches.ts";
import { startOfficialAccount } from "../../../playground/official-account/official-account.ts";
import { startWecom } from "../../../playground/wecom/wecom.ts";
import { createDingtalkMedia } from "../../../src/platforms/dingtalk/media.ts";
import { parseRobotMessage } from "../../../src/platforms/dingtalk/parse.ts";
import { createAccessTokens as dingtalkTokens } from "../../../src/platforms/dingtalk/token.ts";
import { createOfficialAccountMedia } from "../../../src/platforms/official-account/media.ts";
import { createAccessTokens as officialAccountTokens } from "../../../src/platforms/official-account/token.ts";
import { createWecomMedia } from "../../../src/platforms/wecom/media.ts";
import { createAccessTokens as wecomTokens } from "../../../src/platforms/wecom/token.ts";
import type { MediaSource } from "../../../src/ports/media-source.ts";
import { CLIENT_ID, CLIENT_SECRET, ROBOT_CODE, startPretendDingtalk } from "../messenger/dingtalk-world.ts";
import { inMemorySharedState } from "../messenger/in-memory-shared-state.ts";

/* What every platform promises about the pictures that people send, held against the pretend ones over HTTP. */

const PICTURE = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(5_000, 7)]);
const DAY_MS = 86_400_000;
const AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR";

interface Far {
  readonly source: MediaSource;
  /** Somebody sends a picture: what names it in the message. */
  send(bytes: Uint8Array): Promise<string>;
  /** The platform has dropped what was sent. */
  drop(): void;
  expireTokens(): void;
  readonly path: readonly ["GET" | "POST", RegExp];
  readonly faults: FaultSwitches;
  close(): Promise<void>;
}

let aheadMs = 0;
const clocks = { nowMs: () => Date.now() + aheadMs, wireNowMs: Date.now };

/** The message of a picture does not need to arrive anywhere: the media id is what the platform gave it. */
async function officialAccount(): Promise<Far> {
  const far = await startOfficialAccount(
    {
      appId: "wx1",
      secret: "s",
      token: "t",
      aesKey: AES_KEY,
      callbackUrl: "http://127.0.0.1:1/",
      pushTimeoutMs: 50,
      pushSpacingMs: 1,
    },
    clocks,
  );
  const app = { appId: "wx1", apiBase: far.url };
  const source = createOfficialAccountMedia(
    app,
    officialAccountTokens({ ...app, appSecret: "s" }, inMemorySharedState()),
  );
  const follower = far.user("o1");
  return {
    source,
    send: async (bytes) => follower.keepPicture(bytes),
    drop: () => {
      aheadMs += 3 * DAY_MS + 1;
    },
    expireTokens: () => far.tokens.expireAll(),
    path: ["GET", /media\/get/],
    faults: far.faults,
    close: () => far.close(),
  };
}

async function wecom(): Promise<Far> {
  const far = await startWecom({ corpId: "ww1", agentId: 1, secret: "s", token: "t", aesKey: AES_KEY }, clocks);
  const app = { corpId: "ww1", apiBase: far.url };
  const source = createWecomMedia(app, wecomTokens({ ...app, agentId: 1, secret: "s" }, inMemorySharedState()));
  const member = far.member("li");
  return {
    source,
    send: async (bytes) => member.keepPicture(bytes),
    drop: () => {
      aheadMs += 3 * DAY_MS + 1;
    },
    expireTokens: () => far.tokens.expireAll(),
    path: ["GET", /media\/get/],
    faults: far.faults,
    close: () => far.close(),
  };
}

async function dingtalk(): Promise<Far> {
  const far = await startPretendDingtalk();
  const app = {
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    robotCode: ROBOT_CODE,
    apiBase: far.url,
    oapiBase: far.url,
  };
  return {
    source: createDingtalkMedia(app, dingtalkTokens(app, inMemorySharedState())),
    send: async (bytes) => far.pictures.keep(bytes),
    drop: () => far.pictures.forgetAll(),
    expireTokens: () => far.tokens.revokeAll(),
    path: ["POST", /messageFiles\/download/],
    faults: far.faults,
    close: () => far.close(),
  };
}

describe.each([
  ["official account", officialAccount],
  ["WeCom", wecom],
  ["DingTalk", dingtalk],
] as const)("pictures that people send on %s", (_name, open) => {
  let far: Far;
  beforeAll(async () => {
    far = await open();
  });
  beforeEach(() => {
    aheadMs = 0;
  });
  afterAll(() => far.close());

  it("come byte for byte", async () => {
    const fetched = await far.source.fetch(await far.send(PICTURE));
    expect(fetched.state === "fetched" && Buffer.from(fetched.bytes).equals(PICTURE)).toBe(true);
  });

  it("come also when the token has expired: it is renewed, once", async () => {
    const id = await far.send(PICTURE);
    await far.source.fetch(id);
    far.expireTokens();
    expect((await far.source.fetch(id)).state).toBe("fetched");
  });

  it("are gone when the platform has dropped them", async () => {
    const id = await far.send(PICTURE);
    far.drop();
    expect((await far.source.fetch(id)).state).toBe("gone");
  });

  it("are gone when they were sent to somebody else: another account's id opens nothing here", async () => {
    expect((await far.source.fetch("someone-elses-media-id")).state).toBe("gone");
  });

  it("are not read beyond ten megabytes", async () => {
    const large = Buffer.concat([PICTURE, Buffer.alloc(10 * 1024 * 1024)]);
    expect(await far.source.fetch(await far.send(large))).toEqual({ state: "too-large" });
  });

  it("are asked for later when nobody answers, or too much was asked", async () => {
    const id = await far.send(PICTURE);
    const [method, path] = far.path;
    far.faults.arm(method, path, { kind: "drop-before" }, 1);
    expect(await far.source.fetch(id)).toMatchObject({ state: "later", code: "NO_ANSWER" });
    const busy =
      method === "GET"
        ? { status: 200, body: '{"errcode":45009,"errmsg":"reach max api daily quota limit"}' }
        : { status: 403, body: '{"code":"Forbidden.AccessDenied.QpsLimitForApi","message":"x"}' };
    far.faults.arm(method, path, { kind: "refuse", ...busy }, 1);
    expect((await far.source.fetch(id)).state).toBe("later");
    far.faults.arm(method, path, { kind: "refuse", status: 502, body: "<html>" }, 1);
    expect((await far.source.fetch(id)).state).toBe("later");
    expect((await far.source.fetch(id)).state).toBe("fetched");
  });
});

it("WeCom: an answer with an error is none of a picture, even when it calls itself one", async () => {
  const far = await wecom();
  far.faults.arm("GET", /media\/get/, { kind: "refuse", status: 200, body: '{"errcode":40007,"errmsg":"x"}' }, 1);
  expect(await far.source.fetch(await far.send(PICTURE))).toEqual({ state: "gone", code: "40007" });
  await far.close();
});

it("DingTalk: an address outside of DingTalk's own hosts is not called", async () => {
  const called: string[] = [];
  const app = {
    clientId: "c",
    robotCode: "r",
    apiBase: "https://api.dingtalk.com",
    oapiBase: "https://oapi.dingtalk.com",
  };
  const source = createDingtalkMedia(
    {
      ...app,
      fetch: async (url) => {
        called.push(String(url));
        return Response.json({ downloadUrl: "http://169.254.169.254/latest/meta-data" });
      },
    },
    { current: async () => "t", renewed: async () => "t" },
  );
  expect(await source.fetch("code")).toEqual({ state: "later", code: "FOREIGN_HOST" });
  expect(called).toEqual(["https://api.dingtalk.com/v1.0/robot/messageFiles/download"]);
});

it("DingTalk: a picture's message names the code, in the older field too, and beside words only the words count", () => {
  const said = (content: object) => {
    const parsed = parseRobotMessage(
      { clientId: "c", robotCode: "r" },
      {
        msgId: "m",
        conversationId: "cid",
        senderId: "s",
        senderStaffId: "li",
        createAt: 1_790_000_000_000,
        conversationType: "1",
        robotCode: "r",
        ...content,
      },
    );
    return parsed.ok ? parsed.event : undefined;
  };
  expect(said({ msgtype: "picture", content: { downloadCode: "A", pictureDownloadCode: "B" } })).toMatchObject({
    what: "image",
    mediaId: "A",
  });
  expect(said({ msgtype: "picture", content: { pictureDownloadCode: "B" } })).toMatchObject({
    what: "image",
    mediaId: "B",
  });
  expect(said({ msgtype: "richText", content: { richText: [{ type: "picture", downloadCode: "C" }] } })).toMatchObject({
    what: "image",
    mediaId: "C",
  });
});
