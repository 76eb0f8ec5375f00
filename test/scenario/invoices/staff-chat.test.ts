import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { requestRedLetter } from "../../../src/usecases/invoices/red-letters.ts";
import { openChat, wordsOf } from "../../support/chat.ts";
import { type InvoiceWorld, openInvoiceWorld } from "./invoice-world.ts";

const NUMBER = "26442000000000000001";
const RED_NUMBER = "26442000000000000009";

const open = async () => {
  const world = await openInvoiceWorld();
  const chat = openChat(world.db, world.clock);
  const says = async (who: string, text: string) => wordsOf(await chat.says("wecom", `w-${who}`, text));
  return { world, chat, says };
};
const stateOf = async (world: InvoiceWorld, table: "invoice_application" | "red_letter") =>
  (await row<{ state: string }>(world.db, Prisma.sql`SELECT state FROM ${Prisma.raw(table)}`))?.state;

describe("finance in the chat", () => {
  it("lists what waits, enters a number with spaces in it, and hears that the tenant was told", async () => {
    const { world, chat, says } = await open();
    const { applicationNo } = await world.applies();
    expect(await says("S05", "待开发票")).toContain(applicationNo);
    expect(await says("S05", "待开发票")).toContain("755900001111");
    expect(await says("S05", `${applicationNo} 12345678901234567890123`)).toMatch(/20位/);
    expect(await says("S05", `${applicationNo.toLowerCase()} 2644 2000 0000 0000 0001`)).toMatch(
      /都已登记，租户已收到通知/,
    );
    expect(await says("S05", `${applicationNo} ${NUMBER}`)).toMatch(/都已登记/);
    expect(await says("S05", `${applicationNo} 26442000000000000002`)).toMatch(/都已经登记了号码/);
    expect(await says("S05", "待开发票")).toMatch(/没有待开的发票/);
    expect(wordsOf(await chat.says("official-account", "o-王会计", "发票开好了吗"))).toContain(NUMBER);
    expect(chat.failures).toEqual([]);
  });

  it("sends an application back with a reason that the tenant reads", async () => {
    const { world, chat, says } = await open();
    const { applicationNo } = await world.applies();
    expect(await says("S06", `退回 ${applicationNo}`)).toMatch(/请写明原因/);
    expect(await stateOf(world, "invoice_application")).toBe("submitted");
    expect(await says("S06", `退回 ${applicationNo} 抬头与合同不符`)).toMatch(/已退回，租户已收到原因/);
    expect(await stateOf(world, "invoice_application")).toBe("rejected");
    expect(await says("S06", `退回 ${applicationNo} 再退一次`)).toMatch(/已经办结/);
    expect(wordsOf(await chat.says("official-account", "o-王会计", "发票开好了吗"))).toContain("抬头与合同不符");
    expect(chat.failures).toEqual([]);
  });

  it("moves a red letter step by step, each in its order; who began it does not agree to it", async () => {
    const { world, chat, says } = await open();
    const { applicationNo } = await world.applies();
    await says("S05", `${applicationNo} ${NUMBER}`);
    const begun = await inTransaction(world.db, (tx) =>
      requestRedLetter(
        tx,
        { invoiceNumber: NUMBER, reason: "mistake", explanation: "税号错了" },
        { actor: "staff:S05", channel: "test", today: world.clock.today(), nowMs: world.clock.nowMs() },
      ),
    );
    if (!begun.ok) throw new Error(begun.code);
    const { redNo } = begun.redLetter;
    expect(await says("S05", `${redNo} 同意`)).toMatch(/申请人以外的同事/);
    expect(await says("S06", `${redNo} 红票 ${RED_NUMBER}`)).toMatch(/不能做这一步/);
    expect(await says("S06", `${redNo} 同意`)).toMatch(/请在电子税务局提交红字确认单/);
    expect(await says("S05", `${redNo} 确认单 44000026030000000001`)).toMatch(/等对方确认/);
    expect(await says("S05", `${redNo} 对方已确认`)).toMatch(/请开红字发票/);
    expect(await says("S05", `${redNo} 红票 123`)).toMatch(/20位/);
    expect(await says("S05", `${redNo} 红票 ${RED_NUMBER}`)).toMatch(/红字发票已开，已通知租户/);
    expect(await stateOf(world, "red_letter")).toBe("red-issued");
    expect(chat.failures).toEqual([]);
  });
});

describe("everybody else", () => {
  it("is refused: a steward, a cashier's colleague of another project, an auditor, a stranger; nothing is entered and nothing shown", async () => {
    const { world, chat, says } = await open();
    const { applicationNo } = await world.applies();
    for (const who of ["S01", "S03", "S04", "S08", "S09x"]) {
      const list = await says(who, "待开发票");
      expect(list).not.toMatch(/一号电子|91350100|¥1,090/);
      expect(await says(who, `${applicationNo} ${NUMBER}`)).toMatch(/没有这个权限|不在本系统的在职员工名单/);
      expect(await says(who, `退回 ${applicationNo} 不想开`)).toMatch(/没有这个权限|不在本系统的在职员工名单/);
    }
    expect(await stateOf(world, "invoice_application")).toBe("submitted");
    expect(await world.db.invoice.count({ where: { state: "issued" } })).toBe(0);
    expect(chat.failures).toEqual([]);
  });
});
