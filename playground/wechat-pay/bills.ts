import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { PlainRequest, PlainResponse } from "../http/server.ts";
import { type Answer, accept, errorAnswer, parameterError, refuse } from "./answers.ts";
import type { Merchant } from "./merchant.ts";
import type { OrderBook } from "./order-book.ts";
import type { RefundBook } from "./refund-book.ts";
import { shanghaiRfc3339 } from "./shanghai-time.ts";

/** A payment or refund as the bill will say it; a test or a story may change it before it is written. */
export interface BillEntry {
  atMs: number;
  appId: string;
  transactionId: string;
  outTradeNo: string;
  payerOpenId: string;
  tradeType: string;
  /** Above zero; of a refund what went back. */
  fen: number;
  couponFen: number;
  /** What the channel keeps; of a refund what it gives back. */
  feeFen: number;
  description: string;
  refund: { refundId: string; outRefundNo: string; status: string } | undefined;
}

/** Money that the merchant takes out to its bank account. */
interface Withdrawal {
  readonly mchId: string;
  readonly atMs: number;
  readonly fen: number;
  readonly number: string;
}

interface Download {
  readonly mchId: string;
  readonly text: string;
  readonly expiresAtMs: number;
}

type BillType = "ALL" | "SUCCESS" | "REFUND";

const dayMs = 86_400_000;
const shanghaiMs = 8 * 3_600_000;
const linkMs = 5 * 60_000;
/** Of the amount, in ten-thousandths: 0.60 %. */
const feeRate = 60;

const allHeader =
  "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";

/** Trade and fund-flow bills out of the order book (reference/wechat-pay.md 5). */
export class BillBook {
  readonly #orders: OrderBook;
  readonly #refunds: RefundBook;
  readonly #clocks: { readonly nowMs: () => number; readonly wireNowMs: () => number };
  readonly #downloads = new Map<string, Download>();
  readonly #withdrawals: Withdrawal[] = [];
  #corruptDownloads = 0;
  #expiredLinks = 0;
  #distort: (entries: BillEntry[], kind: "trade" | "fund") => BillEntry[] = (entries) => entries;
  /** Gross: a fee has a row of its own. Net: it is taken off the payment's row. */
  fundStyle: "gross" | "net" = "gross";

  constructor(
    orders: OrderBook,
    refunds: RefundBook,
    clocks: { readonly nowMs: () => number; readonly wireNowMs: () => number },
  ) {
    this.#orders = orders;
    this.#refunds = refunds;
    this.#clocks = clocks;
  }

  /** From now on bills say what `change` makes of the truth: rows dropped, doubled, altered; sums follow the rows. */
  distort(change: (entries: BillEntry[], kind: "trade" | "fund") => BillEntry[]): void {
    this.#distort = change;
  }

  /** The next downloads do not have the hash that was announced. */
  corruptNextDownloads(count: number): void {
    this.#corruptDownloads = count;
  }

  /** The next links have expired before they are used. */
  expireNextLinks(count: number): void {
    this.#expiredLinks = count;
  }

  /** The merchant's money goes to its bank account; a row of that day's fund-flow bill. */
  withdraw(mchId: string, fen: number): void {
    const number = `1217752501201407${randomBytes(6).toString("hex")}`;
    this.#withdrawals.push({ mchId, atMs: this.#clocks.nowMs(), fen, number });
  }

  /** What the bill of a day holds, without its file: for stories that compare. */
  entries(mchId: string, date: string): BillEntry[] {
    return this.#truth(mchId, date);
  }

