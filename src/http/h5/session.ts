import { randomBytes } from "node:crypto";
import type { Context } from "koa";
import type { WireClock } from "../../ports/clock.ts";
import type { H5Context } from "./context.ts";
import { fingerprintOf, seal, unseal } from "./seal.ts";
import { isWechatBrowser, type SignedIn, type SignIn } from "./sign-in.ts";

const SESSION_COOKIE = "parkledger_h5";
const STATE_COOKIE = "parkledger_oauth";
const SESSION_LIFE_MS = 2 * 60 * 60_000;
const STATE_LIFE_MS = 10 * 60_000;

/** What signing in needs of the pages' context. */
export type SessionContext = Pick<H5Context, "signIns" | "publicUrl" | "linkKeys" | "logger"> & {
  readonly payments: { readonly wireClock: WireClock };
};

/** The page was opened by the browser inside WeChat, where a QR code cannot be scanned but JSAPI can pay. */
export const isInsideWechat = (ctx: Context): boolean => isWechatBrowser(ctx.get("user-agent"));

/** The sign-in of the app in which the page was opened; undefined in an ordinary browser. */
export const signInOf = (ctx: Context, context: SessionContext): SignIn | undefined =>
  context.signIns.find((signIn) => signIn.isBrowserOf(ctx.get("user-agent")));

/** Whom OAuth told for this link in this browser; a cookie of another link is as good as none. */
export function signedInOf(ctx: Context, context: SessionContext, token: string): SignedIn | undefined {
  const [fingerprint, who] = readCookie(ctx, context, SESSION_COOKIE, "session") ?? [];
  if (who === undefined || fingerprint !== fingerprintOf(token)) return undefined;
  // Only the first two bars count: nobody promises that a user id has none.
  const [platform, appId, ...rest] = who.split("|");
  const signIn = context.signIns.find((one) => one.platform === platform && one.appId === appId);
  const externalId = rest.join("|");
  return signIn && externalId !== "" ? { platform: signIn.platform, appId: signIn.appId, externalId } : undefined;
}

/**
 * Sends the browser to its app's silent sign-in page. The state comes back and must be that of this browser's cookie,
 * which also remembers the way back to this page.
 */
export function redirectToOAuth(ctx: Context, context: SessionContext, signIn: SignIn, token: string): void {
  const state = randomBytes(16).toString("hex");
  const expiresAtMs = context.payments.wireClock.nowMs() + STATE_LIFE_MS;
  const remembered = [state, signIn.platform, signIn.appId, `${ctx.path}?t=${encodeURIComponent(token)}`].join("|");
  const sealed = seal(context.linkKeys[0], "oauth-state", [fingerprintOf(token), remembered, String(expiresAtMs)]);
  setCookie(ctx, context, STATE_COOKIE, sealed, STATE_LIFE_MS);
  ctx.set("Cache-Control", "no-store");
  ctx.redirect(signIn.authorizeUrl(`${base(context)}/h5/oauth?t=${encodeURIComponent(token)}`, state));
}

export interface OAuthEnd {
  /** `again`: the code was used or too old, so the way starts anew. */
  readonly state: "known" | "again" | "failed";
  /** The page from which the browser was sent away; undefined when this browser was not. */
  readonly target: string | undefined;
}

/** Takes the code that the platform sent back. */
export async function finishOAuth(ctx: Context, context: SessionContext, token: string): Promise<OAuthEnd> {
  const [fingerprint, remembered = ""] = readCookie(ctx, context, STATE_COOKIE, "oauth-state") ?? [];
  const [state, platform, appId, target] = remembered.split("|");
  const signIn = context.signIns.find((one) => one.platform === platform && one.appId === appId);
  const { state: given } = ctx.query;
  // DingTalk calls it authCode.
  const code = ctx.query.code ?? ctx.query.authCode;
  if (fingerprint !== fingerprintOf(token) || !state || given !== state || !signIn) {
    return { state: "failed", target: undefined };
  }
  if (typeof code !== "string" || code === "") return { state: "failed", target };
  setCookie(ctx, context, STATE_COOKIE, "", 0);
  const result = await signIn.identify(code);
  if (result.state === "expired") return { state: "again", target };
  if (result.state === "failed") {
    context.logger.warn({ code: result.code, reason: result.reason }, "h5.oauth-failed");
    return { state: "failed", target };
  }
  const expiresAtMs = context.payments.wireClock.nowMs() + SESSION_LIFE_MS;
  const who = [signIn.platform, signIn.appId, result.externalId].join("|");
  const session = seal(context.linkKeys[0], "session", [fingerprint, who, String(expiresAtMs)]);
  setCookie(ctx, context, SESSION_COOKIE, session, SESSION_LIFE_MS);
  return { state: "known", target };
}

/** The two fields before the expiry of a sealed cookie that has not expired. */
function readCookie(
  ctx: Context,
  context: SessionContext,
  name: string,
  purpose: "session" | "oauth-state",
): [string, string] | undefined {
  const [first, second, expiresAtMs] = unseal(context.linkKeys, purpose, ctx.cookies.get(name) ?? "") ?? [];
  if (first === undefined || second === undefined) return undefined;
  return Number(expiresAtMs) > context.payments.wireClock.nowMs() ? [first, second] : undefined;
}

/** By hand: behind a proxy that ends TLS, Koa refuses to set a Secure cookie on what looks like plain HTTP to it. */
function setCookie(ctx: Context, context: SessionContext, name: string, value: string, lifeMs: number): void {
  const secure = base(context).startsWith("https:") ? "; Secure" : "";
  ctx.append(
    "Set-Cookie",
    `${name}=${value}; Path=/h5; Max-Age=${Math.floor(lifeMs / 1000)}; HttpOnly; SameSite=Lax${secure}`,
  );
}

const base = (context: SessionContext): string => context.publicUrl.replace(/\/+$/, "");
