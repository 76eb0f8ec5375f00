import type { Register } from "../domain/world/property.ts";

/*
 * How files of readings are laid out. Columns are found by the name in the header row, in any order; the first name that
 * the file has counts. A new layout is one row here.
 */

export interface ReadingTemplate {
  readonly name: string;
  readonly meter: readonly string[];
  readonly date: readonly string[];
  /** wide: one row a meter and day, a column a register. long: a row a register, named in `register`. */
  readonly layout:
    | { readonly type: "wide"; readonly registers: Readonly<Record<Register, readonly string[]>> }
    | { readonly type: "long"; readonly register: readonly string[]; readonly value: readonly string[] };
  /** “是”, “1” or “true” there: the counter has passed its last figure. */
  readonly rollover: readonly string[];
}

const METER = ["表号", "表计", "表计编号", "仪表编号", "设备编号", "电表号", "水表号", "meter"];
const DATE = ["抄表日期", "日期", "抄表时间", "采集时间", "数据时间", "时间", "date"];
const ROLLOVER = ["归零", "翻转", "rollover"];

const wide = (suffixes: readonly string[]): Readonly<Record<Register, readonly string[]>> => {
  const named = (chinese: string, english: string) => [
    ...suffixes.flatMap((suffix) => [`${chinese}${suffix}`, `正向有功${chinese}${suffix}`]),
    english,
  ];
  return {
    total: ["本期读数", "本次读数", "止码", "读数", "示数", ...named("总", "total")],
    sharp: named("尖", "sharp"),
    peak: named("峰", "peak"),
    flat: named("平", "flat"),
    valley: named("谷", "valley"),
    deep: named("深谷", "deep"),
  };
};

export const READING_TEMPLATES: readonly ReadingTemplate[] = [
  {
    name: "generic",
    meter: METER,
    date: DATE,
    layout: { type: "wide", registers: wide(["", "段", "读数", "示数", "电能", "总电能"]) },
    rollover: ROLLOVER,
  },
  {
    name: "long",
    meter: METER,
    date: DATE,
    layout: {
      type: "long",
      register: ["费率", "时段", "寄存器", "register"],
      value: ["读数", "示数", "止码", "本期读数", "value"],
    },
    rollover: ROLLOVER,
  },
];

/** How a long file names its registers. */
export const REGISTER_WORDS: Readonly<Record<string, Register>> = {
  总: "total",
  尖: "sharp",
  峰: "peak",
  平: "flat",
  谷: "valley",
  深谷: "deep",
  total: "total",
  sharp: "sharp",
  peak: "peak",
  flat: "flat",
  valley: "valley",
  deep: "deep",
};