  /** `GET /v3/bill/tradebill` and `/v3/bill/fundflowbill`. */
  apply(request: PlainRequest, merchant: Merchant, kind: "trade" | "fund", baseUrl: string): Answer {
    const date = request.query.get("bill_date") ?? "";
    if (!/^\d{4}-\d\d-\d\d$/.test(date)) return parameterError("/bill_date", "格式不正确", "query");
    const type = request.query.get("bill_type") ?? "ALL";
    if (kind === "trade" && type !== "ALL" && type !== "SUCCESS" && type !== "REFUND") {
      return parameterError("/bill_type", "取值不正确", "query");
    }
    if (kind === "fund" && (request.query.get("account_type") ?? "BASIC") !== "BASIC") {
      return refuse(400, "NO_STATEMENT_EXIST", "账单文件不存在");
    }
    const zip = request.query.get("tar_type") ?? "";
    if (zip !== "" && zip !== "GZIP") return parameterError("/tar_type", "取值不正确", "query");
    const beginMs = Date.parse(`${date}T00:00:00+08:00`);
    const nowMs = this.#clocks.nowMs();
    const todayMs = Math.floor((nowMs + shanghaiMs) / dayMs) * dayMs - shanghaiMs;
    if (beginMs >= todayMs) return refuse(400, "INVALID_REQUEST", "账单日期不能晚于昨天");
    if (beginMs < todayMs - 92 * dayMs) return refuse(400, "INVALID_REQUEST", "仅支持三个月内的账单下载");
    // Bills of yesterday are made from nine o'clock on and ready at ten.
    if (beginMs >= todayMs - dayMs && nowMs < todayMs + 10 * 3_600_000) {
      return refuse(400, "STATEMENT_CREATING", "账单生成中，请稍后再试");
    }
    const text = kind === "trade" ? this.#tradeText(merchant, date, type as BillType) : this.#fundText(merchant, date);
    if (text === undefined) return refuse(400, "NO_STATEMENT_EXIST", "账单文件不存在");
    const token = randomBytes(24).toString("hex");
    const expired = this.#expiredLinks > 0;
    if (expired) this.#expiredLinks -= 1;
    this.#downloads.set(token, {
      mchId: merchant.mchId,
      text,
      expiresAtMs: expired ? 0 : this.#clocks.wireNowMs() + linkMs,
    });
    return accept({
      hash_type: "SHA1",
      hash_value: createHash("sha1").update(text).digest("hex"),
      download_url: `${baseUrl}/v3/billdownload/file?token=${token}${zip === "" ? "" : "&tartype=gzip"}`,
    });
  }

  /** `GET /v3/billdownload/file`: the bytes, unsigned. */
  download(request: PlainRequest, merchant: Merchant): PlainResponse {
    const found = this.#downloads.get(request.query.get("token") ?? "");
    if (found === undefined || found.expiresAtMs < this.#clocks.wireNowMs()) {
      return errorAnswer({ status: 400, code: "INVALID_REQUEST", message: "下载链接过期" });
    }
    if (found.mchId !== merchant.mchId) {
      return errorAnswer({ status: 403, code: "NO_AUTH", message: "下载账单的商户号与申请账单的商户号不一致" });
    }
    let { text } = found;
    if (this.#corruptDownloads > 0) {
      this.#corruptDownloads -= 1;
      text = text.slice(0, Math.floor(text.length / 2));
    }
    return request.query.get("tartype") === "gzip"
      ? { status: 200, headers: { "Content-Type": "application/x-gzip" }, body: gzipSync(text) }
      : { status: 200, headers: { "Content-Type": "text/plain" }, body: text };
  }

  #truth(mchId: string, date: string): BillEntry[] {
    const entries: BillEntry[] = [];
    const isOfDay = (atMs: number) => shanghaiRfc3339(atMs).startsWith(date);
    for (const order of this.#orders.all()) {
      if (order.mchId !== mchId || order.payment === undefined || !isOfDay(order.payment.paidAtMs)) continue;
      const { payment } = order;
      entries.push({
        atMs: payment.paidAtMs,
        appId: order.appId,
        transactionId: payment.transactionId,
        outTradeNo: order.outTradeNo,
        payerOpenId: payment.payerOpenId,
        tradeType: order.product === "native" ? "NATIVE" : "JSAPI",
        fen: order.totalFen,
        couponFen: payment.couponFen,
        feeFen: feeOf(order.totalFen),
        description: order.description,
        refund: undefined,
      });
    }
    for (const refund of this.#refunds.all()) {
      if (refund.merchant.mchId !== mchId || !isOfDay(refund.createdAtMs)) continue;
      const { order } = refund;
      entries.push({
        atMs: refund.createdAtMs,
        appId: order.appId,
        transactionId: order.payment?.transactionId ?? "",
        outTradeNo: order.outTradeNo,
        payerOpenId: order.payment?.payerOpenId ?? "",
        tradeType: order.product === "native" ? "NATIVE" : "JSAPI",
        fen: refund.refundFen,
        couponFen: 0,
        feeFen: feeOf(refund.refundFen),
        description: order.description,
        refund: {
          refundId: refund.refundId,
          outRefundNo: refund.outRefundNo,
          status: { PROCESSING: "PROCESSING", SUCCESS: "SUCCESS", ABNORMAL: "CHANGE", CLOSED: "FAIL" }[refund.status],
        },
      });
    }
    return entries.sort((a, b) => a.atMs - b.atMs);
  }

  #tradeText(merchant: Merchant, date: string, type: BillType): string | undefined {
    const entries = this.#distort(this.#truth(merchant.mchId, date), "trade").filter(
      ({ refund }) => type === "ALL" || (refund === undefined) === (type === "SUCCESS"),
    );
    if (entries.length === 0) return undefined;
    const rows = entries.map((entry) => tradeRow(entry, merchant.mchId, type));
    const paid = sum(entries.filter(({ refund }) => refund === undefined).map(({ fen }) => fen));
    const coupons = sum(entries.map(({ couponFen }) => couponFen));
    const back = sum(entries.filter(({ refund }) => refund !== undefined).map(({ fen }) => fen));
    const fees = sum(entries.map(({ feeFen, refund }) => (refund === undefined ? feeFen : -feeFen)));
    const [titles, totals] =
      type === "SUCCESS"
        ? ["总交易单数,应结订单总金额,手续费总金额,订单总金额", [yuan(paid - coupons), fee(fees), yuan(paid)]]
        : [
            "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额",
            [yuan(paid - coupons), yuan(back), "0.00", fee(fees), yuan(paid), yuan(back)],
          ];
    const header =
      type === "ALL"
        ? allHeader
        : type === "SUCCESS"
          ? allHeader.replace(/微信退款单号.*退款状态,/, "").replace("申请退款金额,", "")
          : allHeader.replace("微信退款单号", "退款申请时间,退款成功时间,微信退款单号");
    return fileOf(header, rows, titles, [`${entries.length}`, ...totals]);
  }

  #fundText(merchant: Merchant, date: string): string | undefined {
    // The balance runs from the beginning: what stands before the day is its opening.
    const movements = [
      ...this.#orders
        .all()
        .flatMap(({ mchId, payment }) => (mchId === merchant.mchId && payment ? [payment.paidAtMs] : [])),
      ...this.#refunds
        .all()
        .flatMap((refund) => (refund.merchant.mchId === merchant.mchId ? [refund.createdAtMs] : [])),
      ...this.#withdrawals.flatMap(({ mchId, atMs }) => (mchId === merchant.mchId ? [atMs] : [])),
    ];
    const days = [...new Set(movements.map((atMs) => shanghaiRfc3339(atMs).slice(0, 10)))]
      .filter((day) => day <= date)
      .sort();
    let balance = 0;
    let rows: FundRow[] = [];
    for (const day of days) {
      rows = this.#fundRows(merchant.mchId, day, balance);
      balance = rows.at(-1)?.balance ?? balance;
    }
    if (days.at(-1) !== date || rows.length === 0) return undefined;
    const ins = rows.filter(({ fen }) => fen > 0);
    const outs = rows.filter(({ fen }) => fen <= 0);
    return fileOf(
      "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号",
      rows.map(({ cells, fen, balance: after, remark, number }) => [
        ...cells,
        fen > 0 ? "收入" : "支出",
        yuan(Math.abs(fen)),
        yuan(after),
        `${merchant.mchId}API`,
        remark,
        number,
      ]),
      "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额",
      [
        `${rows.length}`,
        `${ins.length}`,
        yuan(sum(ins.map(({ fen }) => fen))),
        `${outs.length}`,
        yuan(-sum(outs.map(({ fen }) => fen))),
      ],
    );
  }

  #fundRows(mchId: string, date: string, openingFen: number): FundRow[] {
    const rows: FundRow[] = [];
    let balance = openingFen;
    const add = (atMs: number, numbers: readonly [string, string, string], type: string, fen: number, remark = "") => {
      balance += fen;
      const name = type.includes("退") ? "退款" : type === "提现" ? "充值/提现" : "交易";
      rows.push({ cells: [time(atMs), numbers[0], numbers[1], name, type], fen, balance, remark, number: numbers[2] });
    };
    const withdrawals = this.#withdrawals.filter(
      (one) => one.mchId === mchId && shanghaiRfc3339(one.atMs).startsWith(date),
    );
    const moments = [
      ...this.#distort(this.#truth(mchId, date), "fund").map((entry) => ({
        atMs: entry.atMs,
        entry,
        withdrawal: undefined,
      })),
      ...withdrawals.map((withdrawal) => ({ atMs: withdrawal.atMs, entry: undefined, withdrawal })),
    ].sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, entry, withdrawal } of moments) {
      if (withdrawal !== undefined) add(atMs, [withdrawal.number, withdrawal.number, ""], "提现", -withdrawal.fen);
      if (entry === undefined) continue;
      const { fen, feeFen, refund } = entry;
      if (refund === undefined) {
        const numbers = [entry.transactionId, `${entry.transactionId}1`, entry.outTradeNo] as const;
        if (this.fundStyle === "net") {
          add(atMs, numbers, "交易", fen - feeFen, `结算总金额 ${yuan(fen)} 元;含手续费 ${yuan(feeFen)} 元`);
        } else {
          add(atMs, numbers, "交易", fen);
          if (feeFen > 0) add(atMs, numbers, "扣除交易手续费", -feeFen);
        }
      } else {
        const numbers = [refund.refundId, entry.transactionId, refund.outRefundNo] as const;
        if (this.fundStyle === "net") {
          add(atMs, numbers, "退款", feeFen - fen, `退款总金额${yuan(fen)}元;含手续费${yuan(feeFen)}元`);
        } else {
          add(atMs, numbers, "退款", -fen);
          if (feeFen > 0) add(atMs, numbers, "退还交易手续费", feeFen);
        }
      }
    }
    return rows;
  }
}

