import { jsonResponse, type PlainResponse } from "../http/server.ts";

/** WW 90313 and reference/platforms.md sections 3.6 and 4. */
const messages = {
  40001: "invalid credential",
  40003: "invalid userid",
  40004: "invalid media file type",
  40007: "invalid media_id",
  40008: "invalid message type",
  40013: "invalid corpid",
  40014: "invalid access_token",
  40016: "invalid button size",
  40018: "invalid button name size",
  40023: "invalid sub button size",
  40025: "invalid sub button name size",
  40029: "invalid code",
  40035: "invalid args",
  40056: "invalid agentid",
  40058: "invalid request parameter",
  41001: "access_token missing",
  41006: "media_id missing",
  42001: "access_token expired",
  42014: "template_card task_id invalid",
  42015: "response_code of another app",
  42016: "task_id not found",
  42019: "button key invalid",
  42022: "response_code has been used",
  42027: "horizontal_content keyname missing",
  42028: "url missing",
  42031: "card_type invalid",
  42033: "main_title.title and sub_title_text both missing",
  42035: "horizontal_content_list size invalid",
  42036: "button_list size invalid",
  42037: "jump_list size invalid",
  42038: "button text missing",
  42039: "button key missing",
  42045: "card_action missing or illegal",
  42052: "response_code expired",
  43001: "require GET method",
  43002: "require POST method",
  43012: "callback url not set",
  44001: "empty media data",
  44004: "empty content",
  45001: "media size out of limit",
  45002: "content size out of limit",
  45009: "api freq out of limit",
  45033: "api concurrent out of limit",
  47001: "data format error",
  60020: "not allow to access from your ip, from ip: 203.0.113.9",
  81013: "user & party & tag all invalid",
  86001: "invalid chatid",
  86003: "chatid not exist",
  86215: "chatid already exists",
  86216: "chat owner or member invalid",
  301002: "no privilege to access this app",
} as const;

export type WecomError = keyof typeof messages;

/** WeCom answers its errors with HTTP 200, and adds a hint that quotes the request. */
export function errorResponse(code: WecomError, detail = ""): PlainResponse {
  const errmsg = `${messages[code]}${detail === "" ? "" : ` ${detail}`}, hint: [1788228000_1_abcdef], from ip: 203.0.113.9`;
  return jsonResponse(200, { errcode: code, errmsg });
}

export const okResponse = (more: Readonly<Record<string, unknown>> = {}): PlainResponse =>
  jsonResponse(200, { errcode: 0, errmsg: "ok", ...more });
