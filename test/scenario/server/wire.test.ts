import { createServer } from "node:net";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { readableText } from "../../../playground/official-account/chat.ts";
import { signedHeaders } from "../../../playground/wechat-pay/keys.ts";
import { rows } from "../../../src/db/rows.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort, type RunningServer, runServer, startServer, startServerByNpm } from "../../support/server.ts";
import { isAnswer, openPark, type Park, RENT, WAIT_MS } from "./park.ts";
import { exchange, messageXml, passiveReply, push, type WireRequest } from "./push.ts";

const LIMIT_MS = 90_000;

/** Every table that a request could write to, but for the count of refusals itself. */
async function everythingStored(park: Park): Promise<object[]> {
  const tables = await rows<{ name: string }>(
    park.db,
    Prisma.sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'rate_count' ORDER BY 1`,
  );
  const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS count FROM "${name}"`);
  return rows<object>(park.db, Prisma.raw(counts.join(" UNION ALL ")));
}

interface RefusedRequest {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  readonly request: (park: Park) => WireRequest;
}

const payment = (park: Park, body: string, path = ""): WireRequest => ({
  method: "POST",
  path: `/callbacks/wechat-pay/payment${path}`,
  headers: {
    "Content-Type": "application/json",
    ...signedHeaders(park.playground.wechatPay.keys.forNotification(), body, Date.now()),
  },
  body,
});

const get = (path: string): WireRequest => ({ method: "GET", path });

const REFUSED: readonly RefusedRequest[] = [
  {
    what: "a URL check with another token",
    status: 401,
    code: "BAD_SIGNATURE",
    request: (park) => get(push(park, { token: "wrong" }).path.replace("?", "?echostr=hello&")),
  },
  {
    what: "a URL check without a signature",
    status: 400,
    code: "MISSING_PARAMETER",
    request: () => get("/callbacks/official-account?echostr=hello"),
  },
  {
    what: "a plain body without <Encrypt>",
    status: 400,
    code: "NOT_ENCRYPTED",
    request: (park) =>
      push(park, { envelope: () => messageXml(park, { MsgType: "text", Content: "查账单", MsgId: 1 }) }),
  },
  { what: "another token", status: 401, code: "BAD_SIGNATURE", request: (park) => push(park, { token: "wrong" }) },
  { what: "an old timestamp", status: 401, code: "STALE", request: (park) => push(park, { ageSeconds: 3_600 }) },
  {
    what: "a message for another appid",
    status: 403,
    code: "WRONG_RECEIVER",
    request: (park) => push(park, { appId: "wxsomebodyelse00" }),
  },
  {
    what: "a document type",
    status: 400,
    code: "BAD_XML",
    request: (park) =>
      push(park, {
        envelope: (text) => `<!DOCTYPE xml [<!ENTITY a "aaaa">]><xml><Encrypt>${text}</Encrypt><b>&a;</b></xml>`,
      }),
  },
  {
    what: "a document type inside the ciphertext",
    status: 400,
    code: "BAD_XML",
    request: (park) => push(park, { xml: `<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>` }),
  },
  {
    what: "bytes that are not UTF-8",
    status: 400,
    code: "BAD_XML",
    request: (park) => push(park, { envelope: () => Buffer.from([0x3c, 0x78, 0x6d, 0x6c, 0xff, 0xfe, 0x3e]) }),
  },
  {
    what: "a body of 10 MB",
    status: 413,
    code: "http.refused",
    request: (park) => push(park, { envelope: () => Buffer.alloc(10 * 1024 * 1024, 0x61) }),
  },
  {
    what: "a payment notification without a signature",
    status: 401,
    code: "UNSIGNED",
    request: () => ({ method: "POST", path: "/callbacks/wechat-pay/payment", body: "{}" }),
  },
  {
    what: "a payment notification whose body was changed",
    status: 401,
    code: "BAD_SIGNATURE",
    request: (park) => ({ ...payment(park, '{"id":"1"}'), body: '{"id":"2"}' }),
  },
  {
    what: "a payment notification for an unknown merchant code",
    status: 404,
    code: "UNKNOWN_MERCHANT",
    request: (park) => payment(park, "{}", "/NOBODY"),
  },
  {
    what: "a signed payment notification that is none",
    status: 400,
    code: "MALFORMED",
    request: (park) => payment(park, '{"hello":1}'),
  },
  {
    what: "a body of 10 MB whose length is not told",
    status: 413,
    code: "http.refused",
    request: (park) => ({
      ...push(park, { envelope: () => Buffer.alloc(10 * 1024 * 1024, 0x61) }),
      headers: { "Transfer-Encoding": "chunked" },
    }),
  },
  { what: "an unknown route", status: 404, code: "http.refused", request: () => get("/admin.php") },
];

