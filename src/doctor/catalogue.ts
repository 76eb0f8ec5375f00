import { DINGTALK_CATALOGUE } from "./dingtalk-catalogue.ts";

/*
 * Every wrong setting that the doctor knows: the variable it names, what it says, and the likely cause with what to do
 * about it. docs/doctor.md is this table, and a test provokes each of them against the playground.
 */

export type Level = "ok" | "warning" | "error";

interface CatalogueEntry {
  readonly level: Exclude<Level, "ok">;
  /** As the operator knows it; `*` stands for WECHAT_PAY or MERCHANT_<CODE>. */
  readonly variable: string;
  readonly message: string;
  readonly cause: string;
}

export const CATALOGUE = {
  CONFIG_INVALID: {
    level: "error",
    variable: "（按实际变量）",
    message: "写法不对",
    cause: "变量拼错、缺了同组的另一个变量，或值的格式不对；按 .env.example 里的说明改正",
  },
  AES_KEY_FORM: {
    level: "error",
    variable: "OA_AES_KEY",
    message: "EncodingAESKey 不是 43 位字母和数字",
    cause: "复制时多了空格、等号，或少了一位；请到公众平台“基本配置”重新复制",
  },
  API_V3_KEY_FORM: {
    level: "error",
    variable: "*_API_V3_KEY",
    message: "APIv3 密钥不是 32 个字节",
    cause: "填成了 APIv2 密钥或证书序列号；请到商户平台“API安全”设置 APIv3 密钥",
  },
  PRIVATE_KEY_FORM: {
    level: "error",
    variable: "*_PRIVATE_KEY",
    message: "商户私钥不是 PEM 格式",
    cause: "填成了 apiclient_cert.pem 或文件名；要填 apiclient_key.pem 的全文，换行可写成 \\n，或用 _FILE",
  },
  DATABASE_UNUSABLE: {
    level: "error",
    variable: "DATABASE_URL",
    message: "数据库连不上",
    cause: "地址、端口、账号、密码或数据库名写错，或防火墙没有放行",
  },
  MIGRATIONS_PENDING: {
    level: "warning",
    variable: "DATABASE_URL",
    message: "数据库结构还没有升级到这个版本",
    cause: "升级程序后还没有启动过；npm start 或 npm run migrate 会自动升级",
  },
  SCHEMA_MISMATCH: {
    level: "error",
    variable: "DATABASE_URL",
    message: "数据库结构与程序不匹配",
    cause: "程序比数据库旧，或指向了别的数据库；请使用同一版本",
  },
  FIELD_KEY_CANNOT_DECRYPT: {
    level: "error",
    variable: "FIELD_ENCRYPTION_KEY",
    message: "解不开数据库里已有的电话或银行账号",
    cause: "换过密钥而没有把旧密钥放进 FIELD_ENCRYPTION_OLD_KEYS，或连到了别的环境的数据库",
  },
  REDIS_UNREACHABLE: {
    level: "error",
    variable: "REDIS_URL",
    message: "Redis 连不上",
    cause: "地址、密码写错或 Redis 没有启动；不用 Redis 可以清空这个变量，队列会改用 PostgreSQL",
  },
  PUBLIC_URL_LOCAL: {
    level: "error",
    variable: "PUBLIC_URL",
    message: "外部访问地址是本机地址，手机和平台都打不开",
    cause: "生产环境没有设置 PUBLIC_URL；请设为公网域名，例如 https://pay.example.com",
  },
  PUBLIC_URL_WITH_QUERY: {
    level: "error",
    variable: "PUBLIC_URL",
    message: "外部访问地址带有参数（? 或 #），微信支付不接受这样的通知地址",
    cause: "从浏览器地址栏复制时多带了参数；只保留到域名（和路径）",
  },
  NOTIFY_URL_NOT_HTTPS: {
    level: "error",
    variable: "PUBLIC_URL",
    message: "微信支付的通知地址不是 https",
    cause: "PUBLIC_URL 写成了 http；请在反向代理上配置证书并改为 https",
  },
  SERVER_NOT_REACHED: {
    level: "warning",
    variable: "PUBLIC_URL",
    message: "通过外部访问地址连不到服务",
    cause: "服务没有启动，域名没有解析过来，或反向代理没有转发 /callbacks",
  },
  URL_CHECK_FAILED: {
    level: "error",
    variable: "PUBLIC_URL",
    message: "像微信那样验证服务器地址，没有得到原样的 echostr",
    cause: "PUBLIC_URL 指向了别的程序，反向代理改写了参数（如 + 变成空格），或加了登录页、跳转",
  },
  OA_TOKEN_MISMATCH: {
    level: "error",
    variable: "OA_TOKEN",
    message: "运行中的服务不认可用 OA_TOKEN 签名的请求",
    cause: "改了 OA_TOKEN 还没有重启服务，或 PUBLIC_URL 指向另一个环境；公众平台、这里和服务三处要一致",
  },
  OA_AES_KEY_MISMATCH: {
    level: "error",
    variable: "OA_AES_KEY",
    message: "运行中的服务解不开用 OA_AES_KEY 加密的消息",
    cause: "改了 EncodingAESKey 还没有重启服务；公众平台、这里和服务三处要一致",
  },
  OA_APP_ID_WRONG: {
    level: "error",
    variable: "OA_APP_ID",
    message: "微信不认识这个 AppID（40013）",
    cause: "填成了原始 ID（gh_ 开头）、小程序或开放平台的 AppID，或多了空格",
  },
  OA_SECRET_WRONG: {
    level: "error",
    variable: "OA_APP_SECRET",
    message: "微信不接受这个 AppSecret（40125）",
    cause: "AppSecret 被重置过，或属于另一个公众号；请到“基本配置”重置并更新",
  },
  OA_IP_NOT_ALLOWED: {
    level: "error",
    variable: "OA_APP_SECRET",
    message: "本机的出口 IP 不在公众号的 IP 白名单里（40164）",
    cause: "服务器换了 IP 或有多个出口；请把这个 IP 加到“基本配置”的 IP 白名单",
  },
  OA_API_UNREACHABLE: {
    level: "error",
    variable: "OA_API_BASE",
    message: "连不上微信公众号的接口",
    cause: "服务器不能访问外网、DNS 不通，或 OA_API_BASE 写错",
  },
  OA_TEMPLATE_UNKNOWN: {
    level: "error",
    variable: "OA_TEMPLATES",
    message: "公众号里没有这个模板编号",
    cause: "模板被删除、属于另一个公众号，或填成了模板库编号（TM 开头的短编号）；请到“模板消息 → 我的模板”复制",
  },
  OA_TEMPLATE_FIELDS: {
    level: "error",
    variable: "OA_TEMPLATES",
    message: "模板里没有这些字段",
    cause: "字段名没有按模板详情里 {{…DATA}} 的名称写，或顺序、个数不对；见 docs/templates.md",
  },
  OA_REFUSED: {
    level: "error",
    variable: "OA_APP_ID",
    message: "微信公众号接口拒绝了检查",
    cause: "请按返回的错误码到公众平台核对；48001 表示不是已认证的服务号",
  },
  WECOM_TOKEN_MISMATCH: {
    level: "error",
    variable: "WECOM_TOKEN",
    message: "运行中的服务不认可用 WECOM_TOKEN 签名的请求",
    cause:
      "改了 WECOM_TOKEN 还没有重启服务，或 PUBLIC_URL 指向另一个环境；企业微信后台“接收消息”、这里和服务三处要一致",
  },
  WECOM_AES_KEY_MISMATCH: {
    level: "error",
    variable: "WECOM_AES_KEY",
    message: "运行中的服务解不开用 WECOM_AES_KEY 加密的消息",
    cause: "改了 EncodingAESKey 或 WECOM_CORP_ID 还没有重启服务；企业微信后台“接收消息”、这里和服务三处要一致",
  },
  WECOM_CORP_ID_WRONG: {
    level: "error",
    variable: "WECOM_CORP_ID",
    message: "企业微信不认识这个企业 ID（40013）",
    cause: "填成了应用的 AgentId 或别的企业；请到管理后台“我的企业 → 企业信息”复制，ww 开头",
  },
  WECOM_SECRET_WRONG: {
    level: "error",
    variable: "WECOM_SECRET",
    message: "企业微信不接受这个 Secret（40001）",
    cause: "Secret 属于另一个应用（每个应用各有一个），或复制不完整；请到“应用管理 → 自建应用”查看",
  },
  WECOM_AGENT_WRONG: {
    level: "error",
    variable: "WECOM_AGENT_ID",
    message: "这个 Secret 不能使用这个 AgentId",
    cause: "AgentId 属于另一个应用，或应用已停用；AgentId 和 Secret 要取自同一个应用页面",
  },
  WECOM_IP_NOT_TRUSTED: {
    level: "error",
    variable: "WECOM_SECRET",
    message: "本机的出口 IP 不在应用的企业可信 IP 里（60020）",
    cause: "服务器换了 IP 或有多个出口；请在应用页面底部“企业可信IP”里添加",
  },
  WECOM_API_UNREACHABLE: {
    level: "error",
    variable: "WECOM_API_BASE",
    message: "连不上企业微信的接口",
    cause: "服务器不能访问外网、DNS 不通，或 WECOM_API_BASE 写错",
  },
  WECOM_REFUSED: {
    level: "error",
    variable: "WECOM_CORP_ID",
    message: "企业微信接口拒绝了检查",
    cause: "请按返回的错误码到管理后台核对",
  },
  ...DINGTALK_CATALOGUE,
  PAY_SERIAL_WRONG: {
    level: "error",
    variable: "*_SERIAL_NO",
    message: "商户证书序列号不对",
    cause: "序列号属于旧证书、平台证书或另一个商户号；请到商户平台“API安全 → 商户API证书”核对，并核对 *_MCH_ID",
  },
  PAY_PRIVATE_KEY_WRONG: {
    level: "error",
    variable: "*_PRIVATE_KEY",
    message: "微信支付验不过我们的签名",
    cause: "私钥与证书序列号不是同一张证书；请一起更换 apiclient_key.pem 和序列号",
  },
  PAY_API_V3_KEY_WRONG: {
    level: "error",
    variable: "*_API_V3_KEY",
    message: "用 APIv3 密钥解不开微信支付的内容，支付通知也会解不开",
    cause: "APIv3 密钥在商户平台重新设置过，或属于另一个商户号",
  },
  PAY_PUBLIC_KEY_ID_WRONG: {
    level: "error",
    variable: "*_PUBLIC_KEY_ID",
    message: "微信支付不认识这个公钥ID",
    cause: "公钥ID属于另一个商户号，或漏了 PUB_KEY_ID_ 前缀",
  },
  PAY_PUBLIC_KEY_WRONG: {
    level: "error",
    variable: "*_PUBLIC_KEY",
    message: "微信支付的回答验签不过",
    cause: "公钥与公钥ID不是一对，或填成了商户自己的公钥；请从商户平台重新下载 pub_key.pem",
  },
  PAY_PUBLIC_KEY_MISSING: {
    level: "error",
    variable: "*_PUBLIC_KEY_ID",
    message: "这个商户号没有平台证书，必须配置微信支付公钥",
    cause: "2024 年后的新商户只有微信支付公钥；请在商户平台申请，填 *_PUBLIC_KEY_ID 和 *_PUBLIC_KEY",
  },
  PAY_APP_ID_NOT_BOUND: {
    level: "error",
    variable: "*_APP_ID",
    message: "AppID 没有和商户号绑定",
    cause: "在商户平台“产品中心 → AppID账号管理”关联，并在公众平台确认；或 *_MCH_ID、*_APP_ID 填错",
  },
  PAY_API_UNREACHABLE: {
    level: "error",
    variable: "*_API_BASE",
    message: "连不上微信支付",
    cause: "服务器不能访问外网、DNS 不通，或 *_API_BASE 写错",
  },
  PAY_REFUSED: {
    level: "error",
    variable: "*_MCH_ID",
    message: "微信支付拒绝了检查用的订单",
    cause: "Native 支付产品没有开通，或商户号被限制；请按返回的原因到商户平台核对",
  },
  CLOCK_SKEW: {
    level: "error",
    variable: "system clock",
    message: "系统时间与平台相差超过 5 分钟，签名会被拒绝",
    cause: "服务器没有开启时间同步（NTP），或虚拟机休眠后时间没有校准",
  },
  SMS_KEY_ID_WRONG: {
    level: "error",
    variable: "SMS_ACCESS_KEY_ID",
    message: "阿里云不认识这个 AccessKey ID",
    cause: "AccessKey 被删除或禁用，或复制不完整",
  },
  SMS_KEY_SECRET_WRONG: {
    level: "error",
    variable: "SMS_ACCESS_KEY_SECRET",
    message: "阿里云验不过我们的签名",
    cause: "AccessKey Secret 与 ID 不是一对，或复制不完整",
  },
  SMS_SIGN_WRONG: {
    level: "error",
    variable: "SMS_SIGN_NAME",
    message: "短信签名不存在或没有通过审核",
    cause: "签名带了【】，与控制台里的文字不一致，或还在审核",
  },
  SMS_TEMPLATE_WRONG: {
    level: "error",
    variable: "SMS_TEMPLATES",
    message: "短信模板不存在或没有通过审核",
    cause: "没有在 SMS_TEMPLATES 里填自己的模板编号，编号属于另一个账号，或还在审核；见 docs/templates.md",
  },
  SMS_API_UNREACHABLE: {
    level: "error",
    variable: "SMS_API_BASE",
    message: "连不上阿里云短信服务",
    cause: "服务器不能访问外网、DNS 不通，或 SMS_API_BASE 写错",
  },
  SMS_NOT_CHECKED: {
    level: "warning",
    variable: "SMS_ACCESS_KEY_ID",
    message: "没能检查短信签名和模板",
    cause: "这个 AccessKey 没有查询签名和模板的权限（dysms:QuerySmsSignList、dysms:QuerySmsTemplateList）",
  },
  OUTBOUND_HELD: {
    level: "warning",
    variable: "OUTBOUND",
    message: "消息没有全部放行，其余的会被扣下",
    cause: "OUTBOUND 不是 live；试点结束后改为 live，再用 outbox list --undelivered 查看扣下的",
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type FindingCode = keyof typeof CATALOGUE;
