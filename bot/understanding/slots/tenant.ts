import { asSaid, type Utterance } from "../normalise.ts";
import type { Mention } from "./mention.ts";
import { COMPANY_AS_STAFF_SAY, findCompanies, headOfName } from "./name-tax.ts";

const WHEN =
  "(?:还|现在|总共|一共|到底|目前|最近|这个月|上个月|本月|本期|今年|去年|[\\d一二三四五六七八九十]{1,2}月份?|上期|都|已经|是不是|有没有|这边)*";
const BEFORE_MONEY = new RegExp(
  `([一-鿿a-z]{2,12}?)(?:那边|那里|他们家|他们|他家|家)?的?${WHEN}(?:欠|交了|付了|没交|没付|逾期|还差|差多少|交没|付没|交钱|交租|结了|的?账(?!龄|期)|账单|打款|谁|要(?=现在|付|交|扫)|讲|扫码|水表|电表|气表|读数|减免|单价|退款|那笔|这笔|被(?=谁|人)|对(?=[^，]{1,6}(?:异议|意见|争议|不认))|去了|电费|水费|租金|房租|物业费|说|答应|承诺|什么情况|怎么样|情况|收款码|二维码|付款码|老板|负责人|财务|会计(?!凭证|分录|科目|师)|前台|老总|法人|经理|敲门|电话|没人|不在|不接)`,
);
const NOT_A_NAME =
  /[动敲改跟谁哪多少几没有我你他她它们的了吗呢还都要该今昨月年周费租金账单逾期欠交付收款码催水电栋楼室座号院查看报表数对上下来去说把导出全所这那每个些什么怎情况啥生成发收笔次条件]|老板|请问|帮忙|麻烦|最近|预计|大概|大约|能进|应该|目前|这边|那边|现在|对方|店长|行$|账户|银行|园$|[今明昨后]天|明[日早晚]|门口|里$|天各|不明|季度|股票|已经|微信|支付宝|租户|客户|公司|商户|名单|园区|列表|任务|凭证|银行|流水|押金|合同|管家|财务|经理|审批|完毕|录入|待审|知道|用友|金蝶|^[录审批]|[千万百]$|对账|备注|现场|电话|微信|短信|通知|催|提醒|统计|汇总|新增|减免|业主|商家|商铺|房东|铺主|店主|店家|是$|^[过补漏抄]|^[一两][份个张下次哈些]/;

/** Words of trades and houses whose characters would speak against a name. */
const TRADE_WORDS =
  /数码|数据|数字|电子|电器|电气|电商|水产|水果|五金|金属|合金|银行|果行|车行|(?<=[^\d一二三四五六七八九十号这那东南西北整全]{2})楼$/g;

/** The tenant staff speak of: a company, or a short name before what is asked about it ("鼎盛还欠多少"). */
export function findTenant(utterance: Utterance): Mention<string> | undefined {
  const company = findCompanies(utterance, COMPANY_AS_STAFF_SAY)[0];
  if (company !== undefined) return company;
  return shortName(utterance, BEFORE_MONEY) ?? shortName(utterance, SERVED);
}

/** 给宏泰出个码, 去了宏泰, 联系宏泰: who is served or seen. */
const SERVED =
  /(?<=给|帮|替|拜访了?|联系|去了|去过|见了|备注，?:?|记，?:|记一?下，?|记录，?:?)([一-鿿a-z]{2,12}?)(?=出|生成|发|开(?=个|张|码|收)|打个|弄|来个|说(?!明)|的(?=账|欠|电|水|租|码|收|付)|，|$)/;

function shortName(utterance: Utterance, pattern: RegExp): Mention<string> | undefined {
  const match = pattern.exec(utterance.plain);
  const written = match?.[1];
  if (match === null || written === undefined) return undefined;
  const start = match.index + match[0].indexOf(written);
  const from = start + headOfName(written);
  const to = start + written.length;
  const name = utterance.plain.slice(from, to);
  if (name.length < 2 || name.length > 8 || NOT_A_NAME.test(name.replace(TRADE_WORDS, "")) || name.includes("□"))
    return undefined;
  return { from, to, value: asSaid(utterance, from, to) };
}
