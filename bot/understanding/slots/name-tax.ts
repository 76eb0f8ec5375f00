import { asSaid, type Utterance } from "../normalise.ts";
import type { Mention } from "./mention.ts";
import { leadingWords } from "./place.ts";

const TAX_WORD = "(?:税号|纳税人识别号|识别号|信用代码|纳税号|税务登记号|代码)";
const AFTER_WORD = new RegExp(
  `${TAX_WORD}(?:码)?(?:应该|需要|也|现在)?(?:改成|改为|换成|更新为|变更为|填|写|用|就?是|为|:|：|，|发你)*\\s*([0-9a-z](?:[0-9a-z \\-]*[0-9a-z])?)`,
);
const ALONE = /(?<![0-9a-z])(?=[0-9a-z]{0,17}\d)(9[1-3][0-9a-z]{16}|[0-9]{15}|[0-9]{14}[0-9x])(?![0-9a-z])/;

/** A taxpayer number, upper case without spaces: 15 to 20 characters, or fewer when called one and mistyped. */
export function findTaxNo({ plain }: Utterance): Mention<string> | undefined {
  for (const pattern of [AFTER_WORD, ALONE]) {
    const match = pattern.exec(plain);
    const written = match?.[1];
    if (match === null || written === undefined) continue;
    const value = written.replace(/[\s-]/g, "").toUpperCase();
    if (value.length < 12 || value.length > 20) continue;
    const from = match.index + match[0].lastIndexOf(written);
    return { from, to: from + written.length, value };
  }
  return undefined;
}

const TRADES =
  "有限责任公司|股份有限公司|有限公司|分公司|公司|集团|工厂|加工厂|厂|商行|店|超市|便利店|餐厅|饭店|工作室|事务所|经营部|门市部|合作社|研究院|研究所|事业部|俱乐部|电子|科技|五金|模具|塑胶|塑料|服装|服饰|物流|贸易|商贸|精密|机械|印刷|包装|食品|餐饮|纸业|纸品|制品|鞋业|家具|家居|玩具|光电|新能源|生物|医疗|医药|传媒|实业|建材|装饰|化工|新材料|纺织|皮具|半导体|机电|电机|光学|轴承|阀门|泵业|环保科?技?|化妆品|日化|农牧|园林|印务|彩印|纸箱|木业|木器|石材|陶瓷|橡胶|硅胶|电镀|铸造|锻造|刀具|仪器|通讯|通信|线路板|灯饰|卫浴|洁具|厨具|不锈钢|管业|机床|箱包|针织|印染|家纺|饰品|珠宝|眼镜|花卉|乳业|糕点|冷链|货运|报关|汽配|烘焙|速运|仓储|供应链|钢构|铝业|铜业|金属|电缆|线缆|电池|激光|数控|冲压|注塑|喷涂|工艺品?|茶业|酒业|粮油|农业|生鲜|母婴|进出口";
const COMPANY_END = "有限责任公司|股份有限公司|有限公司|分公司|公司|集团|工厂|厂|店|商行|中心|工作室|经营部|事务所";
const NAME_CHARACTER = "[一-鿿a-z0-9()·&]";
// Words that never stand inside a company's name: where they begin, a name has ended.
const NOT_INSIDE =
  "(?![、的还欠没交付了吗呢把被说要给]|(?<=抬)头|抬头|税号|名称|多少|发票|账单|电费|水费|租金|房租|物业)";
const companyPattern = (trades: string): RegExp =>
  new RegExp(
    `(?:${NOT_INSIDE}${NAME_CHARACTER}){1,24}?(?:${trades})(?:${trades})*(?:(?:(?![和与跟及])${NOT_INSIDE}${NAME_CHARACTER}){0,10}(?:${COMPANY_END}))?(?!发票|专票|普票|表|版|档|邮)`,
    "g",
  );
