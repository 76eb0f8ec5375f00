import type { ApiConnection as DingtalkConnection } from "../../platforms/dingtalk/api.ts";
import {
  buildAuthorizeUrl as buildDingtalkAuthorizeUrl,
  fetchUserId as fetchDingtalkUserId,
} from "../../platforms/dingtalk/oauth.ts";
import type { AccessTokens as DingtalkTokens } from "../../platforms/dingtalk/token.ts";
import { buildAuthorizeUrl, fetchOpenId } from "../../platforms/official-account/oauth.ts";
import type { AccessTokens } from "../../platforms/wechat-api/access-tokens.ts";
import type { ApiConnection } from "../../platforms/wechat-api/api.ts";
import { buildAuthorizeUrl as buildWecomAuthorizeUrl, fetchUserId } from "../../platforms/wecom/oauth.ts";
import type { Platform } from "../../ports/messenger.ts";

/** Who holds the phone, as a platform's OAuth told. */
export interface SignedIn {
  readonly platform: Platform;
  readonly appId: string;
  /** openid, userid */
  readonly externalId: string;
}

export type SignInResult =
  | { readonly state: "known"; readonly externalId: string }
  /** The code is used or too old: the way starts anew. */
  | { readonly state: "expired" }
  | { readonly state: "failed"; readonly code: string; readonly reason: string };

/** How the browser inside one platform's app tells who holds the phone. */
export interface SignIn {
  readonly platform: Platform;
  readonly appId: string;
  /** Whether a page was opened inside this platform's app, by its User-Agent. */
  isBrowserOf(userAgent: string): boolean;
  /** The page to which the browser is sent; it comes back to `redirectUrl` with `code` and the `state` unchanged. */
  authorizeUrl(redirectUrl: string, state: string): string;
  identify(code: string): Promise<SignInResult>;
}

export interface OfficialAccountOAuth extends ApiConnection {
  readonly appId: string;
  readonly appSecret: string;
  /** OA_OAUTH_BASE */
  readonly oauthBase: string;
}

/** The browser of WeChat; that of WeCom calls itself so too, and says `wxwork` besides. */
export const isWechatBrowser = (userAgent: string): boolean =>
  /MicroMessenger\//i.test(userAgent) && !/wxwork\//i.test(userAgent);

export const officialAccountSignIn = (account: OfficialAccountOAuth): SignIn => ({
  platform: "official-account",
  appId: account.appId,
  isBrowserOf: isWechatBrowser,
  authorizeUrl: (redirectUrl, state) => buildAuthorizeUrl(account.oauthBase, account.appId, redirectUrl, state),
  async identify(code) {
    const result = await fetchOpenId(account, code);
    return result.state === "known" ? { state: "known", externalId: result.openId } : result;
  },
});

export interface WecomOAuth extends ApiConnection {
  readonly corpId: string;
  readonly agentId: number;
  /** WECOM_OAUTH_BASE */
  readonly oauthBase: string;
  readonly tokens: AccessTokens;
}

export const wecomSignIn = (app: WecomOAuth): SignIn => ({
  platform: "wecom",
  appId: app.corpId,
  isBrowserOf: (userAgent) => /wxwork\//i.test(userAgent),
  authorizeUrl: (redirectUrl, state) => buildWecomAuthorizeUrl(app.oauthBase, app, redirectUrl, state),
  identify: (code) => fetchUserId(app, app.tokens, code),
});

export interface DingtalkOAuth extends DingtalkConnection {
  readonly clientId: string;
  readonly clientSecret: string;
  /** DINGTALK_OAUTH_BASE */
  readonly oauthBase: string;
  readonly tokens: DingtalkTokens;
}

export const dingtalkSignIn = (app: DingtalkOAuth): SignIn => ({
  platform: "dingtalk",
  appId: app.clientId,
  isBrowserOf: (userAgent) => /DingTalk\//i.test(userAgent),
  authorizeUrl: (redirectUrl, state) => buildDingtalkAuthorizeUrl(app.oauthBase, app.clientId, redirectUrl, state),
  async identify(code) {
    const result = await fetchDingtalkUserId(app, app.tokens, code);
    switch (result.state) {
      case "known":
        return { state: "known", externalId: result.userId };
      case "stranger":
        return { state: "failed", code: "NO_MEMBER", reason: "the person is no member of the organisation" };
      case "expired":
      case "failed":
        return result;
      default:
        return result satisfies never;
    }
  },
});
