import { compare, divide, formatRatio, integer, multiply, parseRatio } from "../money/ratio.ts";
import { type CivilDate, formatDate, monthOf, toDayNumber } from "../time/civil-date.ts";
import type { DecimalText } from "../world/lease.ts";
import type { Meter, Reading, Register, RegisterValues } from "../world/property.ts";
import { consumptionBetween } from "./consumption.ts";
import type { MeterReadings, StandingReading } from "./reading-index.ts";
import { median, usageOfLastMonths } from "./usage-statistics.ts";

/** A reading that somebody offers: a file, a vendor's platform, a person in the chat. */
export interface OfferedReading {
  readonly meter: string;
  /** It counts for the end of this day (money-rules 4). */
  readonly standsOn: CivilDate;
  readonly values: RegisterValues;
  readonly kind: "periodic" | "estimated";
  /** The counter has passed its last figure since the reading before. */
  readonly rollover: boolean;
}

export type DoubtCode =
  | "METER_UNKNOWN"
  | "READING_MALFORMED"
  | "REGISTER_MISSING"
  | "REGISTER_NOT_ON_METER"
  | "READING_BEYOND_DIGITS"
  | "READING_IN_FUTURE"
  | "READING_DUPLICATE"
  | "READING_OUT_OF_ORDER"
  | "READING_WENT_BACK";

export type ReadingVerdict =
  | { readonly state: "take"; readonly usage?: StepUsage | undefined }
  /** The same values stand on that day already. */
  | { readonly state: "known" }
  | { readonly state: "doubt"; readonly code: DoubtCode; readonly message: string };

/** What the meter has used since the reading before, after the multiplier. */
export interface StepUsage {
  readonly since: CivilDate;
  readonly usage: DecimalText;
  /** Median of the last 12 months; undefined: nothing to compare with. */
  readonly monthMedian?: DecimalText | undefined;
  /** More than 3 × the median for so many days (money-rules 2, "Anomalies"). */
  readonly unusual: boolean;
}

const DAYS_OF_MONTH = 30;
const UNUSUAL_FACTOR = 3;
const DECIMAL = /^\d{1,12}(?:\.\d{1,8})?$/;

/**
 * Whether an offered reading may enter by itself. Whatever would change what stands (another value on the same day, a day
 * before the latest reading, a counter that went back) is left to a person, with the reason and what to do.
 */
export function judgeReading(
  meter: Meter | undefined,
  readings: MeterReadings,
  offered: OfferedReading,
  today: CivilDate,
): ReadingVerdict {
  if (!meter) return doubt("METER_UNKNOWN", `没有登记表计 ${offered.meter}，请核对表号或先登记这块表`);
  const form = formProblem(meter, readings, offered);
  if (form) return form;
  if (offered.standsOn > today) {
    return doubt("READING_IN_FUTURE", `抄表日期${formatDate(offered.standsOn)}在今天之后，请核对日期`);
  }
  const sameDay = readings.find(({ reading }) => reading.standsOn === offered.standsOn);
  if (sameDay) return judgeSameDay(meter, sameDay.reading, offered);
  const latest = readings.at(-1);
  if (latest && latest.reading.standsOn > offered.standsOn) {
    return doubt(
      "READING_OUT_OF_ORDER",
      `表计 ${meter.code} 已有${formatDate(latest.reading.standsOn)}的读数，这一笔${formatDate(offered.standsOn)}的更早；` +
        "核实后可由管家接收，已出的账单会在下一期更正",
    );
  }
  return latest ? judgeStep(meter, readings, latest, offered) : { state: "take" };
}

function judgeSameDay(meter: Meter, standing: Reading, offered: OfferedReading): ReadingVerdict {
  const same = meter.registers.every((register) => sameNumber(standing.values[register], offered.values[register]));
  if (same) return { state: "known" };
  return doubt(
    "READING_DUPLICATE",
    `表计 ${meter.code} 在${formatDate(offered.standsOn)}已有读数 ${tellValues(meter, standing.values)}，` +
      `这一笔是 ${tellValues(meter, offered.values)}；如原读数有误，请核实后接收为更正`,
  );
}