const COMPANY = companyPattern(TRADES);
// Staff speak of tenants by their trade; in a tenant's mouth these are mostly not names (开票信息, 交费服务).
const SPOKEN_TRADES =
  "数码|数据|水产|水果|面馆|餐馆|家政|车行|鞋服|海鲜|教育|培训|咨询|广告|设计|文化|网络|软件|信息|设备|技术|电器|电气|汽车|汽修|健身房?|咖啡馆?|奶茶|药房|药店|酒店|宾馆|幼儿园|诊所|茶楼|烧烤|火锅|面馆|小吃|百货|文具|图文|美容|宠物|快递|仓库|智能|材料|能源|自动化|照明|电商|摄影|影视|园艺|维修部";
/** As staff name tenants, by trades that are ordinary words elsewhere. */
export const COMPANY_AS_STAFF_SAY = companyPattern(`${TRADES}|${SPOKEN_TRADES}`);

const NOT_NAMES =
  /^(?:怎么认证成|成|绑|解|怎么|想|要|退出|离开|从|移除|绑定|解绑|取消|认证|关联|换绑|不|不?管|已经|哪|我们?|你们?|咱们?|他们?|贵|本|这家?|那家?|哪家|哪个|哪些|该|各|每个?|个|新|原|老|物业|电力|供电|水务|自来水|租户|客户|另一家|另外一?家|其他|其它|别的|别家|一家|几家|两家|隔壁|所有|多少家?|什么|搬家|快递|装修|保洁|银行|母|子|总|全|单位|做|开|银行信息|开票|账户|转账|合同|发票|付款|收款|用电|用水|电费|的|有|在|是|按|分|同|过|了|谁|导出?|删除?|改|看|票面|票上)*(?:数据|公司|店|厂|工厂|集团|信息|服务|设备|技术|电器|电气|能源|网络|智能|自动化|文化|教育|汽车|材料|软件|设计|食品)$/;
const SPOKEN_TO =
  /^(?:号?想?绑到|录一?下|录入|录|码收|个码收|出个?码|公司名|改过|动过|改了|动了|删了|删过|批了|看过|我在|刚刚|刚才|刚|已经|催一?下|催催|催|通知一?下|通知|联系一?下|联系|拜访|走访|去了一?趟|去了|去过|去|见了|见|打给|打电话给|电话|打|问问|问|和|跟|与|对|给|替|帮|为|把|让|叫|请|找|关于|收|联系不上|打不通|找不到|不上|另外|还有|然后|今天|昨天|上午|下午|早上|晚上|前天|备注|记录?一?下|记一?笔|记录|记|登记|租户|客户|商户|业主|那家|这家|有家|的|是|在|绑定到?|绑|换绑到?|关联|解绑|解除绑定|解除|取消|加入|添加|切换到?|名称|公司名称?|公司叫|叫做|我司|我方|写成|写|填|应为|应该是|公司全称|全称|新?名字|叫|以后|今后|开票|开给|开成|开具|发票|都用|统一用|用|改成|改为|换成|我叫|那个|这个|就|都|谁是|应该|[a-z]-?\d{2,4}(?:室|房)?的?|\d{3,4}(?:室|房)?的?|[a-z\d]{1,2}(?:栋|座|号楼)的?)/;

/** Companies named by their legal form or trade, as they were said. */
export function findCompanies(utterance: Utterance, pattern: RegExp = COMPANY): Mention<string>[] {
  const found: Mention<string>[] = [];
  for (const match of utterance.plain.matchAll(pattern)) {
    const to = match.index + match[0].length;
    const start = afterBlank(utterance, match.index, to);
    const from = withCity(utterance.plain, start + headOfName(utterance.plain.slice(start, to)));
    const name = utterance.plain.slice(from, to);
    if (name.length < 3 || NOT_NAMES.test(name) || new RegExp(`^(?:${TRADES})$`).test(name)) continue;
    found.push({ from, to, value: asSaid(utterance, from, to) });
  }
  return found;
}

/** 改成成都锦云, 写成都锦云: both characters of the city are words that introduce a name, too. */
function withCity(plain: string, from: number): number {
  if (plain.startsWith("都", from) && plain.charAt(from - 1) === "成") return from - 1;
  return plain.slice(Math.max(0, from - 2), from) === "成都" ? from - 2 : from;
}

