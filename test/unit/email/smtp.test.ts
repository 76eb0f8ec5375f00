import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSmtpSender } from "../../../src/email/smtp.ts";
import type { EmailMessage } from "../../../src/ports/email.ts";
import { attachmentsOf, type Mailbox, openMailbox, subjectOf } from "../../support/mailbox.ts";

let mailbox: Mailbox;
beforeEach(async () => {
  mailbox = await openMailbox();
});
afterEach(() => mailbox.close());

const PDF = Buffer.from("%PDF-1.4 not really");
const MESSAGE: EmailMessage = {
  to: "caiwu@example.com",
  subject: "东莞锐达模具有限公司 账单DG-202609-00001",
  text: "您好！\n附件是账单。\n",
  attachments: [{ fileName: "账单DG-202609-00001.pdf", mediaType: "application/pdf", bytes: PDF }],
  dedupeKey: "document|1|email|2",
};
const senderTo = (url: string) => createSmtpSender({ url, from: "园账通 <bills@example.com>", timeoutMs: 2_000 });

describe("e-mail over SMTP", () => {
  it("carries subject, words and file, from us to the reader and nobody else", async () => {
    expect(await senderTo(mailbox.url).send(MESSAGE)).toMatchObject({ state: "accepted", channel: "smtp" });
    const [mail] = mailbox.mails;
    if (!mail) throw new Error("no mail");
    expect([mail.from, mail.to]).toEqual(["bills@example.com", ["caiwu@example.com"]]);
    expect(subjectOf(mail)).toBe(MESSAGE.subject);
    expect(attachmentsOf(mail).get("账单DG-202609-00001.pdf")).toEqual(PDF);
    expect(mail.source).toContain("Auto-Submitted: auto-generated");
  });

  it("gives the same message the same id, so that a mailbox shows it once, and another one another", async () => {
    const sender = senderTo(mailbox.url);
    await sender.send(MESSAGE);
    await sender.send(MESSAGE);
    await sender.send({ ...MESSAGE, dedupeKey: "document|1|email|3" });
    const ids = mailbox.mails.map((mail) => /^Message-ID: (.*)$/im.exec(mail.source)?.[1]);
    expect(ids[0]).toMatch(/^<[0-9a-f]{32}@example\.com>/);
    expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false]);
  });

  it.each([
    ["recipient", 550, { state: "refused", code: "SMTP_550", recipientGone: true }],
    ["recipient", 451, { state: "later", code: "SMTP_451" }],
    ["data", 554, { state: "refused", code: "SMTP_554", recipientGone: false }],
    ["data", 452, { state: "later", code: "SMTP_452" }],
  ] as const)("takes a %s refused with %i for what it is", async (stage, code, outcome) => {
    mailbox.refuse(stage, code);
    const sent = await senderTo(mailbox.url).send(MESSAGE);
    expect(sent).toMatchObject(outcome);
    expect(JSON.stringify(sent)).not.toContain("caiwu");
    expect(mailbox.mails).toEqual([]);
  });

  it("does not know what became of a message whose answer was lost", async () => {
    mailbox.hangUpAfterNext();
    expect(await senderTo(mailbox.url).send(MESSAGE)).toMatchObject({ state: "unknown" });
    expect(mailbox.mails.length).toBe(1);
  });

  it("tries a server that cannot be reached again later", async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
    const address = free.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    await new Promise((resolve) => free.close(resolve));
    expect(await senderTo(`smtp://127.0.0.1:${address.port}`).send(MESSAGE)).toMatchObject({ state: "later" });
  });

  it("never puts a line end of somebody else's name into a header", async () => {
    await senderTo(mailbox.url).send({ ...MESSAGE, subject: "账单\r\nBcc: thief@example.com" });
    expect(mailbox.mails[0]?.to).toEqual(["caiwu@example.com"]);
    expect(mailbox.mails[0]?.source).not.toMatch(/^Bcc:/m);
  });
});
