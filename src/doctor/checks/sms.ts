import { randomUUID } from "node:crypto";
import type { Config, SmsConfig } from "../../config/env.ts";
import type { WireClock } from "../../ports/clock.ts";
import { signRpc } from "../../sms/aliyun/signature.ts";
import { type Finding, fine, wrong } from "../finding.ts";

const TIMEOUT_MS = 5_000;
const PAGE_SIZE = 50;
const PAGES_MAX = 20;
const APPROVED = "AUDIT_STATE_PASS";
/** Without it nobody can bind; the others are needed when they are first used. */
const NEEDED = "bind-code";

type Json = Readonly<Record<string, unknown>>;

/** The provider is asked for our signatures and templates, so that nothing is sent and nothing costs. */
export async function checkSms(config: Config, clock: WireClock): Promise<Finding[]> {
  const { sms } = config;
  if (sms === undefined) return [];
  // Tencent Cloud's lists want another permission than sending; what it refuses shows in `outbox list --undelivered`.
  if (sms.provider === "tencent") return [];
  const signs = await listAll(sms, clock, "QuerySmsSignList", "SmsSignList");
  if (!signs.ok) return [signs.finding];
  const templates = await listAll(sms, clock, "QuerySmsTemplateList", "SmsTemplateList");
  if (!templates.ok) return [templates.finding];
  const isApproved = (list: readonly Json[], key: string, value: string) =>
    list.some((item) => item[key] === value && item.AuditStatus === APPROVED);
  const findings: Finding[] = [];
  if (!isApproved(signs.items, "SignName", sms.signName)) {
    findings.push(wrong("SMS_SIGN_WRONG", { detail: sms.signName }));
  }
  if (!sms.templates.has(NEEDED)) findings.push(wrong("SMS_TEMPLATE_WRONG", { detail: `没有配置 ${NEEDED}` }));
  for (const [name, { templateId }] of sms.templates) {
    if (!isApproved(templates.items, "TemplateCode", templateId)) {
      findings.push(wrong("SMS_TEMPLATE_WRONG", { detail: `${name}=${templateId}` }));
    }
  }
  return findings.length > 0 ? findings : [fine("SMS_SIGN_NAME", "短信签名和模板都已通过审核")];
}

type Listed =
  | { readonly ok: true; readonly items: readonly Json[] }
  | { readonly ok: false; readonly finding: Finding };

async function listAll(sms: SmsConfig, clock: WireClock, action: string, listName: string): Promise<Listed> {
  const items: Json[] = [];
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const answer = await ask(sms, clock, { Action: action, PageIndex: String(page), PageSize: String(PAGE_SIZE) });
    if (answer === undefined) return { ok: false, finding: wrong("SMS_API_UNREACHABLE") };
    if (answer.Code !== "OK") return { ok: false, finding: refused(String(answer.Code)) };
    const list = answer[listName];
    const found = Array.isArray(list) ? list.filter(isObject) : [];
    items.push(...found);
    if (found.length < PAGE_SIZE) break;
  }
  return { ok: true, items };
}

function refused(code: string): Finding {
  switch (code) {
    case "InvalidAccessKeyId.NotFound":
    case "InvalidAccessKeyId.Inactive":
      return wrong("SMS_KEY_ID_WRONG", { detail: code });
    case "SignatureDoesNotMatch":
      return wrong("SMS_KEY_SECRET_WRONG");
    case "InvalidTimeStamp.Expired":
      return wrong("CLOCK_SKEW");
    default:
      return wrong("SMS_NOT_CHECKED", { detail: code });
  }
}

/** Undefined: no answer of the provider. Its text is left out: it may quote what we signed. */
async function ask(
  sms: SmsConfig,
  clock: WireClock,
  more: Readonly<Record<string, string>>,
): Promise<Json | undefined> {
  const parameters = {
    AccessKeyId: sms.accessKeyId,
    Format: "JSON",
    RegionId: "cn-hangzhou",
    SignatureMethod: "HMAC-SHA1",
    SignatureNonce: randomUUID(),
    SignatureVersion: "1.0",
    Timestamp: new Date(clock.nowMs()).toISOString().replace(/\.\d{3}Z$/, "Z"),
    Version: "2017-05-25",
    ...more,
  };
  const signature = signRpc("POST", parameters, sms.accessKeySecret.reveal());
  try {
    const response = await fetch(`${sms.apiBase}/`, {
      method: "POST",
      body: new URLSearchParams({ ...parameters, Signature: signature }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const json: unknown = await response.json();
    return isObject(json) && typeof json.Code === "string" ? json : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
