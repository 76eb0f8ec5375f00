import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Dingtalk } from "../../../playground/dingtalk/dingtalk.ts";
import type { Environment } from "../../../src/config/env.ts";
import { CATALOGUE } from "../../../src/doctor/catalogue.ts";
import { examine } from "../../../src/doctor/doctor.ts";
import { createHttpApp } from "../../../src/http/app.ts";
import { dingtalkCallbacks } from "../../../src/http/callbacks/dingtalk.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import {
  API_SECRET,
  CLIENT_ID,
  CLIENT_SECRET,
  EVENT_KEYS,
  ROBOT_CODE,
  startPretendDingtalk,
  TEMPLATE_ID,
} from "../../contract/messenger/dingtalk-world.ts";
import { createTestDatabase } from "../../support/database.ts";
import { WRONG_DINGTALK_SETTINGS } from "./dingtalk-settings.ts";

let dingtalk: Dingtalk;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let servers: Awaited<ReturnType<typeof startServer>>[];
let environment: Environment;
let received = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  dingtalk = await startPretendDingtalk();
  const secrets = { clientSecret: CLIENT_SECRET, apiSecret: API_SECRET, token: EVENT_KEYS.token };
  servers = await Promise.all([
    startServer(secrets),
    startServer({ clientSecret: "before", apiSecret: "before", token: "before" }),
  ]);
  environment = {
    DATABASE_URL: database.url,
    FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    PUBLIC_URL: servers[0]?.url,
    DINGTALK_CLIENT_ID: CLIENT_ID,
    DINGTALK_CLIENT_SECRET: CLIENT_SECRET,
    DINGTALK_ROBOT_CODE: ROBOT_CODE,
    DINGTALK_CARD_TEMPLATE_ID: TEMPLATE_ID,
    DINGTALK_API_SECRET: API_SECRET,
    DINGTALK_TOKEN: EVENT_KEYS.token,
    DINGTALK_AES_KEY: EVENT_KEYS.aesKey,
    DINGTALK_API_BASE: dingtalk.url,
    DINGTALK_OAPI_BASE: dingtalk.url,
  };
});
beforeEach(() => dingtalk.faults.clear());
afterAll(async () => {
  await Promise.all([dingtalk.close(), database.close(), ...servers.map((server) => server.close())]);
});

const look = async (set: Environment = {}) => {
  const [, old] = servers;
  const places: Environment = { elsewhere: dingtalk.url, "old-secrets": old?.url };
  const publicUrl = set.PUBLIC_URL === undefined ? environment.PUBLIC_URL : places[set.PUBLIC_URL];
  return examine({ ...environment, ...set, PUBLIC_URL: publicUrl }, { nowMs: Date.now });
};

describe("doctor on DingTalk", () => {
  it("finds nothing wrong with a right configuration, twice, and says nothing to anybody", async () => {
    for (let visit = 1; visit <= 2; visit += 1) {
      const findings = await look();
      expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
      expect(findings.map(({ variable }) => variable)).toEqual(
        expect.arrayContaining([
          "DINGTALK_CLIENT_ID",
          "DINGTALK_CLIENT_SECRET",
          "DINGTALK_ROBOT_CODE",
          "DINGTALK_CARD_TEMPLATE_ID",
          "DINGTALK_API_SECRET",
          "DINGTALK_TOKEN",
        ]),
      );
    }
    expect(received).toBe(0);
    expect(dingtalk.cards.cards).toHaveLength(1);
  });

  it.each(WRONG_DINGTALK_SETTINGS)("$code: names $variable and the likely cause", async (wrong) => {
    wrong.outside?.(dingtalk);
    const findings = (await look(wrong.set)).filter(({ level }) => level !== "ok");
    expect(findings.map(({ code }) => code).toSorted()).toEqual([wrong.code, ...(wrong.also ?? [])].toSorted());
    const finding = findings.find(({ code }) => code === wrong.code);
    expect(finding).toMatchObject({ variable: wrong.variable, level: CATALOGUE[wrong.code].level });
    expect(finding?.message).toContain(wrong.says ?? CATALOGUE[wrong.code].message);
    expect(finding?.cause).not.toBe("");
    for (const secret of [CLIENT_SECRET, API_SECRET]) expect(JSON.stringify(findings)).not.toContain(secret);
  });
});

/** Our callbacks, as they run in production, with an inbox that only counts. */
async function startServer(secrets: { clientSecret: string; apiSecret: string; token: string }) {
  const logger = createLogger({ level: "silent" });
  const router = dingtalkCallbacks({
    app: { clientId: CLIENT_ID, robotCode: ROBOT_CODE },
    clientSecret: secrets.clientSecret,
    apiSecret: secrets.apiSecret,
    events: { token: secrets.token, aesKey: EVENT_KEYS.aesKey },
    recordGroup: async () => {
      received += 1;
    },
    clock: { nowMs: Date.now },
    logger,
    inbox: {
      async receive() {
        received += 1;
        return { inboxEventId: "1", conversationKey: "1", duplicate: false };
      },
      handle: async () => {},
      claimReply: async () => undefined,
      markReplySent: async () => {},
      releaseReply: async () => {},
    },
  });
  const server = createHttpApp({ logger, routers: [router] }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
