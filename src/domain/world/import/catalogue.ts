/*
 * Every problem that reading a world file can find: its stable code and the sentence a person reads. Words in {braces} are
 * filled in where the problem is reported, and the compiler checks that they are. docs/import-checks.md is made from this.
 */

/** Any of these and nothing is imported. */
export const ERROR_SENTENCES = {
  // How the document is written
  FORMAT_UNKNOWN: "format 应写 “parkledger/1”，现在是 {value}；请确认导入的是园账通的世界文件",
  MISSING: "缺少必填项 {key}，请补上",
  UNKNOWN_KEY: "不认识的字段 {key}；{hint}",
  NULL_NOT_ALLOWED: "这里不能写 null；没有内容就把整个字段删掉",
  NOT_AN_OBJECT: "这里应是一个对象 {{…}}，现在是{found}",
  NOT_A_LIST: "这里应是一个列表 […]，现在是{found}",
  NOT_TEXT: "这里应是带双引号的文字，现在是{found}",
  TEXT_EMPTY: "内容是空的，请填写",
  TEXT_TOO_LONG: "文字有 {length} 个字，最多 {limit} 个，请缩短",
  NOT_A_BOOLEAN: "这里只能写 true 或 false（不带引号），现在是{found}",
  NUMBER_NOT_TEXT: '金额和计量必须加双引号写成文字，请把 {value} 改成 "{value}"，以免浮点误差',
  NOT_A_DECIMAL: '{value} 不是纯数字；请写成 "1234.50" 这样，不带逗号、空格、单位、¥、% 和科学计数',
  TOO_MANY_DECIMALS: "{value} 小数超过 8 位，请先四舍五入到 8 位以内",
  NUMBER_TOO_LARGE: "{value} 的整数部分超过 12 位，请核对是否多写了数字",
  AMOUNT_BELOW_FEN: "{value} 元不足一分的部分无法入账，金额最多两位小数",
  NEGATIVE_NUMBER: "{value} 不能是负数，请核对",
  NOT_POSITIVE: "{value} 必须大于 0，请核对",
  NOT_AN_INTEGER: "这里应是不带引号的整数，现在是{found}",
  INTEGER_OUT_OF_RANGE: "{value} 超出范围，请填 {least} 到 {most} 之间的整数",
  DAY_OF_MONTH_OUT_OF_RANGE: "{value} 不是每月的哪一天，请填 1 到 31（当月没有这一天时按月底）",
  NOT_A_DATE: "{value} 不是存在的日期，请写成 “2026-08-31” 这样（年-月-日，补零）",
  DATE_OUT_OF_RANGE: "日期 {value} 的年份不合常理，请写 1970 到 2199 年之间的日期；没有期限的租约请写合同实际到期日",
  NOT_A_MONTH: "{value} 不是月份，请写成 “2026-08” 这样",
  UNKNOWN_VALUE: "{value} 不在可选范围内，请从这些里选：{allowed}",
  CHARGE_KIND_UNKNOWN: "没有费用种类 {value}，请从这些里选：{allowed}",
  PREPAYMENT_KIND_UNKNOWN: "预收款不能绑定到 {value}；不限用途就删掉 kind，否则请从这些里选：{allowed}",
  CYCLE_MONTHS_NOT_ALLOWED: "账期不能是 {value} 个月，只能是 {allowed}",
  CONTACT_ROLE_UNKNOWN: "没有联系人角色 {value}，请从这些里选：{allowed}",
  STAFF_ROLE_UNKNOWN: "没有员工角色 {value}，请从这些里选：{allowed}",
  REGISTER_NAME_UNKNOWN: "没有 {value} 这种示数，请从这些里选：{allowed}",
  // Codes and references
  CODE_FORMAT: "编号 {value} 不能用：1 到 64 个字符，不含空格、逗号、引号、尖括号、反斜杠和 ~",
  CODE_RESERVED: "编号 {value} 是系统保留的，请换一个",
  DUPLICATE_CODE: "编号 {code} 已在 {first} 用过，请改其中一个",
  DUPLICATE_ENTRY: "{value} 重复列出，请删掉一个",
  DUPLICATE_MERCHANT_NUMBER: "商户号 {mchId} 已属于 {first}；一个商户号只能属于一个收款主体",
  UNKNOWN_ENTITY: "没有编号为 {code} 的收款主体，请先在 entities 里建立或改正编号",
  UNKNOWN_PROJECT: "没有编号为 {code} 的项目，请先在 projects 里建立或改正编号",
  UNKNOWN_BUILDING: "没有编号为 {code} 的楼栋，请先在项目的 buildings 里建立或改正编号",
  UNKNOWN_UNIT: "没有编号为 {code} 的单元，请先在楼栋的 units 里建立或改正编号",
  UNKNOWN_TENANT: "没有编号为 {code} 的租户，请先在 tenants 里建立或改正编号",
  UNKNOWN_METER: "没有编号为 {code} 的表计，请先在 meters 里建立或改正编号",
  UNKNOWN_TARIFF: "没有编号为 {code} 的价目，请先在 tariffs 里建立或改正编号",
  UNKNOWN_POOL: "没有编号为 {code} 的公摊池，请先在 pools 里建立或改正编号",
  UNKNOWN_LEASE: "没有编号为 {code} 的租约，请先在 leases 里建立或改正编号",
  UNKNOWN_CHARGE: "租约 {lease} 没有编号为 {code} 的费用，请核对费用编号（含变更里新增的）",
  // Entities, people
  TAX_RATE_OUT_OF_RANGE: '税率 {value} 应在 0 到 1 之间（不含 1）；9% 写成 "0.09"',
  SMALL_TAXPAYER_WITHOUT_RATES: "小规模纳税人 {code} 必须在 taxRates 里写明自己的税率，没有默认值",
  TAX_RATE_MISSING: "小规模纳税人 {entity} 没有 {kind} 的税率；请在它的 taxRates 里补上，或在这项费用上写 taxRate",
  PHONE_FORMAT: "电话 {value} 不对；请写 11 位手机号，或带区号的座机如 “0769-22334455”",
  EMAIL_FORMAT: "邮箱 {value} 不对，请写成 “name@example.com” 这样",
  BUILDING_OF_OTHER_PROJECT: "楼栋 {building} 属于项目 {project}，不在此人负责的项目里；请把项目加上或去掉楼栋",
  ALLOCATION_ORDER_INCOMPLETE:
    "核销顺序必须恰好是这五项各一次：due-date、bill、late-fee（或 principal）、kind、position；现在是 {value}",
  DAILY_RATE_OUT_OF_RANGE: '违约金日利率 {value} 应在 0 到 0.1 之间；每天万分之五写成 "0.0005"',
  // Ranges, leases, charges
  END_BEFORE_START: "结束 {end} 早于开始 {start}，请核对两个日期",
  LEASE_WITHOUT_UNITS: "租约没有单元，请至少写一个",
  UNITS_OF_SEVERAL_PROJECTS: "单元 {unit} 属于项目 {other}，而租约在项目 {project}；一份租约只能在一个项目，请拆成两份",
  UNIT_HELD_TWICE: "单元 {unit} 在 {from} 至 {to} 同时租给了租约 {first}；请调整其中一份的起止日期或单元",
  CHARGE_OUTSIDE_LEASE: "费用 {charge} 的日期 {from} 至 {to} 与租期 {start} 至 {end} 没有重叠，永远不会出账；请核对",
  PERCENT_ABOVE_100: '{value}% 超过 100%，请核对（涨 5% 写 "5"，不写 "105"）',
  PERCENT_BELOW_MINUS_100: "{value}% 会让价格变成负数，请核对",
  NEGATIVE_DEPOSIT: "押金 {value} 不能是负数；没有押金就删掉这一项",
  DISCOUNT_AMBIGUOUS: "折扣要么写 percent（百分比），要么写 amountPerMonth（每月减多少元），恰好写一个",
  ESCALATION_AMBIGUOUS: "递增要么写 everyMonths 加 percent，要么写 from 加 price，恰好用一种",
  DISCOUNT_ON_USAGE: "按用量或公摊的费用 {charge} 不能打折，请删掉 discounts，或调整价目",
  RENT_FREE_ON_USAGE: "按用量或公摊的费用 {charge} 不能有免租期，请删掉 rentFree",
  ESCALATION_ON_USAGE: "按用量或公摊的费用 {charge} 不能递增，请删掉 escalations；调价请在价目里加一行",
  ROUND_TO_ON_POOL: "公摊费用 {charge} 不能写 roundTo：各户之和必须等于总额",
  ADVANCE_ON_USAGE: '费用 {charge} 按用量或公摊计算，用完才知道，不能预收；请删掉 mode 或写 "arrears"',
  POOL_CHARGED_TWICE: "公摊池 {pool} 已由费用 {first} 收取，同一租约不能收两次，请删掉一项",
  FORMULA_INVALID: "{problem}；公式可用 + - * / ( )、比较、?: 和 min max abs round floor ceil",
  FORMULA_METER_MISSING: "公式用到了 usage（用量），请在 rule 里写 meter 说明读哪块表",
  INPUT_NAME_RESERVED: "公式参数名 {name} 不能用：要以文字开头、只含文字数字下划线，且不与内置名称相同",
  AMENDMENT_OUTSIDE_LEASE: "变更生效日 {effective} 不在租期 {start} 至 {end} 内；续租请同时写新的 end",
  AMENDMENT_PRICE_WITHOUT_PRICE: "费用 {charge} 不是按固定单价计算，不能改 price；请改价目，或用 rule 换算法",
  NEW_CHARGE_INCOMPLETE: "租约里没有费用 {charge}；如是笔误请改正编号，如要新增请写全 kind 和 rule",
  // Tariffs, meters, readings, pools
  TARIFF_ROW_TWICE: "价目 {tariff} 从 {from} 起的价格写了两行，请保留一行",
  TIERS_NOT_ASCENDING: "阶梯上限必须一档比一档高：{upTo} 不高于上一档的 {previous}",
  TIER_AFTER_OPEN_END: "上一档没有上限，后面不能再有阶梯；请给上一档写 upTo 或删掉这一档",
  TARIFF_ROW_WITHOUT_PRICE: "这一行没有任何价格，请至少写一个",
  METER_IN_TWO_PLACES: "表计 {meter} 不能同时装在单元和楼栋，unit 和 building 只写一个",
  REGISTER_MISSING: "表计 {meter} 的读数缺少 {register}，每次抄表要抄全所有示数",
  REGISTER_NOT_ON_METER: "表计 {meter} 没有 {register} 示数，请删掉或先在 meters 里登记",
  NEGATIVE_READING: "读数 {value} 不能是负数，请核对",
  REPLACEMENT_WITHOUT_FINAL: "换表要写 final（旧表最后示数），请补上",
  REPLACEMENT_FIELD_ELSEWHERE: '{key} 只用于换表；如果换了表请把 kind 写成 "replacement"，否则删掉',
  READING_TWICE: "表计 {meter} 在 {date} 已有读数；要更正请加 corrects 说明原因，否则删掉一行",
  READING_CHANGED: "表计 {meter} 在 {date} 已登记过别的读数；已登记的不能直接改，请另加一行并写 corrects 说明原因",
  CORRECTS_NOTHING: "表计 {meter} 在 {date} 没有更早的读数可更正；第一次抄表请删掉 corrects",
  POOL_MEMBERS_AMBIGUOUS: "公摊范围要写 building（可加 floor）、project、units 三者之一，恰好一个",
  CUSTOM_WEIGHT_OF_NON_MEMBER: "单元 {unit} 不在公摊池 {pool} 的范围里，不能有权重；请删掉或扩大范围",
  // Opening position, policies
  AMOUNT_NOT_POSITIVE: "期初应收 {value} 必须大于 0；没有欠款就删掉这一行",
  INVOICED_ABOVE_AMOUNT: "已开票 {invoiced} 元超过应收 {amount} 元，请核对",
  BILLED_THROUGH_AFTER_END: "已出账至 {to} 晚于租约结束 {end}，请核对",
  DUPLICATE_OPENING_ROW: "与 {first} 是同一项，会重复入账；请合并成一行",
  POLICY_WITHOUT_STEPS: "审批规则没有任何步骤，等于无人审批；请至少写一步",
} as const;

