/** What can be wrong with the DINGTALK_ variables; part of the catalogue (catalogue.ts). */
export const DINGTALK_CATALOGUE = {
  DINGTALK_API_UNREACHABLE: {
    level: "error",
    variable: "DINGTALK_API_BASE",
    message: "连不上钉钉的接口",
    cause: "服务器不能访问外网、DNS 不通，或 DINGTALK_API_BASE 写错",
  },
  DINGTALK_OAPI_UNREACHABLE: {
    level: "error",
    variable: "DINGTALK_OAPI_BASE",
    message: "连不上钉钉的旧版接口，发文件和网页登录要用它",
    cause: "服务器不能访问外网、DNS 不通，或 DINGTALK_OAPI_BASE 写错",
  },
  DINGTALK_SECRET_WRONG: {
    level: "error",
    variable: "DINGTALK_CLIENT_SECRET",
    message: "钉钉不接受这对 Client ID 和 Client Secret",
    cause: "Client Secret 被重置过，或 DINGTALK_CLIENT_ID 属于另一个应用；请到“凭证与基础信息”核对",
  },
  DINGTALK_ROBOT_CODE_WRONG: {
    level: "error",
    variable: "DINGTALK_ROBOT_CODE",
    message: "钉钉不认识这个机器人编码",
    cause: "机器人没有启用或没有发布，或 RobotCode 属于另一个应用；请到“应用能力 → 机器人”复制",
  },
  DINGTALK_PERMISSION: {
    level: "error",
    variable: "DINGTALK_CLIENT_ID",
    message: "应用没有需要的接口权限",
    cause: "请到“权限管理”开通：企业内机器人发送消息、互动卡片实例写、通讯录个人信息读、根据 unionid 查询 userid",
  },
  DINGTALK_REFUSED: {
    level: "error",
    variable: "DINGTALK_CLIENT_ID",
    message: "钉钉接口拒绝了检查",
    cause: "请按返回的错误码到钉钉开放平台核对；应用要已发布，服务器出口 IP 要在应用的白名单里",
  },
  DINGTALK_TEMPLATE_WRONG: {
    level: "error",
    variable: "DINGTALK_CARD_TEMPLATE_ID",
    message: "钉钉没有这个卡片模板，或模板没有发布",
    cause: "模板编号要带 .schema，模板要关联到这个应用并发布；搭建方法见 docs/dingtalk-card-template.md",
  },
  DINGTALK_CARDS_HALF: {
    level: "warning",
    variable: "DINGTALK_CARD_TEMPLATE_ID",
    message: "互动卡片只配置了一半，审批会以文字发出，没有按钮",
    cause: "DINGTALK_CARD_TEMPLATE_ID 和 DINGTALK_API_SECRET 要一起设置",
  },
  DINGTALK_CALLBACK_MISSING: {
    level: "error",
    variable: "PUBLIC_URL",
    message: "外部访问地址上没有钉钉的回调",
    cause: "设置 DINGTALK_ 变量后还没有重启服务，或 PUBLIC_URL 指向了别的程序、反向代理没有转发 /callbacks",
  },
  DINGTALK_SECRET_MISMATCH: {
    level: "error",
    variable: "DINGTALK_CLIENT_SECRET",
    message: "运行中的服务不认可用 Client Secret 签名的机器人消息",
    cause: "改了 DINGTALK_CLIENT_SECRET 还没有重启服务，或 PUBLIC_URL 指向另一个环境",
  },
  DINGTALK_API_SECRET_MISMATCH: {
    level: "error",
    variable: "DINGTALK_API_SECRET",
    message: "运行中的服务不认可用 DINGTALK_API_SECRET 签名的卡片回调",
    cause: "改了 DINGTALK_API_SECRET 还没有重启服务，或 PUBLIC_URL 指向另一个环境",
  },
  DINGTALK_TOKEN_MISMATCH: {
    level: "error",
    variable: "DINGTALK_TOKEN",
    message: "运行中的服务不认可用 DINGTALK_TOKEN 签名的事件",
    cause: "改了 DINGTALK_TOKEN 还没有重启服务；钉钉“事件订阅”、这里和服务三处要一致",
  },
  DINGTALK_AES_KEY_MISMATCH: {
    level: "error",
    variable: "DINGTALK_AES_KEY",
    message: "运行中的服务解不开用 DINGTALK_AES_KEY 加密的事件",
    cause: "改了 DINGTALK_AES_KEY 还没有重启服务；钉钉“事件订阅”、这里和服务三处要一致",
  },
} as const;
