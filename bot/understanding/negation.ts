import { BLANK, blanked, type Utterance } from "./normalise.ts";

/** What was said only to be taken back, and the rule that says so. */
interface TakenBack {
  readonly name: string;
  /** Group "gone" is no longer heard. */
  readonly pattern: RegExp;
}

const VERB = "(?:要|想|问|查|看|说|付|交|开|是|来|找|退|用|打算|需要)";
const THING = "[^，？]{1,16}?";

const RULES: readonly TakenBack[] = [
  // 不是要退款，是要开发票 / 不是问账单，我想知道押金
  {
    name: "不是…是",
    pattern: new RegExp(
      `(?<gone>(?:我)?(?:并)?(?<!是|要|能|可|会|好|对)不是${VERB}*${THING})(?=[，？]?(?:而是|，是|(?<=[，])(?:专|普|电|水|房|押|上|下|\\d)|，我?(?:是)?${VERB}|就是|(?<!不)是(?:要|想|问|查|看|付|交|开|\\d|[一二三四五六七八九十上下这本去今]|专|普|电|水|房|押)))`,
      "d",
    ),
  },
  // 不要普票要专票 / 不查水费查电费
  {
    name: "不…要",
    pattern: new RegExp(
      `(?<gone>(?<!是|要|能|可|会|好|对|行|有|用|得|看|听|付|交|差)(?:别|不)(?:要|用|开|查|看|问|交|付|是|想|需要|给我)+(?!自动|代扣|免密|再|了)${THING})(?=，[^，？]{1,6}(?:就行|即可|就可以|就好)|，?(?:可以|能不能|能|我|只|想|就|先|给|帮|麻烦)*(?:要|查|看|开|问|交|付|(?<=，)用|换成|改成|来|银行|转)(?!紧|求|是我))`,
      "d",
    ),
  },
  // 我不预存，我就交这个月的
  {
    name: "不…，就",
    pattern:
      /(?<=^|，)(?<gone>(?:我|我们)?(?:不|先不|没想|不想)(?:预存|充值|退款|开票|开发票|转账|查账单?|绑定|分期|代扣|退租|投诉)[^，？]{0,4})(?=，(?:我|我们)?(?:就|只|要|想|先|是)[^，？]{0,3}(?:查|看|开|付|交|退|报|改|转|绑|要|问))/d,
  },
  // 别开票了，我先付钱
  {
    name: "别…了",
    pattern:
      /(?<=^|，)(?<gone>(?:我)?(?:先)?(?:别|不用|不要|甭|不必)(?:再)?(?:给我|帮我)?(?:开|退|查|看|付|交|报|改|转|绑)(?!错)[^，？]{0,8}了)(?=，[^，？]{0,8}(?:查|看|开|付|交|退|报|改|转|绑|要))/d,
  },
  // 电费不查，查水费
  {
    name: "…不查，查",
    pattern:
      /(?<gone>(?<=^|，)[^，？]{1,8}(?:不用|先不|不|别)(?:查|看|交|付|要|开|管)了?)(?=，[^，？]{0,4}(?:查|看|交|付|要|开))/d,
  },
  // 只交房租，电费先不交
  {
    name: "先不",
    pattern:
      /(?<=(?:只|先|就)[^，？]{0,6}(?:交|付|查|看|开|要)[^，？]{0,10}|(?:交|付)(?:掉|了|清|完|一下)?)(?<gone>，[^，？]{1,12}(?:先放(?=放|着|一|下)|先留着|再说|先缓|缓一?缓|先等等?|先不|暂时不|不用|不要|就不|先别|别|以后再|下次再|下个?月再|晚点再|回头再|暂不|不|下次|以后|回头)(?:交|付|查|看|开|要|管|了)?[^，？]{0,6})(?=$|，|？)/d,
  },
  {
    name: "除了",
    pattern:
      /(?<gone>除了[^，？]{1,10}(?:以外|之外|外|都|还|，)|(?<!解|扣|删|移|免)除[^，？了]{1,10}(?:以外|之外|外))/d,
  },
  {
    name: "要…不要",
    pattern:
      /(?<=(?:要|开|查|看|交|付)[^，？]{1,10})(?<gone>，?(?:(?<!是|要|能|可|会|好|对)(?:不要|不是)|别开|不开|不查|不看|不交|不付|别)(?!了|再|错|催|急)[^，？]{1,8})(?=$|，|？)/d,
  },
];

export interface Heard {
  readonly utterance: Utterance;
  readonly steps: readonly { readonly rule: string; readonly evidence: string }[];
}

/** Leaves only what is affirmed; positions stay. */
export function withoutTakenBack(utterance: Utterance): Heard {
  let heard = utterance;
  const steps: { rule: string; evidence: string }[] = [];
  for (const { name, pattern } of RULES) {
    const match = pattern.exec(heard.plain);
    const extent = match?.indices?.groups?.gone;
    if (match === null || extent === undefined) continue;
    const evidence = heard.plain.slice(extent[0], extent[1]);
    if (evidence.replaceAll(BLANK, "") === "") continue;
    steps.push({ rule: `taken back: ${name}`, evidence });
    heard = blanked(heard, extent[0], extent[1]);
  }
  return { utterance: heard, steps };
}

const CORRECTION =
  /(?:哦不|噢不|不不|不对不对|(?<=^|，)不(?:是的?)?(?=，)|(?<=^|，)不对(?=，|是|应该|[\d一二三四五六七八九十]{1,2}月|上个?月|本月|这个月)|说错了?|打错了?|写错了?|填错了?|口误|更正|(?<=^|，)错了|(?<=^|，)等等)，?(?=.{2,})/g;

/** Where the speaker begins to correct himself (查9月的，哦不，8月的): what comes after replaces what came before. */
export function correctionAt(plain: string): number | undefined {
  const last = [...plain.matchAll(CORRECTION)].at(-1);
  return last === undefined ? undefined : last.index + last[0].length;
}
