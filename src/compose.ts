import type { ApprovalLink } from "../bot/notices/approval-notices.ts";
import { paymentNotice } from "../bot/notices/payment-notice.ts";
import { SAY } from "../bot/text/zh-CN.ts";
import { textCard } from "../cards/card.ts";
import { markResent } from "../cards/resent.ts";
import { createHandlers } from "../jobs/handlers/all.ts";
import { runBookOf } from "../jobs/run-book.ts";
import { type RunningJobs, startJobs } from "../jobs/runtime.ts";
import { pendingMigrations } from "../prisma/migrate.ts";
import { billNoticesOf } from "./compose/bill-notices.ts";
import { createEventHandler, understandByRules } from "./compose/bot-services.ts";
import { channelQuestionsPoll } from "./compose/channel-questions.ts";
import { createChannels } from "./compose/channels.ts";
import { dingtalkRouter } from "./compose/dingtalk.ts";
import { createPapers } from "./compose/documents.ts";
import { createDunning } from "./compose/dunning.ts";
import { exceptionLinkOf } from "./compose/exception-links.ts";
import { invoiceLinksOf } from "./compose/invoice-links.ts";
import { INVOICE_ORDER_POLL_MS, invoiceOrderContextOf, invoiceProvidersOf } from "./compose/invoice-orders.ts";
import { meterSourceOf } from "./compose/meter-source.ts";
import { createPhotos } from "./compose/photos.ts";
import { REFUND_POLL_MS, refundContextOf } from "./compose/refunds.ts";
import { billCollector } from "./compose/statement-jobs.ts";
import { createUnderWay } from "./compose/under-way.ts";
import { voucherPoll } from "./compose/voucher-services.ts";
import { createMerchants, DEFAULT_MERCHANT } from "./compose/wechat-pay.ts";
import type { Config } from "./config/env.ts";
import { fieldEncryptionKeys } from "./config/field-key.ts";
import { connectDatabase, type Database } from "./db/client.ts";
import { createFieldEncryption } from "./db/field-encryption.ts";
import { createSharedState } from "./db/shared-state.ts";
import { civilDateAt } from "./domain/time/civil-date.ts";
import { createHttpApp } from "./http/app.ts";
import { officialAccountCallback } from "./http/callbacks/official-account.ts";
import { wechatPayCallbacks } from "./http/callbacks/wechat-pay.ts";
import { wecomCallback } from "./http/callbacks/wecom.ts";
import { cashierLink, prepayLink } from "./http/h5/cashier-link.ts";
import { deriveLinkKey } from "./http/h5/link.ts";
import { pageUrl } from "./http/h5/page-link.ts";
import { h5Routes } from "./http/h5/routes.ts";
import { healthRoutes, type ReadinessProbe } from "./http/health.ts";
import { limitAddresses } from "./http/rate-limits.ts";
import type { BusinessClock, WireClock } from "./ports/clock.ts";
import type { Logger } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import { handleConversation, waitingConversations } from "./usecases/inbox/handle-events.ts";
import {
  type CanCarry,
  claimPassiveReply,
  markPassiveReplySent,
  releasePassiveReply,
} from "./usecases/inbox/passive-reply.ts";
import { receiveEvent } from "./usecases/inbox/receive-event.ts";
import { stepDueOrders } from "./usecases/invoice-orders/step-due-orders.ts";
import { relayMessages } from "./usecases/outbox/relay-messages.ts";
import { createSendQuota } from "./usecases/outbox/send-quota.ts";
import type { PaymentContext } from "./usecases/payments/context.ts";
import { findMerchantOf } from "./usecases/payments/find-merchant.ts";
import { queryDueOrders } from "./usecases/payments/query-due-orders.ts";
import { settlePayment } from "./usecases/payments/settle-payment.ts";
import { deriveSceneKey } from "./usecases/people/bind-scene.ts";
import { countUse } from "./usecases/rate-limits/rate-limits.ts";
import { payDueRefunds } from "./usecases/refunds/pay-due-refunds.ts";
import { settleRefund } from "./usecases/refunds/settle-refund.ts";
import { backlogAges } from "./usecases/schedule/backlog-ages.ts";

export interface ComposeOptions {
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** Default: both clocks are the real one. A demo or a test moves the business clock. */
  readonly businessClock?: BusinessClock;
  readonly maxConnections?: number;
}

