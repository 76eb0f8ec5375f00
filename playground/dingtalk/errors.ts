import { randomUUID } from "node:crypto";
import { jsonResponse, type PlainResponse } from "../http/server.ts";

/** Codes of the new API with their HTTP status and words, as the platform's pages list them. */
const messages = {
  InvalidAuthentication: [401, "不合法的access_token"],
  invalidClientIdOrSecret: [400, "无效的clientId或者clientSecret"],
  "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi": [403, "应用对该接口的调用超过频率限制"],
  "invalid.robotCode": [400, "无效的机器人标识"],
  "invalid.openConversationId": [400, "无效的openConversationId"],
  "invalidParameter.userIds.empty": [400, "invalidParameter.userIds.empty"],
  "invalidParameter.userIds.invalid": [400, "invalidParameter.userIds.invalid"],
  "invalidParameter.msgKey.invalid": [400, "invalidParameter.msgKey.invalid"],
  "invalidParameter.msgParam.invalid": [400, "invalidParameter.msgParam.invalid"],
  "invalidParameter.downloadCode.invalid": [400, "invalidParameter.downloadCode.invalid"],
  "param.empty": [400, "入参为空"],
  "param.invalid": [400, "存在非法参数"],
  "param.outTrackIdEmpty": [400, "业务标识outTrackId为空"],
  "param.openSpaceIdEmpty": [400, "投放openSpaceId为空"],
  "param.openSpaceIdInvalid": [400, "openSpaceId不符合规范"],
  "param.openDeliverModelEmpty": [400, "场域投放模型为空"],
  "param.cardTemplateIdEmpty": [400, "卡片模板Id为空"],
  "param.templateNotExist": [400, "模板不存在"],
  "param.templateUnpublished": [400, "模板未发布"],
  "param.cardPublicDataEmpty": [400, "卡片公共数据为空"],
  "param.userIdNotExist": [400, "用户user不存在"],
  "param.cardNotExist": [400, "卡片不存在"],
  "param.cardAlreadyExist": [400, "卡片已经存在"],
  "system.busy": [500, "系统繁忙"],
  "invalidParameter.authCode.notFound": [400, "不存在的临时授权码"],
  "staffId.notExisted": [400, "staffId.notExisted"],
} as const;

export type DingtalkError = keyof typeof messages;

/** The new API refuses with an HTTP status and a code; the request id differs each time. */
export function errorResponse(code: DingtalkError): PlainResponse {
  const [status, message] = messages[code];
  return jsonResponse(status, { code, message, requestid: randomUUID().toUpperCase() });
}

/** The older API refuses under HTTP 200. */
export const oldErrorResponse = (errcode: number, errmsg: string): PlainResponse =>
  jsonResponse(200, { errcode, errmsg, request_id: randomUUID() });
