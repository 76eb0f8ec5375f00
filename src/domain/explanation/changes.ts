import { canonicalJson } from "../canonical-json.ts";
import type { JsonValue } from "../charging/line.ts";
import type { TimeBasedInputs } from "../charging/time-based.ts";
import type { MeteredInputs, ReadingInputs } from "../metering/metered-inputs.ts";
import { REGISTER_NAMES } from "../metering/usage-trace.ts";
import { formatYuan } from "../money/fen.ts";
import { compare, parseFormattedRatio, parseRatio } from "../money/ratio.ts";
import type { PoolInputs } from "../pools/pool-inputs.ts";
import { formatDate } from "../time/civil-date.ts";
import { REGISTERS } from "../world/property.ts";
import { formatMeasure, formatNumber } from "./figures.ts";
import { totalArea } from "./time-based.ts";

/** What is different in what a line was computed from, and in what it is computed from today: what a correction is for. */
export function changesBetween(before: JsonValue, after: JsonValue): readonly string[] {
  const type = typeOf(after);
  if (type !== typeOf(before)) return ["计费方式有变更"];
  switch (type) {
    case "time-based":
      return timeBasedChanges(before as unknown as TimeBasedInputs, after as unknown as TimeBasedInputs);
    case "metered":
      return meteredChanges(before as unknown as MeteredInputs, after as unknown as MeteredInputs);
    case "usage-formula":
      return readingChanges(before as unknown as MeteredInputs, after as unknown as MeteredInputs);
    case "pool":
      return poolChanges(before as unknown as PoolInputs, after as unknown as PoolInputs);
    case "discount":
      return ["优惠或其依据的费用有变更"];
    default:
      return [];
  }
}

function timeBasedChanges(before: TimeBasedInputs, after: TimeBasedInputs): readonly string[] {
  const changes: string[] = [];
  const price = ({ rates }: TimeBasedInputs) => rates.map(({ base, steps }) => ({ base, steps }));
  if (canonicalJson(price(before)) !== canonicalJson(price(after))) changes.push(priceChange(before, after));
  const area = ({ rates }: TimeBasedInputs) => {
    const quantity = rates.at(-1)?.quantity;
    return quantity && "units" in quantity ? totalArea(quantity.units) : undefined;
  };
  const [areaBefore, areaAfter] = [area(before), area(after)];
  if (areaBefore && areaAfter && compare(areaBefore, areaAfter) !== 0) {
    changes.push(`面积由${formatMeasure(areaBefore)}㎡改为${formatMeasure(areaAfter)}㎡`);
  }
  const days = ({ cells }: TimeBasedInputs) => cells.reduce((total, cell) => total + cell.coveredDays, 0);
  if (days(before) !== days(after)) changes.push(`计费天数由${days(before)}天改为${days(after)}天`);
  return changes;
}

function priceChange(before: TimeBasedInputs, after: TimeBasedInputs): string {
  const [first, ...more] = before.rates;
  const [now, ...nowMore] = after.rates;
  const isPlain = more.length === 0 && nowMore.length === 0 && first?.steps.length === 0 && now?.steps.length === 0;
  if (isPlain && "price" in first.base && "price" in now.base && first.base.price !== now.base.price) {
    const yuan = (text: string) => `${formatMeasure(parseRatio(text))}元`;
    return `单价由${yuan(first.base.price)}改为${yuan(now.base.price)}`;
  }
  return "单价有调整";
}

function meteredChanges(before: MeteredInputs, after: MeteredInputs): readonly string[] {
  const prices = ({ tariffs }: MeteredInputs) => canonicalJson(tariffs.map(({ price }) => price));
  return [...readingChanges(before, after), ...(prices(before) === prices(after) ? [] : ["价格有调整"])];
}

function readingChanges(before: MeteredInputs, after: MeteredInputs): readonly string[] {
  const known = new Map(before.readings.map((reading) => [reading.standsOn, reading]));
  return after.readings.flatMap((reading) => {
    const was = known.get(reading.standsOn);
    if (!was) return [`新增${formatDate(reading.standsOn)}的读数`];
    return valueChanges(was, reading);
  });
}

const valueChanges = (was: ReadingInputs, now: ReadingInputs): readonly string[] =>
  REGISTERS.flatMap((register) => {
    const [old, value] = [was.values[register], now.values[register]];
    if (old === undefined || value === undefined || compare(parseRatio(old), parseRatio(value)) === 0) return [];
    const name = register === "total" ? "" : REGISTER_NAMES[register];
    const [from, to] = [formatNumber(parseRatio(old)), formatNumber(parseRatio(value))];
    return [`${formatDate(now.standsOn)}${name}读数由${from}改为${to}`];
  });

function poolChanges(before: PoolInputs, after: PoolInputs): readonly string[] {
  const changes: string[] = [];
  if (before.costFen !== after.costFen) {
    const [was, now] = [formatYuan(BigInt(before.costFen)), formatYuan(BigInt(after.costFen))];
    changes.push(`公摊总费用由${was}改为${now}`);
  }
  const weights = ({ shares }: PoolInputs) =>
    canonicalJson(shares.map(({ unit, takenWeight }) => ({ unit, takenWeight })));
  if (weights(before) !== weights(after)) changes.push("您的分摊权重有变化");
  if (before.takenWeightSum !== after.takenWeightSum) {
    const sum = (text: string) => formatNumber(parseFormattedRatio(text));
    changes.push(`参与分摊的权重合计由${sum(before.takenWeightSum)}改为${sum(after.takenWeightSum)}`);
  }
  return changes;
}

export const typeOf = (inputs: JsonValue): string | undefined =>
  typeof inputs === "object" && inputs !== null && "type" in inputs && typeof inputs.type === "string"
    ? inputs.type
    : undefined;