/** A name that was written behind a blank begins there (录读数 凯乐包装), unless hardly anything would be left of it. */
function afterBlank({ folded, origin, plain }: Utterance, from: number, to: number): number {
  for (let index = to - MINIMAL_NAME; index > from; index--) {
    const [before, at] = [origin[index - 1] ?? 0, origin[index] ?? 0];
    const isSplit = /\s/.test(folded.slice(before + 1, at)) && /[一-鿿]/.test(plain.charAt(index));
    if (isSplit) return index;
  }
  return from;
}
const MINIMAL_NAME = 3;

/** Characters of the words before a name that do not belong to it. */
export function headOfName(text: string): number {
  let head = 0;
  for (;;) {
    const rest = text.slice(head);
    const step = leadingWords(rest) || (SPOKEN_TO.exec(rest)?.[0].length ?? 0);
    // 和兴五金 begins with 和; in 解除和兴达五金 it does not.
    if (step === 0 || step > rest.length - 2 || (head === 0 && /^[和对到为与打]/.test(rest) && step === 1)) return head;
    head += step;
  }
}

const TITLE_WORD = "(?:发票抬头|开票抬头|抬头名称|抬头|开票名称|公司名称|单位名称|新?名字|新?名称|户名|开票单位|购方)";
const TITLE = new RegExp(
  `${TITLE_WORD}(?:应该|需要|就|也|统一|麻烦|帮我|请|现在)*(?:改成|改为|改做|改作|换成|换做|换为|更新为|更新成|变更为|变更成|变成|开成|开给|写成|填|写|开|用|叫|就是|是|为|:|：|，|改|换)*((?:(?!税号|纳税|识别号|信用|，|？|代码|地址|电话|开户)${NAME_CHARACTER}){2,40})`,
);
const TITLE_END = /(?:吧|哈|谢谢|就行|就可以了?|可以吗|行吗|了|的|吗|开票|开发票|那个|这个|名下|就好|好了)+$/;
// 2月电子发票 names no company.
const LEGAL_NAME =
  /(?:公司|集团|集團|厂|廠|店|商行|中心|超市|工作室|事务所|经营部|門市部|门市部|合作社|餐厅|饭店|研究院|研究所|学校|医院)$/;
const TITLE_START =
  /^(?:从[^，]{1,20}?(?:改成|换成|改为)|以后|今后|开给|不要写[^，]*|应为|应该|了|成|请|公司全称|全称|也|都|就|写|开|用|填|改成|改为|换成|变更成|更新成|为|是)+/;
const LEGAL_END = new RegExp(
  `^.{2,}?(?:${COMPANY_END}|超市|餐厅|饭店|经营部)(?=开|的|不是|吧|谢|给|发|\\d|专|普|一张|这|那|就|可|行)`,
);
const NO_TITLE =
  /^(?:变更|更新|修改|更正|资料|信息|要|需|也|有|没|我们?公司|我司|贵司|我们|自己|的|哪|加|少|多|漏|缺|什么|哪个|谁|多少|错|不对|对|一下|原来|之前|上次|公司抬头|个|哪|新的|这样|我们公司|公司|开|写|一样|怎么|成|别的|另外|一个|另一)/;

/** The name for the invoice title: what stands after 抬头, or a company in a message about titles. */
export function findTitleName(utterance: Utterance): Mention<string> | undefined {
  const match = TITLE.exec(utterance.plain);
  const spoken = match?.[1]?.replace(TITLE_START, "").replace(TITLE_END, "");
  // 抬头X有限公司开9月电费专票: the name ends with its legal form.
  const written = spoken === undefined ? undefined : (LEGAL_END.exec(spoken)?.[0] ?? spoken);
  if (match !== null && written !== undefined && written.length >= 2) {
    if (/^(?:我们?公司|我司)/.test(written)) return undefined;
    if (NO_TITLE.test(written)) return lastLegalName(utterance);
    const start = match.index + match[0].lastIndexOf(written);
    const from = withCity(utterance.plain, start);
    return { from, to: start + written.length, value: asSaid(utterance, from, start + written.length) };
  }
  return lastLegalName(utterance);
}

const lastLegalName = (utterance: Utterance): Mention<string> | undefined =>
  findCompanies(utterance).findLast(({ value }) => LEGAL_NAME.test(value));
