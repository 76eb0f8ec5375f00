import type { CashierOrder } from "../../../bot/context.ts";
import { type Fen, toYuanText } from "../../domain/money/fen.ts";
import type { BusinessClock } from "../../ports/clock.ts";
import { type LinkPurpose, signLink } from "./link.ts";

/** The amount is computed when the page opens, so a link may live through a weekend. */
const LINK_LIFE_MS = 7 * 24 * 60 * 60_000;

export interface LinkContext {
  /** PUBLIC_URL, e.g. https://bills.example.com */
  readonly publicUrl: string;
  /** `deriveLinkKey` of the current field key. */
  readonly linkKey: Uint8Array;
  readonly businessClock: BusinessClock;
}

/** What `BotServices.cashierLink` needs: the address of the cashier (or bill page) and until when it works. */
export function cashierLink(
  context: LinkContext,
  order: CashierOrder,
  purpose: LinkPurpose = "pay",
): { readonly url: string; readonly expiresAtMs: number } {
  const expiresAtMs = Math.floor((context.businessClock.nowMs() + LINK_LIFE_MS) / 1000) * 1000;
  const token = signLink(context.linkKey, { ...order, purpose, expiresAtMs });
  return { url: `${context.publicUrl.replace(/\/+$/, "")}/h5/${purpose}?t=${token}`, expiresAtMs };
}

/** The cashier for any amount ahead; the amount stands in the field and may be changed, so it is not signed. */
export function prepayLink(
  context: LinkContext,
  order: { readonly tenantId: string; readonly entityId: string; readonly amountFen: Fen },
): { readonly url: string; readonly expiresAtMs: number } {
  const { tenantId, entityId, amountFen } = order;
  const { url, expiresAtMs } = cashierLink(context, { tenantId, entityId, billNos: [] }, "prepay");
  return { url: `${url}&amount=${toYuanText(amountFen)}`, expiresAtMs };
}
