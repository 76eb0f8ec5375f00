import { beforeEach, describe, expect, it } from "vitest";
import { textCard } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { execute, rows } from "../../../src/db/rows.ts";
import { runDunning } from "../../../src/usecases/dunning/run-dunning.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { closeSettledTasks } from "../../../src/usecases/tasks/close-settled.ts";
import { escalateTasks, sendTaskDigest, tellNewTasks } from "../../../src/usecases/tasks/tell-tasks.ts";
import { CARDS, dunningContext, farEnds, importDunningPark, stepsOf, tasksOf } from "../../db/dunning/dunning-world.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { writeBill } from "../../support/published-bill.ts";

/* 李管家 (li) stands in the corridor; 赵经理 (zhao) manages the area; 二号贸易 owes September's rent, due on the 10th. */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let clock: MovableClock;
let ends: ReturnType<typeof farEnds>;
let chat: ReturnType<typeof openChat>;

beforeEach(async () => {
  database = await createTestDatabase();
  clock = movableClock("2026-09-01");
  await importDunningPark(database.db, "2026-09-01");
  await writeBill(database.db, {
    billNo: "DG-202609-00001",
    lease: "L003",
    dueDate: "2026-09-10",
    lines: { rent: "1000.00", management: "200.00" },
  });
  ends = farEnds(database.db, clock);
  chat = openChat(database.db, clock);
  return () => database.close();
});

const today = () => ({ today: clock.today(), cards: CARDS });

/** What happens by itself on a morning. */
async function morning(date: string): Promise<ReturnType<typeof ends.take>> {
  clock.moveTo(date);
  await runDunning(database.db, dunningContext(clock));
  await tellNewTasks(database.db, today());
  await ends.relay();
  return ends.take();
}

/** The whole rent in the bank; the poll of the worker follows within seconds. */
async function moneyComes(amount: bigint): Promise<void> {
  const recorded = await recordReceipt(
    database.db,
    {
      channel: "bank",
      tenantCode: "T002",
      entityCode: "E1",
      amountFen: amount,
      valueDate: clock.today(),
    },
    { actor: "staff:S01", channel: "cli", today: clock.today() },
  );
  expect(recorded).toMatchObject({ ok: true });
  await closeSettledTasks(database.db, today());
}

const said = async (who: string, text: string): Promise<string> => wordsOf(await chat.says("wecom", who, text));
const pressed = async (who: string, label: string): Promise<string> => wordsOf(await chat.presses("wecom", who, label));
const cardOf = async (who: string): Promise<string> => {
  const lying = (await chat.cardsOf(who)).at(-1);
  return wordsOf([lying?.card ?? textCard("")]);
};

