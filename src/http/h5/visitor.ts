import type { Context } from "koa";
import { findSender } from "../../usecases/queries/find-sender.ts";
import type { Visibility } from "./bills-view.ts";
import type { H5Context } from "./context.ts";
import { type LinkClaims, type LinkPurpose, openLink } from "./link.ts";
import { linkRefusedPage } from "./notice-page.ts";
import { sendPage } from "./page.ts";
import { isInsideWechat, redirectToOAuth, signedInOf, signInOf } from "./session.ts";
import type { SignedIn } from "./sign-in.ts";

/** The link names the document, OAuth names the person (design.md section 1). */
export interface Visitor {
  readonly token: string;
  readonly claims: LinkClaims;
  /** Told by OAuth, never by the link: on the official account, WeCom … */
  readonly signedIn: SignedIn | undefined;
  /** Who pays by JSAPI: the openid on the official account. */
  readonly openId: string | undefined;
  readonly personId: string | undefined;
  readonly visibility: Visibility;
  readonly insideWechat: boolean;
}

/**
 * Opens the link of a request and finds out who is there; undefined when the request is answered already: a calm page
 * for a bad link, or the way to WeChat's sign-in, which only pages that stand at the beginning may take.
 */
export async function receiveVisitor(
  ctx: Context,
  context: H5Context,
  purpose: LinkPurpose | readonly LinkPurpose[],
  signInMode: "sign-in" | "as-is",
): Promise<Visitor | undefined> {
  const token = typeof ctx.query.t === "string" ? ctx.query.t : "";
  const link = openLink(context.linkKeys, token, context.payments.businessClock.nowMs());
  if (!link.ok || ![purpose].flat().includes(link.claims.purpose)) {
    sendPage(ctx, linkRefusedPage(link.ok ? "tampered" : link.refusal));
    return undefined;
  }
  const insideWechat = isInsideWechat(ctx);
  const signIn = signInOf(ctx, context);
  const signedIn = signedInOf(ctx, context, token);
  const mayAsk = signInMode === "sign-in" && ctx.method === "GET" && ctx.query.by !== "code";
  // DingTalk may ask people for their consent first, and no tenant is on it.
  if (mayAsk && signIn && signIn.platform !== "dingtalk" && signedIn?.platform !== signIn.platform) {
    redirectToOAuth(ctx, context, signIn, token);
    return undefined;
  }
  const sender = signedIn && (await findSender(context.db, signedIn));
  const isMember = sender?.memberships.some((membership) => membership.tenantId === link.claims.tenantId) ?? false;
  return {
    token,
    claims: link.claims,
    signedIn,
    openId: signedIn?.platform === "official-account" ? signedIn.externalId : undefined,
    personId: sender?.personId,
    visibility: isMember ? "full" : "limited",
    insideWechat,
  };
}
