import { canonicalJson } from "../../canonical-json.ts";
import { compareWithLastMonths } from "../../metering/usage-statistics.ts";
import {
  add,
  compare,
  divide,
  formatRatio,
  integer,
  isZero,
  max,
  multiply,
  negate,
  parseFormattedRatio,
  parseRatio,
  type Ratio,
  ratio,
  roundToDecimals,
  subtract,
} from "../../money/ratio.ts";
import { formatDate, fromDayNumber, type Month, monthOf } from "../../time/civil-date.ts";
import type { PriceSegment } from "../price-timeline.ts";
import type { RateSegment } from "../rate-timeline.ts";
import type { IssuedLine } from "./facts.ts";
import type { DraftLine } from "./lease-lines.ts";
import type { ChargeWork } from "./period-lines.ts";
import type { Anomaly, AnomalyKind } from "./plan.ts";

/** A monthly price that changed by more than this is looked at (money-rules 2). */
const PRICE_CHANGE_LIMIT = ratio(20n, 100n);
const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ID_CHARACTERS = 8;

interface Finding {
  readonly kind: AnomalyKind;
  readonly message: string;
  /** What the id is made of, beside lease, charge and period: another figure is another finding. */
  readonly detail: string;
}

/**
 * What a person should look at before a new charge line goes out (money-rules 2 "Anomalies"): unusual usage, an old
 * opening reading, a line of zero where the one before had an amount, a monthly price that moved by more than 20 %.
 */
export function anomaliesOfLine(
  work: ChargeWork,
  line: DraftLine,
  issued: readonly IssuedLine[],
  hash: (text: string) => string,
): readonly Anomaly[] {
  const findings = [...meterFindings(work, line), ...zeroFinding(line, issued), ...priceFindings(work, line)];
  const { charge, period } = line;
  const lease = work.lease.terms.code;
  return findings.map(({ kind, message, detail }) => ({
    id: anomalyId(hash, [kind, lease, charge, period.from, period.to, detail]),
    kind,
    lease,
    charge,
    period,
    message,
  }));
}

/** The first bill of a lease, unless it is marked `goLive` (money-rules 2). */
export function firstBillAnomaly(lease: string, month: Month, hash: (text: string) => string): Anomaly {
  const id = anomalyId(hash, ["FIRST_BILL", lease, month]);
  return { id, kind: "FIRST_BILL", lease, message: `租约 ${lease} 首次出账，请核对条款与金额` };
}

function anomalyId(hash: (text: string) => string, content: readonly string[]): string {
  let bits = BigInt(`0x${hash(canonicalJson(content)).slice(0, 16)}`);
  let text = "";
  for (let index = 0; index < ID_CHARACTERS; index += 1) {
    text += BASE32[Number(bits % 32n)] ?? "";
    bits /= 32n;
  }
  return `A-${text}`;
}

function meterFindings(work: ChargeWork, line: DraftLine): readonly Finding[] {
  const facts = line.computed?.metered;
  const meter = facts && work.index.meters.get(facts.meter);
  if (!facts || !meter || !line.days) return [];
  const findings: Finding[] = [];
  const month = monthOf(line.period.from);
  const readings = work.index.readings.get(meter.code) ?? [];
  const compared = compareWithLastMonths(meter, readings, month, parseFormattedRatio(facts.usage));
  if (compared.unusual && compared.median) {
    const usual = formatRatio(compared.median);
    const message = `表计 ${meter.code} 本期用量 ${facts.usage}，超过近 ${compared.monthsCompared} 个月中位数 ${usual} 的3倍，请核对读数`;
    findings.push({ kind: "USAGE_UNUSUAL", message, detail: `${facts.usage}|${usual}` });
  }
  const expected = fromDayNumber(line.days.from - 1);
  if (facts.openingStandsOn < expected) {
    const standsOn = facts.openingStandsOn;
    const message = `表计 ${meter.code} 的起始读数抄于${formatDate(standsOn as typeof expected)}，早于${formatDate(expected)}，本期用量含此前的用量`;
    findings.push({ kind: "OPENING_READING_OLD", message, detail: standsOn });
  }
  return findings;
}

function zeroFinding(line: DraftLine, issued: readonly IssuedLine[]): readonly Finding[] {
  if (line.amountFen !== 0n) return [];
  const before = issued
    .filter((row) => row.charge === line.charge && row.role === "charge" && row.period.from < line.period.from)
    .reduce<string | undefined>(
      (latest, row) => (latest === undefined || row.period.from > latest ? row.period.from : latest),
      undefined,
    );
  if (before === undefined) return [];
  const beforeFen = issued
    .filter((row) => row.charge === line.charge && row.role === "charge" && row.period.from === before)
    .reduce((total, row) => total + row.amountFen, 0n);
  if (beforeFen === 0n) return [];
  return [{ kind: "ZERO_LINE", message: `费用 ${line.charge} 本期金额为零，上一期不为零，请核对`, detail: "" }];
}

function priceFindings(work: ChargeWork, line: DraftLine): readonly Finding[] {
  const { days } = line;
  if (!days || line.computed?.metered) return [];
  const findings: Finding[] = [];
  for (const [index, rate] of work.rates.entries()) {
    const previous = work.rates[index - 1];
    if (!previous || rate.from < days.from || rate.from > days.to || rate.price === previous.price) continue;
    if (unitOf(previous) !== unitOf(rate)) continue;
    const before = fixedPrice(previous.price);
    const after = fixedPrice(rate.price);
    if (!before || !after || !changedALot(before, after)) continue;
    const from = formatRatio(before);
    const to = formatRatio(after);
    const on = formatDate(fromDayNumber(rate.from));
    const message = `费用 ${line.charge} 的单价自${on}起由 ${from} 变为 ${to}，变动超过20%，请核对`;
    findings.push({ kind: "PRICE_CHANGED", message, detail: `${rate.from}|${from}|${to}` });
  }
  return findings;
}

/** What a price is the price of: prices of different things are not compared. */
const unitOf = ({ terms: { rule } }: RateSegment): string => (rule.type === "area" ? rule.per : rule.type);

/** The price after its steps; undefined for formulas, whose price depends on the month. */
function fixedPrice({ base, steps }: PriceSegment): Ratio | undefined {
  if (!("price" in base)) return undefined;
  return steps.reduce(
    (price, { percent, scale }) =>
      roundToDecimals(multiply(price, add(integer(1), divide(parseRatio(percent), integer(100)))), scale),
    parseRatio(base.price),
  );
}

function changedALot(before: Ratio, after: Ratio): boolean {
  const difference = subtract(after, before);
  if (isZero(difference)) return false;
  if (isZero(before)) return true;
  const change = divide(difference, before);
  return compare(max(change, negate(change)), PRICE_CHANGE_LIMIT) > 0;
}
