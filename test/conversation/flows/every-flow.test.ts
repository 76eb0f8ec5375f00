import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DialogName } from "../../../bot/dialogs/dialog.ts";
import { DIALOG_NAMES } from "../../../bot/dialogs/flows.ts";
import type { Card } from "../../../cards/card.ts";
import type { Platform } from "../../../src/ports/messenger.ts";
import { runDunning } from "../../../src/usecases/dunning/run-dunning.ts";
import { tellNewTasks } from "../../../src/usecases/tasks/tell-tasks.ts";
import { CARDS, dunningContext } from "../../db/dunning/dunning-world.ts";
import { asks } from "../../support/approval-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { formProblems } from "../../support/form-of-answers.ts";
import { askForConsent, importFlowPark, overdueLine, TODAY } from "./flow-park.ts";

/*
 * Every dialog, and what can happen in the middle of each: a question in between, a correction, a cancellation, half a day
 * of silence, an old button. A new dialog without a row here fails the first test.
 */

type Step = string | { readonly presses: string } | (() => Promise<readonly Card[]>);

interface Row {
  readonly who: readonly [Platform, string];
  /** What is said until the question in the middle stands. */
  readonly opening: readonly Step[];
  readonly question: string;
  /** Something else in between, and its answer. Default: when the lease ends. */
  readonly aside?: readonly [words: string, heard: string];
  /** Putting oneself right in the middle, and what is then understood. Absent: one question, nothing to put right. */
  readonly corrects?: readonly [words: string, heard: string, afterMs?: number];
  /** What would answer the question: hours later it must not be taken for anything. */
  readonly late: string;
  /** Where something is kept although the dialog ends. */
  readonly left?: string;
}

const database = withDatabase();
const clock = movableClock(TODAY);
let chat: ReturnType<typeof openChat>;
const heard: string[] = [];

const ZHANG = ["official-account", "oPark-张总"] as const;
const CHEN = ["official-account", "oPark-陈老板"] as const;
const LIN = ["official-account", "oPark-林姐"] as const;
const MINUTE_MS = 60_000;
const HALF_A_DAY_MS = 12 * 60 * MINUTE_MS;

/** Takes a code out of an answer that somebody else got. */
let invitation = "";
const inviteSomebody: Step = async () => {
  await chat.says(...ZHANG, "邀请同事");
  const given = await chat.says(...ZHANG, "财务");
  invitation = /加入\s?([A-Z0-9]{6})/.exec(wordsOf(given))?.[1] ?? "";
  return chat.says("official-account", "oNeighbour", `加入 ${invitation}`);
};

const ROWS: Readonly<Record<DialogName, Row>> = {
  bind: {
    who: ["official-account", "oStranger"],
    opening: ["绑定", "13800000001"],
    question: "6位验证码",
    // Nothing but help and a person interrupts it: nobody else's questions are answered to a stranger.
    aside: ["帮助", "我能帮您做这些"],
    // A code a minute: who mistyped the number waits that long.
    corrects: ["打错了，是13800000009", "6位验证码", MINUTE_MS],
    late: "123456",
  },
  "choose-tenant": {
    who: LIN,
    opening: ["查账单"],
    question: "您绑定了多家企业",
    aside: ["帮助", "我能帮您做这些"],
    late: "1",
  },
  unbind: { who: ZHANG, opening: ["解绑"], question: "确定请回复“确认解绑”", late: "确认解绑" },
  forget: { who: ZHANG, opening: ["注销"], question: "注销会删除", late: "确认注销" },
  "ask-to-join": {
    who: ["official-account", "oPassenger"],
    opening: [() => chat.scansBill("official-account", "oPassenger", "DG-202609-00003"), "申请加入"],
    question: "姓名",
    aside: ["帮助", "我能帮您做这些"],
    late: "老吴",
  },
  join: {
    who: ["official-account", "oNeighbour"],
    opening: [inviteSomebody],
    question: "姓名",
    aside: ["帮助", "我能帮您做这些"],
    late: "老吴",
  },
  invite: { who: ZHANG, opening: ["邀请同事"], question: "请选择对方的权限", late: "财务" },
  members: { who: ZHANG, opening: ["我的同事"], question: "回复序号可更改权限或移除", late: "2" },
  "remove-member": { who: ZHANG, opening: ["我的同事", "2", "移除"], question: "移除", late: "确认移除" },
  dispute: {
    who: ZHANG,
    opening: ["电费不对"],
    question: "电费 ¥234.50。请简单说说哪里不对",
    corrects: ["不对，是租金", "租金 ¥"],
    late: "多了一倍",
  },
  "withdraw-dispute": {
    who: CHEN,
    opening: ["撤销异议"],
    question: "要撤销哪一笔异议",
    late: "1",
  },
  promise: {
    who: ZHANG,
    opening: ["下周五付"],
    question: "登记：2026年9月11日前付",
    corrects: ["不对，是9月15日", "登记：2026年9月15日前付"],
    late: "确认",
  },
  prepay: {
    who: ZHANG,
    opening: ["预存"],
    question: "想预存多少钱",
    corrects: ["2000，不对，是3000", "预存¥3,000.00"],
    late: "2000",
  },
  claim: {
    who: ZHANG,
    opening: ["我转账了，查收", "5000"],
    question: "¥5,000.00已记下。哪天转的、付款户名是什么",
    corrects: ["不对，是6000", "¥6,000.00已记下"],
    late: "张三个人账户",
    left: "您说的转账已记下",
  },
  "move-out": {
    who: ZHANG,
    opening: ["我要退租", "1", "10月31日"],
    question: "最后一天是 2026年10月31日",
    corrects: ["不对，是11月30日", "最后一天是 2026年11月30日"],
    late: "确认退租",
  },
  "move-out-objection": {
    who: CHEN,
    opening: [() => chat.clicks(...CHEN, { type: "move-out.object", number: "TZ-202609-00001", version: 1 })],
    question: "哪里不对？请说明",
    late: "押金应全额退",
  },
  refund: {
    who: ZHANG,
    opening: ["我要退款", "300"],
    question: "退¥300.00。请简单说说原因",
    corrects: ["不对，退200", "退¥200.00。请简单说说原因"],
    late: "重复付款",
  },
  title: {
    who: ZHANG,
    opening: ["我要改发票抬头", "一号电子（东莞）有限公司"],
    question: "税号",
    corrects: ["不对，抬头是一号电子有限公司", "一号电子有限公司"],
    late: "91350100M000100Y43",
  },
  invoice: {
    who: CHEN,
    opening: ["开8月的发票", "普通发票"],
    question: "开票确认",
    corrects: ["不对，要专用发票", "专用发票"],
    late: "确认开票",
  },
  reading: {
    who: ZHANG,
    opening: ["水表读数118"],
    question: "118",
    corrects: ["不对，是125", "125"],
    late: "确认",
  },
  "task-note": {
    who: ["wecom", "li"],
    opening: [{ presses: "承诺付款" }],
    question: "哪天",
    aside: ["帮助", "任务"],
    late: "9月20日",
  },
  "record-cash": {
    who: ["wecom", "he"],
    opening: ["收现金 T001 500"],
    question: "¥500.00",
    aside: ["帮助", "收"],
    late: "确认",
  },
  delegate: {
    who: ["wecom", "zhao"],
    opening: ["审批交给莫经理", "到9月20日"],
    question: "2026年9月20日",
    aside: ["帮助", "审批"],
    corrects: ["不对，到9月25日", "2026年9月25日"],
    late: "确认",
  },
  "reject-approval": {
    who: ["wecom", "zhao"],
    opening: [{ presses: "驳回" }],
    question: "理由",
    aside: ["帮助", "审批"],
    late: "不合适",
  },
};

