import { createPrivateKey, createPublicKey } from "node:crypto";
import { z } from "zod";
import { Secret } from "./secret.ts";
import { templateList } from "./templates.ts";

/*
 * Every environment variable, with its form and default. .env.example explains them and a test holds the two together.
 * A variable that is absent or empty is not set.
 */

const url = (protocols: RegExp, example: string) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.test(new URL(text).protocol), `must be a URL such as ${example}`);
/** Without the slash at the end, so that a path can be appended. */
const baseUrl = (host: string) =>
  url(/^https?:$/, host)
    .transform((text) => text.replace(/\/+$/, ""))
    .default(host);

const text = z.string().optional();
const secret = z
  .string()
  .transform((value) => new Secret(value))
  .optional();
const KEY_OF_32_BYTES = /^[A-Za-z0-9+/]{43}=$/;
const secretLike = (accepts: (value: string) => boolean, sentence: string) =>
  z
    .string()
    .refine(accepts, sentence)
    .transform((value) => new Secret(value))
    .optional();

const callbackAesKey = secretLike(
  (value) => /^[A-Za-z0-9]{43}$/.test(value),
  "must be the 43 letters and digits of the platform's console",
);
const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .refine(
      (value) => /^\d+$/.test(value) && Number(value) >= from && Number(value) <= to,
      `must be a whole number from ${from} to ${to}`,
    )
    .transform(Number);

/** PEM with real line ends, or with the two characters \n that env files are full of. */
const pem = (parse: (value: string) => unknown, sentence: string) =>
  z
    .string()
    .transform((value) => value.replaceAll("\\n", "\n"))
    .refine((value) => succeeds(() => parse(value)), sentence)
    .transform((value) => new Secret(value))
    .optional();

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/** One WeChat Pay merchant account; the names after WECHAT_PAY_ or MERCHANT_<CODE>_. */
export const MERCHANT_VARIABLES = {
  MCH_ID: z
    .string()
    .regex(/^\d{6,32}$/, "must be the merchant number, digits only")
    .optional(),
  APP_ID: text,
  SERIAL_NO: z
    .string()
    .regex(/^[0-9A-Fa-f]{8,64}$/, "must be the serial number of the merchant's API certificate, in hex")
    .optional(),
  PRIVATE_KEY: pem(createPrivateKey, "must be the PEM text of the merchant's private key (apiclient_key.pem)"),
  API_V3_KEY: secretLike((value) => Buffer.byteLength(value) === 32, "must be 32 bytes long"),
  PUBLIC_KEY_ID: text,
  PUBLIC_KEY: pem(createPublicKey, "must be the PEM text of WeChat Pay's public key"),
  API_BASE: baseUrl("https://api.mch.weixin.qq.com"),
};

type Prefixed<Prefix extends string, Shape> = { [Name in keyof Shape & string as `${Prefix}${Name}`]: Shape[Name] };
const prefixed = <Prefix extends string, Shape extends object>(prefix: Prefix, shape: Shape) =>
  Object.fromEntries(Object.entries(shape).map(([name, value]) => [`${prefix}${name}`, value])) as Prefixed<
    Prefix,
    Shape
  >;

