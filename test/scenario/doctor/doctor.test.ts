import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Environment } from "../../../src/config/env.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { newId } from "../../../src/db/ids.ts";
import { CATALOGUE, type FindingCode } from "../../../src/doctor/catalogue.ts";
import { examine } from "../../../src/doctor/doctor.ts";
import { createTestDatabase } from "../../support/database.ts";
import { WRONG_DINGTALK_SETTINGS } from "./dingtalk-settings.ts";
import { DOCUMENT, doctorDocument } from "./doctor-document.ts";
import { type DoctorWorld, MCH_ID, OTHER_PRIVATE_KEY, OTHER_PUBLIC_KEY, openDoctorWorld } from "./doctor-world.ts";

let world: DoctorWorld;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
  world = await openDoctorWorld(database.url);
});
afterAll(async () => {
  await world.close();
  await database.close();
});

const NOBODY = "http://127.0.0.1:1";

interface WrongSetting {
  readonly code: FindingCode;
  readonly variable: string;
  /** What is set wrongly; undefined unsets. */
  readonly set?: Environment | (() => Environment);
  /** What is wrong outside. Returns how to put it right. */
  readonly outside?: () => Promise<() => Promise<unknown>> | (() => Promise<unknown>);
  readonly clockAheadMs?: number;
  /** What else cannot be right then. */
  readonly also?: readonly FindingCode[];
  /** What the message names besides. */
  readonly says?: string;
}

const setting = (code: FindingCode, variable: string, more: Omit<WrongSetting, "code" | "variable">): WrongSetting => ({
  code,
  variable,
  ...more,
});

/** A database of its own for what must be wrong in one; its address is then DATABASE_URL. */
const inDatabase = (spoil: (db: typeof database.db) => Promise<unknown>) => async () => {
  const own = await createTestDatabase();
  await spoil(own.db);
  ownDatabaseUrl = own.url;
  return () => own.close();
};
let ownDatabaseUrl = "";

const refusing =
  (method: string, path: RegExp, status: number, body: string, of: () => DoctorWorld["newPay"]["faults"]) => () => {
    const faults = of();
    faults.arm(method, path, { kind: "refuse", status, body });
    return async () => faults.clear();
  };

const OTHER_KEY = createFieldEncryption([Buffer.alloc(32, 9)]);

