import { textCard } from "../../cards/card.ts";
import { parseYuan } from "../../src/domain/money/fen.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import { SAY_EXCEPTION } from "../text/exception.zh-CN.ts";

/** “我转了五千怎么没到账” (transfer.claim): the claim is kept, a person of finance confirms it. */
export async function claimTransfer(context: TenantContext, wish: Wish): Promise<Answer> {
  const { amount } = wish.slots;
  const text = context.event.kind === "text" ? context.event.text : "";
  if (typeof amount !== "string") return say(textCard(SAY_EXCEPTION.claim.askAmount));
  const claimed = await context.services.claimTransfer(context.member.tenantId, {
    amountFen: parseYuan(amount),
    said: text,
  });
  if (!claimed.ok) return say(textCard(claimed.message.zh));
  return say(textCard(claimed.found ? SAY_EXCEPTION.claim.found : SAY_EXCEPTION.claim.notYet));
}
