import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { eventsToward } from "../../domain/invoice/red-letter.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { splitTax } from "../../domain/tax/net-and-tax.ts";
import type { InvoiceProvider, InvoiceStatus, RedFormOrder, RedFormStatus } from "../../ports/invoice-provider.ts";
import { tellRedLetter } from "../invoices/finance-desk.ts";
import { type InvoiceFile, keepInvoiceFiles } from "../invoices/issue-invoice.ts";
import { findRedLetters, moveRedLetter, type RedLetter, type RedStep } from "../invoices/red-letters.ts";
import { lockApplication } from "../invoices/stored-application.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import { actorOfOrder, type InvoiceOrderContext } from "./context.ts";
import { fetchFiles } from "./fetch-files.ts";
import type { Look, OrderKind } from "./order-kind.ts";
import { keyOf, type StoredOrder } from "./stored-order.ts";

/** The red letter of an invoice: form, confirmation, red invoice. It falls when the bureau says so, not by our clock. */
export const redOrder: OrderKind = {
  async prepare(tx, order, context) {
    const letter = await letterOf(tx, order);
    if (letter.state !== "approved") return undefined;
    const form = await formOf(tx, order, letter, context);
    return form.ok ? { ok: true, ask: (provider) => provider.requestRedForm(form.order) } : form;
  },

  async look(provider, order): Promise<Look> {
    const form = await provider.queryRedForm(keyOf(order));
    switch (form.state) {
      case "awaiting-peer":
        return { standing: { state: "making" }, write: (...all) => follow(form, ...all) };
      case "refused":
      case "expired":
      case "withdrawn":
        return { standing: { state: "ended" }, write: (...all) => follow(form, ...all) };
      case "confirmed":
        return lookForRedInvoice(provider, order, form);
      case "making":
      case "not-known":
      case "by-hand":
      case "failed":
      case "unknown":
        return { standing: form };
      default:
        return form satisfies never;
    }
  },

  // A form that the bureau did not take does not exist, and its number is used up.
  retry: {
    how: "new-number",
    numberAfter: ({ orderNo, redNo }) => {
      const first = redNo ?? orderNo;
      const tries = orderNo === first ? 1 : Number(orderNo.slice(first.length + 1));
      return `${first}-${tries + 1}`;
    },
  },
};

async function lookForRedInvoice(
  provider: InvoiceProvider,
  order: StoredOrder,
  form: Extract<RedFormStatus, { state: "confirmed" | "awaiting-peer" }>,
): Promise<Look> {
  const red = await provider.queryRedInvoice(keyOf(order));
  if (red.state !== "made") {
    const standing = red.state === "failed" ? red : ({ state: "making" } as const);
    return { standing, write: (...all) => follow(form, ...all) };
  }
  const { files, missing } = await fetchFiles(provider, red.number, red.files);
  return {
    standing: { state: "made" },
    serialNo: red.serialNo,
    filesMissing: missing,
    write: async (...all) => (await follow(form, ...all)) ?? record(red, files, ...all),
  };
}

async function letterOf(tx: Transaction, order: StoredOrder): Promise<RedLetter> {
  const [letter] = await findRedLetters(tx, Prisma.sql`r.id = ${order.redLetterId}::uuid`);
  if (!letter) throw new Error(`the red letter of ${order.orderNo} is gone`);
  return letter;
}

/** Takes the letter to where its form stands, step by step, and tells the tenant what they have to know of it. */
async function follow(
  form: Extract<RedFormStatus, { readonly formNo: string }>,
  tx: Transaction,
  order: StoredOrder,
  context: InvoiceOrderContext,
): Promise<Refusal | undefined> {
  const letter = await letterOf(tx, order);
  for (const event of eventsToward(letter.state, form.state)) {
    const moved = await move(tx, order, context, { event, formNo: form.formNo });
    if ("code" in moved) return moved;
    await tellRedLetter(tx, moved, context.messaging);
  }
  return undefined;
}

async function record(
  red: Extract<InvoiceStatus, { state: "made" }>,
  files: readonly InvoiceFile[],
  tx: Transaction,
  order: StoredOrder,
  context: InvoiceOrderContext,
): Promise<Refusal | undefined> {
  const moved = await move(tx, order, context, {
    event: { type: "red-issued" },
    number: red.number,
    issuedOn: red.issuedOn,
  });
  if ("code" in moved) return moved;
  await keepInvoiceFiles(
    tx,
    { invoiceId: order.invoiceId, number: red.number, redLetterId: moved.redLetterId },
    files,
    actorOfOrder(order, context),
  );
  await tellRedLetter(tx, moved, context.messaging);
  return undefined;
}

async function move(
  tx: Transaction,
  order: StoredOrder,
  context: InvoiceOrderContext,
  step: Omit<RedStep, "redNo" | "provider">,
): Promise<RedLetter | Refusal> {
  const moved = await moveRedLetter(
    tx,
    { ...step, redNo: order.redNo ?? "", provider: order.provider },
    actorOfOrder(order, context),
  );
  return moved.ok ? moved.redLetter : moved;
}

/** The form as the provider takes it: all of the blue invoice, or each printed line with what is taken back of it. */
async function formOf(
  tx: Transaction,
  order: StoredOrder,
  letter: RedLetter,
  context: InvoiceOrderContext,
): Promise<{ readonly ok: true; readonly order: RedFormOrder } | Refusal> {
  const application = await lockApplication(tx, { applicationId: order.applicationId }, context.encryption);
  const blue = application?.invoices.find((one) => one.invoiceId === order.invoiceId);
  if (!application || !blue) throw new Error(`the invoice of ${order.orderNo} is gone`);
  const head = {
    redNo: order.orderNo,
    seller: {
      taxNo: blue.entityTaxNo,
      name: blue.entityName,
      drawer: blue.drawer ?? "",
      extensionNumber: blue.extensionNumber ?? "",
    },
    buyer: { name: application.title.name, taxNo: application.title.taxNo },
    kind: application.kind,
    blueNumber: letter.invoiceNumber,
    reason: letter.reason,
    amountFen: letter.amountFen,
  };
  if (letter.amountFen === blue.amountFen) return { ok: true, order: head };
  const parts = await rows<{ place: number | null; fen: Fen }>(
    tx,
    Prisma.sql`SELECT c.place, sum(k.amount_fen)::bigint AS fen FROM red_letter_coverage k
      LEFT JOIN invoice_coverage c ON c.invoice_id = ${order.invoiceId}::uuid AND c.line_id = k.line_id AND c.component = k.component
      WHERE k.red_letter_id = ${order.redLetterId}::uuid GROUP BY c.place ORDER BY c.place`,
  );
  const lines: NonNullable<RedFormOrder["lines"]>[number][] = [];
  for (const part of parts) {
    const place = part.place ?? (blue.lines.length === 1 ? 1 : 0);
    const line = blue.lines[place - 1];
    if (!line) {
      return refuse(
        "PLACE_UNKNOWN",
        "不知道要冲红蓝票的哪一行，只能手工提交确认单。",
        "Which printed line is not known.",
      );
    }
    lines.push({
      place,
      goodsName: line.goodsName,
      taxCode: line.taxCode ?? "",
      taxRate: blue.taxRate,
      amountFen: part.fen,
      ...splitTax(part.fen, blue.taxRate),
    });
  }
  return { ok: true, order: { ...head, lines } };
}
