import { beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../../src/db/rows.ts";
import { inTransaction, type Transaction } from "../../../src/db/transaction.ts";
import { EMPTY_TITLE } from "../../../src/domain/invoice/title.ts";
import { type ApplicationCommand, applyForInvoice } from "../../../src/usecases/invoices/apply-for-invoice.ts";
import { saveTitle } from "../../../src/usecases/invoices/invoice-titles.ts";
import { closeApplication, issueInvoice } from "../../../src/usecases/invoices/issue-invoice.ts";
import { expireRedLetters, moveRedLetter, requestRedLetter } from "../../../src/usecases/invoices/red-letters.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { withDatabase } from "../../support/database.ts";
import { PLAYED_UNTIL, playedEncryption, playWorld } from "../../support/played-world.ts";

const TAX_NO = "91350100M000100Y43";
const NUMBER = "26442000000000000001";
const RED_NUMBER = "26442000000000000002";
const encryption = playedEncryption();
const context = {
  actor: "staff:S06",
  channel: "cli",
  today: PLAYED_UNTIL,
  encryption,
  nowMs: Date.parse("2026-11-20T02:00:00Z"),
};

describe("an invoice from the wish to the red letter", () => {
  const database = withDatabase();
  let bill = { bill_no: "", tenant_id: "", tenant: "", entity: "", open_fen: 0n };
  const inTx = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => inTransaction(database.db, work);
  const apply = (change: Partial<ApplicationCommand> = {}) =>
    inTx((tx) =>
      applyForInvoice(
        tx,
        {
          tenantId: bill.tenant_id,
          billNos: [bill.bill_no],
          kind: "ordinary",
          memberRole: "finance",
          titleConfirmed: true,
          ...change,
        },
        context,
      ),
    );
  const invoicedOf = async (): Promise<bigint> =>
    (
      await row<{ fen: bigint }>(
        database.db,
        Prisma.sql`SELECT coalesce(sum(v.invoiced_fen), 0)::bigint AS fen FROM line_invoiced v JOIN bill_line l ON l.id = v.line_id
          JOIN bill b ON b.id = l.bill_id WHERE b.bill_no = ${bill.bill_no}`,
      )
    )?.fen ?? 0n;

  beforeAll(async () => {
    await playWorld(database.db);
    await database.db.$executeRaw`UPDATE bill SET published_at = now() WHERE published_at IS NULL AND state <> 'draft'`;
    const found = await row<typeof bill>(
      database.db,
      Prisma.sql`SELECT b.bill_no, b.tenant_id, t.code AS tenant, e.code AS entity, sum(r.open_fen)::bigint AS open_fen
        FROM bill b JOIN receivable r ON r.bill_id = b.id JOIN tenant t ON t.id = b.tenant_id JOIN legal_entity e ON e.id = b.entity_id
        WHERE b.origin = 'run' AND NOT EXISTS (SELECT 1 FROM receivable x WHERE x.bill_id = b.id AND (x.disputed_since IS NOT NULL OR x.open_fen < x.principal_fen OR x.principal_fen = 0))
          AND EXISTS (SELECT 1 FROM bill_line l WHERE l.bill_id = b.id AND l.kind = 'rent') AND NOT EXISTS (SELECT 1 FROM bill_line l WHERE l.bill_id = b.id AND l.kind = 'deposit')
        GROUP BY b.id, t.code, e.code ORDER BY b.bill_no DESC LIMIT 1`,
    );
    if (!found) throw new Error("no bill to invoice");
    bill = found;
  }, 120_000);

  it("asks for a title first, corrects a letter for a digit, and keeps the one before in its history", async () => {
    expect(await apply()).toMatchObject({ ok: false, code: "MONEY_FIRST" });
    const title = {
      ...EMPTY_TITLE,
      name: "华星电子有限公司",
      taxNo: "9135O100M000100Y43",
      bankAccount: "7559 0000 1111",
    };
    const command = { tenantId: bill.tenant_id, title };
    expect(await inTx((tx) => saveTitle(tx, command, context))).toMatchObject({
      ok: false,
      problems: [{ suggestions: [TAX_NO] }],
    });
    const first = await inTx((tx) => saveTitle(tx, { ...command, title: { ...title, taxNo: TAX_NO } }, context));
    expect(first).toMatchObject({ ok: true, known: false, title: { bankAccount: "755900001111", isDefault: true } });
    const again = await inTx((tx) => saveTitle(tx, { ...command, title: { ...title, taxNo: TAX_NO } }, context));
    expect(again).toMatchObject({ ok: true, known: true });
    await inTx((tx) =>
      saveTitle(tx, { ...command, title: { ...title, taxNo: TAX_NO, phone: "0769-22223333" } }, context),
    );
    const stored = await rows<{ retired: boolean; is_default: boolean }>(
      database.db,
      Prisma.sql`SELECT retired_at IS NOT NULL AS retired, is_default FROM invoice_title ORDER BY created_at`,
    );
    expect(stored.map((one) => one.retired)).toEqual([true, false]);
    const [readable] = await rows<{ leaked: bigint }>(
      database.db,
      Prisma.sql`SELECT count(*) AS leaked FROM invoice_title WHERE invoice_title::text LIKE '%755900001111%'`,
    );
    expect(readable?.leaked).toBe(0n);
  });

  it("is money first: what was paid is invoiced to the fen, once, however often and by how many it is asked for", async () => {
    const paid = await recordReceipt(
      database.db,
      {
        channel: "bank",
        tenantCode: bill.tenant,
        entityCode: bill.entity,
        amountFen: bill.open_fen * 2n,
        valueDate: PLAYED_UNTIL,
        billNos: [bill.bill_no],
      },
      context,
    );
    expect(paid).toMatchObject({ ok: true });
    const wishes = await Promise.all([1, 2, 3, 4].map(() => apply()));
    expect(wishes.filter((one) => one.ok)).toHaveLength(1);
    expect(wishes.filter((one) => !one.ok).map((one) => !one.ok && one.code)).toEqual([
      "APPLICATION_PENDING",
      "APPLICATION_PENDING",
      "APPLICATION_PENDING",
    ]);
    const taken = wishes.find((one) => one.ok);
    if (!taken?.ok) throw new Error("none was taken");
    expect(await invoicedOf()).toBe(taken.totalFen);
    expect(taken.drafts.reduce((total, draft) => total + draft.netFen + draft.taxFen, 0n)).toBe(taken.totalFen);
    // Rent stands alone, with its period.
    for (const draft of taken.drafts.filter((one) => one.lease)) expect(draft.lines).toHaveLength(1);
  });

  it("is sent back with a reason and asked for again, then numbered one by one", async () => {
    const [waiting] = await rows<{ application_no: string }>(
      database.db,
      Prisma.sql`SELECT application_no FROM invoice_application WHERE state = 'submitted'`,
    );
    const no = waiting?.application_no ?? "";
    expect(
      await inTx((tx) => closeApplication(tx, { applicationNo: no, as: "rejected", reason: " " }, context)),
    ).toMatchObject({ code: "REASON_MISSING" });
    expect(
      await inTx((tx) =>
        closeApplication(tx, { applicationNo: no, as: "rejected", reason: "抬头与合同不符" }, context),
      ),
    ).toMatchObject({ ok: true });
    expect(await invoicedOf()).toBe(0n);
    const again = await apply();
    if (!again.ok) throw new Error(again.code);
    const issue = (place: number | undefined, number: string) =>
      inTx((tx) =>
        issueInvoice(tx, { applicationNo: again.applicationNo, place, number, issuedOn: PLAYED_UNTIL }, context),
      );
    expect(await issue(1, "123")).toMatchObject({ code: "NUMBER_INVALID" });
    for (const [index] of again.drafts.entries()) {
      const number = (BigInt(NUMBER) + BigInt(index) * 10n).toString();
      expect(await issue(index + 1, number)).toMatchObject({ ok: true, isComplete: index === again.drafts.length - 1 });
      expect(await issue(index + 1, number)).toMatchObject({ ok: true, known: true });
    }
    expect(await issue(undefined, "26442000000000099999")).toMatchObject({ code: "ALREADY_ISSUED" });
    expect(
      await inTx((tx) =>
        closeApplication(tx, { applicationNo: again.applicationNo, as: "cancelled", reason: "" }, context),
      ),
    ).toMatchObject({ code: "APPLICATION_CLOSED" });
    expect(await apply()).toMatchObject({ code: "ALREADY_INVOICED" });
  });

  it("refuses a file that is not what its name says", async () => {
    const [one] = await rows<{ application_no: string }>(
      database.db,
      Prisma.sql`SELECT application_no FROM invoice_application WHERE state = 'issued'`,
    );
    const file = { format: "pdf", name: "发票.pdf", content: Buffer.from("MZ not a pdf") } as const;
    const issue = (content: Buffer) =>
      inTx((tx) =>
        issueInvoice(
          tx,
          {
            applicationNo: one?.application_no ?? "",
            place: 1,
            number: NUMBER,
            issuedOn: PLAYED_UNTIL,
            files: [{ ...file, content }],
          },
          context,
        ),
      );
    expect(await issue(file.content)).toMatchObject({ code: "FILE_INVALID" });
    expect(await issue(Buffer.from("%PDF-1.7 …"))).toMatchObject({ ok: true, known: true });
    expect(await database.db.invoiceFile.count()).toBe(1);
  });

  it("goes back only by a red letter: one at a time, confirmed within 72 hours, then the line is free again", async () => {
    const request = (change = {}) =>
      inTx((tx) =>
        requestRedLetter(tx, { invoiceNumber: NUMBER, reason: "mistake", explanation: "抬头错误", ...change }, context),
      );
    expect(await request({ amountFen: 1n })).toMatchObject({ code: "MISTAKE_IS_WHOLE" });
    const both = await Promise.all([request(), request()]);
    expect(both.map((one) => (one.ok ? "ok" : one.code)).sort()).toEqual(["ALREADY_LIVE", "ok"]);
    const begun = both.find((one) => one.ok);
    if (!begun?.ok) throw new Error("no red letter");
    const { redNo, amountFen } = begun.redLetter;
    const step = (event: Parameters<typeof moveRedLetter>[1]["event"], more = {}, when = {}) =>
      inTx((tx) => moveRedLetter(tx, { redNo, event, ...more }, { ...context, ...when }));
    expect(await step({ type: "red-issued" }, { number: RED_NUMBER })).toMatchObject({ code: "STEP_NOT_POSSIBLE" });
    await step({ type: "approve" });
    await step({ type: "form-submitted", needsPeer: true }, { formNo: "44000026110000000001" });
    const hours = (count: number) => ({ ...context, nowMs: context.nowMs + count * 3_600_000 });
    expect(await inTx((tx) => expireRedLetters(tx, hours(71)))).toEqual([]);
    expect(await inTx((tx) => expireRedLetters(tx, hours(72)))).toMatchObject([{ redNo, state: "expired" }]);
    const second = await request();
    if (!second.ok) throw new Error(second.code);
    const before = await invoicedOf();
    const go = (event: Parameters<typeof moveRedLetter>[1]["event"], more = {}) =>
      inTx((tx) => moveRedLetter(tx, { redNo: second.redLetter.redNo, event, ...more }, context));
    await go({ type: "approve" });
    await go({ type: "form-submitted", needsPeer: false }, { formNo: "44000026110000000002" });
    expect(await invoicedOf()).toBe(before);
    expect(await go({ type: "red-issued" }, { number: RED_NUMBER })).toMatchObject({
      ok: true,
      redLetter: { state: "red-issued" },
    });
    // Said twice: the same red invoice, and the sum of the blue one does not grow again.
    expect(await go({ type: "red-issued" }, { number: RED_NUMBER })).toMatchObject({ ok: true });
    expect(await invoicedOf()).toBe(before - amountFen);
    expect(
      await row(
        database.db,
        Prisma.sql`SELECT state, red_fen = amount_fen AS whole FROM invoice WHERE number = ${NUMBER}`,
      ),
    ).toEqual({ state: "reversed", whole: true });
    expect(await apply()).toMatchObject({ ok: true, totalFen: amountFen });
  });

  it("never reddens more than the blue invoice holds, whatever is written", async () => {
    await expect(database.db.$executeRaw`UPDATE invoice SET red_fen = amount_fen + 1`).rejects.toThrow(
      /invoice_red_below_blue/,
    );
  });
});