/** Read these, then import anyway. */
export const WARNING_SENTENCES = {
  NAME_MISSING: "{code} 没有名称，暂用编号代替；账单和通知上会显示编号",
  TAX_NO_UNUSUAL: "税号 {value} 不像统一社会信用代码（15 至 20 位数字和大写字母），开票可能被拒",
  TAX_RATE_UNUSUAL: "税率 {value} 不是常见的增值税税率或征收率，请确认",
  MERCHANT_NUMBER_UNUSUAL: "商户号 {value} 不像微信支付商户号（8 至 10 位数字），请确认",
  ACCOUNT_CODE_SHARED: "账户编号 {code} 也用于 {first}，对账命令将无法区分，建议改成不同的编号",
  STAFF_WITHOUT_ROLE: "员工 {code} 没有角色，什么都不能做",
  AREA_ZERO: "面积是 0，按没有面积处理；按面积的费用将挂起",
  DAILY_RATE_HIGH: "违约金日利率 {value} 高于千分之一，请确认不是把万分之五写成了 0.05",
  LEASE_TOO_LONG: "租期超过 20 年，超过部分依民法典第 705 条无效，请确认结束日期",
  LEASE_WITHOUT_CHARGES: "租约 {lease} 没有任何费用，不会出账",
  CHARGE_EXCEEDS_LEASE: "费用 {charge} 的日期超出租期 {start} 至 {end}，超出部分不计费",
  RANGE_WITHOUT_EFFECT: "{from} 至 {to} 不在费用 {charge} 的计费期内，不起作用，请核对日期",
  TERM_IGNORED: "{key} 对这种费用不起作用，已忽略",
  METER_ELSEWHERE: "表计 {meter} 装在单元 {unit}，而租约 {lease} 没有租这个单元，请确认没有接错表",
  METER_CHARGED_TWICE: "表计 {meter} 在同一段日子也由租约 {first} 计费，同一度电可能收了两次",
  UTILITY_MISMATCH: "这里是 {kind}，而表计 {meter} 计的是 {utility}，请确认没有接错表",
  REGISTER_WITHOUT_PRICE: "价目 {tariff} 没有表计 {meter} 的 {register} 的价格，有用量时账单行会挂起",
  NEGATIVE_PRICE: "单价 {value} 是负数，出账时会挂起；要减免请用 discounts",
  METER_WITHOUT_PRICED_REGISTERS:
    "表计 {meter} 只有总示数，而价目 {tariff} 是分时的，出账时会挂起；请给表计加尖峰平谷示数，或换成单一价目",
  POOL_TARIFF_TIERED: "公摊池不能用阶梯价目 {tariff}，出账时会挂起；请换成单一或分时价目",
  FORMULA_NAME_UNKNOWN: "公式里的 {name} 没有定义，出账时会挂起；请改正或在租约 inputs 里给出",
  AMENDMENT_WITHOUT_REASON: "这次变更没有写 reason，日后对账难以追溯",
  AMENDMENT_BACKDATES_END: "新的结束日 {end} 早于生效日 {effective} 的前一天，已出账的部分会冲减，请确认",
  READING_IN_FUTURE: "抄表日 {date} 晚于今天 {today}，请确认日期",
  READING_BEYOND_DIGITS: "读数 {value} 超过表计 {meter} 的 {digits} 位整数，请核对读数或 digits",
  POOL_WITHOUT_SOURCE: "公摊池 {pool} 既没有 costs，也没有带价目的表计，出账时会挂起",
  CUSTOM_WEIGHTS_MISSING: "公摊池 {pool} 按自定义权重分摊，但没有任何单元有权重，出账时会挂起",
  LEASE_OUTSIDE_POOL: "租约 {lease} 的单元都不在公摊池 {pool} 的范围里，这项费用会是 0",
  DEPOSIT_HELD_ABOVE_TERMS: "已收押金 {held} 元多于租约 {lease} 约定的 {deposit} 元，请核对",
  OPENING_AFTER_AS_OF: "期初应收的期间 {from} 至 {to} 晚于期初日 {asOf}，又没有 billedThrough 说明已出账，可能重复出账",
  POLICY_UNREACHABLE: "前面 {first} 已经包含了这一行的情形，这一行永远不会用到",
  POLICY_UNSTAFFED: "需要 {count} 名 {role}，而现有 {present} 名，审批会卡住",
} as const;

