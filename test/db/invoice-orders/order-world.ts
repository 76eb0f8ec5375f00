import { invoiceCards } from "../../../bot/notices/invoice-notices.ts";
import { invoiceOrderCard } from "../../../bot/notices/invoice-order-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { type Nuonuo, startNuonuo } from "../../../playground/nuonuo/nuonuo.ts";
import type { Database } from "../../../src/db/client.ts";
import { execute, row } from "../../../src/db/rows.ts";
import { inTransaction, type Transaction } from "../../../src/db/transaction.ts";
import { createNuonuoProvider } from "../../../src/invoicing/nuonuo/nuonuo.ts";
import type { InvoiceProvider } from "../../../src/ports/invoice-provider.ts";
import type { InvoiceOrderContext } from "../../../src/usecases/invoice-orders/context.ts";
import { stepDueOrders } from "../../../src/usecases/invoice-orders/step-due-orders.ts";
import { applyForInvoice } from "../../../src/usecases/invoices/apply-for-invoice.ts";
import { askFinance } from "../../../src/usecases/invoices/invoice-messages.ts";
import { setBuildingCertificate, setInvoiceSetting } from "../../../src/usecases/invoices/invoice-settings.ts";
import { saveTitle } from "../../../src/usecases/invoices/invoice-titles.ts";
import { lockApplication } from "../../../src/usecases/invoices/stored-application.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { inMemorySharedState } from "../../contract/messenger/in-memory-shared-state.ts";
import { APPROVAL_ENCRYPTION, importApprovalWorld } from "../../support/approval-world.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { issueBill } from "../../support/ledger-world.ts";

/*
 * The park of approval-world, whose company E1 has its invoices made by a pretend 诺诺 over its wire; each application is for
 * a bill of its own of 1,090.00 (9 % in it), paid. Both clocks stand still until the test moves them.
 */

export const SELLER = "91441900MA00DEMO01";
const APP = { appKey: "SD63236305", appSecret: "SDDED2523BED4643", sellers: [SELLER] };
export const AMOUNT_FEN = 109_000n;

export interface OrderWorld {
  readonly db: Database;
  readonly nuonuo: Nuonuo;
  readonly clock: MovableClock;
  readonly context: InvoiceOrderContext;
  readonly problems: { readonly code: string; readonly detail: string }[];
  /** A new bill of 1,090.00, paid. */
  pays(): Promise<string>;
  /** Applies for a new paid bill; its order number is the application's with "-1". */
  applies(): Promise<{ readonly applicationNo: string; readonly orderNo: string; readonly billNo: string }>;
  /** So many rounds of the worker, with time for every wait in between. Answers what went wrong in them. */
  rounds(count: number, context?: InvoiceOrderContext): Promise<void>;
  stateOf(orderNo: string): Promise<string | undefined>;
  invoicedOf(billNo: string): Promise<bigint>;
  close(): Promise<void>;
}

