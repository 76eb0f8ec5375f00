import { describe, expect, it } from "vitest";
import { heardAs } from "../../../bot/understanding/learnt.ts";
import { withoutTakenBack } from "../../../bot/understanding/negation.ts";
import { BLANK, normalise } from "../../../bot/understanding/normalise.ts";
import { explain, SURE_ENOUGH, understand } from "../../../bot/understanding/understand.ts";

const NOW = "2026-10-15T09:00:00+08:00";
const tenant = (text: string) => {
  const { intent, slots } = understand({ text, role: "tenant", now: NOW });
  return { intent, ...slots };
};

describe("reading a message", () => {
  it.each([
    ["width and script", "９月電費", "9月电费"],
    ["typos", "帐单 发漂 电废", "账单发票电费"],
    ["fillers", "呃那电费呢啊", "那电费呢"],
    ["politeness", "你好,请问电费多少,谢谢!", "电费多少"],
    ["a blank that stands for a comma", "只交房租 电费先不交", "只交房租，电费先不交"],
    ["words that contain a typo's letters", "为什么有晚点交", "为什么有晚点交"],
  ])("heals %s", (_name, text, plain) => {
    expect(normalise(text).plain).toBe(plain);
  });
});

describe("what is taken back", () => {
  it.each([
    ["不是要退款,是要开发票", "退款"],
    ["不要普票要专票", "普票"],
    ["只交房租 电费先不交", "电费"],
    ["不查水费,查电费", "水费"],
    ["除了滞纳金其他都付", "滞纳金"],
  ])("in %s is not heard: %s", (text, gone) => {
    const { plain } = withoutTakenBack(normalise(text)).utterance;
    expect(plain).not.toContain(gone);
    expect(plain).toContain(BLANK);
  });

  it.each(["电费是不是不对", "能不能晚几天交", "我还没交电费,怎么交", "解除绑定", "不知道要交多少"])(
    "does not touch %s",
    (text) => {
      expect(withoutTakenBack(normalise(text)).steps).toEqual([]);
    },
  );
});

describe("understanding", () => {
  it.each([
    ["first wish", "我看下账单,没问题的话就付了", { intent: "bill.query" }],
    ["negation", "不是要退款,是要开发票", { intent: "invoice.request" }],
    ["correction", "查9月的,哦不,8月的账单", { intent: "bill.query", period: "2026-08" }],
    ["follow-up", "不对,是9月", { intent: "bill.query", period: "2026-09" }],
    ["charge alone", "水费", { intent: "bill.query", charges: ["water"] }],
    ["paid only in part", "只交房租 电费先不交", { intent: "pay", charges: ["rent"] }],
    ["a refund however angry", "退钱!!!", { intent: "refund.request" }],
    ["nothing of its trade", "今天天气怎么样", { intent: "unknown" }],
    ["nothing at all", "", { intent: "unknown" }],
  ])("%s: %s", (_name, text, expected) => {
    expect(tenant(text)).toEqual(expected);
  });

  it("answers each role with its own intents", () => {
    const text = "谁还没交房租";
    expect(understand({ text, role: "tenant", now: NOW }).intent).toBe("unknown");
    expect(understand({ text, role: "steward", now: NOW }).intent).toBe("arrears.list");
    expect(understand({ text, role: "manager", now: NOW }).intent).toBe("arrears.list");
  });
});

describe("explaining", () => {
  it("names the words that decided, the strongest first, and the next best intents", () => {
    const { frame, steps, alternatives } = explain({ text: "不是要退款,是要开发票", role: "tenant", now: NOW });
    expect(frame.intent).toBe("invoice.request");
    expect(steps[0]).toEqual({ rule: "taken back: 不是…是", evidence: "不是要退款", weight: 0 });
    expect(steps[1]?.rule).toBe("invoice.request");
    expect(steps[1]?.evidence).toContain("发票");
    expect(alternatives.every(({ intent }) => intent !== frame.intent)).toBe(true);
  });

  it("says what a message sounds like where no cue says more than a topic", () => {
    const { frame, steps } = explain({ text: "这钱是干嘛使的呀", role: "tenant", now: NOW });
    expect(frame.intent).toBe("bill.explain");
    expect(steps.at(-1)?.rule).toBe("bill.explain: sounds like it");
    expect(steps.every(({ evidence }) => evidence !== "")).toBe(true);
  });

  it("learns the chances of the intents from the known sayings, all together 1", () => {
    const heard = heardAs("PC咋样多少", "tenant");
    expect(heard[0]?.intent).toBe("bill.query");
    expect(heard.reduce((sum, { chance }) => sum + chance, 0)).toBeCloseTo(1, 9);
    expect(heardAs("ΩΩΩ", "tenant")[0]?.chance).toBeLessThan(0.25);
  });

  it("is sure of a plain wish and unsure of a bare word", () => {
    const confidence = (text: string) => understand({ text, role: "tenant", now: NOW }).confidence;
    expect(confidence("退款到账了吗")).toBeGreaterThan(0.9);
    expect(confidence("asdf")).toBeLessThan(SURE_ENOUGH);
  });
});
