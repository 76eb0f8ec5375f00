import { jsonResponse, type PlainResponse } from "../http/server.ts";

const messages = {
  40001: "invalid credential, access_token is invalid or not latest",
  40002: "invalid grant_type",
  40003: "invalid openid",
  40007: "invalid media_id",
  40008: "invalid message type",
  40013: "invalid appid",
  40016: "invalid button size",
  40018: "invalid button name size",
  40023: "invalid sub button size",
  40025: "invalid sub button name size",
  40029: "invalid code",
  40035: "invalid args",
  40037: "invalid template_id",
  40125: "invalid appsecret",
  40163: "code been used",
  40164: "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist",
  41001: "access_token missing",
  41006: "media_id missing",
  42001: "access_token expired",
  43001: "require GET method",
  43002: "require POST method",
  43004: "require subscribe",
  44003: "empty news data",
  44004: "empty content",
  45002: "content size out of limit",
  45008: "article size out of limit",
  45009: "reach max api daily quota limit",
  45011: "api minute-quota reach limit, must slower, retry next minute",
  45015: "response out of time limit or subscription is canceled",
  45047: "out of response count limit",
  47001: "data format error",
  47003: "argument invalid!",
} as const;

export type OfficialAccountError = keyof typeof messages;

/** WeChat answers its errors with HTTP 200. */
export function errorResponse(code: OfficialAccountError, detail = ""): PlainResponse {
  return jsonResponse(200, { errcode: code, errmsg: detail === "" ? messages[code] : `${messages[code]} ${detail}` });
}

export function okResponse(more: Readonly<Record<string, unknown>> = {}): PlainResponse {
  return jsonResponse(200, { errcode: 0, errmsg: "ok", ...more });
}
