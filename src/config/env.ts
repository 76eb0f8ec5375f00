import { readFileSync } from "node:fs";
import type { z } from "zod";
import { group } from "./group.ts";
import { codesOfMerchants, readMerchant, type WechatPayMerchant } from "./merchants.ts";
import type { Secret } from "./secret.ts";
import type { TemplateChoice } from "./templates.ts";
import { type Variables, variables } from "./variables.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What an operator configured. Undefined platforms are off; the boot log names them (`platformsOff`). */
export interface Config {
  /** Undefined: the embedded PostgreSQL of `dataDir`. */
  readonly databaseUrl: Secret | undefined;
  /** Undefined: queues on PostgreSQL. */
  readonly redisUrl: Secret | undefined;
  readonly allowEmbeddedDatabase: boolean;
  readonly port: number;
  /** Where phones and platforms reach us, without a slash at the end. Default http://localhost:PORT, for trying out. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly logLevel: Variables["LOG_LEVEL"];
  /** Undefined only with the embedded database: see fieldEncryptionKeys. */
  readonly fieldEncryptionKey: Secret | undefined;
  /** Former keys, which still decrypt. */
  readonly fieldEncryptionOldKeys: readonly Secret[];
  /** Who may hear from us: everybody, the listed recipients (openid, userid, phone), nobody. */
  readonly outbound: { readonly mode: Variables["OUTBOUND"]; readonly allowlist: readonly string[] };
  readonly officialAccount: OfficialAccountConfig | undefined;
  readonly wecom: WecomConfig | undefined;
  readonly dingtalk: DingtalkConfig | undefined;
  /** By code; the one of the WECHAT_PAY_ variables is "default". */
  readonly wechatPay: ReadonlyMap<string, WechatPayMerchant>;
  readonly sms: SmsConfig | undefined;
  /** A platform with ThingsBoard's API that reads the meters. */
  readonly meterSource: { readonly base: string; readonly apiKey: Secret } | undefined;
  /** 诺诺, which makes the invoices of the entities that choose it (invoice setting --provider). */
  readonly nuonuo: NuonuoConfig | undefined;
  readonly mail: { readonly smtpUrl: Secret; readonly from: string } | undefined;
  /** The Chromium that prints papers; undefined: the system's, else the one that npm brought. */
  readonly browserPath: string | undefined;
}

export interface OfficialAccountConfig {
  readonly appId: string;
  readonly appSecret: Secret;
  readonly token: Secret;
  readonly aesKey: Secret;
  /** By card name; a card without one goes out as a customer-service message. */
  readonly templates: ReadonlyMap<string, TemplateChoice>;
  readonly apiBase: string;
  readonly oauthBase: string;
}

export interface WecomConfig {
  readonly corpId: string;
  readonly agentId: number;
  readonly secret: Secret;
  readonly token: Secret;
  readonly aesKey: Secret;
  readonly apiBase: string;
  readonly oauthBase: string;
}

export interface DingtalkConfig {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly robotCode: string;
  /** Undefined, or without the secret: cards go out as text with links. */
  readonly cardTemplateId: string | undefined;
  /** Signs card callbacks. */
  readonly apiSecret: Secret | undefined;
  /** Of the event subscription; both or neither. */
  readonly token: Secret | undefined;
  readonly aesKey: Secret | undefined;
  readonly apiBase: string;
  readonly oapiBase: string;
  readonly oauthBase: string;
}

export interface SmsConfig {
  readonly provider: "aliyun" | "tencent";
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  readonly signName: string;
  /** By our name of the message. */
  readonly templates: ReadonlyMap<string, TemplateChoice>;
  readonly apiBase: string;
  /** Tencent Cloud: SDK AppID of the SMS application, and where it is. */
  readonly sdkAppId: string | undefined;
  readonly region: string | undefined;
}

