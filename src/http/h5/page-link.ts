import type { Context } from "koa";
import type { H5Context } from "./context.ts";
import { linkRefusedPage } from "./notice-page.ts";
import { sendPage } from "./page.ts";
import { seal, unseal } from "./seal.ts";

/*
 * Links to pages that are about one thing each. A link names the thing and ends by itself. Who has opened it is told by
 * OAuth, and what they may do by the use case, except where the link is the key: a paper, an invoice file and a number to
 * dial open for whoever has it, as a mail with them would.
 */

const DAY_MS = 86_400_000;

const PAGES = {
  // What waits for people on leave; what can be done with it is asked each time.
  approval: { path: "/h5/approval?t=", lifeMs: 90 * DAY_MS },
  exception: { path: "/h5/exception?t=", lifeMs: 90 * DAY_MS },
  invoice: { path: "/h5/invoice?t=", lifeMs: 90 * DAY_MS },
  // Long enough for the month in which somebody files it; a new link is one question away.
  document: { path: "/h5/document/", lifeMs: 30 * DAY_MS },
  "invoice-file": { path: "/h5/invoice/file?t=", lifeMs: 30 * DAY_MS },
  // Long enough for a week of holidays between a card and who reads it.
  call: { path: "/h5/call?t=", lifeMs: 7 * DAY_MS },
  photo: { path: "/h5/photo?t=", lifeMs: 7 * DAY_MS },
  title: { path: "/h5/title?t=", lifeMs: 7 * DAY_MS },
} as const;
export type LinkedPage = keyof typeof PAGES;

export interface PageLinkContext {
  readonly publicUrl: string;
  readonly linkKey: Uint8Array;
  /** Business clock. */
  readonly nowMs: number;
}

export interface PageLink {
  readonly url: string;
  readonly expiresAtMs: number;
}

/** The address of the page about the thing with this id, and until when it works. */
export function pageLink(context: PageLinkContext, page: LinkedPage, id: string): PageLink {
  const { path, lifeMs } = PAGES[page];
  const expiresAtMs = context.nowMs + lifeMs;
  const token = seal(context.linkKey, page, [id, String(expiresAtMs)]);
  return { url: `${context.publicUrl.replace(/\/+$/, "")}${path}${token}`, expiresAtMs };
}

export const pageUrl = (context: PageLinkContext, page: LinkedPage, id: string): string =>
  pageLink(context, page, id).url;

export type OpenedPageLink =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly refusal: "tampered" | "expired" };

/** What a link to this page names. */
export function openPageLink(
  keys: readonly Uint8Array[],
  page: LinkedPage,
  token: string,
  nowMs: number,
): OpenedPageLink {
  const [id, expiresAtMs] = unseal(keys, page, token) ?? [];
  if (id === undefined) return { ok: false, refusal: "tampered" };
  return Number(expiresAtMs) > nowMs ? { ok: true, id } : { ok: false, refusal: "expired" };
}

/** What the link of a request names. Undefined when the request is answered already, by a calm page. */
export function receiveLink(
  ctx: Context,
  context: H5Context,
  page: LinkedPage,
): { readonly token: string; readonly id: string } | undefined {
  const token = tokenOf(ctx);
  const link = openPageLink(context.linkKeys, page, token, context.payments.businessClock.nowMs());
  if (link.ok) return { token, id: link.id };
  sendPage(ctx, linkRefusedPage(link.refusal));
  return undefined;
}

/** The token in the address of a request; "" where there is none. */
export const tokenOf = (ctx: Context): string => (typeof ctx.query.t === "string" ? ctx.query.t : "");
