import type { Config, OfficialAccountConfig } from "../../config/env.ts";
import { callApi, errorCodeOf, errorMessageOf } from "../../platforms/wechat-api/api.ts";
import type { WireClock } from "../../ports/clock.ts";
import { type Finding, fine, wrong } from "../finding.ts";
import { checkCallback } from "./callback.ts";

export async function checkOfficialAccount(config: Config, clock: WireClock): Promise<Finding[]> {
  const { officialAccount } = config;
  if (officialAccount === undefined) return [];
  const groups = await Promise.all([
    checkApi(officialAccount),
    checkCallback(officialAccount, config.publicUrl, clock),
  ]);
  return groups.flat();
}

/** A token by the stable desk, which hurts nobody's token, then the templates of the account. */
async function checkApi(account: OfficialAccountConfig): Promise<Finding[]> {
  const connection = { apiBase: account.apiBase };
  const answer = await callApi(
    connection,
    "/cgi-bin/stable_token",
    {},
    {
      grant_type: "client_credential",
      appid: account.appId,
      secret: account.appSecret.reveal(),
      force_refresh: false,
    },
  );
  if (answer.state !== "answered") return [wrong("OA_API_UNREACHABLE", { detail: answer.reason })];
  const { access_token: token } = answer.json;
  if (typeof token !== "string") return [tokenRefused(errorCodeOf(answer.json), answer.json)];
  return [fine("OA_APP_ID", "公众号接受 AppID 和 AppSecret"), ...(await checkTemplates(account, token))];
}

function tokenRefused(code: number, json: Readonly<Record<string, unknown>>): Finding {
  switch (code) {
    case 40013:
      return wrong("OA_APP_ID_WRONG");
    case 40125:
    case 40001:
      return wrong("OA_SECRET_WRONG");
    case 40164:
      return wrong("OA_IP_NOT_ALLOWED", { detail: addressIn(json) });
    default:
      return wrong("OA_REFUSED", { detail: `${code} ${errorMessageOf(json)}` });
  }
}

/** "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist": the address to add. */
const addressIn = (json: Readonly<Record<string, unknown>>): string =>
  (typeof json.errmsg === "string" && /invalid ip ([\d.]+)/.exec(json.errmsg)?.[1]) || "";

interface AccountTemplate {
  readonly id: string;
  /** The names in {{….DATA}}. */
  readonly fields: readonly string[];
}

async function checkTemplates(account: OfficialAccountConfig, token: string): Promise<Finding[]> {
  if (account.templates.size === 0) return [];
  const path = "/cgi-bin/template/get_all_private_template";
  const answer = await callApi({ apiBase: account.apiBase }, path, { access_token: token });
  if (answer.state !== "answered") return [wrong("OA_API_UNREACHABLE", { detail: answer.reason })];
  const code = errorCodeOf(answer.json);
  if (code !== 0) return [wrong("OA_REFUSED", { detail: `${code} ${errorMessageOf(answer.json)}` })];
  const known = templatesIn(answer.json.template_list);
  const findings = [...account.templates].flatMap(([name, choice]): Finding[] => {
    const template = known.find(({ id }) => id === choice.templateId);
    if (template === undefined) return [wrong("OA_TEMPLATE_UNKNOWN", { detail: `${name}=${choice.templateId}` })];
    const named = choice.keywords ?? template.fields.map((_field, index) => `keyword${index + 1}`);
    // first and remark, which old templates have, stay empty.
    const wanted = template.fields.filter((field) => field !== "first" && field !== "remark");
    const strange = named.filter((field) => !wanted.includes(field));
    const missing = wanted.filter((field) => !named.includes(field));
    if (
      choice.keywords === undefined
        ? wanted.every((field) => /^keyword\d+$/.test(field))
        : strange.length + missing.length === 0
    )
      return [];
    return [wrong("OA_TEMPLATE_FIELDS", { detail: `${name}，模板的字段是 ${wanted.join(",")}` })];
  });
  return findings.length > 0 ? findings : [fine("OA_TEMPLATES", `${account.templates.size} 个模板都在，字段一致`)];
}

function templatesIn(list: unknown): AccountTemplate[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown): AccountTemplate[] => {
    if (typeof item !== "object" || item === null) return [];
    const { template_id: id, content } = item as { template_id?: unknown; content?: unknown };
    if (typeof id !== "string" || typeof content !== "string") return [];
    return [{ id, fields: [...content.matchAll(/\{\{(\w+)\.DATA\}\}/g)].map((match) => match[1] ?? "") }];
  });
}
