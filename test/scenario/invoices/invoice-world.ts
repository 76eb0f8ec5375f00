import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { invoiceCards } from "../../../bot/notices/invoice-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../../src/db/client.ts";
import { execute, row } from "../../../src/db/rows.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import type { InvoiceTitle } from "../../../src/domain/invoice/title.ts";
import { createHttpApp } from "../../../src/http/app.ts";
import { deriveLinkKey } from "../../../src/http/h5/link.ts";
import { type PageLinkContext, pageUrl } from "../../../src/http/h5/page-link.ts";
import { h5Routes } from "../../../src/http/h5/routes.ts";
import type { SignIn } from "../../../src/http/h5/sign-in.ts";
import type { JsConfigSigner } from "../../../src/ports/js-config.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { applyForInvoice } from "../../../src/usecases/invoices/apply-for-invoice.ts";
import { askFinance } from "../../../src/usecases/invoices/invoice-messages.ts";
import { saveTitle } from "../../../src/usecases/invoices/invoice-titles.ts";
import { lockApplication } from "../../../src/usecases/invoices/stored-application.ts";
import { recordReceipt } from "../../../src/usecases/receipts/record-receipt.ts";
import { APPROVAL_ENCRYPTION, CORP, importApprovalWorld } from "../../support/approval-world.ts";
import { movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";
import { issueBill } from "../../support/ledger-world.ts";

/*
 * The two projects of approval-world with a paid bill of T1 (rent 1,090.00 with 9 % in it), a server in front of them, and
 * phones whose owner the test names: the platforms' OAuth is tested beside its adapters.
 */

export const TITLE: InvoiceTitle = {
  type: "company",
  name: "一号电子",
  taxNo: "91350100M000100Y43",
  address: "东莞市松山湖1号",
  phone: "0769-22223333",
  bank: "招商银行东莞支行",
  bankAccount: "755900001111",
  email: "finance@t1.example.com",
};
const NOW = "2026-03-01";

export interface InvoiceWorld {
  readonly db: Database;
  readonly url: string;
  readonly tenantId: string;
  /** Who holds the phone, as OAuth will tell: "w-S05", "o-王会计". */
  holder: string;
  readonly clock: ReturnType<typeof movableClock>;
  readonly link: () => PageLinkContext;
  readonly titleUrl: () => string;
  /** Applies for the paid bill and asks finance; returns the address of its page. */
  applies(): Promise<{ readonly applicationNo: string; readonly applicationId: string; readonly pageUrl: string }>;
}

export async function openInvoiceWorld(options: { readonly jsConfig?: JsConfigSigner } = {}): Promise<InvoiceWorld> {
  const database = await createTestDatabase();
  const { db } = database;
  const clock = movableClock(NOW);
  await importApprovalWorld(db);
  await issueBill(db, {
    billNo: "DG-202602-00001",
    lease: "L1",
    issueDate: "2026-02-01",
    dueDate: "2026-02-11",
    lines: [{ charge: "rent", kind: "rent", amountFen: 109_000n }],
  });
  await execute(db, Prisma.sql`UPDATE bill SET published_at = now()`);
  await execute(db, Prisma.sql`UPDATE legal_entity SET tax_no = '91441900MA00DEMO01' WHERE code = 'E1'`);
  const tenant = await row<{ id: string }>(db, Prisma.sql`SELECT id FROM tenant WHERE code = 'T1'`);
  if (!tenant) throw new Error("no T1");
  const world = { holder: "" };
  const signInAt = (platform: "wecom" | "official-account", appId: string, word: string): SignIn => ({
    platform,
    appId,
    isBrowserOf: (agent) => agent.includes(word),
    authorizeUrl: (redirectUrl, state) => `${redirectUrl}&state=${state}&code=${encodeURIComponent(world.holder)}`,
    identify: async (code) => ({ state: "known", externalId: code }),
  });
  const linkKey = deriveLinkKey(Buffer.alloc(32, 9));
  const server = createServer((incoming, answer) => app.callback()(incoming, answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const logger = createLogger({ level: "silent" });
  const app = createHttpApp({
    logger,
    routers: [
      h5Routes({
        db,
        encryption: APPROVAL_ENCRYPTION,
        payments: {
          gateways: new Map(),
          businessClock: clock,
          wireClock: { nowMs: Date.now },
          officialAccountAppId: "wx",
          paymentCard: () => {
            throw new Error("nobody pays here");
          },
          onProblem: () => {},
        },
        publicUrl: url,
        linkKeys: [linkKey],
        signIns: [signInAt("wecom", CORP, "wxwork"), signInAt("official-account", "wx", "MicroMessenger")],
        jsConfig: options.jsConfig,
        logger,
      }),
    ],
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await database.close();
  });
  const link = (): PageLinkContext => ({ publicUrl: url, linkKey, nowMs: clock.nowMs() });
  return Object.assign(world, {
    db,
    url,
    tenantId: tenant.id,
    clock,
    link,
    titleUrl: () => pageUrl(link(), "title", tenant.id),
    async applies() {
      const actor = { actor: "person:test", channel: "test", today: clock.today() };
      await recordReceipt(
        db,
        { channel: "bank", tenantCode: "T1", entityCode: "E1", amountFen: 200_000n, valueDate: clock.today() },
        actor,
      );
      return inTransaction(db, async (tx) => {
        const context = { ...actor, encryption: APPROVAL_ENCRYPTION };
        await saveTitle(tx, { tenantId: tenant.id, title: TITLE }, context);
        const asked = await applyForInvoice(
          tx,
          {
            tenantId: tenant.id,
            billNos: ["DG-202602-00001"],
            kinds: ["rent"],
            kind: "special",
            memberRole: "finance",
            titleConfirmed: true,
            amountFen: 109_000n,
          },
          context,
        );
        if (!asked.ok) throw new Error(`${asked.code} ${asked.message.zh}`);
        const { applicationId, applicationNo } = asked;
        const address = pageUrl(link(), "invoice", applicationId);
        const stored = await lockApplication(tx, { applicationId }, APPROVAL_ENCRYPTION);
        if (!stored) throw new Error("gone");
        await askFinance(tx, stored, {
          cards: invoiceCards,
          officialAccountAppId: "wx",
          pageLink: () => address,
        });
        return { applicationNo, applicationId, pageUrl: address };
      });
    },
  });
}