export interface NuonuoConfig {
  readonly appKey: string;
  readonly appSecret: Secret;
  /** Of a third-party app; an app of one's own asks for its tokens. */
  readonly accessToken: Secret | undefined;
  readonly apiBase: string;
  readonly authBase: string;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  /** One readable line each; never with the value of a variable. */
  | { readonly ok: false; readonly problems: readonly string[] };

const KNOWN = Object.keys(variables.shape);

/** Reads and checks the environment as a whole. Reads the files that NAME_FILE variables name, nothing else. */
export function loadConfig(environment: Environment): ConfigResult {
  const problems: string[] = [];
  const merchantCodes = codesOfMerchants(environment, problems);
  const values = withFiles(environment, [...KNOWN, ...merchantCodes.flatMap(({ names }) => names)], problems);
  const parsed = variables.safeParse(values);
  if (!parsed.success) problems.push(...sentencesOf(parsed.error));
  const merchants = new Map<string, WechatPayMerchant>();
  for (const source of [{ code: "default", prefix: "WECHAT_PAY_" }, ...merchantCodes]) {
    const merchant = readMerchant(source.prefix, values, problems);
    if (merchant !== undefined) merchants.set(source.code, merchant);
  }
  if (!parsed.success) return { ok: false, problems: [...new Set(problems)] };
  const config = assemble(parsed.data, merchants, problems);
  return problems.length > 0 ? { ok: false, problems: [...new Set(problems)] } : { ok: true, config };
}

/** A line for the boot log for each outside world that is switched off. */
export function platformsOff(config: Config): string[] {
  const switches = [
    ["official account", config.officialAccount, "OA_"],
    ["WeCom", config.wecom, "WECOM_"],
    ["DingTalk", config.dingtalk, "DINGTALK_"],
    ["WeChat Pay", config.wechatPay.size > 0 || undefined, "WECHAT_PAY_"],
    ["SMS", config.sms, "SMS_"],
    ["meter source", config.meterSource, "METER_SOURCE_"],
    ["nuonuo", config.nuonuo, "NUONUO_"],
    ["e-mail", config.mail, "SMTP_URL, MAIL_"],
  ] as const;
  return switches.flatMap(([name, on, prefix]) =>
    on === undefined ? [`${name} is off: no ${prefix}… variables`] : [],
  );
}

/** The known variables that are set, those from files with the file's text. */
function withFiles(environment: Environment, names: readonly string[], problems: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const direct = environment[name];
    const file = environment[`${name}_FILE`];
    if (direct !== undefined && direct !== "") values[name] = direct;
    if (file === undefined || file === "") continue;
    if (values[name] !== undefined) {
      problems.push(`${name}: set either ${name} or ${name}_FILE, not both`);
      continue;
    }
    try {
      values[name] = readFileSync(file, "utf8").trim();
    } catch (error) {
      problems.push(`${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  return values;
}

function assemble(v: Variables, wechatPay: ReadonlyMap<string, WechatPayMerchant>, problems: string[]): Config {
  if (v.DATABASE_URL !== undefined && v.FIELD_ENCRYPTION_KEY === undefined) {
    problems.push("FIELD_ENCRYPTION_KEY: is needed with DATABASE_URL; make one with: openssl rand -base64 32");
  }
  if (v.OUTBOUND === "allowlist" && v.OUTBOUND_ALLOWLIST.length === 0) {
    problems.push("OUTBOUND_ALLOWLIST: names nobody although OUTBOUND is allowlist");
  }
  if ((v.DINGTALK_TOKEN === undefined) !== (v.DINGTALK_AES_KEY === undefined)) {
    problems.push("DINGTALK_TOKEN, DINGTALK_AES_KEY: set both or neither");
  }
  if (v.SMS_PROVIDER === "tencent" && v.SMS_SDK_APP_ID === undefined) {
    problems.push("SMS_SDK_APP_ID: is missing; Tencent Cloud wants the SDK AppID of the SMS application");
  }
  return {
    databaseUrl: v.DATABASE_URL,
    redisUrl: v.REDIS_URL,
    allowEmbeddedDatabase: v.ALLOW_EMBEDDED_DATABASE,
    port: v.PORT,
    publicUrl: v.PUBLIC_URL ?? `http://localhost:${v.PORT}`,
    dataDir: v.DATA_DIR,
    logLevel: v.LOG_LEVEL,
    fieldEncryptionKey: v.FIELD_ENCRYPTION_KEY,
    fieldEncryptionOldKeys: v.FIELD_ENCRYPTION_OLD_KEYS,
    outbound: { mode: v.OUTBOUND, allowlist: v.OUTBOUND_ALLOWLIST },
    officialAccount: group(
      "the official account",
      {
        appId: ["OA_APP_ID", v.OA_APP_ID],
        appSecret: ["OA_APP_SECRET", v.OA_APP_SECRET],
        token: ["OA_TOKEN", v.OA_TOKEN],
        aesKey: ["OA_AES_KEY", v.OA_AES_KEY],
      },
      { templates: v.OA_TEMPLATES, apiBase: v.OA_API_BASE, oauthBase: v.OA_OAUTH_BASE },
      problems,
    ),
    wecom: group(
      "WeCom",
      {
        corpId: ["WECOM_CORP_ID", v.WECOM_CORP_ID],
        agentId: ["WECOM_AGENT_ID", v.WECOM_AGENT_ID],
        secret: ["WECOM_SECRET", v.WECOM_SECRET],
        token: ["WECOM_TOKEN", v.WECOM_TOKEN],
        aesKey: ["WECOM_AES_KEY", v.WECOM_AES_KEY],
      },
      { apiBase: v.WECOM_API_BASE, oauthBase: v.WECOM_OAUTH_BASE },
      problems,
    ),
    dingtalk: group(
      "DingTalk",
      {
        clientId: ["DINGTALK_CLIENT_ID", v.DINGTALK_CLIENT_ID],
        clientSecret: ["DINGTALK_CLIENT_SECRET", v.DINGTALK_CLIENT_SECRET],
        robotCode: ["DINGTALK_ROBOT_CODE", v.DINGTALK_ROBOT_CODE],
      },
      {
        cardTemplateId: v.DINGTALK_CARD_TEMPLATE_ID,
        apiSecret: v.DINGTALK_API_SECRET,
        token: v.DINGTALK_TOKEN,
        aesKey: v.DINGTALK_AES_KEY,
        apiBase: v.DINGTALK_API_BASE,
        oapiBase: v.DINGTALK_OAPI_BASE,
        oauthBase: v.DINGTALK_OAUTH_BASE,
      },
      problems,
    ),
    wechatPay,
    sms: group(
      "SMS",
      {
        provider: ["SMS_PROVIDER", v.SMS_PROVIDER],
        accessKeyId: ["SMS_ACCESS_KEY_ID", v.SMS_ACCESS_KEY_ID],
        accessKeySecret: ["SMS_ACCESS_KEY_SECRET", v.SMS_ACCESS_KEY_SECRET],
        signName: ["SMS_SIGN_NAME", v.SMS_SIGN_NAME],
      },
      { templates: v.SMS_TEMPLATES, apiBase: smsBaseOf(v), sdkAppId: v.SMS_SDK_APP_ID, region: v.SMS_REGION },
      problems,
    ),
    meterSource: group(
      "the meter source",
      { base: ["METER_SOURCE_BASE", v.METER_SOURCE_BASE], apiKey: ["METER_SOURCE_API_KEY", v.METER_SOURCE_API_KEY] },
      {},
      problems,
    ),
    nuonuo: group(
      "nuonuo",
      {
        appKey: ["NUONUO_APP_KEY", v.NUONUO_APP_KEY],
        appSecret: ["NUONUO_APP_SECRET", v.NUONUO_APP_SECRET],
      },
      { accessToken: v.NUONUO_ACCESS_TOKEN, apiBase: v.NUONUO_API_BASE, authBase: v.NUONUO_AUTH_BASE },
      problems,
    ),
    mail: group("e-mail", { smtpUrl: ["SMTP_URL", v.SMTP_URL], from: ["MAIL_FROM", v.MAIL_FROM] }, {}, problems),
    browserPath: v.PUPPETEER_EXECUTABLE_PATH,
  };
}

/** Each provider has its own host; SMS_API_BASE is for a proxy and for trying out. */
const smsBaseOf = (v: Pick<Variables, "SMS_PROVIDER" | "SMS_API_BASE">): string =>
  v.SMS_PROVIDER === "tencent" && v.SMS_API_BASE === ALIYUN_SMS ? "https://sms.tencentcloudapi.com" : v.SMS_API_BASE;
const ALIYUN_SMS = "https://dysmsapi.aliyuncs.com";

const sentencesOf = (error: z.ZodError): string[] =>
  error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
