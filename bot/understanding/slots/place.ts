import { asSaid, type Utterance } from "../normalise.ts";
import { HAN_DIGIT } from "../numerals.ts";
import type { Mention } from "./mention.ts";

/** Places in the person's words, never codes. */
export interface Places {
  readonly building?: Mention<string>;
  readonly unit?: Mention<string>;
  readonly project?: Mention<string>;
}

const HAN = `[${HAN_DIGIT}十]`;
const BUILDING = new RegExp(
  `(?<![a-z\\d-])(?:[a-z]\\d?|\\d{1,2}|${HAN}{1,2})(?:号?(?:栋|座|幢|楼栋)|号楼|#楼?|号院)(?!下)|(?:[东南西北]|综合|行政|宿舍|办公|研发|创业|裙)(?:栋|座|幢|楼)`,
);
const UNITS: readonly RegExp[] = [
  /\d{1,2}单元\d{3,4}(?:室|房)?/,
  /(?<![a-z\d])[a-z]{1,2}\d?-\d{2,4}[a-z]?(?:号?(?:室|房|铺|商铺|单元))?(?![\d-])/,
  /(?<![a-z\d])\d{1,2}-\d{3,4}(?:号?(?:室|房|铺|单元))?(?![\d-])/,
  /(?<![a-z\d])[a-z]\d{2,4}(?:号?(?:室|房|铺|商铺|单元))?(?![\d.])/,
  /(?<![a-z\d.-])\d{2,4}[a-z]?号?(?:室|房(?!租|费)|铺(?!租))/,
  new RegExp(`(?<![\\d.])(?:\\d{1,3}|${HAN}{1,3})号(?:商铺|铺位|铺(?!租)|厂房|仓库|仓|车间|档口|门面|门店|店面|单元)`),
  /(?<![\d.a-z-])\d{3,4}(?=，?的?[电水气]表?(?:读数|表数|度数|抄到|走到)?，?(?:是|为|:)?\d)/,
  /(?:商铺|厂房|仓库|车间|铺位|工位)[a-z]?-?\d{1,4}(?![\d.月年日元块度吨])(?:号)?/,
];
const BARE_UNIT =
  /(?<![\d.a-z,¥￥-])\d{3,4}(?![\d.,]|\s*(?:元|块|度|吨|方|字|万|千|k|w|年|月|号(?!房|室)|日|天|平|个|多|户|家|笔|%|点|名|kwh|路|米))/;
const NOT_A_BARE_UNIT_BEFORE = /(?:[付交充存转汇打扣收退补给是到数表]|读数|金额|显示|合计|共|报|近|前|超过|满|电|水)$/;
const PROJECT =
  /[一-鿿a-z\d]{1,10}?(?:产业园区?|科技园区?|工业园区?|创业园区?|物流园区?|软件园区?|创意园区?|电商园|智造园|孵化园|园区|工业区|开发区|科技城|工业城|产业城|产业基地|基地|(?<![公花校家乐庄农游动物])园(?![区艺林])|项目|大厦|广场|创新谷|科技谷|产业港)/;
const NOT_A_NAME =
  /^(?:我们|你们|咱们|他们|这个|那个|本|整个|全|各个?|所有|哪个|每个|几个|两个|这边|该|全部|的|个|请问|看|查|咱|贵|按|分|我)*(?:产业|科技|工业|创业|物流)?(?:园区|园|基地|工业区|开发区|科技城|项目|大厦|广场)$|收费项目|费用?项目|什么项目|其他项目|账单项目/;
const LEADING =
  /^(?:查询|查查|查一下|查下|查|看看|看一下|看下|看|帮我|麻烦|请问|请|给我|给|我要|我想|我们|咱们|你们|想|要|我|把|汇总|统计|导出|导|列出|列一下|列|发一下|发|说说|说一下|告诉|知道|问一下|问|出一份|出|拉一下|拉|生成|做一下|做|这个月|本月|上个月|今天|昨天|本周|上周|今年|去年|一下|下|在|的|对|是|了|和|跟|到|从|将|按|[\d一二三四五六七八九十]{1,2}月份?|第?[一二三四]季度|哪些|谁|租户|我们|咱们|咱|你们|个)/;

/** Strips words that cannot begin a name from its head; returns the characters stripped. */
export function leadingWords(text: string): number {
  let stripped = 0;
  for (;;) {
    const match = LEADING.exec(text.slice(stripped));
    if (match === null || match[0] === "" || stripped + match[0].length >= text.length) return stripped;
    stripped += match[0].length;
  }
}

/**
 * Building, unit and park. A bare number of three or four digits is a unit only where nothing makes it money, a reading
 * or a count; `numbersTaken` are the spans already read as something else.
 */
export function findPlaces(utterance: Utterance, numbersTaken: readonly Mention<unknown>[]): Places {
  const { plain } = utterance;
  const said = (from: number, to: number): Mention<string> => ({ from, to, value: asSaid(utterance, from, to) });
  const free = ({ from, to }: { from: number; to: number }) =>
    numbersTaken.every((taken) => to <= taken.from || from >= taken.to);
  const built = BUILDING.exec(plain);
  const building = built === null ? undefined : said(built.index, built.index + built[0].length);
  const unit = findUnit(plain, building, free);
  const project = findProject(plain);
  return {
    ...(building === undefined ? {} : { building }),
    ...(unit === undefined ? {} : { unit: said(unit.from, unit.to) }),
    ...(project === undefined ? {} : { project: said(project.from, project.to) }),
  };
}

interface Extent {
  readonly from: number;
  readonly to: number;
}

function findUnit(
  plain: string,
  building: Mention<string> | undefined,
  free: (extent: Extent) => boolean,
): Extent | undefined {
  if (building !== undefined) {
    // A座1203, 3号楼的301室, A栋3楼302
    const after =
      /^的?(?:\d{1,2}(?:楼|层)的?|[一二三四五六七八九十]{1,2}(?:楼|层)的?)?((?:[a-z]-?|\d{1,2}单元)?\d{3,4}[a-z]?(?:号?(?:室|房(?!租|费)|铺|单元))?)(?![\d.]|元|块|度|吨|年)/.exec(
        plain.slice(building.to),
      );
    if (after?.[1] !== undefined) {
      const from = building.to + after[0].length - after[1].length;
      return { from, to: from + after[1].length };
    }
  }
  for (const pattern of UNITS) {
    const match = pattern.exec(plain);
    if (match === null) continue;
    const extent = { from: match.index, to: match.index + match[0].length };
    if (building === undefined || extent.from >= building.to || extent.to <= building.from) return extent;
  }
  for (const match of plain.matchAll(new RegExp(BARE_UNIT, "g"))) {
    const extent = { from: match.index, to: match.index + match[0].length };
    if (/^(?:19|20)\d\d$/.test(match[0]) && /^年|^-/.test(plain.slice(extent.to))) continue;
    if (free(extent) && !NOT_A_BARE_UNIT_BEFORE.test(plain.slice(0, extent.from))) return extent;
  }
  return undefined;
}

function findProject(plain: string): Extent | undefined {
  for (const match of plain.matchAll(new RegExp(PROJECT, "g"))) {
    const from = match.index + leadingWords(match[0]);
    const to = match.index + match[0].length;
    if (!NOT_A_NAME.test(plain.slice(from, to)) && !/[□的最率哪]|多少/.test(plain.slice(from, to))) return { from, to };
  }
  return undefined;
}
