import { textCard } from "../../cards/card.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { SAY } from "../text/zh-CN.ts";

/** 合同: what is rented and until when. */
export async function showLeases(context: TenantContext): Promise<Answer> {
  const leases = await context.services.leases(context.member.tenantId);
  if (leases.length === 0) return say(textCard(SAY.leases.none));
  const items = leases.map(({ projectName, units, start, end }) => ({
    label: SAY.leases.item(projectName, units),
    value: SAY.leases.term(formatDate(start), formatDate(end)),
  }));
  return say(factCard(SAY.leases.title, { subtitle: context.member.tenantName, rows: [], items }));
}
