import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentCard, documentMail } from "../../../bot/notices/document-mail.ts";
import { markResent } from "../../../cards/resent.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { createSmtpSender } from "../../../src/email/smtp.ts";
import { createHttpApp } from "../../../src/http/app.ts";
import { deriveLinkKey } from "../../../src/http/h5/link.ts";
import { type PageLinkContext, pageUrl } from "../../../src/http/h5/page-link.ts";
import { h5Routes } from "../../../src/http/h5/routes.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { postDocument, requestBillDocuments, requestDocument } from "../../../src/usecases/documents/documents.ts";
import { createDocumentStore } from "../../../src/usecases/documents/file-store.ts";
import { postDocuments } from "../../../src/usecases/documents/post-documents.ts";
import { printDocument } from "../../../src/usecases/documents/print-document.ts";
import { relayMessages } from "../../../src/usecases/outbox/relay-messages.ts";
import { movableClock } from "../../support/clock.ts";
import { attachmentsOf, type Mailbox, openMailbox, subjectOf } from "../../support/mailbox.ts";
import { pdfTextPages } from "../../support/pdf-text.ts";
import { PLAYED_KEYS, PLAYED_UNTIL, playedEncryption } from "../../support/played-world.ts";
import { withPapersWorld } from "./papers-world.ts";

const world = withPapersWorld();
const clock = movableClock("2026-11-20T10:00:00+08:00");
const linkKey = deriveLinkKey(PLAYED_KEYS[0]);

interface SentBill {
  readonly billId: string;
  readonly billNo: string;
  readonly tenantId: string;
  readonly entityId: string;
  readonly totalFen: bigint;
}

const someBill = async (): Promise<SentBill> => {
  const bill = await row<SentBill>(
    world.db,
    Prisma.sql`SELECT id AS "billId", bill_no AS "billNo", tenant_id AS "tenantId", entity_id AS "entityId",
      total_fen AS "totalFen" FROM bill WHERE EXISTS (SELECT 1 FROM tenant_member m WHERE m.tenant_id = bill.tenant_id)
      ORDER BY bill_no DESC LIMIT 1`,
  );
  if (!bill) throw new Error("no bill");
  return bill;
};

describe("a paper by e-mail", { timeout: 120_000 }, () => {
  let mailbox: Mailbox;
  beforeAll(async () => {
    mailbox = await openMailbox();
  });
  afterAll(() => mailbox.close());

  const post = (mail = true) =>
    postDocuments(world.db, {
      ...world.context,
      today: () => PLAYED_UNTIL,
      nowMs: Date.now,
      mail: mail ? documentMail : undefined,
      card: (document) => documentCard(document, `https://bills.example.com/h5/document/${document.documentId}`),
      onProblem: (error) => {
        throw error;
      },
    });
  const relay = () =>
    relayMessages(world.db, {
      messengers: new Map(),
      sms: undefined,
      email: createSmtpSender({ url: mailbox.url, from: "园账通 <bills@example.com>" }),
      documents: createDocumentStore(world.db, playedEncryption()),
      encryption: playedEncryption(),
      outbound: { mode: "live", allowlist: new Set() },
      worker: "test",
      wireNowMs: () => Date.now() + 10_000,
      businessNowMs: clock.nowMs,
      markResent,
    });

  it("goes to the members of the tenant who gave an address, once, however often it is posted", async () => {
    const bill = await someBill();
    await world.db.$executeRaw`UPDATE person SET email = NULL`;
    const reader = await row<{ id: string; name: string }>(
      world.db,
      Prisma.sql`UPDATE person SET email = 'caiwu@example.com' WHERE id = (SELECT person_id FROM tenant_member
        WHERE tenant_id = ${bill.tenantId}::uuid AND revoked_at IS NULL ORDER BY person_id LIMIT 1) RETURNING id, name`,
    );
    await inTransaction(world.db, (tx) => requestBillDocuments(tx, [bill]));
    await inTransaction(world.db, (tx) => requestBillDocuments(tx, [bill]));
    expect([await post(), await post()]).toEqual([1, 0]);
    await relay();
    await relay();
    expect(mailbox.mails.map(({ to }) => to)).toEqual([["caiwu@example.com"]]);
    const [mail] = mailbox.mails;
    if (!mail) throw new Error("no mail");
    expect(subjectOf(mail)).toContain(`账单${bill.billNo}`);
    const pdf = attachmentsOf(mail).get(`账单${bill.billNo}.pdf`);
    if (!pdf) throw new Error("no file");
    expect((await pdfTextPages(pdf)).join("")).toContain(bill.billNo);
    const outbox = await rows<{ message: object; recipient: string; state: string }>(
      world.db,
      Prisma.sql`SELECT message, recipient, state FROM outbox WHERE channel = 'email'`,
    );
    // The address is nowhere but with the person.
    expect(JSON.stringify(outbox)).not.toContain("caiwu@");
    expect(outbox).toMatchObject([{ recipient: reader?.id, state: "sent" }]);
  });

  it("goes as a file to who is on WeCom, and another paper than a bill as a link to the official account", async () => {
    await world.db.$executeRaw`UPDATE person SET email = NULL`;
    const bill = await someBill();
    const member = await row<{ id: string }>(
      world.db,
      Prisma.sql`SELECT person_id AS id FROM tenant_member WHERE tenant_id = ${bill.tenantId}::uuid ORDER BY person_id LIMIT 1`,
    );
    for (const platform of ["wecom", "official-account"]) {
      await world.db.$executeRaw`INSERT INTO channel_identity (id, person_id, platform, app_id, external_id)
        VALUES (gen_random_uuid(), ${member?.id}::uuid, ${platform}, 'app', ${`id-${platform}`})`;
    }
    const { tenantId, entityId } = bill;
    const subject = {
      kind: "dunning-letter",
      tenantId,
      entityId,
      asOf: PLAYED_UNTIL,
      payBefore: PLAYED_UNTIL,
    } as const;
    const documentId = await inTransaction(world.db, (tx) => requestDocument(tx, subject));
    await inTransaction(world.db, (tx) => postDocument(tx, documentId ?? ""));
    expect(await post()).toBe(1);
    const said = await rows<{ channel: string; kind: string | null; file: string | null; link: string | null }>(
      world.db,
      Prisma.sql`SELECT o.channel, o.message->>'kind' AS kind, f.file_name AS file, o.message->>'link' AS link FROM outbox o
        LEFT JOIN document_file f ON f.id::text = o.message->>'documentId'
        WHERE o.dedupe_key LIKE ${`document|${documentId}|%`} ORDER BY o.channel`,
    );
    expect(said).toEqual([
      {
        channel: "official-account",
        kind: null,
        file: null,
        link: `https://bills.example.com/h5/document/${documentId}`,
      },
      { channel: "wecom", kind: "file", file: expect.stringMatching(/^催款函.*\.pdf$/), link: null },
    ]);
  });

  it("prints nothing where nobody has an address or e-mail is off", async () => {
    await world.db.$executeRaw`UPDATE person SET email = NULL`;
    const bills = await rows<SentBill>(
      world.db,
      Prisma.sql`SELECT id AS "billId", tenant_id AS "tenantId", entity_id AS "entityId" FROM bill ORDER BY bill_no LIMIT 5`,
    );
    await inTransaction(world.db, (tx) => requestBillDocuments(tx, bills));
    const before = await rows(world.db, Prisma.sql`SELECT id FROM document_version`);
    expect(await post(false)).toBe(5);
    expect(await rows(world.db, Prisma.sql`SELECT id FROM document_version`)).toEqual(before);
    expect(await rows(world.db, Prisma.sql`SELECT 1 FROM document_posting WHERE state <> 'done'`)).toEqual([]);
  });
});

