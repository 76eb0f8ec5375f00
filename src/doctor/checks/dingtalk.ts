import { createHash } from "node:crypto";
import type { Config, DingtalkConfig } from "../../config/env.ts";
import { type ApiAnswer, apiUrl, callApi, oapiUrl } from "../../platforms/dingtalk/api.ts";
import { textOf } from "../../platforms/dingtalk/json.ts";
import type { WireClock } from "../../ports/clock.ts";
import { type Finding, fine, wrong } from "../finding.ts";
import { checkDingtalkCallbacks } from "./dingtalk-callbacks.ts";

/** No colleague has this id: what is sent to it goes nowhere and is checked all the same. */
const NOBODY = "parkledger-doctor-nobody";

export async function checkDingtalk(config: Config, clock: WireClock): Promise<Finding[]> {
  const { dingtalk } = config;
  if (dingtalk === undefined) return [];
  const groups = await Promise.all([
    checkApi(dingtalk),
    checkDingtalkCallbacks(dingtalk, config.publicUrl, clock),
    halfCards(dingtalk),
  ]);
  return groups.flat();
}

const halfCards = ({ cardTemplateId, apiSecret }: DingtalkConfig): Finding[] =>
  (cardTemplateId === undefined) === (apiSecret === undefined)
    ? []
    : [
        wrong("DINGTALK_CARDS_HALF", {
          variable: cardTemplateId === undefined ? "DINGTALK_CARD_TEMPLATE_ID" : "DINGTALK_API_SECRET",
        }),
      ];

/** A token, which hurts nobody's token; then a message, a card and a question about a person whom nobody is. */
async function checkApi(dingtalk: DingtalkConfig): Promise<Finding[]> {
  const answer = await callApi(
    {},
    {
      method: "POST",
      url: apiUrl(dingtalk, "/v1.0/oauth2/accessToken"),
      json: { appKey: dingtalk.clientId, appSecret: dingtalk.clientSecret.reveal() },
    },
  );
  if (answer.state !== "answered") return [wrong("DINGTALK_API_UNREACHABLE", { detail: answer.reason })];
  const token = textOf(answer.json, "accessToken");
  if (token === undefined) {
    return answer.code === "invalidClientIdOrSecret"
      ? [wrong("DINGTALK_SECRET_WRONG")]
      : [wrong("DINGTALK_REFUSED", { detail: answer.code })];
  }
  const findings = await Promise.all([
    checkRobot(dingtalk, token),
    checkTemplate(dingtalk, token),
    checkOldApi(dingtalk, token),
  ]);
  return [fine("DINGTALK_CLIENT_ID", "钉钉接受 Client ID 和 Client Secret"), ...findings.flat()];
}

async function checkRobot(dingtalk: DingtalkConfig, accessToken: string): Promise<Finding[]> {
  const answer = await callApi(
    {},
    {
      method: "POST",
      url: apiUrl(dingtalk, "/v1.0/robot/oToMessages/batchSend"),
      accessToken,
      json: {
        robotCode: dingtalk.robotCode,
        userIds: [NOBODY],
        msgKey: "sampleText",
        msgParam: JSON.stringify({ content: "doctor" }),
      },
    },
  );
  switch (codeOf(answer)) {
    case "invalid.robotCode":
    case "chatbot.notFound":
    case "resource.not.found":
      return [wrong("DINGTALK_ROBOT_CODE_WRONG", { detail: dingtalk.robotCode })];
    // Nobody is nobody: everything before was right.
    case "":
    case "staffId.notExisted":
    case "invalidParameter.userIds.invalid":
      return [fine("DINGTALK_ROBOT_CODE", "机器人可以发消息")];
    default:
      return [refusal(answer)];
  }
}

/** Makes a card that stands nowhere, always the same one. */
async function checkTemplate(dingtalk: DingtalkConfig, accessToken: string): Promise<Finding[]> {
  const { cardTemplateId, apiSecret } = dingtalk;
  if (cardTemplateId === undefined || apiSecret === undefined) return [];
  const answer = await callApi(
    {},
    {
      method: "POST",
      url: apiUrl(dingtalk, "/v1.0/card/instances/createAndDeliver"),
      accessToken,
      json: {
        cardTemplateId,
        outTrackId: `parkledger-doctor-${createHash("sha256").update(cardTemplateId).digest("hex").slice(0, 16)}`,
        cardData: { cardParamMap: { title: "doctor" } },
        openSpaceId: `dtv1.card//IM_ROBOT.${NOBODY}`,
        imRobotOpenSpaceModel: { supportForward: false },
        imRobotOpenDeliverModel: { spaceType: "IM_ROBOT", robotCode: dingtalk.robotCode },
      },
    },
  );
  switch (codeOf(answer)) {
    case "param.templateNotExist":
    case "param.templateUnpublished":
    case "param.cardTemplateIdInvalid":
      return [wrong("DINGTALK_TEMPLATE_WRONG", { detail: cardTemplateId })];
    case "":
    case "param.cardAlreadyExist":
    case "param.userIdNotExist":
      return [fine("DINGTALK_CARD_TEMPLATE_ID", "卡片模板已发布")];
    default:
      return [refusal(answer)];
  }
}

async function checkOldApi(dingtalk: DingtalkConfig, token: string): Promise<Finding[]> {
  const answer = await callApi(
    {},
    {
      method: "POST",
      url: oapiUrl(dingtalk, "/topapi/user/getbyunionid", { access_token: token }),
      json: { unionid: NOBODY },
    },
  );
  if (answer.state !== "answered") return [wrong("DINGTALK_OAPI_UNREACHABLE", { detail: answer.reason })];
  // 60121: there is no such person, as there should not be.
  return answer.code === "" || answer.code === "60121" ? [] : [refusal(answer)];
}

const codeOf = (answer: ApiAnswer): string | undefined => (answer.state === "answered" ? answer.code : undefined);

function refusal(answer: ApiAnswer): Finding {
  if (answer.state !== "answered") return wrong("DINGTALK_API_UNREACHABLE", { detail: answer.reason });
  const { code } = answer;
  // 88 and 60011 of the older API: no right to this call.
  const isPermission = code.includes("PermissionDenied") || code === "88" || code === "60011";
  return wrong(isPermission ? "DINGTALK_PERMISSION" : "DINGTALK_REFUSED", { detail: code });
}
