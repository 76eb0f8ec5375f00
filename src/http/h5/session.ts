import { randomBytes } from "node:crypto";
import type { Context } from "koa";
import { buildAuthorizeUrl, fetchOpenId } from "../../platforms/official-account/oauth.ts";
import type { H5Context, OAuthAccount } from "./context.ts";
import { fingerprintOf, seal, unseal } from "./seal.ts";

const SESSION_COOKIE = "parkledger_h5";
const STATE_COOKIE = "parkledger_oauth";
const SESSION_LIFE_MS = 2 * 60 * 60_000;
const STATE_LIFE_MS = 10 * 60_000;

/** The page was opened by the browser inside WeChat, where a QR code cannot be scanned but JSAPI can pay. */
export const isInsideWechat = (ctx: Context): boolean => /MicroMessenger\//i.test(ctx.get("user-agent"));

/** The openid that OAuth told for this link in this browser; a cookie of another link is as good as none. */
export function openIdOf(ctx: Context, context: H5Context, token: string): string | undefined {
  const fields = readCookie(ctx, context, SESSION_COOKIE, "session");
  if (fields === undefined) return undefined;
  const [fingerprint, openId] = fields;
  return fingerprint === fingerprintOf(token) && openId !== "" ? openId : undefined;
}

/** Sends the browser to WeChat's silent sign-in page. The state comes back and must be that of this browser's cookie. */
export function redirectToOAuth(ctx: Context, context: H5Context, account: OAuthAccount, token: string): void {
  const state = randomBytes(16).toString("hex");
  const expiresAtMs = context.payments.wireClock.nowMs() + STATE_LIFE_MS;
  const sealed = seal(context.linkKeys[0], "oauth-state", [fingerprintOf(token), state, String(expiresAtMs)]);
  setCookie(ctx, context, STATE_COOKIE, sealed, STATE_LIFE_MS);
  ctx.set("Cache-Control", "no-store");
  ctx.redirect(buildAuthorizeUrl(account.oauthBase, account.appId, `${base(context)}/h5/oauth?t=${token}`, state));
}

export type OAuthEnd = "known" | "again" | "failed";

/** Takes the code that WeChat sent back. `again`: it was used or too old, so the way starts anew. */
export async function finishOAuth(
  ctx: Context,
  context: H5Context,
  account: OAuthAccount,
  token: string,
): Promise<OAuthEnd> {
  const [fingerprint, state] = readCookie(ctx, context, STATE_COOKIE, "oauth-state") ?? [];
  const { code, state: given } = ctx.query;
  if (fingerprint !== fingerprintOf(token) || state === undefined || given !== state) return "failed";
  if (typeof code !== "string" || code === "") return "failed";
  setCookie(ctx, context, STATE_COOKIE, "", 0);
  const result = await fetchOpenId(account, code);
  if (result.state === "expired") return "again";
  if (result.state === "failed") {
    context.logger.warn({ code: result.code, reason: result.reason }, "h5.oauth-failed");
    return "failed";
  }
  const expiresAtMs = context.payments.wireClock.nowMs() + SESSION_LIFE_MS;
  const session = seal(context.linkKeys[0], "session", [fingerprint, result.openId, String(expiresAtMs)]);
  setCookie(ctx, context, SESSION_COOKIE, session, SESSION_LIFE_MS);
  return "known";
}

/** The two fields before the expiry of a sealed cookie that has not expired. */
function readCookie(
  ctx: Context,
  context: H5Context,
  name: string,
  purpose: "session" | "oauth-state",
): [string, string] | undefined {
  const [first, second, expiresAtMs] = unseal(context.linkKeys, purpose, ctx.cookies.get(name) ?? "") ?? [];
  if (first === undefined || second === undefined) return undefined;
  return Number(expiresAtMs) > context.payments.wireClock.nowMs() ? [first, second] : undefined;
}

/** By hand: behind a proxy that ends TLS, Koa refuses to set a Secure cookie on what looks like plain HTTP to it. */
function setCookie(ctx: Context, context: H5Context, name: string, value: string, lifeMs: number): void {
  const secure = base(context).startsWith("https:") ? "; Secure" : "";
  ctx.append(
    "Set-Cookie",
    `${name}=${value}; Path=/h5; Max-Age=${Math.floor(lifeMs / 1000)}; HttpOnly; SameSite=Lax${secure}`,
  );
}

const base = (context: H5Context): string => context.publicUrl.replace(/\/+$/, "");
