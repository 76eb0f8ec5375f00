import { type Card, textCard } from "../../cards/card.ts";
import { TEXT } from "../../cards/text.zh-CN.ts";
import { type Fen, formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { formatInstant } from "../../src/domain/time/civil-date.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { showTransferAccounts } from "../handlers/transfer.ts";
import { SAY_CLAIMS } from "../text/claims.zh-CN.ts";
import { ask, asMemberOf, type Flow, finish, noLongerMember } from "./flow.ts";
import { amountIn } from "./words.ts";

const SAY = SAY_CLAIMS.prepay;
const LEAST_FEN = 100n;
const MOST_FEN = 100_000_000n;

/** 预存: any amount ahead, by link where the payee takes WeChat payments, else by bank transfer. */
export const prepayFlow: Flow<"prepay"> = {
  title: SAY.title,
  question: async () => textCard(SAY.ask),
  answers: (_context, _dialog, text) => amountIn(text) !== undefined,
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const amountFen = amountOf(amountIn(text));
    if (amountFen === undefined) return say(textCard(SAY.again));
    return finish(context, ...(await waysToPay(tenant, amountFen)));
  },
};

export async function startPrepay(context: TenantContext, wish: Wish): Promise<Answer> {
  if (!mayTenant(context.member.role, "pay")) return say(textCard(SAY_CLAIMS.viewerOnly));
  const amountFen = amountOf(wish.slots.amount);
  if (amountFen === undefined) return ask(context, prepayFlow, { name: "prepay", tenantId: context.member.tenantId });
  return say(...(await waysToPay(context, amountFen)));
}

function amountOf(yuan: string | undefined): Fen | undefined {
  if (yuan === undefined) return undefined;
  const amountFen = parseYuan(yuan);
  return amountFen >= LEAST_FEN && amountFen <= MOST_FEN ? amountFen : undefined;
}

/** One card for each legal entity: money never crosses from one to another (money-rules 8). */
async function waysToPay(context: TenantContext, amountFen: Fen): Promise<Card[]> {
  const { tenantId, tenantName } = context.member;
  const cards: Card[] = [];
  for (const { entityId, entityName } of await context.services.payees(tenantId)) {
    const link = await context.services.prepayLink(tenantId, entityId, amountFen);
    if (!link) continue;
    const card = factCard(
      SAY.title,
      {
        subtitle: tenantName,
        rows: [
          { label: TEXT.paymentLink.payee, value: entityName },
          { label: TEXT.paymentLink.validUntil, value: formatInstant(link.expiresAtMs) },
        ],
      },
      SAY.linkHint(formatYuan(amountFen)),
    );
    cards.push({ ...card, buttons: [{ kind: "link", label: SAY.pay, url: link.url, style: "primary" }] });
  }
  if (cards.length > 0) return cards;
  const transfer = await showTransferAccounts(context);
  return [textCard(SAY.transferHint(formatYuan(amountFen))), ...transfer.replies];
}
