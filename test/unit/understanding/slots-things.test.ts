import { describe, expect, it } from "vitest";
import { normalise } from "../../../bot/understanding/normalise.ts";
import { parseNumber } from "../../../bot/understanding/numerals.ts";
import { findAmounts } from "../../../bot/understanding/slots/amount.ts";
import { chargeKinds, findCharges } from "../../../bot/understanding/slots/charges.ts";
import { findInvoiceKind } from "../../../bot/understanding/slots/invoice.ts";
import { findLimit, findMinDaysOverdue } from "../../../bot/understanding/slots/limits.ts";
import { findCompanies, findTaxNo, findTitleName } from "../../../bot/understanding/slots/name-tax.ts";
import { findPlaces } from "../../../bot/understanding/slots/place.ts";
import { findReading } from "../../../bot/understanding/slots/reading.ts";
import { findStatus } from "../../../bot/understanding/slots/status.ts";
import { findTenant } from "../../../bot/understanding/slots/tenant.ts";

const plainOf = (text: string) => normalise(text).plain;

describe("a number", () => {
  it.each([
    ["一万二", 12_000],
    ["两千五", 2500],
    ["两千零五", 2005],
    ["三百二十一", 321],
    ["十五", 15],
    ["一万零五十", 10_050],
    ["3千5", 3500],
    ["8.6w", 86_000],
    ["1,234.5", 1234.5],
    ["一二三四", 1234],
    ["十二万三千", 123_000],
    ["伍仟陆佰", 5600],
  ])("%s is %d", (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });
});

describe("an amount", () => {
  it.each([
    ["付三千块", "3000.00"],
    ["一万二", "12000.00"],
    ["先付两千五", "2500.00"],
    ["1,234.5元", "1234.50"],
    ["转5k", "5000.00"],
    ["8.6w", "86000.00"],
    ["充２０００", "2000.00"],
    ["五百", "500.00"],
    ["12块5", "12.50"],
    ["¥88", "88.00"],
    ["付过一笔8000", "8000.00"],
    ["钱转过去了 8000 房租", "8000.00"],
    ["承诺25号交一万二 记录下", "12000.00"],
    ["25,300已对公转出", "25300.00"],
    ["伍仟元整", "5000.00"],
    ["收3000", "3000.00"],
  ])("%s is %s", (text, amount) => {
    expect(findAmounts(plainOf(text))[0]?.value).toBe(amount);
  });

  it.each([
    "八千多",
    "大概五千",
    "几千块",
    "一块交",
    "千万别",
    "万一",
    "交9月的",
    "付第2笔",
    "A栋301",
    "用了300度",
    "3000多户",
    "记一笔:1201没人在家",
  ])("is not said in %s", (text) => {
    expect(findAmounts(plainOf(text))).toEqual([]);
  });
});

describe("charges", () => {
  it.each([
    ["水电", ["water", "electricity"]],
    ["电费和水费", ["electricity", "water"]],
    ["公摊电费", ["shared-electricity"]],
    ["公摊水费", ["shared-water"]],
    ["房租物业水电", ["rent", "management", "water", "electricity"]],
    ["电废", ["electricity"]],
    ["物页费", ["management"]],
    ["滞纳金", ["late-fee"]],
    ["違約金", ["late-fee"]],
    ["保证金", ["deposit"]],
    ["車位費", ["parking"]],
    ["垃圾清运费", ["waste"]],
    ["欠租", ["rent"]],
    ["月租", ["rent"]],
    ["租户", []],
    ["物业公司电话", []],
    ["打电话", []],
  ])("in %s are %j", (text, kinds) => {
    expect(chargeKinds(findCharges(plainOf(text)))).toEqual(kinds);
  });
});

describe("an invoice kind", () => {
  it.each([
    ["开专票", "special"],
    ["增值税普通发票", "ordinary"],
    ["开成普票了,要重开专票", "special"],
    ["发票", undefined],
  ])("in %s is %s", (text, kind) => {
    expect(findInvoiceKind(plainOf(text))).toBe(kind);
  });
});

