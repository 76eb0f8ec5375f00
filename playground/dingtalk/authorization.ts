import { randomBytes } from "node:crypto";
import { jsonResponse, type PlainRequest, type PlainResponse, readJsonObject } from "../http/server.ts";
import { errorResponse, oldErrorResponse } from "./errors.ts";
import type { Member } from "./member.ts";

interface AuthorizationWorld {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly wireNowMs: () => number;
  findMember(userId: string): Member | undefined;
  findByUnionId(unionId: string): Member | undefined;
}

const CODE_LIFE_MS = 300_000;

/** Who holds the phone: login page, the person's own token, the ids everywhere and in the organisation. */
export class Authorization {
  readonly #world: AuthorizationWorld;
  readonly #codes = new Map<string, { readonly unionId: string; readonly expiresAtMs: number }>();
  readonly #personTokens = new Map<string, string>();

  constructor(world: AuthorizationWorld) {
    this.#world = world;
  }

  /** As if this person's DingTalk opened the login page: where the browser is sent back to. Throws for a bad address. */
  open(authorizeUrl: string, unionId: string): string {
    const { pathname, searchParams } = new URL(authorizeUrl);
    const redirectUrl = searchParams.get("redirect_uri");
    const isAsked =
      pathname === "/oauth2/auth" &&
      searchParams.get("response_type") === "code" &&
      searchParams.get("client_id") === this.#world.clientId &&
      searchParams.get("prompt") === "consent" &&
      (searchParams.get("scope") ?? "").split(" ").includes("openid");
    if (!isAsked || redirectUrl === null) throw new Error(`DingTalk shows an error page for ${authorizeUrl}`);
    const back = new URL(redirectUrl);
    const code = randomBytes(16).toString("hex");
    this.#codes.set(code, { unionId, expiresAtMs: this.#world.wireNowMs() + CODE_LIFE_MS });
    back.searchParams.set("authCode", code);
    back.searchParams.set("state", searchParams.get("state") ?? "");
    return back.href;
  }

  /** POST /v1.0/oauth2/userAccessToken */
  personToken(request: PlainRequest): PlainResponse {
    const body = readJsonObject(request.body);
    if (body?.clientId !== this.#world.clientId || body.clientSecret !== this.#world.clientSecret) {
      return errorResponse("invalidClientIdOrSecret");
    }
    const code = typeof body.code === "string" ? body.code : "";
    const granted = this.#codes.get(code);
    this.#codes.delete(code);
    if (body.grantType !== "authorization_code" || !granted || granted.expiresAtMs < this.#world.wireNowMs()) {
      return errorResponse("invalidParameter.authCode.notFound");
    }
    const accessToken = randomBytes(16).toString("hex");
    this.#personTokens.set(accessToken, granted.unionId);
    return jsonResponse(200, { accessToken, refreshToken: randomBytes(16).toString("hex"), expireIn: 7200 });
  }

  /** GET /v1.0/contact/users/me */
  me(request: PlainRequest): PlainResponse {
    const unionId = this.#personTokens.get(request.headers["x-acs-dingtalk-access-token"] ?? "");
    if (unionId === undefined) return errorResponse("InvalidAuthentication");
    const nick = this.#world.findByUnionId(unionId)?.name ?? "外部人员";
    return jsonResponse(200, { nick, unionId, openId: `open-${unionId}` });
  }

  /** POST /topapi/user/getbyunionid, of the older API */
  byUnionId(request: PlainRequest): PlainResponse {
    const { unionid: unionId } = readJsonObject(request.body) ?? {};
    const member = typeof unionId === "string" ? this.#world.findByUnionId(unionId) : undefined;
    if (member === undefined || member.hasLeft) return oldErrorResponse(60121, "找不到该用户");
    return jsonResponse(200, { errcode: 0, errmsg: "ok", result: { contact_type: 0, userid: member.userId } });
  }
}