/** Everything of one process, tied together. Nothing runs yet but the database connections. */
export interface Application {
  readonly db: Database;
  /** The web role: a Koa callback for node:http. */
  readonly http: ReturnType<typeof createHttpApp>;
  /** The worker role: relay, inbox sweeper, schedules, queues. */
  startJobs(): Promise<RunningJobs>;
  /** /readyz answers 503 from now on. */
  announceStop(): void;
  close(): Promise<void>;
}

/** Conversations that one sweep takes on; the rest waits for the next one, a moment later. */
const WAITING_CONVERSATIONS = 20;

/** The first question about an order is due 5 s after it was made (reference/wechat-pay.md section 2.3). */
const PAYMENT_POLL_MS = 2_000;

/** Requests are answered by then; what they still write takes milliseconds unless the database is stuck. */
const LAST_WORDS_MS = 5_000;

const realClock: BusinessClock & WireClock = { nowMs: () => Date.now(), today: () => civilDateAt(Date.now()) };

/** The only place that knows everything. Throws when a configured platform can't work with its keys. */
export function compose(config: Config, options: ComposeOptions): Application {
  const { logger, databaseUrl } = options;
  const clocks = { business: options.businessClock ?? realClock, wire: realClock };
  const db = connectDatabase(databaseUrl, { maxConnections: options.maxConnections ?? 20 });
  const fieldKeys = fieldEncryptionKeys(config);
  const encryption = createFieldEncryption(fieldKeys);
  const linkKeys = fieldKeys.map((key) => deriveLinkKey(key));
  const [linkKey] = linkKeys;
  if (linkKey === undefined) throw new Error("no field encryption key");
  const sharedState = createSharedState(db, encryption);
  const channels = createChannels(config, sharedState, clocks.wire, (app) =>
    createSendQuota(db, app, clocks.wire.nowMs),
  );
  const merchants = createMerchants(config, clocks, logger);
  const payments: PaymentContext = {
    gateways: merchants.gateways,
    businessClock: clocks.business,
    wireClock: clocks.wire,
    officialAccountAppId: config.officialAccount?.appId,
    paymentCard: paymentNotice,
    onProblem: (problem) => logger.error(problem, "payment.problem"),
  };
  const { officialAccountAppId } = payments;
  const refunds = refundContextOf({ merchants, clocks, officialAccountAppId, encryption, logger });
  const papers = createPapers(config, { db, encryption, linkKey, clocks, logger });
  const dunning = createDunning(db, { config, clock: clocks.business, linkKey });
  const { publicUrl } = config;
  const photos = createPhotos(db, { publicUrl, linkKey, encryption, sources: channels.media, clocks, logger });
  const billNotices = billNoticesOf({ config, clock: clocks.business });
  const approvalLink: ApprovalLink = (request) =>
    pageUrl({ publicUrl, linkKey, nowMs: clocks.business.nowMs() }, "approval", request.id);
  const exceptionLink = exceptionLinkOf(config.publicUrl, linkKey, clocks.business);
  const invoiceLinks = invoiceLinksOf(config.publicUrl, linkKey, clocks.business);
  const invoiceOrders = invoiceOrderContextOf({
    providers: invoiceProvidersOf(config, sharedState),
    clocks,
    officialAccountAppId,
    encryption,
    links: invoiceLinks,
    logger,
  });
  const handleEvent = createEventHandler({
    invoiceLinks,
    billNotices,
    documentLink: papers.link,
    photoLink: photos.link,
    clock: clocks.business,
    officialAccountAppId,
    encryption,
    understand: understandByRules,
    approvalLink,
    exceptionLink,
    taskLinks: dunning.taskLinks,
    reach: dunning.context,
    cashierLink: (order) =>
      cashierLink({ publicUrl: config.publicUrl, linkKey, businessClock: clocks.business }, order),
    sceneKeys: fieldKeys.map((key) => deriveSceneKey(key)),
    privacyUrl: `${config.publicUrl.replace(/\/+$/, "")}/h5/privacy`,
    prepayLink: async (tx, order) =>
      (await findMerchantOf(tx, order.entityId, payments))
        ? prepayLink({ publicUrl: config.publicUrl, linkKey, businessClock: clocks.business }, order)
        : undefined,
  });
  const underWay = createUnderWay();
  const inbox = {
    receive: (event: Parameters<typeof receiveEvent>[1]) => receiveEvent(db, event),
    handle: (conversationKey: string, untilEventId?: string) =>
      underWay.track(handleConversation(db, conversationKey, handleEvent, textCard(SAY.apology), untilEventId)),
    claimReply: (inboxEventId: string, canCarry?: CanCarry) => claimPassiveReply(db, inboxEventId, canCarry),
    markReplySent: (outboxId: string) => underWay.track(markPassiveReplySent(db, outboxId)),
    releaseReply: (outboxId: string) => underWay.track(releasePassiveReply(db, outboxId)),
  };
  const metrics = createMetrics();
  let stopping = false;
  const http = createHttpApp({
    logger,
    limits: limitAddresses({ count: (...use) => countUse(db, ...use), clock: clocks.wire, logger }),
    routers: [
      healthRoutes({ probes: probesOf(db, databaseUrl), metrics, isStopping: () => stopping }),
      ...(channels.officialAccountKeys === undefined
        ? []
        : [officialAccountCallback({ keys: channels.officialAccountKeys, inbox, clock: clocks.wire, logger })]),
      ...(channels.wecomKeys === undefined
        ? []
        : [wecomCallback({ keys: channels.wecomKeys, inbox, clock: clocks.wire, logger })]),
      ...(config.dingtalk === undefined
        ? []
        : [dingtalkRouter(config.dingtalk, db, { inbox, clock: clocks.wire, logger })]),
      wechatPayCallbacks({
        accounts: merchants.accounts,
        defaultMerchantCode: merchants.accounts.has(DEFAULT_MERCHANT) ? DEFAULT_MERCHANT : undefined,
        settlePayment: (fact) => underWay.track(settlePayment(db, fact, "notification", payments)),
        settleRefund: async (fact) => {
          await underWay.track(settleRefund(db, fact, "notification", refunds));
        },
        logger,
      }),
      h5Routes({
        db,
        encryption,
        payments,
        publicUrl: config.publicUrl,
        linkKeys: [linkKey, ...linkKeys.slice(1)],
        signIns: channels.signIns,
        jsConfig: channels.jsConfig,
        printDocument: papers.print,
        billNotices,
        logger,
      }),
    ],
  });

  return {
    db,
    http,
    startJobs: () =>
      startJobs({
        connection: { databaseUrl, redisUrl: config.redisUrl?.reveal() },
        handlers: createHandlers({
          db,
          clocks,
          logger,
          approvalLink,
          exceptionLink,
          officialAccountAppId,
          meterSource: meterSourceOf(config),
          collectBills: billCollector(db, merchants, clocks.business, encryption),
          postDocuments: papers.post,
          dunning: dunning.jobs,
        }),
        runs: runBookOf(db),
        inbox: {
          waiting: () => waitingConversations(db, WAITING_CONVERSATIONS),
          handle: (conversationKey) => inbox.handle(conversationKey),
        },
        relay: () =>
          relayMessages(db, {
            messengers: channels.messengers,
            sms: channels.sms,
            email: papers.email,
            documents: papers.store,
            printPaper: async (documentId) => (await papers.print(documentId))?.fileId,
            stillHolds: dunning.stillHolds,
            encryption,
            outbound: { mode: config.outbound.mode, allowlist: new Set(config.outbound.allowlist) },
            worker: `${process.pid}`,
            wireNowMs: clocks.wire.nowMs,
            businessNowMs: clocks.business.nowMs,
            markResent,
            onError: (error, outboxId) => logger.error({ err: error, outboxId }, "outbox.send-failed"),
          }),
        polls: [
          dunning.poll,
          channelQuestionsPoll(db, { payments, refunds, exceptionLink }),
          photos.poll,
          {
            name: "payment-orders",
            everyMs: PAYMENT_POLL_MS,
            work: async () => (await queryDueOrders(db, payments)).queried,
          },
          {
            name: "refunds",
            everyMs: REFUND_POLL_MS,
            work: async () => (await payDueRefunds(db, refunds)).stepped,
          },
          voucherPoll(db, { clock: clocks.business, encryption, logger }),
          {
            name: "invoice-orders",
            everyMs: INVOICE_ORDER_POLL_MS,
            work: async () => (await stepDueOrders(db, invoiceOrders)).stepped,
          },
        ],
        metrics: { metrics, ages: () => backlogAges(db) },
        clock: clocks.business,
        logger,
      }),
    announceStop() {
      stopping = true;
    },
    async close() {
      await underWay.ended(LAST_WORDS_MS);
      await papers.close();
      await db.$disconnect();
    },
  };
}

function probesOf(db: Database, databaseUrl: string): ReadinessProbe[] {
  return [
    {
      name: "database",
      async check() {
        await db.$queryRaw`SELECT 1 AS alive`;
      },
    },
    {
      name: "schema",
      async check() {
        const pending = await pendingMigrations(databaseUrl);
        if (pending.length > 0) throw new Error(`${pending.length} migrations are pending`);
      },
    },
  ];
}
