import { OUT_OF_REACH } from "../reach/send-within-reach.ts";

/** By the code at the beginning of `failure`; what to do about it is in the sentence. */
const BY_CODE: Readonly<Record<string, string>> = {
  [OUT_OF_REACH]:
    "对方近期没有互动，消息额度已用完，且没有可用的模板；请在 OA_TEMPLATES 配置模板，或改用电话、短信联系",
  45015: "微信不允许主动发送：对方48小时内没有互动，或已取消关注；且没有可用的模板",
  45047: "微信不允许主动发送：本次互动的消息条数已用完；且没有可用的模板",
  43004: "对方没有关注公众号，或已取消关注；请改用电话、短信联系",
  40003: "公众号不认识这个收件人（openid 属于另一个公众号）；请让对方重新绑定",
  40037: "模板编号不存在；请核对 OA_TEMPLATES，用 doctor 检查",
  47003: "模板字段与公众号后台不一致；请核对 OA_TEMPLATES 里字段的名称和顺序，用 doctor 检查",
  40164: "本机 IP 不在公众号的 IP 白名单里；用 doctor 检查",
  40125: "OA_APP_SECRET 不对；用 doctor 检查",
  40013: "OA_APP_ID 不对；用 doctor 检查",
  48001: "公众号没有这个接口的权限；请确认是已认证的服务号",
  "staffId.notExisted": "钉钉组织里没有这个人，或已离职；请核对员工的钉钉 UserId",
  INVALID_STAFF: "钉钉组织里没有这个人，或已离职；请核对员工的钉钉 UserId",
  FLOW_CONTROLLED: "钉钉限制了发给此人的频率；稍后可以重发",
  "invalid.openConversationId": "机器人不在这个钉钉群里；请把机器人加进群，或用 group assign 另行指定",
  "invalid.robotCode": "DINGTALK_ROBOT_CODE 不对；用 doctor 检查",
  invalidClientIdOrSecret: "DINGTALK_CLIENT_SECRET 不对；用 doctor 检查",
  FILE_TYPE: "钉钉机器人不能发送这种文件",
  FILE_SIZE: "文件是空的，或超过平台的大小限制",
  CHANNEL_OFF: "这个渠道没有配置",
  INVALID_USER: "企业微信不认识这个成员，或成员不在应用的可见范围里；请核对员工的企业微信账号和应用的可见范围",
  UNLICENSED_USER: "成员没有企业微信的接口许可；请在管理后台为成员激活",
  SEND_QUOTA: "发给这个成员的消息太多（每分钟30条、每小时1000条），稍后可以重发",
  NO_DOCUMENT: "要发的文件已经不在了",
  FILE_TOO_LARGE: "文件超过20MB，企业微信不收",
  NO_PHONE: "这个人没有登记手机号",
  NO_TEMPLATE: "这类消息没有配置模板",
  UNREACHABLE: "连不上对方平台的服务器；请检查网络，用 doctor 检查",
};

/** WeCom's numbers mean other things than the official account's. */
const OF_WECOM: Readonly<Record<string, string>> = {
  81013: "企业微信不认识这个成员，或成员不在应用的可见范围里；请核对员工的企业微信账号和应用的可见范围",
  60111: "企业微信里没有这个成员；请核对员工的企业微信账号",
  40003: "企业微信里没有这个成员；请核对员工的企业微信账号",
  60011: "成员不在应用的可见范围里；请在应用页面调整可见范围",
  60020: "本机 IP 不在应用的企业可信 IP 里；用 doctor 检查",
  301002: "Secret 和 AgentId 不是同一个应用；用 doctor 检查",
  40056: "AgentId 不对；用 doctor 检查",
  40001: "WECOM_SECRET 不对；用 doctor 检查",
  40013: "WECOM_CORP_ID 不对；用 doctor 检查",
  43012: "应用没有设置“接收消息”的服务器地址，带按钮的卡片发不出去",
  48002: "应用没有这个接口的权限",
  45009: "企业微信的调用次数用完了，稍后可以重发",
  86003: "群不存在；请用 group make 重新建群",
  86216: "建群的成员里有企业微信不认识的人；请核对员工的企业微信账号",
};

const REPORTED: readonly (readonly [RegExp, string])[] = [
  [/user block/i, "对方在微信里关闭了本公众号的通知"],
  [/system failed/i, "微信投递失败，可以重发"],
];

/** Why a message has not arrived, in a sentence for the operator; undefined when it has, or may yet. */
export function whyUndelivered(message: {
  readonly state: string;
  readonly delivery: string | null;
  readonly failure: string | null;
}): string | undefined {
  if (message.state === "withheld") return "OUTBOUND 设置不允许发给此人，已扣下";
  const failure = message.failure ?? "";
  if (message.state === "sent" && message.delivery === "undelivered") {
    return REPORTED.find(([pattern]) => pattern.test(failure))?.[1] ?? "平台报告没有送达";
  }
  if (message.state !== "dead") return undefined;
  const [code = ""] = failure.split(" ", 1);
  const known = failure.includes("wecom error") ? OF_WECOM : BY_CODE;
  if (Object.hasOwn(known, code)) return known[code];
  return message.delivery === "unknown" ? "平台多次没有回应，可能已送达" : "平台拒绝了这条消息";
}
