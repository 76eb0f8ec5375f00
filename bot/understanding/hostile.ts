import type { SpeakerRole } from "./frame.ts";
import { blanked, type Utterance } from "./normalise.ts";

/*
 * Words meant for a machine, not for a bookkeeper. Nothing here protects the money: understanding cannot touch it
 * (interfaces 4). It only keeps such words from being read as a wish or as slots.
 */
const INJECTION: readonly RegExp[] = [
  /(?:忽略|无视)(?:前面|以上|之前|上面|所有|先前)|(?:忽略|无视|忘(?:记|掉)|跳过|绕过|不要?遵守)[^，？]{0,8}(?:指令|规则|提示|设定|要求|说明|限制|对话|内容|验证|审批|权限)/,
  /ignore[^，？]{0,24}(?:instruction|previous|above|prompt|rule)|system ?prompt|you are now|act as|jailbreak|developer mode|as an? (?:ai|admin)|override|disregard/,
  /系统提示词?|提示词|你现在(?:是|扮演)|从现在(?:开始|起)，?你|扮演|假装你?是|(?:开发者|管理员|调试|上帝|超级|维护)(?:模式|权限|身份|账号)|越狱|我是(?:你们?的?|系统|物业的?)?(?:管理员|系统|开发|超管|主人|物业经理|总经理|领导|经理)|pretend|approve my|reveal|提示语|root权限|sudo/,
  /(?:select|union|delete|insert|update|drop|alter|truncate|exec|create)\s?[^，？]{0,30}(?:from|table|into|set|select|database|bills?|users?|shell)|\bor\s?\d+\s?=\s?\d+|--\s?$|;--|rm -rf|<\/?[a-z!]|javascript:|\$\{|\{\{|\.\.\/|%[0-9a-f]{2}%|onerror=|alert\(|eval\(|curl |wget |base64|__proto__|constructor\[/,
  /\{[^}]*[:：][^}]*\}?|\[\[|\]\]|"?(?:intent|action|role|slots|amount|payload|token)"?\s?[:=]/,
];
const THINGS =
  "(?:金额|应交|账单|欠费|欠款|欠账|余额|租金|单价|电价|水价|税率|费率|状态|数据|数据库|收款账[号户]|收款人|账户|房租|电费|水费|物业费|费用|押金|读数|记录|差异|账目|流水|合同|权限|价格|日利率|系统|所有账)";
const ORDERS: readonly RegExp[] = [
  new RegExp(`${THINGS}[^，？]{0,6}(?:以后|今后|往后|从今)[^，？]{0,4}(?:按|改|都|就|只)`),
  /(?:立刻|马上|立即|强制|直接)执行/,
  new RegExp(
    `${THINGS}[^，？]{0,10}(?:改成|改为|改到|改一?下?$|设成|设为|设置为|调成|调到|调整为|调低|清零|归零|清掉|变成|标记|标成|删了|删除|删掉|清空|抹掉|抹去|置为|置零|减半|打折|免了|免掉|去掉|减掉|减少|加到)`,
  ),
  new RegExp(
    `(?:修改|重置|篡改|删除|删掉|清空|清除|抹掉|伪造|减免|免除|更改|调低|调整|改一下|改掉|改(?!天|日|成))[^，？]{0,8}${THINGS}(?!不对)`,
  ),
  /(?:标记|标成|改成|设成|算作|当作|记为|置为|改为)[^，？]{0,4}(?:已(?:交|付|结|支付)|零|0元|0$|一分|一块|1元|免费)/,
  /(?:所有|全部|别的|其他|每个)[^，？]{0,6}(?:租户|公司|客户|用户|人)[^，？]{0,8}(?:手机|电话|身份证|密码|银行|资料|信息|数据|账单)|密码|密钥|api ?key|数据库/,
  /(?:帮我|给我)?(?:批准|通过)[^，？]{0,8}(?:退款|审批|申请)|不用审批|直接(?:批|打款给|退到)/,
];

/** What staff do on cards and pages that ask for a second person, not in a message. */
const STAFF_ORDERS: readonly RegExp[] = [
  /^(?:直接|帮我|给我|请|把)?[^，？]{0,12}(?:免掉|免除|免了|减免掉?|抹平|删除|删掉|作废掉|批准|通过|换成|清零)(?!.*(?:申请|记录|单|情况|待))/,
];

/** A question about a change is no order to make it. */
const ASKED =
  /谁|哪些|多少|几个|几条|有没有|有人|为什么|什么时候|哪天|几号|读数不对|(?:减免|改价|修改|改动|删除|变更|调整|操作)的?(?:记录|情况|申请)|自动(?:扣|交|付)|代扣|怎么|我(?:不小心)?(?:误)?删|再发/;

export interface Screened {
  readonly utterance: Utterance;
  readonly evidence: readonly string[];
}

/** Leaves out the clauses that give orders to the machine; a plain wish beside them is still heard. */
export function withoutHostile(utterance: Utterance, role: SpeakerRole): Screened {
  const evidence: string[] = [];
  let heard = utterance;
  let injected = false;
  let from = 0;
  for (const clause of utterance.plain.split(/(?<=[，？])/)) {
    const injection = INJECTION.some((pattern) => pattern.test(clause));
    const orders = role === "tenant" ? ORDERS : [...ORDERS, ...STAFF_ORDERS];
    const order = !ASKED.test(clause) && orders.some((pattern) => pattern.test(clause));
    injected ||= injection;
    // After an injection, whatever moves money belongs to it.
    if (injection || order || (injected && /退|转|打款|付给|免|所有|全部|重置|清|改|批|删|\d/.test(clause))) {
      evidence.push(clause);
      heard = blanked(heard, from, from + clause.length);
    }
    from += clause.length;
  }
  return { utterance: heard, evidence };
}
