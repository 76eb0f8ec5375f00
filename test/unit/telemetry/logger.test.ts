import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/config/secret.ts";
import { createLogger, type Logger, withLogFields } from "../../../src/telemetry/logger.ts";

function recording(): { logger: Logger; lines: string[]; last(): Record<string, unknown> } {
  const lines: string[] = [];
  const logger = createLogger({ level: "trace", destination: { write: (line: string) => lines.push(line) } });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? "{}") };
}

// Each is something that must never reach a log file.
const PHONE = "13812345678";
const OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
const TOKEN = "poison-token";
const IDENTITY = "44030119900307123X";
const PEM = "-----BEGIN PRIVATE KEY-----\nMIIEpoison\n-----END PRIVATE KEY-----";
const POISONS = [PHONE, OPENID, TOKEN, IDENTITY, "MIIEpoison", "poison"];

class VendorError extends Error {
  readonly response = {
    headers: { Authorization: `Bearer ${TOKEN}` },
    data: { access_token: TOKEN, payer: { openid: OPENID } },
  };
}

describe("the log", () => {
  const cases: [name: string, write: (logger: Logger) => void][] = [
    ["a token by its name", (log) => log.info({ access_token: TOKEN }, "x")],
    [
      "names in every spelling",
      (log) => log.info({ OA_APP_SECRET: "poison", apiV3Key: "poison", "X-Auth-Token": TOKEN }, "x"),
    ],
    ["a phone number deep inside", (log) => log.info({ a: { b: [{ c: { contactPhone: PHONE } }] } }, "x")],
    ["a phone number as a number", (log) => log.info({ phone: Number(PHONE) }, "x")],
    ["a phone number in a text of another name", (log) => log.info({ remark: `请联系${PHONE}。` }, "x")],
    ["a phone number with its country", (log) => log.info({ remark: `+86 ${PHONE}, 86${PHONE}` }, "x")],
    ["an openid in a text", (log) => log.info({ streamKey: `official-account|wx1|${OPENID}` }, "x")],
    ["an identity number in a text", (log) => log.info({ remark: `身份证${IDENTITY}` }, "x")],
    ["a private key in a text", (log) => log.info({ file: PEM }, "x")],
    [
      "the query string of a URL",
      (log) => log.info({ url: `https://api.weixin.qq.com/cgi-bin/x?access_token=${TOKEN}&openid=${OPENID}` }, "x"),
    ],
    ["the query string of a URL object", (log) => log.info({ url: new URL(`https://a.b/c?code=${TOKEN}`) }, "x")],
    ["the password of a connection URL", (log) => log.info({ target: `postgresql://u:${TOKEN}@db:5432/x` }, "x")],
    ["headers", (log) => log.info({ headers: new Headers({ authorization: `Bearer ${TOKEN}`, cookie: TOKEN }) }, "x")],
    ["maps", (log) => log.info({ members: new Map([["phone", PHONE]]) }, "x")],
    ["the message", (log) => log.info(`sent to ${PHONE} with access_token=${TOKEN}`)],
    ["arguments of the message", (log) => log.info("sent to %s", PHONE)],
    [
      "an error's message and stack",
      (log) => log.error(new Error(`no answer from https://a.b/?access_token=${TOKEN}`)),
    ],
    [
      "an error's own fields and cause",
      (log) => log.error({ err: new Error("x", { cause: new VendorError(`for ${OPENID}`) }) }, "x"),
    ],
    ["an error under another name", (log) => log.error({ reason: new VendorError("x") }, "x")],
    [
      "a quoted body in an error",
      (log) => log.error(new Error(`bad answer {"access_token":"${TOKEN}","phone":"${PHONE}"}`)),
    ],
    ["bindings of a child", (log) => log.child({ openid: OPENID, url: `https://a.b/?t=${TOKEN}` }).info("x")],
    ["fields of the context", (log) => withLogFields({ openid: OPENID }, () => log.info("x"))],
    ["a wrapped secret", (log) => log.info({ anything: new Secret("poison") }, "x")],
    ["bytes", (log) => log.info({ body: Buffer.from("poison") }, "x")],
  ];
  it.each(cases)("does not show %s", (_name, write) => {
    const { logger, lines } = recording();
    write(logger);
    expect(lines).toHaveLength(1);
    for (const poison of POISONS) expect(lines.join()).not.toContain(poison);
  });

  it("keeps what is needed to find and understand an event", () => {
    const { logger, last } = recording();
    const fields = {
      billNo: "DG-202609-00001",
      amountFen: 745300n,
      outTradeNo: "PL2026090113812345678901234567",
      code: "ORDER_CLOSED",
      dueDate: "2026-09-11",
      dates: [new Date(0)],
    };
    logger.info(fields, "bill.issued");
    expect(last()).toMatchObject({
      ...fields,
      amountFen: 745300,
      dates: ["1970-01-01T00:00:00.000Z"],
      level: "info",
      service: "parkledger",
      msg: "bill.issued",
    });
  });

  it("says where an error came from and what caused it", () => {
    const { logger, last } = recording();
    logger.error(Object.assign(new Error("outer", { cause: new RangeError("inner") }), { code: "E1" }));
    expect(last()).toMatchObject({
      msg: "outer",
      err: {
        type: "Error",
        message: "outer",
        code: "E1",
        stack: expect.stringContaining("logger.test.ts"),
        cause: { type: "RangeError", message: "inner" },
      },
    });
  });

  it("survives circles, depth and long lists", () => {
    const { logger, last } = recording();
    const circle: Record<string, unknown> = { list: Array.from({ length: 60 }, (_, index) => index) };
    circle.self = circle;
    logger.info(circle, "x");
    expect(last()).toMatchObject({ self: "[circular]", list: expect.arrayContaining(["… 10 more"]) });
  });

  it("adds the context's fields to every line within, nested contexts included", () => {
    const { logger, last, lines } = recording();
    withLogFields({ requestId: "r1" }, () => withLogFields({ platform: "wecom" }, () => logger.info("in")));
    expect(last()).toMatchObject({ requestId: "r1", platform: "wecom" });
    logger.info("out");
    expect(lines.at(-1)).not.toContain("r1");
  });
});
