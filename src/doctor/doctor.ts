import { type Config, type Environment, loadConfig, platformsOff } from "../config/env.ts";
import type { WireClock } from "../ports/clock.ts";
import { checkDatabase, checkRedis } from "./checks/database.ts";
import { checkDingtalk } from "./checks/dingtalk.ts";
import { wrongForms } from "./checks/forms.ts";
import { checkOfficialAccount } from "./checks/official-account.ts";
import { checkSms } from "./checks/sms.ts";
import { checkClock, checkPublicUrl } from "./checks/web.ts";
import { checkWechatPay } from "./checks/wechat-pay.ts";
import { checkWecom } from "./checks/wecom.ts";
import { type Finding, fine, wrong } from "./finding.ts";

/**
 * Checks the configuration as each platform would, by the real calls (docs/doctor.md). Changes nothing, but for one thing:
 * at WeChat Pay it makes an order over one fen that nobody sees and closes it at once. Throws for nothing outside.
 */
export async function examine(environment: Environment, clock: WireClock): Promise<Finding[]> {
  const loaded = loadConfig(environment);
  if (!loaded.ok) return wrongForms(loaded.problems);
  const { config } = loaded;
  const isProduction = environment.NODE_ENV === "production";
  const groups = await Promise.all([
    checkDatabase(config),
    checkRedis(config),
    checkPublicUrl(config, isProduction),
    checkClock(config, clock),
    checkOfficialAccount(config, clock),
    checkWecom(config, clock),
    checkDingtalk(config, clock),
    checkWechatPay(config, clock),
    checkSms(config, clock),
  ]);
  return withoutRepeats([...groups.flat(), ...outboundOf(config), ...platformsOff(config).map(offFinding)]);
}

const outboundOf = (config: Config): Finding[] =>
  config.outbound.mode === "live" ? [] : [wrong("OUTBOUND_HELD", { detail: `OUTBOUND=${config.outbound.mode}` })];

/** "SMS is off: no SMS_… variables" */
function offFinding(line: string): Finding {
  const [name = ""] = line.split(" is off");
  const [variable = ""] = /[A-Z_]+_(?=…)/.exec(line) ?? [];
  return fine(`${variable}…`, `${name}：没有配置，已关闭`);
}

/** A wrong clock is noticed by several. */
const withoutRepeats = (findings: readonly Finding[]): Finding[] =>
  findings.filter(
    (finding, index) =>
      finding.level === "ok" ||
      index ===
        findings.findIndex(
          ({ code, variable, message }) =>
            code === finding.code &&
            variable === finding.variable &&
            (code === "CLOCK_SKEW" || message === finding.message),
        ),
  );
