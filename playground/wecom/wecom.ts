import type { FaultSwitches } from "../http/fault-switches.ts";
import { type PlainRequest, type PlainResponse, readJsonObject, startPlainServer } from "../http/server.ts";
import { AccessTokens } from "./access-tokens.ts";
import { AppMessages } from "./app-messages.ts";
import { errorResponse } from "./errors.ts";
import { type Group, Groups } from "./groups.ts";
import { MediaShelf } from "./media.ts";
import { Member } from "./member.ts";
import { AppMenu } from "./menu.ts";
import { checkCallbackUrl, type PushChannel } from "./push.ts";
import { ResponseCodes } from "./response-codes.ts";
import { WebAuthorization } from "./web-authorization.ts";

export interface WecomOptions {
  readonly corpId: string;
  readonly agentId: number;
  readonly secret: string;
  readonly token: string;
  /** EncodingAESKey, 43 characters. */
  readonly aesKey: string;
  /** Where pushes go. May be set after the start. */
  readonly callbackUrl?: string;
  /** Default 5000, the real figure. */
  readonly pushTimeoutMs?: number;
  /** Default 5000. */
  readonly pushSpacingMs?: number;
}

export interface Clocks {
  /** The clock of the pretend world: quotas, response codes. May be moved. */
  readonly nowMs: () => number;
  /** The real clock: signatures, tokens, OAuth codes. */
  readonly wireNowMs: () => number;
}

export interface Wecom {
  /** Base of the API and of the authorise page. */
  readonly url: string;
  readonly corpId: string;
  readonly agentId: number;
  readonly faults: FaultSwitches;
  readonly tokens: AccessTokens;
  readonly menu: AppMenu;
  readonly authorization: WebAuthorization;
  readonly incidents: readonly { readonly userId: string; readonly reason: string }[];
  readonly groups: readonly Group[];
  /** The member with this userid, hired at once if there was none. */
  member(userId: string): Member;
  /** The member has left: unknown from now on. */
  dismiss(userId: string): void;
  setCallbackUrl(url: string): void;
  /** The console's check of the callback address. */
  checkUrl(): Promise<boolean>;
  close(): Promise<void>;
}

/** Starts a pretend WeCom: one company with one self-built app. */
export async function startWecom(options: WecomOptions, clocks: Clocks): Promise<Wecom> {
  const members = new Map<string, Member>();
  const incidents: { userId: string; reason: string }[] = [];
  let callbackUrl = options.callbackUrl;
  const channel = (): PushChannel => {
    if (callbackUrl === undefined) throw new Error("the app has no callback address yet: setCallbackUrl()");
    return {
      ...options,
      callbackUrl,
      wireNowMs: clocks.wireNowMs,
      pushTimeoutMs: options.pushTimeoutMs ?? 5_000,
      pushSpacingMs: options.pushSpacingMs ?? 5_000,
    };
  };
  // User ids do not differ by case.
  const find = (userId: string): Member | undefined => members.get(userId.toLowerCase());
  const codes = new ResponseCodes(clocks.nowMs);
  const media = new MediaShelf(clocks.nowMs);
  const groups = new Groups(find, media);
  const menu = new AppMenu();
  const messages = new AppMessages({
    agentId: options.agentId,
    find,
    media,
    codes,
    hasCallback: () => callbackUrl !== undefined,
    nowMs: clocks.nowMs,
  });
  const tokens = new AccessTokens({ corpId: options.corpId, secret: options.secret, wireNowMs: clocks.wireNowMs });
  const authorization = new WebAuthorization({
    corpId: options.corpId,
    wireNowMs: clocks.wireNowMs,
    userIds: () => [...members.values()].map((member) => member.userId),
  });

  const calls: Readonly<Record<string, (body: Record<string, unknown>, request: PlainRequest) => PlainResponse>> = {
    "/cgi-bin/message/send": (body, request) => messages.send(body, request.body.toString("utf8")),
    "/cgi-bin/message/update_template_card": (body) => messages.update(body),
    "/cgi-bin/appchat/create": (body) => groups.create(body),
    "/cgi-bin/appchat/send": (body) => groups.send(body),
    "/cgi-bin/menu/create": (body, request) =>
      request.query.get("agentid") === String(options.agentId) ? menu.create(body) : errorResponse(40056),
  };

  const server = await startPlainServer((request) => {
    if (request.path === "/cgi-bin/gettoken") return tokens.get(request);
    if (request.path === "/connect/oauth2/authorize") return authorization.authorize(request);
    const refusal = tokens.refusalOf(request.query.get("access_token"));
    switch (request.path) {
      case "/cgi-bin/auth/getuserinfo":
        return refusal === undefined ? authorization.exchange(request) : errorResponse(refusal);
      case "/cgi-bin/agent/get":
        return refusal === undefined ? agentAnswer(request) : errorResponse(refusal);
      case "/cgi-bin/media/get":
        if (request.method !== "GET") return errorResponse(43001);
        return refusal === undefined ? media.get(request) : errorResponse(refusal);
      case "/cgi-bin/media/upload":
        return refusal === undefined ? media.upload(request) : errorResponse(refusal);
      default:
        return answerCall(request, refusal);
    }
  });

  function answerCall(request: PlainRequest, refusal: ReturnType<typeof tokens.refusalOf>): PlainResponse {
    const apiCall = calls[request.path];
    if (apiCall === undefined) return { status: 404, body: "" };
    if (request.method !== "POST") return errorResponse(43002);
    if (refusal !== undefined) return errorResponse(refusal);
    const body = readJsonObject(request.body);
    return body === undefined ? errorResponse(47001) : apiCall(body, request);
  }

  function agentAnswer(request: PlainRequest): PlainResponse {
    if (request.query.get("agentid") !== String(options.agentId)) return errorResponse(301002);
    return {
      status: 200,
      headers: { "Content-Type": "application/json; charset=utf-8" },
      body: JSON.stringify({ errcode: 0, errmsg: "ok", agentid: options.agentId, name: "园账通", close: 0 }),
    };
  }

  return {
    url: server.url,
    corpId: options.corpId,
    agentId: options.agentId,
    faults: server.faults,
    tokens,
    menu,
    authorization,
    incidents,
    get groups() {
      return groups.all;
    },
    member(userId) {
      const known = find(userId);
      if (known !== undefined) return known;
      const member = new Member(userId, {
        channel,
        nowMs: clocks.nowMs,
        keepPicture: (bytes) => media.keepPicture(bytes),
        issueCode: (taskId) => codes.issue(taskId),
        reportIncident: (who, reason) => incidents.push({ userId: who, reason }),
      });
      members.set(userId.toLowerCase(), member);
      return member;
    },
    dismiss: (userId) => void members.delete(userId.toLowerCase()),
    setCallbackUrl: (url) => {
      callbackUrl = url;
    },
    checkUrl: () => checkCallbackUrl(channel()),
    close: () => server.close(),
  };
}