function judgeStep(
  meter: Meter,
  readings: MeterReadings,
  latest: StandingReading,
  offered: OfferedReading,
): ReadingVerdict {
  const reading = asReading(offered);
  const closing: StandingReading = { reading, multiplier: latest.multiplier, digits: latest.digits };
  const result = consumptionBetween(meter, [...readings, closing], latest, closing);
  if (!result.ok) {
    if (result.code !== "READING_WENT_BACK") return doubt("REGISTER_MISSING", result.message);
    return doubt(
      "READING_WENT_BACK",
      `${result.message}。如果表计走满归零，请注明“归零”；如果换过表，请登记换表时的新旧底数`,
    );
  }
  const { usage } = result.consumption;
  const days = toDayNumber(offered.standsOn) - toDayNumber(latest.reading.standsOn);
  const monthMedian = median(usageOfLastMonths(meter, readings, monthOf(offered.standsOn)));
  const months = days > DAYS_OF_MONTH ? divide(integer(days), integer(DAYS_OF_MONTH)) : integer(1);
  const limit = monthMedian && multiply(multiply(monthMedian, months), integer(UNUSUAL_FACTOR));
  return {
    state: "take",
    usage: {
      since: latest.reading.standsOn,
      usage: formatRatio(usage),
      ...(monthMedian === undefined ? {} : { monthMedian: formatRatio(monthMedian) }),
      unusual: limit !== undefined && compare(usage, limit) > 0,
    },
  };
}

function formProblem(meter: Meter, readings: MeterReadings, offered: OfferedReading): ReadingVerdict | undefined {
  const digits = readings.at(-1)?.digits ?? meter.digits;
  for (const register of meter.registers) {
    const value = offered.values[register];
    if (value === undefined)
      return doubt("REGISTER_MISSING", `表计 ${meter.code} 缺少${tellRegister(register)}的读数，请补齐`);
    if (!DECIMAL.test(value)) {
      return doubt(
        "READING_MALFORMED",
        `表计 ${meter.code} 的${tellRegister(register)}读数“${value.slice(0, 30)}”不是数字`,
      );
    }
    if ((value.split(".")[0] ?? "").replace(/^0+/, "").length > digits) {
      return doubt("READING_BEYOND_DIGITS", `表计 ${meter.code} 只有 ${digits} 位整数，读数 ${value} 超出，请核对`);
    }
  }
  const foreign = (Object.keys(offered.values) as Register[]).find((register) => !meter.registers.includes(register));
  if (foreign === undefined) return undefined;
  return doubt("REGISTER_NOT_ON_METER", `表计 ${meter.code} 没有${tellRegister(foreign)}，请核对表号`);
}

/** The reading as it would be stored for the first time. */
export const asReading = ({ meter, standsOn, values, kind, rollover }: OfferedReading): Reading => ({
  meter,
  date: standsOn,
  at: "end",
  standsOn,
  kind,
  values,
  rollover,
  revision: 0,
});

const REGISTER_NAMES: Readonly<Record<Register, string>> = {
  total: "总表码",
  sharp: "尖段",
  peak: "峰段",
  flat: "平段",
  valley: "谷段",
  deep: "深谷段",
};
export const tellRegister = (register: Register): string => REGISTER_NAMES[register];

/** "12345.6", or "峰段 1、谷段 2" where there are several. */
export function tellValues(meter: Pick<Meter, "registers">, values: RegisterValues): string {
  const [only, ...others] = meter.registers;
  if (only !== undefined && others.length === 0) return values[only] ?? "无";
  return meter.registers.map((register) => `${tellRegister(register)} ${values[register] ?? "无"}`).join("、");
}

const sameNumber = (a: DecimalText | undefined, b: DecimalText | undefined): boolean =>
  a !== undefined && b !== undefined && compare(parseRatio(a), parseRatio(b)) === 0;

const doubt = (code: DoubtCode, message: string): ReadingVerdict => ({ state: "doubt", code, message });
