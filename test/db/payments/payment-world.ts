import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { paymentNotice } from "../../../bot/notices/payment-notice.ts";
import { refundNotices } from "../../../bot/notices/refund-notices.ts";
import { type OfficialAccount, startOfficialAccount } from "../../../playground/official-account/official-account.ts";
import { startWechatPay, type WechatPay, type WechatPayOptions } from "../../../playground/wechat-pay/wechat-pay.ts";
import demoWorld from "../../../prisma/demo-world.json" with { type: "json" };
import { connectDatabase, type Database } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { readWorld } from "../../../src/domain/world/read-world.ts";
import { createHttpApp } from "../../../src/http/app.ts";
import { wechatPayCallbacks } from "../../../src/http/callbacks/wechat-pay.ts";
import { cashierLink } from "../../../src/http/h5/cashier-link.ts";
import type { H5Context } from "../../../src/http/h5/context.ts";
import { deriveLinkKey, type LinkPurpose } from "../../../src/http/h5/link.ts";
import { h5Routes } from "../../../src/http/h5/routes.ts";
import { officialAccountSignIn } from "../../../src/http/h5/sign-in.ts";
import { createWechatPayAccount, type WechatPayAccount } from "../../../src/payments/wechat-pay/account.ts";
import { createPaymentGateway } from "../../../src/payments/wechat-pay/gateway.ts";
import { createRefundGateway } from "../../../src/payments/wechat-pay/refunds.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { importWorld } from "../../../src/usecases/import-world/import-world.ts";
import type { MerchantGateway, PaymentContext, PaymentProblem } from "../../../src/usecases/payments/context.ts";
import type { BillSelection } from "../../../src/usecases/payments/payable-bills.ts";
import { settlePayment } from "../../../src/usecases/payments/settle-payment.ts";
import type { RefundContext, RefundProblem } from "../../../src/usecases/refunds/context.ts";
import { settleRefund } from "../../../src/usecases/refunds/settle-refund.ts";
import { type MovableClock, movableClock } from "../../support/clock.ts";
import { createTestDatabase } from "../../support/database.ts";

export const APP_ID = "wx8888888888888888";
const APP_SECRET = "0123456789abcdef0123456789abcdef";
const MERCHANTS = { WX1: "1900000001", WX2: "1900000002" } as const;
const FIELD_KEY = Buffer.alloc(32, 7);

export interface PaymentWorld {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly clock: MovableClock;
  readonly wechat: WechatPay;
  readonly officialAccount: OfficialAccount;
  readonly context: PaymentContext;
  readonly refunds: RefundContext;
  readonly refundProblems: readonly RefundProblem[];
  readonly h5: H5Context;
  readonly problems: readonly PaymentProblem[];
  /** Base address of our web server. */
  readonly url: string;
  /** The open bills of a tenant at an entity, by their codes. */
  selectionOf(tenant: string, entity: string): Promise<BillSelection>;
  linkTo(selection: BillSelection, purpose?: LinkPurpose): string;
}

/**
 * The demo world as it was taken over on 2026-08-31, our web server, and the pretend WeChat Pay and official account. The
 * business clock stands at ten in the morning of 2026-09-05. T002 owes E1 rent of ¥6,772.50 due on 2026-08-11: grace
 * days end on the 14th, so on 2026-09-05 the fee of 21 days stands, 677250 × 0.0005 × 21 = 7111.125 → ¥71.11.
 */