describe("a paper by link", { timeout: 120_000 }, () => {
  let url = "";
  let broken = false;
  let close = () => {};
  beforeAll(async () => {
    const app = createHttpApp({
      logger: createLogger({ level: "silent" }),
      routers: [
        h5Routes({
          db: world.db,
          encryption: playedEncryption(),
          payments: {
            gateways: new Map(),
            businessClock: clock,
            wireClock: { nowMs: Date.now },
            officialAccountAppId: undefined,
            paymentCard: () => {
              throw new Error("nobody pays here");
            },
            onProblem: () => {},
          },
          publicUrl: "http://127.0.0.1",
          linkKeys: [linkKey],
          signIns: [],
          printDocument: async (documentId) => {
            if (broken) throw new Error("no browser");
            return printDocument(world.db, documentId, clock.today(), world.context);
          },
          logger: createLogger({ level: "silent" }),
        }),
      ],
    });
    const server = createServer(app.callback());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => server.close();
  });
  afterAll(() => close());

  const linkTo = (documentId: string, other: Partial<PageLinkContext> = {}): string =>
    pageUrl({ publicUrl: url, linkKey, nowMs: clock.nowMs(), ...other }, "document", documentId);
  const linkFor = async (bill: SentBill): Promise<string> => {
    const ids = await inTransaction(world.db, (tx) => requestBillDocuments(tx, [bill]));
    return linkTo(ids.get(bill.billId) ?? "");
  };

  it("is the file as it stands on the day of opening, named as people file it, kept by nobody on the way", async () => {
    const bill = await someBill();
    const response = await fetch(await linkFor(bill));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect(response.headers.get("content-disposition")).toContain(encodeURIComponent(`账单${bill.billNo}`));
    expect(response.headers.get("cache-control")).toContain("no-store");
    const text = (await pdfTextPages(new Uint8Array(await response.arrayBuffer()))).join("");
    expect(text).toContain(bill.billNo);
    expect(text).toContain("数据截至2026年11月20日");
    // What is printed on the paper is known to the page that it names.
    const code = /校验码([0-9A-Z-]{14})/.exec(text)?.[1] ?? "";
    const check = await fetch(`${url}/h5/document/check?code=${code}`);
    const page = await check.text();
    expect([check.status, page.includes("由我方出具"), page.includes(bill.billNo)]).toEqual([200, true, false]);
    expect((await fetch(`${url}/h5/document/check?code=ZZZZ-ZZZZ-ZZZZ`)).status).toBe(404);
  });

  it("does not open with a changed character, under another key or after its time", async () => {
    const link = await linkFor(await someBill());
    const changed = link.slice(0, -2) + (link.endsWith("AA") ? "BA" : "AA");
    expect((await fetch(changed)).status).toBe(400);
    const nobodys = "0199a0de-0000-7000-8000-000000000000";
    const foreign = linkTo(nobodys, { linkKey: deriveLinkKey(new Uint8Array(32)) });
    expect((await fetch(foreign)).status).toBe(400);
    expect((await fetch(linkTo(nobodys))).status).toBe(404);
    const early = linkTo(nobodys, { nowMs: clock.nowMs() - 31 * 86_400_000 });
    const late = await fetch(early);
    expect([late.status, (await late.text()).includes("链接已过期")]).toEqual([410, true]);
  });

  it("asks for patience when nothing can be printed now", async () => {
    broken = true;
    const response = await fetch(await linkFor(await someBill()));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "60"]);
    expect(await response.text()).toContain("请过一分钟");
    broken = false;
  });
});