describe("over the wire", () => {
  let park: Park;
  let server: RunningServer;
  beforeEach(async () => {
    park = await openPark();
    await park.publish();
    // The web alone: what the log and the tables gain comes from requests.
    server = await park.start(["--role", "web"]);
  });

  it("refuses what is wrong with one line in the log and nothing in the books", { timeout: LIMIT_MS }, async () => {
    const before = await everythingStored(park);
    const atStart = server.log().length;
    const found: unknown[] = [];
    for (const { what, request } of REFUSED) {
      const asked = request(park);
      const answer = await exchange(park, asked);
      // The line comes by another pipe than the answer.
      await eventually(() => server.log().length).toBeGreaterThan(atStart + found.length);
      const line = server.log()[atStart + found.length];
      found.push([what, answer.status, line?.code ?? line?.refusal ?? line?.msg]);
      if (asked.path.startsWith("/callbacks/wechat-pay")) {
        expect(JSON.parse(answer.text), what).toMatchObject({ code: "FAIL" });
      }
    }
    expect(server.log()).toHaveLength(atStart + REFUSED.length);
    expect(found).toEqual(REFUSED.map(({ what, status, code }) => [what, status, code]));
    expect(await everythingStored(park)).toEqual(before);
    expect(server.stderr()).toBe("");
    expect((await exchange(park, get("/healthz"))).status).toBe(200);
  });

  it("takes the same bytes twice, answers twice the same and does it once", { timeout: LIMIT_MS }, async () => {
    const asked = push(park);
    const first = passiveReply(park, await exchange(park, asked));
    expect(first).toMatchObject({ state: "message" });
    expect(first.state === "message" && readableText(first.content)).toContain(RENT);
    await eventually(() => park.db.outbox.count({ where: { state: "sent" } })).toBe(1);
    const stored = await everythingStored(park);
    expect(passiveReply(park, await exchange(park, asked))).toEqual(first);
    expect(await everythingStored(park)).toEqual(stored);
  });

  it("passes the console's check, answers messages and lets events be that it does not know", async () => {
    expect(await park.playground.officialAccount.checkUrl()).toBe(true);
    const said = await park.contact(0).say("查账单");
    expect(said).toMatchObject({ state: "answered", attempts: [{ status: 200 }] });
    const xml = messageXml(park, { MsgType: "event", Event: "kf_create_session", KfAccount: "x" });
    expect(await exchange(park, push(park, { xml }))).toMatchObject({ status: 200, text: "success" });
  });

  it("tells monitors how it is, and the log what is off", async () => {
    expect(JSON.parse((await exchange(park, get("/healthz"))).text)).toMatchObject({ ok: true });
    expect(JSON.parse((await exchange(park, get("/readyz"))).text)).toEqual({ ok: true, failures: {} });
    const metrics = await exchange(park, get("/metrics"));
    expect(metrics).toMatchObject({ status: 200, contentType: expect.stringContaining("text/plain") });
    expect(metrics.text).toContain("process_cpu_user_seconds_total");
    const told = server.log().map((entry) => String(entry.msg));
    expect(told.filter((line) => line.includes(" is off"))).toEqual([
      expect.stringContaining("DingTalk is off"),
      expect.stringContaining("meter source is off"),
      expect.stringContaining("e-mail is off"),
    ]);
  });
});

describe("npm start", () => {
  it("hands a service manager's SIGTERM on, and ends with the server's 0", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    const server = await startServerByNpm(park.variables);
    expect(await server.stop()).toBe(0);
    expect(server.log().at(-1)).toMatchObject({ msg: "stopped" });
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  it("refuses without a database, in a sentence", async () => {
    const end = await runServer({ PORT: "0" });
    expect(end).toMatchObject({ exitCode: 1, stdout: "" });
    expect(end.stderr).toMatch(/^请设置 DATABASE_URL.*ALLOW_EMBEDDED_DATABASE=1.*\n$/);
  });

  it("refuses half a platform, naming the variable", async () => {
    const end = await runServer({ PORT: "0", ALLOW_EMBEDDED_DATABASE: "1", OA_APP_ID: "wx1" });
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain("OA_APP_SECRET");
    expect(end.stderr).not.toContain("    at ");
  });

  it("refuses a database that does not answer, in a sentence without the password", async () => {
    const end = await runServer({
      PORT: "0",
      DATABASE_URL: "postgresql://u:poison@127.0.0.1:1/x",
      FIELD_ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
    });
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain("DATABASE_URL");
    expect(end.stdout + end.stderr).not.toContain("poison");
    expect(end.stderr).not.toContain("    at ");
  });

  it("refuses a port that is taken, in a sentence", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(Number(park.variables.PORT), resolve));
    onTestFinished(() => void squatter.close());
    const end = await runServer(park.variables);
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain(`端口 ${park.variables.PORT} 已被占用`);
    expect(end.stderr).not.toContain("    at ");
  });

  it("refuses a role that it does not know", async () => {
    const end = await runServer({ PORT: "0" }, ["--role", "boss"]);
    expect(end).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("--role") });
  });
});

describe("web and worker apart, on one database", () => {
  it("answer together: the web what is asked, the worker what is told", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    const worker = await park.start(["--role", "worker"]);
    await expect(fetch(`${park.url}/healthz`)).rejects.toThrow();
    const web = await startServer(park.variables, ["--role", "web"]);
    const person = park.contact(0);

    await park.publish("notify");
    const notice = await person.waitForMessage((message) => message.channel === "template", WAIT_MS);
    expect(readableText(notice)).toContain(RENT);
    const seen = person.messages.length;
    await person.say("查账单");
    expect((await person.waitForMessage(isAnswer, WAIT_MS, seen)).channel).toBe("passive");
    expect(await web.stop()).toBe(0);
    expect(await worker.stop()).toBe(0);
  });

  it("a second web on another port is as good as the first", { timeout: LIMIT_MS }, async () => {
    const park = await openPark();
    await park.publish();
    const first = await park.start();
    const port = await freePort();
    await startServer({ ...park.variables, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` });
    expect(await first.stop()).toBe(0);
    park.playground.officialAccount.setCallbackUrl(`http://127.0.0.1:${port}/callbacks/official-account`);
    const person = park.contact(0);
    await person.say("查账单");
    expect((await person.waitForMessage(isAnswer, WAIT_MS)).channel).toBe("passive");
  });
});