export async function openPaymentWorld(
  options: Partial<WechatPayOptions> = {},
  route: {
    readonly answerWithinMs?: number;
    readonly beforeSettling?: Promise<void>;
    /** How far the wire clock of our side runs ahead, for what waits minutes. */
    readonly wireAheadMs?: () => number;
    /** Who closes it; default: the end of the running test. */
    readonly atEnd?: (close: () => Promise<void>) => void;
  } = {},
): Promise<PaymentWorld> {
  const clock = movableClock("2026-09-05T10:00:00+08:00");
  const atEnd = route.atEnd ?? onTestFinished;
  const wire = { nowMs: () => Date.now() + (route.wireAheadMs?.() ?? 0) };
  const database = await createTestDatabase();
  atEnd(() => database.close());
  await takeOver(database.db);

  const clocks = { nowMs: clock.nowMs, wireNowMs: Date.now };
  const officialAccount = await startOfficialAccount(
    {
      appId: APP_ID,
      secret: APP_SECRET,
      token: "parkledgerToken",
      aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFR",
    },
    clocks,
  );
  atEnd(() => officialAccount.close());
  const wechat = await startWechatPay(
    {
      merchants: Object.values(MERCHANTS).map((mchId) => ({ mchId, appIds: [APP_ID] })),
      resendTimeScale: 0.001,
      ...options,
    },
    clocks,
  );
  atEnd(() => wechat.close());

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const problems: PaymentProblem[] = [];
  const accounts = new Map(
    Object.entries(MERCHANTS).map(([code, mchId]) => [code, accountOf(wechat, code, mchId, url)]),
  );
  const context: PaymentContext = {
    gateways: new Map(
      [...accounts.values()].map((account): [string, MerchantGateway] => [
        account.config.merchantId,
        { appId: APP_ID, gateway: createPaymentGateway(account, clock) },
      ]),
    ),
    businessClock: clock,
    wireClock: wire,
    officialAccountAppId: APP_ID,
    paymentCard: paymentNotice,
    onProblem: (problem) => problems.push(problem),
  };
  const refundProblems: RefundProblem[] = [];
  const refunds: RefundContext = {
    gateways: new Map(
      [...accounts.values()].map((account) => [account.config.merchantId, createRefundGateway(account)]),
    ),
    businessClock: clock,
    wireClock: wire,
    notices: refundNotices(APP_ID),
    encryption: createFieldEncryption([FIELD_KEY]),
    onProblem: (problem) => refundProblems.push(problem),
  };
  const logger = createLogger({ level: "silent" });
  const linkKey = deriveLinkKey(FIELD_KEY);
  const h5: H5Context = {
    db: database.db,
    encryption: createFieldEncryption([FIELD_KEY]),
    payments: context,
    publicUrl: url,
    linkKeys: [linkKey],
    signIns: [
      officialAccountSignIn({
        appId: APP_ID,
        appSecret: APP_SECRET,
        apiBase: officialAccount.url,
        oauthBase: officialAccount.url,
      }),
    ],
    logger,
  };
  const app = createHttpApp({
    routers: [
      h5Routes(h5),
      wechatPayCallbacks({
        accounts,
        defaultMerchantCode: "WX1",
        settlePayment: async (fact) => {
          await route.beforeSettling;
          return settlePayment(database.db, fact, "notification", context);
        },
        settleRefund: async (fact) => {
          await settleRefund(database.db, fact, "notification", refunds);
        },
        logger,
        ...(route.answerWithinMs === undefined ? {} : { answerWithinMs: route.answerWithinMs }),
      }),
    ],
    logger,
  });
  const handle = app.callback();

  return {
    db: database.db,
    databaseUrl: database.url,
    clock,
    wechat,
    officialAccount,
    context,
    refunds,
    refundProblems,
    h5,
    problems,
    url,
    selectionOf: (tenant, entity) => selectionOf(database.db, tenant, entity),
    linkTo: (selection, purpose) =>
      cashierLink({ publicUrl: url, linkKey, businessClock: clock }, selection, purpose).url,
  };
}

/** Another process on the same database. */
export function secondConnection(world: PaymentWorld): Database {
  const db = connectDatabase(world.databaseUrl, { maxConnections: 8 });
  onTestFinished(() => db.$disconnect());
  return db;
}

async function takeOver(db: Database): Promise<void> {
  const today = parseCivilDate("2026-08-31");
  const read = readWorld(demoWorld, { today: parseCivilDate("2026-11-01") });
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  const imported = await importWorld(db, read.world, {
    actor: "staff:S03",
    channel: "test",
    today,
    encryption: createFieldEncryption([FIELD_KEY]),
    apps: { "official-account": APP_ID, wecom: "corp" },
    dryRun: false,
  });
  if (!imported.ok) throw new Error(JSON.stringify(imported.errors));
}

function accountOf(wechat: WechatPay, code: string, mchId: string, url: string): WechatPayAccount {
  const merchant = wechat.merchant(mchId);
  const publicKey = wechat.keys.publicKey;
  if (!publicKey) throw new Error("the pretend WeChat Pay signs with a public key");
  return createWechatPayAccount(
    {
      merchantId: mchId,
      appId: APP_ID,
      merchantSerialNo: merchant.serialNo,
      merchantPrivateKeyPem: merchant.privateKeyPem,
      apiV3Key: merchant.apiV3Key,
      trust: { mode: "public-key", publicKeyId: publicKey.serial, publicKeyPem: publicKey.pem },
      apiBase: wechat.url,
      paymentNotifyUrl: `${url}/callbacks/wechat-pay/payment/${code}`,
      refundNotifyUrl: `${url}/callbacks/wechat-pay/refund/${code}`,
      timeoutMs: 2_000,
    },
    { nowMs: Date.now },
  );
}

async function selectionOf(db: Database, tenant: string, entity: string): Promise<BillSelection> {
  const bills = await db.$queryRaw<{ tenantId: string; entityId: string; billNo: string }[]>`
    SELECT b.tenant_id AS "tenantId", b.entity_id AS "entityId", b.bill_no AS "billNo"
    FROM bill b JOIN tenant t ON t.id = b.tenant_id JOIN legal_entity e ON e.id = b.entity_id
    WHERE t.code = ${tenant} AND e.code = ${entity} AND b.state = 'published' ORDER BY b.bill_no`;
  const [first] = bills;
  if (!first) throw new Error(`${tenant} has no bill of ${entity}`);
  return { tenantId: first.tenantId, entityId: first.entityId, billNos: bills.map((bill) => bill.billNo) };
}

/** How many rows each of these tables holds. */
export async function countsOf(db: Database): Promise<Readonly<Record<string, number>>> {
  const [counts] = await db.$queryRaw<Record<string, number>[]>`
    SELECT (SELECT count(*)::int FROM receipt) AS receipts,
      (SELECT count(*)::int FROM ledger_transaction WHERE event_type = 'receipt.recorded') AS bookings,
      (SELECT count(*)::int FROM exception_item) AS exceptions,
      (SELECT count(*)::int FROM outbox WHERE dedupe_key LIKE 'receipt|%') AS messages`;
  if (!counts) throw new Error("no counts");
  return counts;
}