describe("a steward with a phone in one hand", () => {
  it("sees who, how much, how long, whom to call and what to say", async () => {
    await morning("2026-09-17");
    const card = await cardOf("li");
    // ¥1,200.00 and six days (September 11 to 16) of 0.05 %: 0.50 + 0.10 a day = ¥3.60.
    for (const word of [
      "上门催缴 二号贸易",
      "¥1,203.60",
      "7天",
      "A-401",
      "林姐",
      "您好，我是园区管家",
      "uri.amap.com",
    ]) {
      expect(card).toContain(word);
    }
    for (const label of ["联系不上", "承诺付款", "有争议", "已上门", "已付款", "收款码"]) expect(card).toContain(label);
    expect(card).not.toContain("13800000004");
  });

  it("联系不上: written down, and the manager hears after three days without progress", async () => {
    await morning("2026-09-17");
    expect(await pressed("li", "联系不上")).toContain("已登记：联系不上");
    expect(await cardOf("li")).toContain("联系不上");
    clock.moveTo("2026-09-19");
    expect(await escalateTasks(database.db, today())).toBe(0);
    clock.moveTo("2026-09-20");
    expect(await escalateTasks(database.db, today())).toBe(1);
    expect(await escalateTasks(database.db, today())).toBe(0);
    await ends.relay();
    expect(ends.sent.filter(({ to }) => to === "zhao").map(({ title }) => title)).toEqual(["1 项任务无人处理"]);
  });

  it("承诺付款: the day is asked for, dunning rests until it and goes on the day after", async () => {
    await morning("2026-09-17");
    expect(await pressed("li", "承诺付款")).toContain("承诺哪天付款");
    expect(await said("li", "9月26日")).toContain("承诺2026年9月26日付款");
    expect(await morning("2026-09-25")).toEqual([]);
    expect(await morning("2026-09-26")).toEqual([]);
    expect((await morning("2026-09-27")).map(({ title }) => title)).toEqual(["催款函"]);
  });

  it("有争议: which line and why; its dunning and late fee stop and the manager looks at it", async () => {
    await morning("2026-09-17");
    expect(await pressed("li", "有争议")).toContain("2. DG-202609-00001 物业管理费");
    expect(await said("li", "2")).toContain("哪里不对");
    expect(await said("li", "面积多算了20平")).toContain("已交给赵经理核实");
    expect(await tasksOf(database.db)).toMatchObject([
      { kind: "dunning", who: "S01", state: "open" },
      { kind: "dispute", who: "S02", state: "open" },
    ]);
    expect(await cardOf("zhao")).toContain("核实费用争议 二号贸易");
    // The rent alone, and its fee of 14 days: 1,000.00 × 0.0005 × 14 = ¥7.00.
    expect((await morning("2026-09-25")).map(({ title, amount }) => `${title} ${amount}`)).toEqual([
      "催款函 ¥1,007.00",
    ]);
  });

  it("已上门: a word or a picture", async () => {
    await morning("2026-09-17");
    expect(await pressed("li", "已上门")).toContain("发一张照片");
    expect(await said("li", "门锁着，留了字条")).toContain("已登记：已上门");
    expect(await said("li", "查二号贸易的催缴记录")).toContain("已上门 门锁着，留了字条（李管家）");
    await pressed("li", "已上门");
    expect(wordsOf(await chat.sendsPicture("wecom", "li", "media-1"))).toContain("照片已收到，已登记：已上门");
    expect(await said("li", "查二号贸易的催缴记录")).toContain("（有照片）");
    expect(wordsOf(await chat.sendsPicture("wecom", "li", "media-2"))).not.toContain("已登记");
  });

  it("已付款: the books decide; the task waits for the money and then ends by itself", async () => {
    await morning("2026-09-17");
    expect(await pressed("li", "已付款")).toContain("账上还有¥1,203.60没有到账");
    await moneyComes(120_360n);
    expect(await tasksOf(database.db)).toMatchObject([{ state: "done", reason: "paid" }]);
    expect(await cardOf("li")).toContain("已付清");
    await ends.relay();
    expect(ends.sent.filter(({ to }) => to === "li").at(-1)?.title).toContain("任务已关闭");
    expect(await said("li", "RW2026-00001 联系不上")).toContain("已经关闭");
  });

  it("a part of the money leaves the task with the rest", async () => {
    await morning("2026-09-17");
    await moneyComes(100_000n);
    expect(await tasksOf(database.db)).toMatchObject([{ state: "open" }]);
    await closeSettledTasks(database.db, today());
    await ends.relay();
    const news = ends.sent.filter(({ to, title }) => to === "li" && title.startsWith("收到一笔款"));
    expect(news).toHaveLength(1);
    expect(await said("li", "二号贸易欠多少")).toMatch(/逾期¥20\d\.\d\d/);
  });

  it("收款码 on the spot, for each entity, and the same by words", async () => {
    await morning("2026-09-17");
    expect(await pressed("li", "收款码")).toMatch(/谭氏物业有限公司 ¥1,203\.60\n.*h5\//);
    expect(await said("li", "给二号贸易出收款码")).toContain("¥1,203.60");
  });

  it("说一句就登记: by words, with the tenant's name", async () => {
    await morning("2026-09-17");
    expect(await said("li", "二号贸易联系不上")).toContain("已登记：联系不上");
    expect(await said("li", "二号贸易说9月22号付款")).toContain("承诺2026年9月22日付款");
  });
});

describe("the manager", () => {
  it("转派 gives the task to a colleague, whose card comes at once; nobody else's place is opened", async () => {
    await morning("2026-09-17");
    expect(await said("zhao", "转派 RW2026-00001 S03")).toContain("已转给孙管家");
    expect(await cardOf("sun")).toContain("二号贸易");
    expect(await said("zhao", "转派 RW2026-00001 S99")).toContain("没有能接");
    expect(await tasksOf(database.db)).toMatchObject([{ who: "S03" }]);
  });

  it("reads the list of arrears and the whole history of sixty days", async () => {
    await morning("2026-09-07");
    await morning("2026-09-11");
    await morning("2026-09-17");
    await pressed("li", "联系不上");
    await morning("2026-09-25");
    await morning("2026-10-10");
    await moneyComes(130_000n);
    const history = await said("zhao", "查二号贸易的催缴记录");
    const order = [
      "到期提醒",
      "逾期提醒",
      "逾期缴费通知",
      "上门催缴 RW2026-00001 → 李管家",
      "联系不上",
      "催款函",
      "最后通知",
      "已付清",
    ];
    const places = order.map((word) => history.indexOf(word));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(await said("zhao", "欠费名单")).toContain("没有逾期的租户");
    expect((await stepsOf(database.db, "T002")).filter((step) => step.said)).toHaveLength(5);
  });

  it("hears of each evening's list once, and who was not reached", async () => {
    await morning("2026-09-17");
    expect(await sendTaskDigest(database.db, today())).toBe(1);
    expect(await sendTaskDigest(database.db, today())).toBe(1);
    await ends.relay();
    expect(ends.sent.filter(({ title }) => title.startsWith("今日待办"))).toHaveLength(1);
    expect(await said("zhao", "未送达名单")).toContain("都送到了");
  });
});

describe("somebody else", () => {
  it("a stranger on WeCom learns nothing of a task", async () => {
    await morning("2026-09-17");
    const answer = await said("nobody", "RW2026-00001");
    expect(answer).not.toContain("二号贸易");
    expect(await said("nobody", "查二号贸易的催缴记录")).not.toContain("逾期");
  });

  it("a steward of another building does not open it", async () => {
    await morning("2026-09-17");
    const [{ id } = { id: "" }] = await rows<{ id: string }>(
      database.db,
      Prisma.sql`SELECT id FROM staff WHERE code = 'S03'`,
    );
    await execute(
      database.db,
      Prisma.sql`INSERT INTO building (id, project_id, code, name) SELECT gen_random_uuid(), project_id, 'Z', 'Z栋' FROM building LIMIT 1`,
    );
    await execute(
      database.db,
      Prisma.sql`INSERT INTO staff_building (staff_id, building_id) SELECT ${id}::uuid, id FROM building WHERE code = 'Z'`,
    );
    expect(await said("sun", "RW2026-00001")).toContain("没有找到任务");
    expect(await said("sun", "RW2026-00001 联系不上")).toContain("没有找到任务");
    expect(await said("sun", "查二号贸易的催缴记录")).toContain("您负责的范围里没有");
  });
});

describe("先别催", () => {
  it("leaves a tenant alone to a day for a reason, says what is missing, and takes it up again", async () => {
    await morning("2026-09-11");
    expect(await said("li", "二号贸易先别催")).toBe(
      "请把最后一天和原因一起说，例如“二号贸易先别催到9月30日，正在走付款流程”。",
    );
    expect(await said("li", "二号贸易先别催到9月20日，正在走付款流程")).toContain(
      "二号贸易到2026年9月20日不催，原因：正在走付款流程",
    );
    for (const date of ["2026-09-17", "2026-09-20"]) expect(await morning(date)).toEqual([]);
    // Nothing is lost: +7 was due on the 17th.
    expect((await morning("2026-09-21")).map(({ title }) => title)).toEqual(["逾期缴费通知"]);
    // Now there is one task, so “这户” is clear.
    expect(await said("li", "这户先别催，到9月30日，原因：老板出差")).toContain(
      "二号贸易到2026年9月30日不催，原因：老板出差",
    );
    expect(await morning("2026-09-25")).toEqual([]);
    expect(await said("li", "恢复催缴二号贸易")).toBe("二号贸易从今天起恢复催缴。");
    expect(await said("li", "恢复催缴二号贸易")).toBe("二号贸易没有暂停催缴。");
    expect((await morning("2026-09-26")).map(({ title }) => title)).toEqual(["催款函"]);
    const history = await said("li", "二号贸易的催缴记录");
    expect(history).toContain("到2026年9月20日不催：正在走付款流程（李管家）");
    expect(history).toContain("恢复催缴（李管家）");
  });

  it.each([
    ["暂停催缴 二号贸易 到9月30日 正在协商", "二号贸易到2026年9月30日不催，原因：正在协商"],
    ["先别催二号贸易，月底前，等总部拨款", "二号贸易到2026年9月30日不催，原因：等总部拨款"],
    ["A-401先不催，到9月18号，因为水表在核对", "二号贸易到2026年9月18日不催，原因：水表在核对"],
    ["二号贸易先别催到2027年9月30日，老客户", "暂停催缴的最后一天须在今天到2026年12月10日之间"],
    ["没有这家先别催到9月30日，老客户", "您负责的范围里没有“没有这家”"],
  ])("understands “%s”", async (words, answer) => {
    await morning("2026-09-11");
    expect(await said("li", words)).toContain(answer);
  });
});

describe("通知方式", () => {
  const ways = () => rows(database.db, Prisma.sql`SELECT ways FROM dunning_preference`);
  const tenant = async (who: string, text: string) =>
    wordsOf(await chat.says("official-account", `oPark-${who}`, text));

  it("is the tenant's choice among the ways that reach somebody; a reminder goes by it", async () => {
    expect(await tenant("陈老板", "通知方式")).toContain("依次用：公众号、短信，前一种没送到才用下一种");
    expect(await tenant("陈老板", "别发短信，发邮件")).toContain("没有登记邮箱");
    expect(await ways()).toEqual([]);
    await execute(database.db, Prisma.sql`UPDATE person SET email = 'chen@example.com' WHERE name = '陈老板'`);
    expect(await tenant("陈老板", "别发短信，发邮件")).toBe(
      "好的，以后账单到期和逾期提醒用：邮件、公众号，前一种没送到才用下一种。",
    );
    expect(await ways()).toEqual([{ ways: ["email", "official-account"] }]);
    // Beside the answers of the chat.
    const heard = (await morning("2026-09-11")).filter(({ title }) => title !== "");
    expect(heard.map(({ way, to, title }) => `${way} ${to} ${title}`)).toEqual([
      "email chen@example.com 二号贸易 逾期提醒",
    ]);
    expect(await tenant("陈老板", "不要邮件也不要公众号")).toContain("至少要留一种");
    expect(await tenant("陈老板", "以后用短信通知")).toContain("用：短信、邮件、公众号");
    expect(await ways()).toEqual([{ ways: ["sms", "email", "official-account"] }]);
  });

  it("is not chosen by who only looks, and other wishes with those words stay what they are", async () => {
    expect(await tenant("小李", "别发短信，发公众号")).toContain("请由贵公司的负责人或财务来设置");
    for (const words of ["把账单发到我邮箱", "发票发邮件", "为什么没收到短信", "短信里的付款链接打不开"]) {
      await tenant("张总", words);
    }
    expect(await ways()).toEqual([]);
  });
});
