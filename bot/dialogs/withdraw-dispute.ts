import { textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import type { DisputableLine } from "../../src/usecases/queries/disputable-lines.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { SAY_CLAIMS } from "../text/claims.zh-CN.ts";
import { labelOf } from "./dispute.ts";
import { answerButton, ask, asMemberOf, type Flow, finish, noLongerMember, placeIn, questionCard } from "./flow.ts";

const SAY = SAY_CLAIMS.withdraw;

/** 撤销异议: the line is as any other again from tomorrow. */
export const withdrawDisputeFlow: Flow<"withdraw-dispute"> = {
  title: "撤销异议",
  async question(context, dialog) {
    const lines = linesOf(await context.services.disputableLines(dialog.tenantId), dialog.lineIds);
    const buttons = lines.map((line, index) =>
      answerButton(dialog, `${index + 1}. ${labelOf(line)}`, { value: String(index + 1) }),
    );
    const items = lines.map((line, index) => ({
      label: `${index + 1}. ${SAY_CLAIMS.dispute.item(line.billNo, labelOf(line))}`,
      value: formatYuan(line.amountFen),
    }));
    return { ...questionCard(buttons, SAY.ask), items };
  },
  answers: (_context, _dialog, text) => placeIn(text) !== undefined,
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const lines = linesOf(await context.services.disputableLines(dialog.tenantId), dialog.lineIds);
    const line = lines[placeIn(text) ?? -1];
    return line ? withdraw(tenant, line) : say(textCard(SAY_CLAIMS.dispute.again(lines.length)));
  },
};

export async function startWithdrawDispute(context: TenantContext): Promise<Answer> {
  if (!mayTenant(context.member.role, "line.dispute")) return say(textCard(SAY_CLAIMS.viewerOnly));
  const { tenantId } = context.member;
  const lines = (await context.services.disputableLines(tenantId)).filter((line) => line.disputed);
  const [only] = lines;
  if (!only) return say(textCard(SAY.nothing));
  if (lines.length === 1) return withdraw(context, only);
  return ask(context, withdrawDisputeFlow, {
    name: "withdraw-dispute",
    tenantId,
    lineIds: lines.map((line) => line.lineId),
  });
}

async function withdraw(context: TenantContext, line: DisputableLine): Promise<Answer> {
  const label = labelOf(line);
  const closed = await context.services.withdrawDispute(line, label, context.member.tenantId);
  return finish(context, textCard(closed.ok ? SAY.done(label) : closed.message.zh));
}

const linesOf = (lines: readonly DisputableLine[], lineIds: readonly string[]): readonly DisputableLine[] =>
  lineIds.flatMap((id) => lines.filter((line) => line.lineId === id && line.disputed));