describe("a status", () => {
  it.each([
    ["还欠多少", "unpaid"],
    ["没付清的", "unpaid"],
    ["逾期的", "overdue"],
    ["已经交了的", "paid"],
    ["这个月多少", undefined],
  ])("in %s is %s", (text, status) => {
    expect(findStatus(plainOf(text))).toBe(status);
  });
});

describe("limits", () => {
  it.each([
    ["前10家", 10],
    ["最近三笔", 3],
    ["top5", 5],
    ["最多的5户", 5],
    ["前三个月", undefined],
    ["前天", undefined],
    ["最近一次", undefined],
  ])("of entries in %s is %s", (text, limit) => {
    expect(findLimit(plainOf(text))).toBe(limit);
  });

  it.each([
    ["逾期30天以上", 30],
    ["超过两个月没交", 60],
    ["拖欠半年以上", 180],
    ["逾期一周以上", 7],
    ["拖了一个半月", 45],
    ["两个半月没交", 75],
    ["9月未交", undefined],
    ["逾期的", undefined],
  ])("of days overdue in %s is %s", (text, days) => {
    expect(findMinDaysOverdue(plainOf(text))).toBe(days);
  });
});

describe("a reading", () => {
  it.each([
    ["电表12345.6", "12345.6"],
    ["读数 3,456", "3456"],
    ["电表走到八千六百五十二了", "8652"],
    ["水表现在是1208吨", "1208"],
    ["电表数 08765", "08765"],
    ["A-301 电表 12345", "12345"],
    ["电表坏了", undefined],
  ])("in %s is %s", (text, reading) => {
    expect(findReading(plainOf(text), [])?.value).toBe(reading);
  });
});

describe("places, in the person's words", () => {
  const places = (text: string) => {
    const { building, unit, project } = findPlaces(normalise(text), []);
    return { building: building?.value, unit: unit?.value, project: project?.value };
  };
  it.each([
    ["A座1203", { building: "A座", unit: "1203" }],
    ["A-301欠多少", { unit: "A-301" }],
    ["３号楼５０２", { building: "3号楼", unit: "502" }],
    ["3号楼2单元501", { building: "3号楼", unit: "2单元501" }],
    ["A棟301", { building: "A棟", unit: "301" }],
    ["203室电费", { unit: "203室" }],
    ["东莞园区收缴率", { project: "东莞园区" }],
    ["我们园区", {}],
    ["2026年", {}],
  ])("%s", (text, expected) => {
    expect(places(text)).toEqual({ building: undefined, unit: undefined, project: undefined, ...expected });
  });
});

describe("names", () => {
  it.each([
    ["抬头改成深圳市宏达五金厂", "深圳市宏达五金厂"],
    ["名称:惠州大亚湾精密模具有限公司 税号91441300MA51ABCD2E", "惠州大亚湾精密模具有限公司"],
    ["开票给東莞市恒豐五金店", "東莞市恒豐五金店"],
    ["发票抬头是什么", undefined],
    ["抬头就写我们公司", undefined],
  ])("of a title in %s: %s", (text, name) => {
    expect(findTitleName(normalise(text))?.value).toBe(name);
  });

  it.each([
    ["税号 91440300 1234 5678 9a", "91440300123456789A"],
    ["91441900MA4W1234XY", "91441900MA4W1234XY"],
    ["电话13800138000", undefined],
  ])("tax number in %s: %s", (text, taxNo) => {
    expect(findTaxNo(normalise(text))?.value).toBe(taxNo);
  });

  it.each([
    ["查一下华强电子还欠多少", "华强电子"],
    ["鼎盛欠多久了", "鼎盛"],
    ["跟启航教育通了电话", "启航教育"],
    ["和兴五金的电费", "和兴五金"],
    ["谁还没交", undefined],
    ["现在欠几个月", undefined],
  ])("of a tenant as staff say it in %s: %s", (text, tenant) => {
    expect(findTenant(normalise(text))?.value).toBe(tenant);
  });

  it("are not made of words that only look like a company", () => {
    expect(findCompanies(normalise("我们公司的开票信息"))).toEqual([]);
  });
});
