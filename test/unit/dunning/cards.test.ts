import { describe, expect, it } from "vitest";
import { dunningWords } from "../../../bot/notices/dunning-notices.ts";
import { dunningCard } from "../../../cards/dunning-card.ts";
import { LIMITS } from "../../../cards/limits.ts";
import { renderTemplate } from "../../../cards/render/template.ts";
import { renderWecom } from "../../../cards/render/wecom.ts";
import { type TaskView, taskCard, taskListCard } from "../../../cards/task-card.ts";
import { isQuiet, timeOfDayAt } from "../../../src/domain/dunning/time-of-day.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import type { DunningNotice } from "../../../src/usecases/dunning/context.ts";

const TASK: TaskView = {
  number: "RW2026-00001",
  kind: "dunning",
  state: "open",
  title: "上门催缴",
  tenantName: "深圳市华星光电半导体显示技术股份有限公司",
  place: "东莞园区 A栋 A-301、A-302",
  overdueFen: 123_456_789n,
  disputedFen: 0n,
  daysOverdue: 12,
  contactName: "王会计",
  assigneeName: "李管家",
  lastNote: { result: "visited", words: "门锁着", on: parseCivilDate("2026-09-15") },
  promisedUntil: null,
  closedReason: null,
  callUrl: "https://park.example.com/h5/call?t=x",
  mapUrl: "https://uri.amap.com/search?keyword=x",
};

const NOTICE: DunningNotice = {
  action: "formal-notice",
  tenantName: "深圳市华星光电半导体显示技术股份有限公司",
  dueDate: parseCivilDate("2026-09-10"),
  daysOverdue: 15,
  openFen: 123_456_789n,
  entities: [
    {
      entityId: "e1",
      entityName: "甲公司",
      openFen: 100_000_000n,
      billNos: ["B1"],
      payUrl: "https://park.example.com/h5/pay?t=1",
      letter: { documentId: "d1", url: "https://park.example.com/h5/document/1" },
    },
    {
      entityId: "e2",
      entityName: "乙公司",
      openFen: 23_456_789n,
      billNos: ["B2"],
      payUrl: "https://park.example.com/h5/pay?t=2",
    },
  ],
};

describe("the card of a task", () => {
  it("fits WeCom: five results and the code as buttons, a tap on the card calls and navigates", () => {
    const message = renderWecom(taskCard(TASK)) as unknown as {
      templateCard?: {
        card_type: string;
        button_list: { text: string }[];
        card_action: { url: string };
        horizontal_content_list: unknown[];
      };
    };
    expect(message.templateCard?.card_type).toBe("button_interaction");
    expect(message.templateCard?.button_list.map(({ text }) => text)).toEqual([
      "联系不上",
      "承诺付款",
      "有争议",
      "已上门",
      "已付款",
      "收款码",
    ]);
    expect(message.templateCard?.card_action.url).toBe("https://park.example.com/h5/call?t=x");
    expect(message.templateCard?.horizontal_content_list.length).toBeLessThanOrEqual(LIMITS.wecom.rowsMax);
  });

  it("has no buttons when it is done, and says how it ended", () => {
    const card = taskCard({ ...TASK, state: "done", closedReason: "paid" });
    expect(card.buttons).toEqual([]);
    expect(card.outcome).toBe("已付清");
  });

  it("lists many with their sum, five of them as buttons", () => {
    const card = taskListCard(
      "digest",
      Array.from({ length: 7 }, (_, index) => ({ ...TASK, number: `RW2026-0000${index}`, overdueFen: 1_000n })),
    );
    expect(card.title).toBe("今日待办 7 项");
    expect(card.emphasis?.value).toBe("¥70.00");
    expect(card.buttons).toHaveLength(5);
  });
});

describe("what a tenant reads", () => {
  it("is one card for all entities, each with its cashier, and the letter", () => {
    const card = dunningCard(NOTICE);
    expect(card.title).toBe("催款函");
    expect(card.emphasis?.value).toBe("¥1,234,567.89");
    expect(card.buttons.map(({ label }) => label)).toEqual(["付给甲公司", "付给乙公司", "查看催款函", "有疑问"]);
  });

  it("has the four facts of its template, each within the platform's length", () => {
    const content = renderTemplate(dunningCard(NOTICE), ["thing1", "amount2", "time3", "thing4"]);
    expect(content).toBeDefined();
    const thing = JSON.stringify(content);
    expect(thing).toContain("¥1,234,567.89");
    expect(thing).toContain("15天");
  });

  it("fits an SMS: variables of at most 35 characters, none of them an address", () => {
    for (const value of Object.values(dunningWords.sms(NOTICE, "aB3dE6gH9jK2"))) {
      expect([...value].length).toBeLessThanOrEqual(35);
      expect(value).not.toMatch(/https?:/);
    }
  });

  it("names in the mail what is owed to whom and where to pay", () => {
    const { subject, text } = dunningWords.mail(NOTICE, "陈老板");
    expect(subject).toBe("深圳市华星光电半导体显示技术股份有限公司 催款函");
    for (const words of [
      "陈老板，您好",
      "付给甲公司 ¥1,000,000.00：https://park.example.com/h5/pay?t=1",
      "附件是催款函",
    ]) {
      expect(text).toContain(words);
    }
  });
});

describe("quiet hours in Shanghai", () => {
  it.each([
    ["2026-09-11T00:59:59Z", "08:59:59", true],
    ["2026-09-11T01:00:00Z", "09:00:00", false],
    ["2026-09-11T12:00:00Z", "20:00:00", false],
    ["2026-09-11T12:00:01Z", "20:00:01", true],
    ["2026-09-11T16:00:00Z", "00:00:00", true],
  ])("%s is %s, quiet: %s", (instant, timeOfDay, quiet) => {
    expect(timeOfDayAt(Date.parse(instant))).toBe(timeOfDay);
    expect(isQuiet(timeOfDay)).toBe(quiet);
  });
});
