import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { createDocumentStore } from "../../../src/usecases/documents/file-store.ts";
import { sendEmail } from "../../../src/usecases/outbox/send-email.ts";
import { APPROVAL_ENCRYPTION } from "../../support/approval-world.ts";
import { launchBrowser } from "../../support/browser.ts";
import { wordsOf } from "../../support/chat.ts";
import { type InvoiceWorld, openInvoiceWorld } from "./invoice-world.ts";
import { openPhone, photograph, press, textOf } from "./phone.ts";

const NUMBER = "26442000000000000001";
const PDF = Buffer.from("%PDF-1.7\n1 0 obj\n<</Secret 发票正文>>\nendobj");

/** Puppeteer types elements by the DOM, which this house's compiler does not know. */
interface FileInput {
  uploadFile(path: string): Promise<void>;
}

let browser: Browser;
let folder = "";
beforeAll(async () => {
  browser = await launchBrowser();
  folder = await mkdtemp(join(tmpdir(), "fapiao-"));
  await writeFile(join(folder, "数电票.pdf"), PDF);
  await writeFile(join(folder, "photo.pdf"), "MZ no invoice at all");
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

const cardsTo = async (world: InvoiceWorld, recipient: string): Promise<Card[]> =>
  (
    await rows<{ message: { card?: Card } & Card }>(
      world.db,
      Prisma.sql`SELECT message FROM outbox WHERE recipient = ${recipient} AND channel <> 'email' ORDER BY created_at, id`,
    )
  ).map(({ message }) => message.card ?? message);

describe("finance makes an invoice by hand", () => {
  it("from the card to its page: fields by a tap, number and file back, the tenant by chat and by e-mail", async () => {
    const world = await openInvoiceWorld();
    const { pageUrl, applicationNo } = await world.applies();
    const [asked] = await cardsTo(world, "w-S05");
    expect(asked?.buttons).toMatchObject([{ kind: "link", url: pageUrl }]);

    const { page, errors } = await openPhone(browser, world, { inside: "wecom", holder: "w-S05" });
    await page.goto(pageUrl);
    const text = await textOf(page);
    // 1,090.00 with 9 %: net 1,000.00, tax 90.00. The bank account is whole here: it is to be typed.
    for (const words of [
      applicationNo,
      "¥1,090.00",
      "¥1,000.00",
      "¥90.00",
      "9%",
      "91350100M000100Y43",
      "755900001111",
      "91441900MA00DEMO01",
      "不动产经营租赁服务",
      "产权证书号",
    ]) {
      expect(text).toContain(words);
    }
    await page.evaluate("document.execCommand = () => { window.copied = document.activeElement.value; return true; }");
    await page.click('[aria-label="复制金额（不含税）"]');
    expect(await page.$eval('[aria-label="复制金额（不含税）"]', (button) => button.textContent)).toBe("已复制");
    expect(await page.$eval('[aria-label="复制金额（不含税）"]', (button) => button.getAttribute("data-copy"))).toBe(
      "1000.00",
    );
    await photograph(page, "finance");

    const choose = async (name: string) => {
      const input = await page.$("input[type=file]");
      await (input as unknown as FileInput).uploadFile(join(folder, name));
    };
    await page.type("[name=number]", "123");
    await press(page, "form button[type=submit]");
    expect(await textOf(page)).toContain("数电票是20位数字");
    await page.type("[name=number]", NUMBER);
    await choose("photo.pdf");
    await press(page, "form button[type=submit]");
    expect(await textOf(page)).toContain("不是有效的 PDF");
    expect(await world.db.invoiceFile.count()).toBe(0);
    await page.type("[name=number]", NUMBER);
    await choose("数电票.pdf");
    await press(page, "form button[type=submit]");
    expect(await textOf(page)).toContain("已登记，租户已收到通知");
    expect(await textOf(page)).toContain(NUMBER);
    expect(await page.$("form")).toBeNull();
    await photograph(page, "finance-done");
    expect(errors).toEqual([]);

    // In the official account: the number and a link to the very file.
    const told = (await cardsTo(world, "o-王会计")).at(-1);
    expect(wordsOf(told ? [told] : [])).toContain(NUMBER);
    const download = told?.buttons.find((button) => button.kind === "link");
    const answer = await fetch(download?.kind === "link" ? download.url : "");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/pdf"]);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PDF);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");

    // By e-mail to the mailbox on the title, which the outbox row does not name.
    const mail = await row<{ id: string; recipient: string; message: object; dedupe_key: string }>(
      world.db,
      Prisma.sql`SELECT id, recipient, message, dedupe_key FROM outbox WHERE channel = 'email'`,
    );
    expect(JSON.stringify(mail)).not.toContain("finance@t1");
    const sent: { to: string; names: string[]; bytes: Buffer[] }[] = [];
    await sendEmail(
      world.db,
      mail as never,
      {
        documents: createDocumentStore(world.db, APPROVAL_ENCRYPTION),
        email: {
          send: async ({
            to,
            attachments,
          }: {
            to: string;
            attachments: readonly { fileName: string; bytes: Uint8Array }[];
          }) => {
            sent.push({
              to,
              names: attachments.map((one) => one.fileName),
              bytes: attachments.map((one) => Buffer.from(one.bytes)),
            });
            return { state: "accepted", channel: "email" };
          },
        },
      } as never,
    );
    expect(sent).toEqual([{ to: "finance@t1.example.com", names: [`发票${NUMBER}.pdf`], bytes: [PDF] }]);

    // At rest nobody reads it.
    const leaked = await row<{ count: bigint }>(
      world.db,
      Prisma.sql`SELECT count(*) AS count FROM document_file WHERE position(convert_to('Secret', 'UTF8') IN content_cipher) > 0`,
    );
    expect(leaked?.count).toBe(0n);
  });

  it("is no page for a tenant, a steward, another project, an ordinary browser, a changed or an old link", async () => {
    const world = await openInvoiceWorld();
    const { pageUrl } = await world.applies();
    const look = async (inside: "wecom" | "wechat" | "plain", holder: string, url = pageUrl) => {
      const { page } = await openPhone(browser, world, { inside, holder, scripts: false });
      const answer = await page.goto(url);
      const text = await textOf(page);
      expect(text).not.toMatch(/一号电子|91350100|¥1,090/);
      return [answer?.status(), text.replace(/\s+/g, "").slice(0, 12)];
    };
    expect(await look("wecom", "w-S01")).toEqual([404, "不能查看没有找到这份开票"]);
    expect(await look("wecom", "w-S04")).toEqual([404, "不能查看没有找到这份开票"]);
    expect(await look("wecom", "w-nobody")).toEqual([403, "不能查看您不在在职员工名"]);
    expect(await look("wechat", "o-王会计")).toEqual([403, "不能查看您不在在职员工名"]);
    expect((await look("plain", ""))[0]).toBe(403);
    expect((await look("wecom", "w-S05", `${pageUrl}x`))[0]).toBe(400);
    world.clock.advanceDays(91);
    expect((await look("wecom", "w-S05"))[0]).toBe(410);
  });

  it("takes one form once: a second sending of it enters nothing", async () => {
    const world = await openInvoiceWorld();
    const { pageUrl } = await world.applies();
    const { page } = await openPhone(browser, world, { inside: "wecom", holder: "w-S05", scripts: false });
    await page.goto(pageUrl);
    const cookie = (await page.cookies(pageUrl)).map(({ name, value }) => `${name}=${value}`).join("; ");
    const token = await page.$eval("[name=form]", (input) => input.getAttribute("value") ?? "");
    const send = async (number: string, form = token) => {
      const body = new FormData();
      for (const [name, value] of Object.entries({ form, place: "1", number, date: "2026-03-01" }))
        body.set(name, value);
      const headers = { cookie, "user-agent": "wxwork/4.1" };
      return fetch(pageUrl, { method: "POST", body, headers, redirect: "manual" });
    };
    const both = await Promise.all([send(NUMBER), send("26442000000000000002")]);
    expect(both.map((one) => one.headers.get("location")?.split("&")[1]).sort()).toEqual(["again=1", "done=1"]);
    expect((await send(NUMBER, "forged")).headers.get("location")).toContain("again=1");
    expect(await world.db.invoice.count({ where: { state: "issued" } })).toBe(1);
  });
});
