import { asSaid, type Utterance } from "../normalise.ts";
import type { Mention } from "./mention.ts";
import { COMPANY_AS_STAFF_SAY, findCompanies, headOfName } from "./name-tax.ts";

const WHEN =
  "(?:还|现在|总共|一共|到底|目前|最近|这个月|上个月|本月|本期|今年|去年|[\\d一二三四五六七八九十]{1,2}月份?|上期|都|已经|是不是|有没有|这边)*";
const BEFORE_MONEY = new RegExp(
  `([一-鿿a-z]{2,12}?)(?:那边|那里|他们家|他们|他家|家)?的?${WHEN}(?:欠|交了|付了|没交|没付|逾期|还差|差多少|交没|付没|交钱|交租|结了|的?账(?!龄|期)|账单|电费|水费|租金|房租|物业费|说|答应|承诺|什么情况|怎么样|情况|收款码|二维码|付款码|老板|负责人|财务|会计(?!凭证|分录|科目|师)|前台|老总|法人|经理|敲门|电话|没人|不在|不接)`,
);
const NOT_A_NAME =
  /[动敲改跟谁哪多少几没有我你他她它们的了吗呢还都要该今昨月年周费租金账单逾期欠交付收款码催水电栋楼室座号院查看报表数对上下来去说把导出全所这那每个些什么怎情况啥生成发收笔次条件]|老板|请问|帮忙|麻烦|最近|预计|目前|这边|那边|现在|对方|店长|行$|账户|银行|园$|[今明昨后]天|明[日早晚]|门口|里$|天各|不明|季度|股票|已经|微信|支付宝|租户|客户|公司|商户|名单|园区|列表|任务|凭证|银行|流水|押金|合同|管家|财务|经理|审批/;

/** The tenant staff speak of: a company, or a short name before what is asked about it ("鼎盛还欠多少"). */
export function findTenant(utterance: Utterance): Mention<string> | undefined {
  const company = findCompanies(utterance, COMPANY_AS_STAFF_SAY)[0];
  if (company !== undefined) return company;
  const match = BEFORE_MONEY.exec(utterance.plain);
  const written = match?.[1];
  if (match === null || written === undefined) return undefined;
  const from = match.index + headOfName(written);
  const to = match.index + written.length;
  const name = utterance.plain.slice(from, to);
  if (name.length < 2 || name.length > 8 || NOT_A_NAME.test(name) || name.includes("□")) return undefined;
  return { from, to, value: asSaid(utterance, from, to) };
}
