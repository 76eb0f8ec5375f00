import type { FaultSwitches } from "../http/fault-switches.ts";
import { type PlainRequest, type PlainResponse, readJsonObject, startPlainServer } from "../http/server.ts";
import { type Answer, accept, errorAnswer, mchIdMismatch, parameterError, refuse, requestId } from "./answers.ts";
import { authorize } from "./authorization.ts";
import { BillBook } from "./bills.ts";
import {
  type CashierWorld,
  type JsapiParameters,
  type PayOptions,
  type PayResult,
  payJsapi,
  payTicket,
  takeMoney,
} from "./cashier.ts";
import { signedHeaders } from "./keys.ts";
import { type Merchant, type MerchantOptions, newMerchant } from "./merchant.ts";
import { Notifications } from "./notifications.ts";
import { OrderBook, transactionJson } from "./order-book.ts";
import { type Product, readOrderRequest } from "./order-request.ts";
import { type KeyMode, newPlatformKeys, type PlatformKeys } from "./platform-keys.ts";
import { type Refund, RefundBook, type RefundEnd, refundNotificationJson } from "./refund-book.ts";

export interface WechatPayOptions {
  readonly merchants: readonly MerchantOptions[];
  /** Default `public-key`, what merchants since 2024 have. */
  readonly keyMode?: KeyMode;
  /** Ready-made keys in place of `keyMode`. */
  readonly keys?: PlatformKeys;
  /** How long one notification may take; default 5000, the real figure. */
  readonly notificationTimeoutMs?: number;
  /** Factor on the waits between resends of a notification; default 1, real time. */
  readonly resendTimeScale?: number;
  /** Refunds end in SUCCESS right after they were accepted. Default true; false leaves them to `endRefund`. */
  readonly refundsEndThemselves?: boolean;
  /** Whether an openid belongs to an appid; default: every openid does. */
  readonly openIdBelongs?: (appId: string, openId: string) => boolean;
  /** Called when somebody has paid, before the notification goes out. */
  readonly onPaid?: (appId: string, openId: string) => void;
  /**
   * Answer to closing a paid order. The v3 pages do not name it (wechat-pay.md 12, doubt 8); default 400 ORDERPAID, the
   * name of the older interface. Clients should query on any refusal of a close.
   */
  readonly closePaidRefusal?: { readonly status: number; readonly code: string; readonly message: string };
}

export interface WechatPay {
  readonly url: string;
  readonly faults: FaultSwitches;
  readonly keys: PlatformKeys;
  readonly orders: OrderBook;
  readonly refunds: RefundBook;
  readonly notifications: Notifications;
  /** Trade and fund-flow bills, and what may go wrong with them. */
  readonly bills: BillBook;
  /** The credentials of a merchant. Throws for an unknown number. */
  merchant(mchId: string): Merchant;
  /** The pay button: the payer has scanned `code_url`, or the page inside WeChat has opened `prepay_id`. */
  pay(codeUrlOrPrepayId: string, payerOpenId: string, options?: PayOptions): PayResult;
  /** A phone: its owner pays with what the page inside WeChat hands to `getBrandWCPayRequest`. */
  payer(openId: string): { jsapiPay(parameters: JsapiParameters): PayResult };
  /** The next close of an unpaid order finds that this person has paid a moment before. */
  payBeforeNextClose(payerOpenId: string): void;
  /** Ends a refund under way and sends its notification. */
  endRefund(mchId: string, outRefundNo: string, status: RefundEnd): void;
  close(): Promise<void>;
}

interface Route {
  readonly method: "GET" | "POST";
  readonly pattern: RegExp;
  readonly needsUserAgent: boolean;
  readonly answer: (request: PlainRequest, merchant: Merchant, parameter: string) => Answer;
}