export const variables = z.object({
  DATABASE_URL: secretLike(
    (value) => /^postgres(ql)?:\/\//.test(value),
    "must look like postgresql://user:password@host:5432/database",
  ),
  REDIS_URL: secretLike((value) => /^rediss?:\/\//.test(value), "must look like redis://host:6379"),
  ALLOW_EMBEDDED_DATABASE: z.stringbool({ error: "must be 1 or 0" }).default(false),
  PORT: wholeNumber(0, 65_535).default(8787),
  PUBLIC_URL: url(/^https?:$/, "https://pay.example.com")
    .transform((value) => value.replace(/\/+$/, ""))
    .optional(),
  DATA_DIR: z.string().default(".data"),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
      error: "must be fatal, error, warn, info, debug, trace or silent",
    })
    .default("info"),
  FIELD_ENCRYPTION_KEY: secretLike(
    (value) => KEY_OF_32_BYTES.test(value),
    "must be 32 bytes in base64: openssl rand -base64 32",
  ),
  FIELD_ENCRYPTION_OLD_KEYS: z
    .string()
    .transform((value) => value.split(/[\s,]+/).filter((item) => item !== ""))
    .refine(
      (keys) => keys.every((key) => KEY_OF_32_BYTES.test(key)),
      "must be keys of 32 bytes in base64, separated by commas",
    )
    .transform((keys) => keys.map((key) => new Secret(key)))
    .default([]),
  OUTBOUND: z.enum(["live", "allowlist", "off"], { error: "must be live, allowlist or off" }).default("live"),
  OUTBOUND_ALLOWLIST: z
    .string()
    .transform((value) => value.split(/[\s,]+/).filter((item) => item !== ""))
    .default([]),

  OA_APP_ID: text,
  OA_APP_SECRET: secret,
  OA_TOKEN: secret,
  OA_AES_KEY: callbackAesKey,
  OA_TEMPLATES: templateList("bill=TM0001:thing1,time2; receipt=TM0002").default(new Map()),
  OA_API_BASE: baseUrl("https://api.weixin.qq.com"),
  OA_OAUTH_BASE: baseUrl("https://open.weixin.qq.com"),

  WECOM_CORP_ID: text,
  WECOM_AGENT_ID: wholeNumber(0, 2 ** 31).optional(),
  WECOM_SECRET: secret,
  WECOM_TOKEN: secret,
  WECOM_AES_KEY: callbackAesKey,
  WECOM_API_BASE: baseUrl("https://qyapi.weixin.qq.com"),
  WECOM_OAUTH_BASE: baseUrl("https://open.weixin.qq.com"),

  DINGTALK_CLIENT_ID: text,
  DINGTALK_CLIENT_SECRET: secret,
  DINGTALK_ROBOT_CODE: text,
  DINGTALK_CARD_TEMPLATE_ID: text,
  DINGTALK_API_SECRET: secret,
  DINGTALK_TOKEN: secret,
  DINGTALK_AES_KEY: callbackAesKey,
  DINGTALK_API_BASE: baseUrl("https://api.dingtalk.com"),
  DINGTALK_OAPI_BASE: baseUrl("https://oapi.dingtalk.com"),
  DINGTALK_OAUTH_BASE: baseUrl("https://login.dingtalk.com"),

  ...prefixed("WECHAT_PAY_", MERCHANT_VARIABLES),

  SMS_PROVIDER: z.enum(["aliyun", "tencent"], { error: "must be aliyun or tencent" }).optional(),
  SMS_ACCESS_KEY_ID: text,
  SMS_ACCESS_KEY_SECRET: secret,
  SMS_SIGN_NAME: text,
  SMS_TEMPLATES: templateList("bind-code=SMS_71390007").default(new Map()),
  SMS_API_BASE: baseUrl("https://dysmsapi.aliyuncs.com"),
  SMS_SDK_APP_ID: text,
  SMS_REGION: text,

  METER_SOURCE_BASE: url(/^https?:$/, "https://meters.example.com")
    .transform((value) => value.replace(/\/+$/, ""))
    .optional(),
  METER_SOURCE_API_KEY: secret,

  NUONUO_APP_KEY: text,
  NUONUO_APP_SECRET: secret,
  NUONUO_ACCESS_TOKEN: secret,
  NUONUO_API_BASE: baseUrl("https://sdk.nuonuo.com"),
  NUONUO_AUTH_BASE: baseUrl("https://open.nuonuo.com"),

  SMTP_URL: secretLike((value) => /^smtps?:\/\//.test(value), "must look like smtp://user:password@host:587"),
  MAIL_FROM: text,

  PUPPETEER_EXECUTABLE_PATH: text,
});

export type Variables = z.infer<typeof variables>;
