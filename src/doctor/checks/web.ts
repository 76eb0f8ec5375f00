import type { Config } from "../../config/env.ts";
import type { WireClock } from "../../ports/clock.ts";
import { type Finding, fine, wrong } from "../finding.ts";

const SKEW_MAX_MS = 5 * 60_000;
const TIMEOUT_MS = 5_000;

export const isLocal = (url: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)$/.test(new URL(url).hostname);

/** Whether somebody outside must reach us: a production process, or a platform that is not on this machine. */
const isSeenFromOutside = (config: Config, isProduction: boolean): boolean =>
  isProduction || platformBases(config).some((base) => !isLocal(base));

/** The address that phones and platforms are given. */
export async function checkPublicUrl(config: Config, isProduction: boolean): Promise<Finding[]> {
  const { publicUrl } = config;
  const { search, hash, protocol } = new URL(publicUrl);
  const findings: Finding[] = [];
  if (search !== "" || hash !== "" || publicUrl.includes("?")) findings.push(wrong("PUBLIC_URL_WITH_QUERY"));
  if (isSeenFromOutside(config, isProduction)) {
    if (isLocal(publicUrl)) findings.push(wrong("PUBLIC_URL_LOCAL", { detail: new URL(publicUrl).host }));
    else if (config.wechatPay.size > 0 && protocol !== "https:") findings.push(wrong("NOTIFY_URL_NOT_HTTPS"));
  }
  return findings.length > 0 ? findings : [fine("PUBLIC_URL", `外部访问地址 ${new URL(publicUrl).origin}`)];
}

/** Our clock against the Date header of a platform that is configured anyhow. Without an answer others say why. */
export async function checkClock(config: Config, clock: WireClock): Promise<Finding[]> {
  const [base] = platformBases(config);
  if (base === undefined) return [];
  try {
    const response = await fetch(base, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.arrayBuffer();
    const theirMs = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(theirMs)) return [];
    const skewMs = Math.abs(theirMs - clock.nowMs());
    if (skewMs <= SKEW_MAX_MS) return [fine("system clock", "系统时间准确")];
    return [wrong("CLOCK_SKEW", { detail: `相差 ${Math.round(skewMs / 60_000)} 分钟` })];
  } catch {
    return [];
  }
}

const platformBases = (config: Config): string[] => [
  ...[...config.wechatPay.values()].map((merchant) => merchant.apiBase),
  ...(config.officialAccount === undefined ? [] : [config.officialAccount.apiBase]),
  ...(config.dingtalk === undefined ? [] : [config.dingtalk.apiBase]),
  ...(config.sms === undefined ? [] : [config.sms.apiBase]),
];
