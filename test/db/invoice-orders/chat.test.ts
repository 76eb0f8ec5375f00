import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invoiceProvidersOf } from "../../../src/compose/invoice-orders.ts";
import { loadConfig } from "../../../src/config/env.ts";
import { inMemorySharedState } from "../../contract/messenger/in-memory-shared-state.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { withDatabase } from "../../support/database.ts";
import { type OrderWorld, openOrderWorld } from "./order-world.ts";

describe("invoices that 诺诺 makes, in the chat", () => {
  const database = withDatabase();
  let world: OrderWorld;
  beforeAll(async () => {
    world = await openOrderWorld(database.db);
  }, 120_000);
  afterAll(() => world.close());

  it("is asked for by the tenant, who hears that it goes by itself, and comes with a link to its file", async () => {
    await world.pays();
    const chat = openChat(world.db, world.clock);
    const tenant = async (text: string) => wordsOf(await chat.says("official-account", "o-王会计", text));
    await tenant("一号电子 91350100M000100Y43");
    expect(await tenant("开专票")).toMatch(/开票确认[\s\S]*¥1,090\.00/);
    expect(await tenant("确认开票")).toMatch(/系统正在自动开具，一般几分钟内/);
    expect(await tenant("发票进度")).toContain("自动开具中");
    await world.rounds(4);
    expect(await tenant("发票进度")).toMatch(/已开出[\s\S]*发票号码 \d{20}/);
    expect(chat.failures).toEqual([]);
  });

  it("is finance's where it fails: one phrase tries again, another hands it over; nobody else may, and no tenant", async () => {
    const { orderNo, applicationNo } = await world.applies();
    world.nuonuo.failNextOrder("开票员未登录电子税务局");
    await world.rounds(4);
    const chat = openChat(world.db, world.clock);
    const says = async (who: string, text: string) => wordsOf(await chat.says("wecom", `w-${who}`, text));
    expect(await says("S05", "待开发票")).toContain(`自动开票没有成功，见 ${orderNo}`);
    for (const who of ["S01", "S03", "S04", "S08", "S12"])
      expect(await says(who, `重试 ${orderNo}`)).toMatch(/没有您可以处理的/);
    expect(wordsOf(await chat.says("official-account", "o-陈老板", `转手工 ${orderNo}`))).not.toMatch(/已转手工/);
    expect(await says("S05", `重试 ${orderNo.toLowerCase()}`)).toMatch(/已重新提交/);
    expect(await says("S06", `转手工 ${orderNo}`)).toMatch(/正在服务商那里开具/);
    world.nuonuo.failNextOrder("税局维护");
    await world.rounds(4);
    expect(await says("S06", `转手工 ${orderNo}`)).toMatch(/已转手工/);
    expect(await says("S06", `${applicationNo} 26442999999999999990`)).toMatch(/都已登记，租户已收到通知/);
    expect(await says("S06", `重试 ${orderNo}`)).toMatch(/已经办结/);
    expect(chat.failures).toEqual([]);
    world.problems.length = 0;
  });

  it("is refused where it would be more than ten invoices, with what to do; 要收据 brings the latest receipt instead", async () => {
    for (let month = 1; month <= 11; month += 1) await world.pays();
    const chat = openChat(world.db, world.clock);
    const tenant = async (text: string) => wordsOf(await chat.says("official-account", "o-王会计", text));
    expect(await tenant("开专票")).toMatch(/拆成十张以上的发票，请按月份或费用分开申请/);
    const receipt = await tenant("要收据");
    expect(receipt).toMatch(/收据PDF[\s\S]*¥1,090\.00[\s\S]*打开PDF收据\nhttps:/);
    const receiptNo = /收据编号\n(\S+)/.exec(receipt)?.[1] ?? "";
    expect(await tenant(`收据PDF ${receiptNo.toLowerCase()}`)).toBe(receipt);
    // Another company's person has no such receipt; a steward of the park opens it, one of another park does not.
    const stranger = wordsOf(await chat.says("official-account", "o-陈老板", `收据PDF ${receiptNo}`));
    expect(stranger).toMatch(/没有找到这笔付款的收据/);
    const click = { type: "receipt.pdf", receiptNo } as const;
    expect(wordsOf(await chat.clicks("wecom", "w-S01", click))).toContain("打开PDF收据");
    expect(wordsOf(await chat.clicks("wecom", "w-S04", click))).toContain("没有找到您负责范围内的收据");
    expect(chat.failures).toEqual([]);
  });

  it("is on where its keys are set, and off without them", () => {
    const providers = (environment: Record<string, string>) => {
      const loaded = loadConfig({ ALLOW_EMBEDDED_DATABASE: "1", ...environment });
      if (!loaded.ok) throw new Error(loaded.problems.join());
      return [...invoiceProvidersOf(loaded.config, inMemorySharedState()).keys()];
    };
    expect(providers({})).toEqual([]);
    expect(providers({ NUONUO_APP_KEY: "k", NUONUO_APP_SECRET: "s" })).toEqual(["nuonuo"]);
    expect(() => providers({ NUONUO_APP_KEY: "k" })).toThrow(/NUONUO_APP_SECRET/);
  });
});