export type ErrorCode = keyof typeof ERROR_SENTENCES;
export type WarningCode = keyof typeof WARNING_SENTENCES;
export type ProblemCode = ErrorCode | WarningCode;

export const SENTENCES: typeof ERROR_SENTENCES & typeof WARNING_SENTENCES = {
  ...ERROR_SENTENCES,
  ...WARNING_SENTENCES,
};

type NamesIn<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer Rest}`
  ? Exclude<Name, `{${string}`> | NamesIn<Rest>
  : never;

/** The words that the sentence of a code wants filled in. */
export type WordsOf<Code extends ProblemCode> = Readonly<Record<NamesIn<(typeof SENTENCES)[Code]>, string | number>>;

export const isWarning = (code: ProblemCode): code is WarningCode => Object.hasOwn(WARNING_SENTENCES, code);

/** "缺少必填项 {key}" and {key: "code"} → "缺少必填项 code". "{{…}}" stands for literal braces. */
export function fillSentence(code: ProblemCode, words: Readonly<Record<string, string | number>>): string {
  return SENTENCES[code].replace(/\{\{(.*?)\}\}|\{(\w+)\}/g, (_, literal?: string, name?: string) =>
    literal !== undefined ? `{${literal}}` : String(words[name ?? ""] ?? ""),
  );
}
