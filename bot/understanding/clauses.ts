import { BLANK } from "./normalise.ts";

/** A part of the message between two pauses. */
export interface Clause {
  readonly from: number;
  /** After its closing mark. */
  readonly to: number;
  /** It asks or wants something. */
  readonly wishes: boolean;
  /** It tells how things stand (余额不够了): the wish is elsewhere. */
  readonly tells: boolean;
}

const WISHING =
  /查|看|发[我个一给票]|给|要(?!求)|想|帮|多少|吗|呢|？|什么|怎么|哪|几|申请|办|开|付|交|退|充|存|绑|转人工|找|取消|报|改|呼叫|催|能|可以|生成|导|码|(?:读数|[电水气]表)[^，？]{0,6}\d/;
const TELLING =
  /(?:(?<!付|交|结|掉|开|退|转)了|(?:已经?|刚刚?|刚才|都|的账单|的钱|钱|款|昨天|上周.?)[^，]{0,6}(?:付|交|结|转|打|汇)(?:了|过|完|完款|好)+|(?<!我|想|们)要(?:付|交)[^，？多少]{0,6}|(?:收到|看了|看过|到期|打款|转|汇|退租|搬走)了|不够|失败|没收到|打不开|没到|没问题|不在|过去了)[，？]*$/;
/** 水费多少我清楚，直接上码. */
const KNOWN = /我们?(?:都|也|是|自己)?(?:清楚|知道|有数|明白|心里有数)(?:的|了)?[，]*$/;
const ASKING = /吗|呢|？|什么|怎么|多少|哪|没(?:有)?[，？]*$/;

/** The clauses of a message, from left to right. */
export function clausesOf(plain: string): Clause[] {
  const clauses: Clause[] = [];
  let from = 0;
  for (const text of plain.split(/(?<=[，？])/)) {
    const to = from + text.length;
    if (text.replace(/[，？]/g, "").replaceAll(BLANK, "") !== "") {
      clauses.push({
        from,
        to,
        wishes: WISHING.test(text),
        tells: KNOWN.test(text) || (TELLING.test(text) && !ASKING.test(text)),
      });
    }
    from = to;
  }
  return clauses;
}
