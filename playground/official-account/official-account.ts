import type { FaultSwitches } from "../http/fault-switches.ts";
import { type PlainRequest, type PlainResponse, readJsonObject, startPlainServer } from "../http/server.ts";
import { AccessTokens } from "./access-tokens.ts";
import { sendCustomMessage } from "./custom-messages.ts";
import { errorResponse } from "./errors.ts";
import { Follower } from "./follower.ts";
import { SentMedia } from "./media.ts";
import { AccountMenu } from "./menu.ts";
import { checkCallbackUrl, type PushChannel } from "./push.ts";
import { SceneCodes } from "./scene-codes.ts";
import { type MessageTemplate, TemplateMessages } from "./template-messages.ts";
import { WebAuthorization } from "./web-authorization.ts";

export interface OfficialAccountOptions {
  readonly appId: string;
  readonly secret: string;
  readonly token: string;
  /** EncodingAESKey, 43 characters. */
  readonly aesKey: string;
  /** Where pushes go. May be set after the start. */
  readonly callbackUrl?: string;
  /** `gh_…`, the name the account has in messages. */
  readonly originalId?: string;
  readonly templates?: readonly MessageTemplate[];
  /** Default 5000, the real figure. */
  readonly pushTimeoutMs?: number;
  /** Default 5000. */
  readonly pushSpacingMs?: number;
  /** Default 2000. */
  readonly classicTokenCallsPerDay?: number;
}

export interface Clocks {
  /** The clock of the pretend world: message windows, payment times. May be moved. */
  readonly nowMs: () => number;
  /** The real clock: signatures, tokens, codes. */
  readonly wireNowMs: () => number;
}

export interface OfficialAccount {
  /** Base of the API and of the authorise page. */
  readonly url: string;
  readonly appId: string;
  readonly originalId: string;
  readonly faults: FaultSwitches;
  readonly tokens: AccessTokens;
  readonly menu: AccountMenu;
  readonly sceneCodes: SceneCodes;
  readonly authorization: WebAuthorization;
  /** Reasons for every banner, in order. */
  readonly incidents: readonly { readonly openId: string; readonly reason: string }[];
  /** The person with this openid; a stranger is made up and follows nothing yet. */
  user(openId: string): Follower;
  /** Whether somebody with this openid exists. */
  knows(openId: string): boolean;
  registerTemplate(template: MessageTemplate): void;
  setCallbackUrl(url: string): void;
  /** The console's check of the callback address. */
  checkUrl(): Promise<boolean>;
  /** A payment by this person to a merchant bound to the account: unlimited messages for 48 hours. */
  recordPayment(openId: string): void;
  /** Resolves when every template message under way is delivered and its event pushed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

type ApiCall = (request: PlainRequest, body: Readonly<Record<string, unknown>>) => PlainResponse;

/** Starts a pretend WeChat with one official account (service account, safe mode). */
export async function startOfficialAccount(options: OfficialAccountOptions, clocks: Clocks): Promise<OfficialAccount> {
  const originalId = options.originalId ?? "gh_c0ffee123456";
  const followers = new Map<string, Follower>();
  const incidents: { openId: string; reason: string }[] = [];
  const menu = new AccountMenu();
  const media = new SentMedia(clocks.nowMs);
  const sceneCodes = new SceneCodes();
  const templates = new TemplateMessages(clocks.nowMs);
  for (const template of options.templates ?? []) templates.register(template);
  const tokens = new AccessTokens({
    appId: options.appId,
    secret: options.secret,
    wireNowMs: clocks.wireNowMs,
    classicCallsPerDay: options.classicTokenCallsPerDay ?? 2000,
  });
  const authorization = new WebAuthorization({
    appId: options.appId,
    secret: options.secret,
    wireNowMs: clocks.wireNowMs,
    openIds: () => [...followers.keys()],
  });
  let callbackUrl = options.callbackUrl;
  const channel = (): PushChannel => {
    if (callbackUrl === undefined)
      throw new Error("the official account has no callback address yet: setCallbackUrl()");
    return {
      appId: options.appId,
      originalId,
      token: options.token,
      aesKey: options.aesKey,
      callbackUrl,
      wireNowMs: clocks.wireNowMs,
      pushTimeoutMs: options.pushTimeoutMs ?? 5000,
      pushSpacingMs: options.pushSpacingMs ?? 5000,
    };
  };
  const find = (openId: string): Follower | undefined => followers.get(openId);

  const calls: Readonly<Record<string, ApiCall>> = {
    "/cgi-bin/message/custom/send": (_request, body) => sendCustomMessage(body, find, clocks.nowMs()),
    "/cgi-bin/message/template/send": (_request, body) => templates.send(body, find),
    "/cgi-bin/qrcode/create": (_request, body) => sceneCodes.create(body),
    "/cgi-bin/menu/create": (_request, body) => menu.create(body),
  };

  const server = await startPlainServer((request) => {
    switch (request.path) {
      case "/cgi-bin/stable_token":
        return request.method === "POST" ? tokens.stable(request) : errorResponse(43002);
      case "/cgi-bin/token":
        return tokens.classic(request);
      case "/connect/oauth2/authorize":
        return authorization.authorize(request);
      case "/sns/oauth2/access_token":
        return authorization.exchange(request);
      default:
        return answerCall(request);
    }
  });

  function answerCall(request: PlainRequest): PlainResponse {
    if (request.path === "/cgi-bin/media/get") {
      if (request.method !== "GET") return errorResponse(43001);
      const refusal = tokens.refusalOf(request.query.get("access_token"));
      return refusal === undefined ? media.get(request) : errorResponse(refusal);
    }
    if (request.path === "/cgi-bin/template/get_all_private_template") {
      const refusal = tokens.refusalOf(request.query.get("access_token"));
      return refusal === undefined ? templates.list() : errorResponse(refusal);
    }
    const apiCall = calls[request.path];
    if (apiCall === undefined) return { status: 404, body: "" };
    if (request.method !== "POST") return errorResponse(43002);
    const refusal = tokens.refusalOf(request.query.get("access_token"));
    if (refusal !== undefined) return errorResponse(refusal);
    const body = readJsonObject(request.body);
    return body === undefined ? errorResponse(47001) : apiCall(request, body);
  }

  function user(openId: string): Follower {
    const known = followers.get(openId);
    if (known !== undefined) return known;
    const follower = new Follower(openId, {
      channel,
      nowMs: clocks.nowMs,
      keepMedia: (bytes, contentType) => media.keep(bytes, contentType),
      hasMenuKey: (key) => menu.hasClickKey(key),
      ticketOf: (scene) => sceneCodes.ticketOf(scene),
      reportIncident: (who, reason) => incidents.push({ openId: who, reason }),
    });
    followers.set(openId, follower);
    return follower;
  }

  return {
    url: server.url,
    appId: options.appId,
    originalId,
    faults: server.faults,
    tokens,
    menu,
    sceneCodes,
    authorization,
    incidents,
    user,
    knows: (openId) => followers.has(openId),
    registerTemplate: (template) => templates.register(template),
    setCallbackUrl: (url) => {
      callbackUrl = url;
    },
    checkUrl: () => checkCallbackUrl(channel()),
    recordPayment: (openId) => followers.get(openId)?.quota.open("payment", clocks.nowMs()),
    settled: async () => {
      await Promise.all(templates.pending);
    },
    close: () => server.close(),
  };
}