interface FundRow {
  readonly cells: readonly string[];
  readonly fen: number;
  readonly balance: number;
  readonly remark: string;
  readonly number: string;
}

function tradeRow(entry: BillEntry, mchId: string, type: BillType): string[] {
  const { refund, fen, couponFen, feeFen } = entry;
  const isRefund = refund !== undefined;
  const head = [
    time(entry.atMs),
    entry.appId,
    mchId,
    "0",
    "",
    entry.transactionId,
    entry.outTradeNo,
    entry.payerOpenId,
    entry.tradeType,
    isRefund ? "REFUND" : "SUCCESS",
    "OTHERS",
    "CNY",
    isRefund ? "0.00" : yuan(fen - couponFen),
    isRefund ? "0.00" : yuan(couponFen),
  ]; // prettier-ignore
  const back = isRefund ? yuan(fen) : "0.00";
  const refunds = [
    refund?.refundId ?? "0",
    refund?.outRefundNo ?? "0",
    back,
    "0.00",
    isRefund ? "ORIGINAL" : "",
    refund?.status ?? "",
  ]; // prettier-ignore
  // Commas in merchants' texts become backslash and space.
  const tail = [entry.description.replaceAll(",", "\\ "), "", fee(isRefund ? -feeFen : feeFen), "0.60%"];
  const paid = isRefund ? "0.00" : yuan(fen);
  if (type === "SUCCESS") return [...head, ...tail, paid, ""];
  if (type === "REFUND") return [...head, time(entry.atMs), time(entry.atMs), ...refunds, ...tail, paid, back, ""];
  return [...head, ...refunds, ...tail, paid, back, ""];
}

/** A header row, the rows, the titles of the sums and the sums; values begin with a back-quote. */
const fileOf = (
  header: string,
  rows: readonly (readonly string[])[],
  titles: string,
  totals: readonly string[],
): string => `\ufeff${[header, ...rows.map(quoted), titles, quoted(totals)].join("\r\n")}\r\n`;

const quoted = (cells: readonly string[]): string => cells.map((cell) => `\`${cell}`).join(",");

const feeOf = (fen: number): number => Math.floor((fen * feeRate + 5000) / 10_000);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const time = (atMs: number): string => shanghaiRfc3339(atMs).slice(0, 19).replace("T", " ");
const fee = (fen: number): string => `${yuan(fen)}000`;

function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