export async function openOrderWorld(db: Database): Promise<OrderWorld> {
  const clock = movableClock("2026-03-01");
  const wire = movableClock("2026-03-01");
  const nuonuo = await startNuonuo(APP, { nowMs: clock.nowMs, wireNowMs: wire.nowMs });
  await importApprovalWorld(db);
  await execute(db, Prisma.sql`UPDATE legal_entity SET tax_no = ${SELLER} WHERE code = 'E1'`);
  const actor = { actor: "person:test", channel: "test", today: clock.today() };
  const inTx = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => inTransaction(db, work);
  await inTx((tx) => setInvoiceSetting(tx, "E1", { provider: "nuonuo", drawer: "周财务" }, actor));
  const certificate = {
    region: "广东省东莞市松山湖",
    address: "科技路1号A栋",
    certificateNo: "粤(2020)东莞不动产权第0000001号",
    crossCity: false,
  };
  await inTx((tx) => setBuildingCertificate(tx, { project: "DG", building: "A" }, certificate, actor));
  const tenant = await row<{ id: string }>(db, Prisma.sql`SELECT id FROM tenant WHERE code = 'T1'`);
  if (!tenant) throw new Error("no T1");
  const provider = createNuonuoProvider(
    { ...APP, apiBase: nuonuo.url, authBase: nuonuo.url, nowMs: wire.nowMs },
    inMemorySharedState(wire.nowMs),
  );
  const problems: OrderWorld["problems"] = [];
  const context: InvoiceOrderContext = {
    providers: new Map<string, InvoiceProvider>([[provider.name, provider]]),
    businessClock: clock,
    wireClock: wire,
    encryption: APPROVAL_ENCRYPTION,
    messaging: { cards: invoiceCards, officialAccountAppId: "wx", fileLink: (id) => `http://files/${id}` },
    orderCard: invoiceOrderCard,
    onProblem: (problem) => problems.push(problem),
  };
  let bills = 0;
  const pays = async (): Promise<string> => {
    bills += 1;
    const billNo = `DG-202602-${String(bills).padStart(5, "0")}`;
    await issueBill(db, {
      billNo,
      lease: "L1",
      issueDate: "2026-02-01",
      dueDate: "2026-12-31",
      lines: [{ charge: `rent${bills}`, kind: "rent", amountFen: AMOUNT_FEN }],
    });
    await execute(db, Prisma.sql`UPDATE bill SET published_at = now() WHERE bill_no = ${billNo}`);
    const paid = await recordReceipt(
      db,
      {
        channel: "bank",
        tenantCode: "T1",
        entityCode: "E1",
        amountFen: AMOUNT_FEN,
        valueDate: clock.today(),
        channelNo: `B${bills}`,
        billNos: [billNo],
      },
      actor,
    );
    if (!paid.ok || paid.repeated) throw new Error(JSON.stringify(paid.ok ? "repeated" : paid.code));
    return billNo;
  };
  return {
    db,
    nuonuo,
    clock,
    context,
    problems,
    pays,
    async applies() {
      const billNo = await pays();
      return inTx(async (tx) => {
        const invoicing = { ...actor, encryption: APPROVAL_ENCRYPTION };
        const title = {
          type: "company" as const,
          name: "一号电子",
          taxNo: "91350100M000100Y43",
          address: "",
          phone: "",
          bank: "",
          bankAccount: "",
          email: "finance@t1.example.com",
        };
        await saveTitle(tx, { tenantId: tenant.id, title }, invoicing);
        const asked = await applyForInvoice(
          tx,
          { tenantId: tenant.id, billNos: [billNo], kind: "special", memberRole: "finance", titleConfirmed: true },
          invoicing,
        );
        if (!asked.ok) throw new Error(`${asked.code} ${asked.message.zh}`);
        const stored = await lockApplication(tx, { applicationId: asked.applicationId }, APPROVAL_ENCRYPTION);
        if (!stored) throw new Error("gone");
        await askFinance(tx, stored, context.messaging);
        return { applicationNo: asked.applicationNo, orderNo: `${asked.applicationNo}-1`, billNo };
      });
    },
    async rounds(count, changed = context) {
      for (let round = 0; round < count; round += 1) {
        await stepDueOrders(db, changed);
        wire.advanceMs(20 * 60_000);
      }
    },
    stateOf: async (orderNo) =>
      (await row<{ state: string }>(db, Prisma.sql`SELECT state FROM invoice_order WHERE order_no = ${orderNo}`))
        ?.state,
    invoicedOf: async (billNo) =>
      (
        await row<{ fen: bigint }>(
          db,
          Prisma.sql`SELECT coalesce(sum(v.invoiced_fen), 0)::bigint AS fen FROM line_invoiced v JOIN bill_line l ON l.id = v.line_id
            JOIN bill b ON b.id = l.bill_id WHERE b.bill_no = ${billNo}`,
        )
      )?.fen ?? 0n,
    close: () => nuonuo.close(),
  };
}
