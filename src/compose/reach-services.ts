import type { InboundEvent } from "../../bot/events.ts";
import type { ReachServices } from "../../bot/reach-services.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import { rows } from "../db/rows.ts";
import type { Transaction } from "../db/transaction.ts";
import type { BusinessClock } from "../ports/clock.ts";
import { chooseWays } from "../usecases/dunning/choose-ways.ts";
import { findWays } from "../usecases/dunning/contacts.ts";
import { DUNNING_WAYS, type DunningContext } from "../usecases/dunning/context.ts";
import { holdDunning, liftDunningHold } from "../usecases/dunning/hold-dunning.ts";
import { findActingMember } from "../usecases/people/acting-member.ts";
import type { Sender } from "../usecases/queries/find-sender.ts";
import { refuse } from "../usecases/receipts/refusal.ts";
import type { StaffMember } from "../usecases/staff/find-staff-member.ts";
import { may } from "../usecases/staff/permissions.ts";
import { tenantInPortfolio } from "../usecases/staff/portfolio.ts";

export interface ReachDependencies {
  readonly clock: BusinessClock;
  /** The ways that are configured; absent: all of them. */
  readonly reach?: Pick<DunningContext, "officialAccountAppId" | "hasSms" | "hasEmail"> | undefined;
}

const NOT_YOURS = refuse(
  "NOT_ALLOWED",
  "这一户不在您负责的范围里。",
  "The tenant is not in this colleague's portfolio.",
);
const NOT_ALLOWED = refuse("NOT_ALLOWED", "请由贵公司的负责人或财务来设置。", "Only an owner or finance member may.");

/** Holds and ways as the bot knows them, tied to one event and its transaction. */
export function reachServicesOf(
  tx: Transaction,
  event: InboundEvent,
  deps: ReachDependencies,
  sender: () => Promise<Sender | undefined>,
): ReachServices {
  const today = deps.clock.today();
  const channel = event.platform;
  const reach = deps.reach ?? { officialAccountAppId: event.appId, hasSms: true, hasEmail: true };
  const handles = async (member: StaffMember, tenantId: string): Promise<boolean> =>
    may(member, "task.handle") &&
    (await rows(tx, Prisma.sql`SELECT 1 WHERE ${tenantInPortfolio(Prisma.sql`${tenantId}::uuid`, member)}`)).length > 0;
  const by = (member: StaffMember) => ({ actor: `staff:${member.code}`, channel, today });
  return {
    holdDunning: async (member, hold) =>
      (await handles(member, hold.tenantId)) ? holdDunning(tx, hold, by(member)) : NOT_YOURS,
    liftHold: async (member, tenantId) =>
      (await handles(member, tenantId))
        ? { ok: true, lifted: await liftDunningHold(tx, tenantId, by(member)) }
        : NOT_YOURS,
    async ways(tenantId) {
      const { reachable, chosen = DUNNING_WAYS } = await findWays(tx, tenantId, reach);
      return chosen.filter((way) => reachable.includes(way));
    },
    async chooseWays(wish) {
      const personId = await findActingMember(tx, await sender(), wish.tenantId, "reach.choose");
      if (personId === undefined) return NOT_ALLOWED;
      return chooseWays(tx, wish, { actor: `person:${personId}`, channel, today, reach });
    },
  };
}