const WRONG_SETTINGS: readonly WrongSetting[] = [
  setting("CONFIG_INVALID", "OA_TOKEN", { set: { OA_TOKEN: undefined } }),
  setting("AES_KEY_FORM", "OA_AES_KEY", { set: { OA_AES_KEY: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C=" } }),
  setting("API_V3_KEY_FORM", "WECHAT_PAY_API_V3_KEY", { set: { WECHAT_PAY_API_V3_KEY: "too-short" } }),
  setting("PRIVATE_KEY_FORM", "WECHAT_PAY_PRIVATE_KEY", { set: { WECHAT_PAY_PRIVATE_KEY: "apiclient_key.pem" } }),
  setting("DATABASE_UNUSABLE", "DATABASE_URL", {
    set: { DATABASE_URL: "postgresql://parkledger:wrong@127.0.0.1:1/parkledger" },
  }),
  setting("MIGRATIONS_PENDING", "DATABASE_URL", {
    outside: inDatabase(
      (db) => db.$executeRaw`DELETE FROM _prisma_migrations
        WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`,
    ),
    set: () => ({ DATABASE_URL: ownDatabaseUrl }),
  }),
  setting("SCHEMA_MISMATCH", "DATABASE_URL", {
    outside: inDatabase(
      (db) => db.$executeRaw`INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
        VALUES ('later', '', '9999_later', now())`,
    ),
    set: () => ({ DATABASE_URL: ownDatabaseUrl }),
  }),
  setting("FIELD_KEY_CANNOT_DECRYPT", "FIELD_ENCRYPTION_KEY", {
    outside: inDatabase(async (db) => {
      const personId = newId();
      const { cipher, keyId, hash } = OTHER_KEY.encrypt("13800000001");
      await db.$executeRaw(Prisma.sql`INSERT INTO person (id, name) VALUES (${personId}::uuid, '张三')`);
      await db.$executeRaw(Prisma.sql`INSERT INTO person_phone (phone_hash, person_id, phone_cipher, phone_key_id)
        VALUES (${hash}, ${personId}::uuid, ${cipher}, ${keyId})`);
    }),
    set: () => ({ DATABASE_URL: ownDatabaseUrl }),
  }),
  setting("REDIS_UNREACHABLE", "REDIS_URL", { set: { REDIS_URL: "redis://127.0.0.1:1" }, says: "ECONNREFUSED" }),
  setting("PUBLIC_URL_LOCAL", "PUBLIC_URL", { set: { NODE_ENV: "production" }, says: "127.0.0.1" }),
  setting("PUBLIC_URL_WITH_QUERY", "PUBLIC_URL", {
    set: () => ({ PUBLIC_URL: `${world.environment.PUBLIC_URL}?from=browser` }),
  }),
  setting("NOTIFY_URL_NOT_HTTPS", "PUBLIC_URL", {
    set: { NODE_ENV: "production", PUBLIC_URL: "http://pay.invalid" },
    also: ["SERVER_NOT_REACHED"],
  }),
  setting("SERVER_NOT_REACHED", "PUBLIC_URL", { set: { PUBLIC_URL: NOBODY } }),
  setting("URL_CHECK_FAILED", "PUBLIC_URL", { set: () => ({ PUBLIC_URL: world.playground.sms.url }) }),
  setting("OA_TOKEN_MISMATCH", "OA_TOKEN", { set: { OA_TOKEN: "parkToken2" } }),
  setting("OA_AES_KEY_MISMATCH", "OA_AES_KEY", {
    set: { OA_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR" },
  }),
  setting("OA_APP_ID_WRONG", "OA_APP_ID", { set: { OA_APP_ID: "gh_c0ffee123456" } }),
  setting("OA_SECRET_WRONG", "OA_APP_SECRET", { set: { OA_APP_SECRET: "secret-of-last-year" } }),
  setting("OA_IP_NOT_ALLOWED", "OA_APP_SECRET", {
    outside: () => {
      world.playground.officialAccount.tokens.isAddressAllowed = false;
      return async () => {
        world.playground.officialAccount.tokens.isAddressAllowed = true;
      };
    },
    says: "203.0.113.9",
  }),
  setting("OA_API_UNREACHABLE", "OA_API_BASE", { set: { OA_API_BASE: NOBODY } }),
  setting("OA_TEMPLATE_UNKNOWN", "OA_TEMPLATES", {
    set: { OA_TEMPLATES: "bill=TM00015:thing1" },
    says: "bill=TM00015",
  }),
  setting("OA_TEMPLATE_FIELDS", "OA_TEMPLATES", {
    set: { OA_TEMPLATES: "bill=TM-BILL:thing1,amount2" },
    says: "amount3",
  }),
  setting("OA_REFUSED", "OA_APP_ID", {
    outside: refusing(
      "POST",
      /stable_token/,
      200,
      '{"errcode":48001,"errmsg":"api unauthorized"}',
      () => world.playground.officialAccount.faults,
    ),
    says: "48001",
  }),
  setting("WECOM_TOKEN_MISMATCH", "WECOM_TOKEN", { set: { WECOM_TOKEN: "wecomToken2" } }),
  setting("WECOM_AES_KEY_MISMATCH", "WECOM_AES_KEY", {
    set: { WECOM_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR" },
  }),
  setting("WECOM_CORP_ID_WRONG", "WECOM_CORP_ID", {
    set: { WECOM_CORP_ID: "1000002" },
    // The running server is another company's then.
    also: ["WECOM_AES_KEY_MISMATCH"],
  }),
  setting("WECOM_SECRET_WRONG", "WECOM_SECRET", { set: { WECOM_SECRET: "secret-of-another-app" } }),
  setting("WECOM_AGENT_WRONG", "WECOM_AGENT_ID", { set: { WECOM_AGENT_ID: "1000003" }, says: "301002" }),
  setting("WECOM_IP_NOT_TRUSTED", "WECOM_SECRET", {
    outside: () => {
      world.wecom.tokens.isAddressAllowed = false;
      return async () => {
        world.wecom.tokens.isAddressAllowed = true;
      };
    },
    says: "203.0.113.9",
  }),
  setting("WECOM_API_UNREACHABLE", "WECOM_API_BASE", { set: { WECOM_API_BASE: NOBODY } }),
  setting("WECOM_REFUSED", "WECOM_CORP_ID", {
    outside: refusing("GET", /agent\/get/, 200, '{"errcode":48002,"errmsg":"api forbidden"}', () => world.wecom.faults),
    says: "48002",
  }),
  setting("PAY_SERIAL_WRONG", "WECHAT_PAY_SERIAL_NO", {
    set: { WECHAT_PAY_SERIAL_NO: "5157F09EFDC096DE15EBE81A47057A72" },
  }),
  setting("PAY_PRIVATE_KEY_WRONG", "WECHAT_PAY_PRIVATE_KEY", { set: { WECHAT_PAY_PRIVATE_KEY: OTHER_PRIVATE_KEY } }),
  setting("PAY_API_V3_KEY_WRONG", "WECHAT_PAY_API_V3_KEY", {
    set: { WECHAT_PAY_API_V3_KEY: "0123456789abcdef0123456789abcdef" },
  }),
  setting("PAY_PUBLIC_KEY_ID_WRONG", "WECHAT_PAY_PUBLIC_KEY_ID", {
    set: { WECHAT_PAY_PUBLIC_KEY_ID: "PUB_KEY_ID_0000000000000024101100397200000006" },
  }),
  setting("PAY_PUBLIC_KEY_WRONG", "WECHAT_PAY_PUBLIC_KEY", { set: { WECHAT_PAY_PUBLIC_KEY: OTHER_PUBLIC_KEY } }),
  setting("PAY_PUBLIC_KEY_MISSING", "WECHAT_PAY_PUBLIC_KEY_ID", {
    set: () => {
      const merchant = world.newPay.merchant(MCH_ID);
      return {
        WECHAT_PAY_SERIAL_NO: merchant.serialNo,
        WECHAT_PAY_PRIVATE_KEY: merchant.privateKeyPem,
        WECHAT_PAY_API_V3_KEY: merchant.apiV3Key,
        WECHAT_PAY_PUBLIC_KEY_ID: undefined,
        WECHAT_PAY_PUBLIC_KEY: undefined,
        WECHAT_PAY_API_BASE: world.newPay.url,
      };
    },
  }),
  setting("PAY_APP_ID_NOT_BOUND", "WECHAT_PAY_APP_ID", { set: { WECHAT_PAY_APP_ID: "wx0000000000000000" } }),
  setting("PAY_API_UNREACHABLE", "WECHAT_PAY_API_BASE", { set: { WECHAT_PAY_API_BASE: NOBODY } }),
  setting("PAY_REFUSED", "WECHAT_PAY_MCH_ID", {
    outside: refusing(
      "POST",
      /native$/,
      403,
      '{"code":"NO_AUTH","message":"商户无权限"}',
      () => world.playground.wechatPay.faults,
    ),
    says: "NO_AUTH",
  }),
  setting("CLOCK_SKEW", "system clock", { clockAheadMs: 6 * 60_000, says: "6 分钟" }),
  setting("SMS_KEY_ID_WRONG", "SMS_ACCESS_KEY_ID", { set: { SMS_ACCESS_KEY_ID: "LTAIdeleted" } }),
  setting("SMS_KEY_SECRET_WRONG", "SMS_ACCESS_KEY_SECRET", { set: { SMS_ACCESS_KEY_SECRET: "another" } }),
  setting("SMS_SIGN_WRONG", "SMS_SIGN_NAME", { set: { SMS_SIGN_NAME: "【园账通】" } }),
  setting("SMS_TEMPLATE_WRONG", "SMS_TEMPLATES", {
    set: { SMS_TEMPLATES: "bind-code=SMS_2" },
    says: "bind-code=SMS_2",
  }),
  setting("SMS_API_UNREACHABLE", "SMS_API_BASE", { set: { SMS_API_BASE: NOBODY } }),
  setting("SMS_NOT_CHECKED", "SMS_ACCESS_KEY_ID", {
    outside: refusing(
      "POST",
      /^\/$/,
      403,
      '{"Code":"NoPermission","Message":"not authorized"}',
      () => world.playground.sms.faults,
    ),
    says: "NoPermission",
  }),
  setting("OUTBOUND_HELD", "OUTBOUND", { set: { OUTBOUND: "off" }, says: "OUTBOUND=off" }),
];

describe("doctor", () => {
  it("finds nothing wrong with a right configuration, and leaves nothing behind", async () => {
    const findings = await examine(world.environment, { nowMs: Date.now });
    expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
    expect(findings.map(({ variable }) => variable)).toEqual(
      expect.arrayContaining([
        "DATABASE_URL",
        "OA_APP_ID",
        "OA_TEMPLATES",
        "OA_TOKEN",
        "WECOM_AGENT_ID",
        "WECOM_TOKEN",
        "WECHAT_PAY_MCH_ID",
        "SMS_SIGN_NAME",
      ]),
    );
    expect(world.received()).toBe(0);
    // The order over one fen was closed.
    expect(await payOrderStates()).toEqual(new Set(["CLOSED"]));
  });

  it.each(WRONG_SETTINGS)("$code: names $variable and the likely cause", async (wrong) => {
    const putRight = await wrong.outside?.();
    try {
      const set = typeof wrong.set === "function" ? wrong.set() : (wrong.set ?? {});
      const clock = { nowMs: () => Date.now() + (wrong.clockAheadMs ?? 0) };
      const findings = (await examine({ ...world.environment, ...set }, clock)).filter(({ level }) => level !== "ok");
      const codes = findings.map(({ code }) => code);
      expect(codes.toSorted()).toEqual([wrong.code, ...(wrong.also ?? [])].toSorted());
      const finding = findings.find(({ code }) => code === wrong.code);
      expect(finding).toMatchObject({ variable: wrong.variable, level: CATALOGUE[wrong.code].level });
      expect(finding?.message).toContain(wrong.says ?? CATALOGUE[wrong.code].message);
      expect(finding?.cause).not.toBe("");
    } finally {
      await putRight?.();
    }
  });

  it("keeps secrets out of what it says", async () => {
    const secret = "secret-of-last-year";
    const wrong = {
      OA_APP_SECRET: secret,
      SMS_ACCESS_KEY_SECRET: secret,
      WECHAT_PAY_API_V3_KEY: "0123456789abcdef0123456789abcdef",
    };
    const text = JSON.stringify(await examine({ ...world.environment, ...wrong }, { nowMs: Date.now }));
    for (const value of Object.values(wrong)) expect(text).not.toContain(value);
  });

  it("names the variables of a further merchant account", async () => {
    const further = Object.fromEntries(
      Object.entries(world.environment)
        .filter(([name]) => name.startsWith("WECHAT_PAY_"))
        .map(([name, value]) => [name.replace("WECHAT_PAY_", "MERCHANT_WX2_"), value]),
    );
    const findings = await examine(
      { ...world.environment, ...further, MERCHANT_WX2_SERIAL_NO: "5157F09EFDC096DE15EBE81A47057A72" },
      { nowMs: Date.now },
    );
    expect(findings.filter(({ level }) => level !== "ok")).toMatchObject([
      {
        code: "PAY_SERIAL_WRONG",
        variable: "MERCHANT_WX2_SERIAL_NO",
        cause: expect.stringContaining("MERCHANT_WX2_MCH_ID"),
      },
    ]);
  });
});

describe("the command", () => {
  it("prints one JSON document and ends with 1 when something is wrong", async () => {
    const { stdout, code } = await runCli({ ...world.environment, OA_APP_SECRET: "wrong" }, "doctor", "--json");
    const { findings } = JSON.parse(stdout) as { findings: { level: string; variable: string }[] };
    expect(findings.filter(({ level }) => level === "error").map(({ variable }) => variable)).toEqual([
      "OA_APP_SECRET",
    ]);
    expect(code).toBe(1);
  });

  it("works where nothing else does, with a line for each variable", async () => {
    const { stdout, code } = await runCli({ OA_AES_KEY: "short", PORT: "x" }, "doctor");
    expect(stdout).toMatch(/^✗ OA_AES_KEY .*可能的原因/m);
    expect(stdout).toMatch(/^✗ PORT /m);
    expect(code).toBe(1);
  });
});

it("docs/doctor.md lists what it knows, and each of them is tried above", () => {
  if (process.env.DOCTOR_DOCUMENT === "write") writeFileSync(DOCUMENT, doctorDocument());
  expect(readFileSync(DOCUMENT, "utf8"), "run this test with DOCTOR_DOCUMENT=write").toBe(doctorDocument());
  const tried = [...WRONG_SETTINGS, ...WRONG_DINGTALK_SETTINGS].map(({ code }) => code);
  expect(tried.toSorted()).toEqual(Object.keys(CATALOGUE).toSorted());
});

async function payOrderStates(): Promise<Set<string>> {
  const { orders } = world.playground.wechatPay;
  return new Set(orders.all().map((order) => order.state));
}

function runCli(environment: Environment, ...words: string[]): Promise<{ stdout: string; code: number | null }> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...words], {
    env: { ...environment, PATH, HOME } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ stdout, code })));
}