/** Starts a pretend WeChat Pay APIv3 with its own keys and those of its merchants. */
export async function startWechatPay(
  options: WechatPayOptions,
  clocks: { readonly nowMs: () => number; readonly wireNowMs: () => number },
): Promise<WechatPay> {
  const [keys, merchantList] = await Promise.all([
    options.keys ?? newPlatformKeys(options.keyMode ?? "public-key", clocks.wireNowMs()),
    Promise.all(options.merchants.map(newMerchant)),
  ]);
  const merchants = new Map(merchantList.map((merchant) => [merchant.mchId, merchant]));
  const orders = new OrderBook(clocks.nowMs);
  const refunds = new RefundBook(orders, clocks.nowMs);
  const notifications = new Notifications({
    signingKey: () => keys.forNotification(),
    ...clocks,
    timeoutMs: options.notificationTimeoutMs ?? 5000,
    resendTimeScale: options.resendTimeScale ?? 1,
  });
  const bills = new BillBook(orders, refunds, clocks);
  const cashier: CashierWorld = {
    orders,
    merchants,
    notifications,
    nowMs: clocks.nowMs,
    onPaid: options.onPaid ?? (() => undefined),
  };
  const paid = options.closePaidRefusal ?? { status: 400, code: "ORDERPAID", message: "该订单已支付" };
  let payerBeforeClose: string | undefined;

  function endRefund(refund: Refund, status: RefundEnd): void {
    refunds.end(refund, status);
    if (refund.notifyUrl === undefined) return;
    notifications.send({
      merchant: refund.merchant,
      notifyUrl: refund.notifyUrl,
      eventType: `REFUND.${status}`,
      resource: refundNotificationJson(refund),
    });
  }

  function create(request: PlainRequest, merchant: Merchant, product: Product): Answer {
    const body = readJsonObject(request.body);
    if (body === undefined) return parameterError("", "不是合法的JSON");
    const belongs = options.openIdBelongs ?? (() => true);
    const read = readOrderRequest(product, body, merchant, clocks.nowMs(), belongs);
    return "refusal" in read ? read.refusal : orders.create(merchant.mchId, read.order);
  }

  function query(request: PlainRequest, merchant: Merchant, find: () => ReturnType<OrderBook["find"]>): Answer {
    const mchId = request.query.get("mchid");
    if (mchId === null || mchId === "") return parameterError("/mchid", "为必填项", "query");
    if (mchId !== merchant.mchId) return mchIdMismatch;
    const order = find();
    return order === undefined ? refuse(404, "ORDER_NOT_EXIST", "订单不存在") : accept(transactionJson(order));
  }

  function close(request: PlainRequest, merchant: Merchant, outTradeNo: string): Answer {
    const body = readJsonObject(request.body);
    if (body === undefined || typeof body.mchid !== "string") return parameterError("/mchid", "为必填项");
    if (body.mchid !== merchant.mchId) return mchIdMismatch;
    const order = orders.find(merchant.mchId, outTradeNo);
    if (payerBeforeClose !== undefined && order?.state === "NOTPAY") {
      takeMoney(cashier, order, payerBeforeClose);
      payerBeforeClose = undefined;
    }
    return orders.close(merchant.mchId, outTradeNo, refuse(paid.status, paid.code, paid.message));
  }

  function applyRefund(request: PlainRequest, merchant: Merchant): Answer {
    const body = readJsonObject(request.body);
    if (body === undefined) return parameterError("", "不是合法的JSON");
    const { answer, accepted } = refunds.apply(merchant, body);
    if (accepted !== undefined && options.refundsEndThemselves !== false) {
      setImmediate(() => endRefund(accepted, "SUCCESS"));
    }
    return answer;
  }

  const routes: readonly Route[] = [
    {
      method: "GET",
      pattern: /^\/v3\/certificates$/,
      needsUserAgent: true,
      answer: (_request, merchant) => keys.downloadAnswer(merchant),
    },
    {
      method: "POST",
      pattern: /^\/v3\/pay\/transactions\/(native|jsapi)$/,
      needsUserAgent: false,
      answer: (request, merchant, product) => create(request, merchant, product === "native" ? "native" : "jsapi"),
    },
    {
      method: "GET",
      pattern: /^\/v3\/pay\/transactions\/out-trade-no\/([^/]+)$/,
      needsUserAgent: false,
      answer: (request, merchant, no) => query(request, merchant, () => orders.find(merchant.mchId, no)),
    },
    {
      method: "GET",
      pattern: /^\/v3\/pay\/transactions\/id\/([^/]+)$/,
      needsUserAgent: false,
      answer: (request, merchant, id) => query(request, merchant, () => orders.findByTransaction(merchant.mchId, id)),
    },
    {
      method: "POST",
      pattern: /^\/v3\/pay\/transactions\/out-trade-no\/([^/]+)\/close$/,
      needsUserAgent: false,
      answer: close,
    },
    { method: "POST", pattern: /^\/v3\/refund\/domestic\/refunds$/, needsUserAgent: true, answer: applyRefund },
    {
      method: "GET",
      pattern: /^\/v3\/refund\/domestic\/refunds\/([^/]+)$/,
      needsUserAgent: true,
      answer: (_request, merchant, no) => refunds.query(merchant.mchId, no),
    },
    {
      method: "GET",
      pattern: /^\/v3\/bill\/(tradebill|fundflowbill)$/,
      needsUserAgent: true,
      answer: (request, merchant, name) =>
        bills.apply(request, merchant, name === "tradebill" ? "trade" : "fund", server.url),
    },
  ];

  const server = await startPlainServer((request): PlainResponse => {
    if (request.method === "GET" && request.path === "/v3/billdownload/file") {
      const authorizedDownload = authorize(request, merchants, clocks.wireNowMs());
      if ("error" in authorizedDownload) return errorAnswer(authorizedDownload.error);
      // Bytes of a bill carry no signature (reference/wechat-pay.md 5.1).
      return bills.download(request, authorizedDownload.merchant);
    }
    const atPath = routes.filter((route) => route.pattern.test(request.path));
    if (atPath.length === 0) return { status: 404, body: "" };
    const route = atPath.find((candidate) => candidate.method === request.method);
    if (route === undefined) return { status: 405, body: "" };
    if (route.needsUserAgent && (!request.headers["user-agent"] || !request.headers.accept)) {
      return errorAnswer({ status: 400, code: "INVALID_REQUEST", message: "Http头缺少Accept或User-Agent" });
    }
    const authorized = authorize(request, merchants, clocks.wireNowMs());
    if ("error" in authorized) {
      return errorAnswer(authorized.error, !request.path.startsWith("/v3/pay/transactions/"));
    }
    const key = keys.forAnswer(request);
    if (key === undefined) {
      return errorAnswer({ status: 400, code: "PARAM_ERROR", message: "平台证书序列号Wechatpay-Serial错误" });
    }
    const parameter = decodeURIComponent(route.pattern.exec(request.path)?.[1] ?? "");
    const answer = route.answer(request, authorized.merchant, parameter);
    if (!answer.ok) return errorAnswer(answer.error);
    const body = answer.value === undefined ? "" : JSON.stringify(answer.value);
    return {
      status: body === "" ? 204 : 200,
      headers: {
        ...(body === "" ? {} : { "Content-Type": "application/json; charset=utf-8" }),
        "Request-ID": requestId(),
        ...signedHeaders(key, body, clocks.wireNowMs()),
      },
      body,
    };
  });

  function merchant(mchId: string): Merchant {
    const found = merchants.get(mchId);
    if (found === undefined) throw new Error(`no merchant ${mchId}`);
    return found;
  }

  return {
    url: server.url,
    faults: server.faults,
    keys,
    orders,
    refunds,
    notifications,
    bills,
    merchant,
    pay: (ticket, payerOpenId, payOptions) => payTicket(cashier, ticket, payerOpenId, payOptions),
    payer: (openId) => ({ jsapiPay: (parameters) => payJsapi(cashier, parameters, openId) }),
    payBeforeNextClose: (payerOpenId) => {
      payerBeforeClose = payerOpenId;
    },
    endRefund: (mchId, outRefundNo, status) => {
      const refund = refunds.find(mchId, outRefundNo);
      if (refund === undefined) throw new Error(`merchant ${mchId} has no refund ${outRefundNo}`);
      endRefund(refund, status);
    },
    close: async () => {
      notifications.close();
      await server.close();
    },
  };
}