beforeAll(async () => {
  const { db } = database;
  await importFlowPark(db);
  chat = openChat(db, clock, { takesWechat: true });
  for (const words of ["水费不对", "水表没走这么多", "租金不对", "合同不是这个价"]) await chat.says(...CHEN, words);
  clock.advanceMs(3 * MINUTE_MS);
  for (const words of ["改抬头", "二号贸易 91350100M000100Y43"]) await chat.says(...CHEN, words);
  await askForConsent(db);
  await runDunning(db, dunningContext(clock));
  await tellNewTasks(db, { today: clock.today(), cards: CARDS });
  await asks(db, "李管家", { kind: "waiver", part: "late-fee", lineId: await overdueLine(db) }, TODAY);
});

/** Plays the opening; the cards of its last answer. */
async function open({ who, opening }: Row): Promise<readonly Card[]> {
  let cards: readonly Card[] = [];
  for (const step of opening) {
    cards =
      typeof step === "string"
        ? await chat.says(...who, step)
        : typeof step === "function"
          ? await step()
          : await chat.presses(...who, step.presses);
    heard.push(...cards.map((card) => wordsOf([card])));
  }
  return cards;
}

async function says({ who }: Row, text: string): Promise<string> {
  const cards = await chat.says(...who, text);
  heard.push(...cards.map((card) => wordsOf([card])));
  return wordsOf(cards);
}

// Nobody types faster than the limit of messages a minute allows.
beforeEach(() => clock.advanceMs(3 * MINUTE_MS));

it("每一种对话都有一行", () => {
  expect(Object.keys(ROWS).sort()).toEqual([...DIALOG_NAMES].sort());
});

describe.each(Object.entries(ROWS))("%s", (_name, row) => {
  const [asked, answered] = row.aside ?? ["合同什么时候到期", "租赁合同"];

  it("问了别的，答完接着问；取消；取消后没有在办的，旧按钮失效", async () => {
    const cards = await open(row);
    expect(wordsOf(cards)).toContain(row.question);
    const between = await says(row, asked);
    expect(between).toContain(answered);
    expect(between).toContain("我们继续");
    expect(between).toContain(row.question);
    expect(await says(row, "算了")).toContain(row.left ?? "好的，已取消");
    expect(await says(row, "取消")).toContain("没有正在办理");
    for (const { label, action } of cards.flatMap(({ buttons }) => buttons.filter((one) => one.kind === "action"))) {
      if (action.type !== "answer") continue;
      expect(`${label}: ${wordsOf(await chat.clicks(...row.who, action))}`).toContain("已经失效了");
    }
  });

  it.runIf(row.corrects)("改口", async () => {
    await open(row);
    const [words, understood, afterMs = 0] = row.corrects ?? ["", ""];
    clock.advanceMs(afterMs);
    expect(await says(row, words)).toContain(understood);
    await says(row, "取消");
  });

  it("放了半天，客气地结束，什么也没做", async () => {
    await open(row);
    const before = clock.nowMs();
    clock.advanceMs(HALF_A_DAY_MS);
    expect(await says(row, row.late)).toContain(row.left ?? "已经超时结束了，没有任何改动");
    clock.advanceMs(before - clock.nowMs());
  });
});

it("没有出错，每句话一屏以内，金额和日期一种写法", () => {
  expect(chat.failures).toEqual([]);
  expect(heard.flatMap(formProblems)).toEqual([]);
});
