import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, type Environment, loadConfig, platformsOff } from "../../../src/config/env.ts";
import { variables } from "../../../src/config/variables.ts";

const folder = mkdtempSync(join(tmpdir(), "parkledger-env-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const KEY = Buffer.alloc(32, 7).toString("base64");
const officialAccount = {
  OA_APP_ID: "wx0123456789abcdef",
  OA_APP_SECRET: "poison-oa-secret",
  OA_TOKEN: "poison-oa-token",
  OA_AES_KEY: "p".repeat(43),
};
const merchant = (prefix: string) => ({
  [`${prefix}MCH_ID`]: "1900000001",
  [`${prefix}APP_ID`]: "wx0123456789abcdef",
  [`${prefix}SERIAL_NO`]: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
  [`${prefix}PRIVATE_KEY`]: privateKey,
  [`${prefix}API_V3_KEY`]: "poison-v3-key-poison-v3-key-1234",
});

function configOf(environment: Environment): Config {
  const result = loadConfig(environment);
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.config;
}
function problemsOf(environment: Environment): readonly string[] {
  const result = loadConfig(environment);
  return result.ok ? [] : result.problems;
}

describe("the configuration", () => {
  it("of an empty environment is the embedded database with every platform off", () => {
    const config = configOf({});
    expect(config).toMatchObject({
      databaseUrl: undefined,
      port: 8787,
      publicUrl: "http://localhost:8787",
      dataDir: ".data",
      logLevel: "info",
      allowEmbeddedDatabase: false,
      outbound: { mode: "live", allowlist: [] },
    });
    expect(platformsOff(config)).toEqual([
      "official account is off: no OA_… variables",
      "WeCom is off: no WECOM_… variables",
      "DingTalk is off: no DINGTALK_… variables",
      "WeChat Pay is off: no WECHAT_PAY_… variables",
      "SMS is off: no SMS_… variables",
      "meter source is off: no METER_SOURCE_… variables",
      "nuonuo is off: no NUONUO_… variables",
      "e-mail is off: no SMTP_URL, MAIL_… variables",
    ]);
  });

  it("treats an empty variable as not set, as compose files write them", () => {
    expect(configOf({ PORT: "", OA_APP_ID: "", DATABASE_URL: "" })).toEqual(configOf({}));
  });

  it("switches a platform on with its keys, towards the real hosts unless told otherwise", () => {
    const config = configOf({ ...officialAccount, OA_API_BASE: "http://127.0.0.1:9000/" });
    expect(config.officialAccount).toMatchObject({
      appId: "wx0123456789abcdef",
      apiBase: "http://127.0.0.1:9000",
      oauthBase: "https://open.weixin.qq.com",
    });
    expect(config.officialAccount?.appSecret.reveal()).toBe("poison-oa-secret");
    expect(platformsOff(config)).not.toContain("official account is off: no OA_… variables");
  });

  it("sends short messages by Tencent Cloud, from its own host, when it is told the application", () => {
    const sms = {
      SMS_PROVIDER: "tencent",
      SMS_ACCESS_KEY_ID: "AKIDpark",
      SMS_ACCESS_KEY_SECRET: "poison-sms",
      SMS_SIGN_NAME: "园账通",
    };
    expect(configOf({ ...sms, SMS_SDK_APP_ID: "1400006666" }).sms).toMatchObject({
      provider: "tencent",
      apiBase: "https://sms.tencentcloudapi.com",
      sdkAppId: "1400006666",
    });
    expect(loadConfig(sms)).toMatchObject({ ok: false, problems: [expect.stringContaining("SMS_SDK_APP_ID")] });
  });

  it("reads a secret from NAME_FILE, without the line end of the file", () => {
    const file = join(folder, "secret");
    writeFileSync(file, "from-a-file\n");
    const { OA_APP_SECRET: _, ...others } = officialAccount;
    expect(configOf({ ...others, OA_APP_SECRET_FILE: file }).officialAccount?.appSecret.reveal()).toBe("from-a-file");
  });

  it("knows further merchant accounts by the code in their names", () => {
    const file = join(folder, "key.pem");
    writeFileSync(file, privateKey);
    const { MERCHANT_WX_2_PRIVATE_KEY: _, ...second } = merchant("MERCHANT_WX_2_");
    const config = configOf({
      ...merchant("WECHAT_PAY_"),
      WECHAT_PAY_PUBLIC_KEY_ID: "PUB_KEY_ID_0111",
      WECHAT_PAY_PUBLIC_KEY: publicKey.replaceAll("\n", "\\n"),
      ...second,
      MERCHANT_WX_2_PRIVATE_KEY_FILE: file,
    });
    expect([...config.wechatPay.keys()]).toEqual(["default", "WX_2"]);
    expect(config.wechatPay.get("default")?.publicKey?.pem.reveal()).toBe(publicKey);
    expect(config.wechatPay.get("WX_2")).toMatchObject({ mchId: "1900000001", publicKey: undefined });
    expect(config.wechatPay.get("WX_2")?.privateKey.reveal()).toBe(privateKey.trim());
  });

  it("shows no secret when it is printed in any way", () => {
    const config = configOf({
      ...officialAccount,
      ...merchant("WECHAT_PAY_"),
      DATABASE_URL: "postgresql://u:poison-db@127.0.0.1/x",
      FIELD_ENCRYPTION_KEY: KEY,
    });
    const printed = [
      JSON.stringify({ config, pay: [...config.wechatPay.values()] }),
      inspect(config, { depth: 9, showHidden: true }),
      `${config.databaseUrl} ${config.fieldEncryptionKey}`,
    ].join("\n");
    expect(printed).toContain("[redacted]");
    for (const poison of ["poison", KEY, "PRIVATE KEY", "p".repeat(43)]) expect(printed).not.toContain(poison);
  });
});

describe("problems of the configuration", () => {
  const cases: [name: string, environment: Environment, problems: (string | RegExp)[]][] = [
    ["a port that is none", { PORT: "http" }, ["PORT: must be a whole number from 0 to 65535"]],
    ["an unknown word", { OUTBOUND: "maybe" }, ["OUTBOUND: must be live, allowlist or off"]],
    ["an address without protocol", { PUBLIC_URL: "pay.example.com" }, [/^PUBLIC_URL: must be a URL/]],
    [
      "a database address of another make",
      { DATABASE_URL: "mysql://x" },
      [/^DATABASE_URL: must look like postgresql:/],
    ],
    [
      "an own database without an own key",
      { DATABASE_URL: "postgresql://u:p@h/d" },
      ["FIELD_ENCRYPTION_KEY: is needed with DATABASE_URL; make one with: openssl rand -base64 32"],
    ],
    ["a key of the wrong length", { FIELD_ENCRYPTION_KEY: "c2hvcnQ=" }, [/^FIELD_ENCRYPTION_KEY: must be 32 bytes/]],
    [
      "half a platform",
      { WECOM_CORP_ID: "ww1", WECOM_AGENT_ID: "1000002", WECOM_SECRET: "s" },
      [
        "WECOM_TOKEN: is missing; WeCom is switched on by WECOM_CORP_ID, which needs it too",
        "WECOM_AES_KEY: is missing; WeCom is switched on by WECOM_CORP_ID, which needs it too",
      ],
    ],
    ["an AES key cut short", { ...officialAccount, OA_AES_KEY: "abc" }, [/^OA_AES_KEY: must be the 43 letters/]],
    ["a file that is not there", { OA_TOKEN_FILE: "/nowhere" }, ["OA_TOKEN_FILE: cannot read /nowhere (ENOENT)"]],
    [
      "a secret given twice",
      { ...officialAccount, OA_TOKEN_FILE: "/nowhere" },
      ["OA_TOKEN: set either OA_TOKEN or OA_TOKEN_FILE, not both"],
    ],
    [
      "a private key that is no PEM",
      { ...merchant("MERCHANT_B_"), MERCHANT_B_PRIVATE_KEY: "MIIE" },
      [/^MERCHANT_B_PRIVATE_KEY: must be the PEM text/],
    ],
    [
      "a merchant variable that is none",
      { MERCHANT_B_COLOUR: "red" },
      [/^MERCHANT_B_COLOUR: unknown; a further merchant/],
    ],
    ["an allowlist of nobody", { OUTBOUND: "allowlist" }, [/^OUTBOUND_ALLOWLIST: names nobody/]],
    ["two problems at once", { PORT: "-1", LOG_LEVEL: "loud" }, [/^PORT: /, /^LOG_LEVEL: /]],
  ];
  it.each(cases)("%s", (_name, environment, expected) => {
    const problems = problemsOf(environment);
    expect(problems).toEqual(expected.map((text) => (typeof text === "string" ? text : expect.stringMatching(text))));
    for (const problem of problems) expect(problem).not.toContain("\n");
  });

  it("never repeat the value, which may be a secret in the wrong place", () => {
    const poisoned = Object.fromEntries(Object.keys(variables.shape).map((name) => [name, "poison poison"]));
    expect(problemsOf(poisoned).length).toBeGreaterThan(10);
    expect(problemsOf(poisoned).join("\n")).not.toContain("poison");
  });
});

describe(".env.example", () => {
  const lines = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8").split("\n");
  const assignments = lines.flatMap((line, index) =>
    /^[A-Z]/.test(line) ? [{ line, before: lines[index - 1] ?? "" }] : [],
  );

  it("has every variable and no other", () => {
    const names = assignments.map(({ line }) => line.split("=", 1)[0]);
    expect(names.toSorted()).toEqual(Object.keys(variables.shape).toSorted());
  });

  it("explains each one above it", () => {
    expect(assignments.filter(({ before }) => !/^# \S/.test(before)).map(({ line }) => line)).toEqual([]);
  });

  it("works as it is", () => {
    const environment = Object.fromEntries(assignments.map(({ line }) => line.split("=", 2) as [string, string]));
    expect(configOf(environment)).toEqual(configOf({}));
  });
});
