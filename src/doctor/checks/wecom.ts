import { randomBytes } from "node:crypto";
import type { Config, WecomConfig } from "../../config/env.ts";
import { sealEnvelope } from "../../platforms/crypto/envelope.ts";
import { type ApiAnswer, callApi, errorCodeOf, errorMessageOf } from "../../platforms/wechat-api/api.ts";
import type { WireClock } from "../../ports/clock.ts";
import { type Finding, fine, wrong } from "../finding.ts";
import { call, query } from "./callback.ts";

export async function checkWecom(config: Config, clock: WireClock): Promise<Finding[]> {
  const { wecom } = config;
  if (wecom === undefined) return [];
  const groups = await Promise.all([checkApi(wecom), checkUrl(wecom, config.publicUrl, clock)]);
  return groups.flat();
}

/** A token, which the vendor repeats and does not renew, then the app that it is for. */
async function checkApi(app: WecomConfig): Promise<Finding[]> {
  const connection = { apiBase: app.apiBase };
  const secret = app.secret.reveal();
  const token = await callApi(connection, "/cgi-bin/gettoken", { corpid: app.corpId, corpsecret: secret });
  if (token.state !== "answered") return [wrong("WECOM_API_UNREACHABLE", { detail: token.reason })];
  const { access_token: accessToken } = token.json;
  if (typeof accessToken !== "string") return [refusalOf(token)];
  const agentId = String(app.agentId);
  const agent = await callApi(connection, "/cgi-bin/agent/get", { access_token: accessToken, agentid: agentId });
  if (agent.state !== "answered") return [wrong("WECOM_API_UNREACHABLE", { detail: agent.reason })];
  if (errorCodeOf(agent.json) !== 0) return [refusalOf(agent)];
  if (agent.json.close === 1) return [wrong("WECOM_AGENT_WRONG", { detail: "应用已停用" })];
  return [fine("WECOM_AGENT_ID", "企业微信接受企业 ID、Secret 和 AgentId")];
}

function refusalOf({ json }: Extract<ApiAnswer, { readonly state: "answered" }>): Finding {
  const code = errorCodeOf(json);
  switch (code) {
    case 40013:
      return wrong("WECOM_CORP_ID_WRONG");
    case 40001:
    case 40091:
      return wrong("WECOM_SECRET_WRONG");
    case 40056:
    case 301002:
      return wrong("WECOM_AGENT_WRONG", { detail: String(code) });
    case 60020:
      return wrong("WECOM_IP_NOT_TRUSTED", { detail: addressIn(json) });
    default:
      return wrong("WECOM_REFUSED", { detail: `${code} ${errorMessageOf(json)}` });
  }
}

/** "not allow to access from your ip, … from ip: 203.0.113.9": the address to add. */
const addressIn = (json: Readonly<Record<string, unknown>>): string =>
  (typeof json.errmsg === "string" && /from ip: ?([\d.]+)/.exec(json.errmsg)?.[1]) || "";

/** The URL check of the console, called from outside: a sealed echostr must come back opened. Nothing is stored. */
async function checkUrl(app: WecomConfig, publicUrl: string, clock: WireClock): Promise<Finding[]> {
  const url = `${publicUrl.replace(/[?#].*$/, "")}/callbacks/wecom`;
  const timestamp = String(Math.floor(clock.nowMs() / 1000));
  const nonce = String(randomBytes(4).readUInt32BE() + 1_000_000_000);
  const echo = `${nonce}8901`;
  const keys = { token: app.token.reveal(), aesKey: app.aesKey.reveal(), receiverId: app.corpId };
  const sealed = sealEnvelope(keys, echo, timestamp, nonce);
  const check = await call(
    `${url}?${query({ msg_signature: sealed.signature, timestamp, nonce, echostr: sealed.encrypted })}`,
  );
  if (check === undefined || check.status >= 500) return [wrong("SERVER_NOT_REACHED")];
  if (check.status === 200 && check.body === echo) {
    return [fine("WECOM_TOKEN", "接收消息的服务器地址验证通过，消息能解密")];
  }
  if (check.status === 401) return [wrong("WECOM_TOKEN_MISMATCH")];
  // 400: not opened; 403: opened, and sealed for another company than the running server's.
  if (check.body === "" && (check.status === 400 || check.status === 403)) {
    return [wrong("WECOM_AES_KEY_MISMATCH", { detail: `HTTP ${check.status}` })];
  }
  return [wrong("URL_CHECK_FAILED", { detail: `HTTP ${check.status}` })];
}
