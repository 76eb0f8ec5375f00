import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { findWays, preferWays } from "./contacts.ts";
import { DUNNING_WAYS, type DunningContext, type DunningWay } from "./context.ts";

/** What somebody said about how to be reached: ways wanted, in that order, and ways not wanted. */
export interface WaysWish {
  readonly tenantId: string;
  readonly wanted: readonly DunningWay[];
  readonly unwanted: readonly DunningWay[];
}

/**
 * In which order a tenant hears of what is due from now on: what was wanted first, then what was not ruled out. It stays a
 * choice of ways: one that reaches nobody is refused, for who owes something has to hear of it.
 */
export async function chooseWays(
  tx: Transaction,
  { tenantId, wanted, unwanted }: WaysWish,
  context: Actor & {
    readonly today: CivilDate;
    readonly reach: Pick<DunningContext, "officialAccountAppId" | "hasSms" | "hasEmail">;
  },
): Promise<{ readonly ok: true; readonly ways: readonly DunningWay[] } | Refusal> {
  const { reachable, chosen = DUNNING_WAYS } = await findWays(tx, tenantId, context.reach);
  const missing = wanted.find((way) => !reachable.includes(way));
  if (missing !== undefined) {
    return refuse("WAY_UNREACHABLE", UNREACHABLE[missing], `Nobody of the tenant can be reached by ${missing}.`);
  }
  const rest = chosen.filter((way) => !unwanted.includes(way));
  const ways = [...new Set([...wanted, ...rest])];
  if (!ways.some((way) => reachable.includes(way))) {
    return refuse(
      "NO_WAY_LEFT",
      "公众号、短信、邮件至少要留一种能收到的，账单和到期提醒才不会错过。",
      "One way that reaches somebody has to stay.",
    );
  }
  await preferWays(tx, tenantId, ways, context.actor);
  const { actor, channel, ip, today: businessDate } = context;
  await recordAudit(tx, [
    {
      actor,
      channel,
      ip,
      businessDate,
      action: "dunning.ways-chosen",
      subjectKind: "tenant",
      subjectId: tenantId,
      before: { ways: chosen },
      after: { ways },
    },
  ]);
  return { ok: true, ways };
}

const UNREACHABLE: Readonly<Record<DunningWay, string>> = {
  "official-account": "贵公司还没有人关注并绑定公众号，请先关注并回复“绑定”。",
  sms: "贵公司的联系人没有登记手机号，请回复“转人工”让管家补上。",
  email: "贵公司的联系人没有登记邮箱，请回复“转人工”让管家补上，再来设置。",
};
