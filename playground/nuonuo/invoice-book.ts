import { jsonResponse, type PlainResponse } from "../http/server.ts";
import { refusal } from "./gateway.ts";

/** What became of an order, as 诺诺 numbers it: 20 开票中, 2 开票完成, 22 开票失败, 24 签章失败. */
export type InvoiceStatus = "20" | "2" | "22" | "24";

export interface PretendInvoice {
  readonly serialNo: string;
  readonly orderNo: string;
  readonly sellerTaxNo: string;
  readonly order: Readonly<Record<string, unknown>>;
  /** With tax, in fen; negative for a red one. */
  readonly amountFen: number;
  status: InvoiceStatus;
  failCause: string;
  /** 20 digits, once it is made. */
  number: string;
  issuedAtMs: number;
  /** Looks at it that still see it under way. */
  looksLeft: number;
}

const ORDER_NO_MAX = 20;
const LINES = ["bs", "pc"];
const TOLERANCE_FEN = 6;

/** The orders of a pretend 诺诺: numbers taken once, contents checked as the documents say, made after a few looks. */
export class InvoiceBook {
  readonly invoices: PretendInvoice[] = [];
  /** What happens to the orders to come: made after so many looks, or failed with these words. */
  looksBeforeMade = 1;
  readonly failures: { readonly status: "22" | "24"; readonly cause: string }[] = [];
  readonly #nowMs: () => number;
  readonly #retries = new Map<string, number>();
  #lastNumber = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** requestBillingNew */
  order(order: Readonly<Record<string, unknown>>, userTax: string): PlainResponse {
    const orderNo = text(order.orderNo);
    const problem = problemOf(order, userTax);
    if (problem !== undefined) return refusal("E9105", problem);
    if (this.invoices.some((one) => one.orderNo === orderNo && one.sellerTaxNo === userTax)) {
      return refusal("E9106", "订单编号或流水号不能重复");
    }
    const amountFen = details(order).reduce((sum, line) => sum + fen(line.taxIncludedAmount), 0);
    const invoice = this.add({ orderNo, sellerTaxNo: userTax, order, amountFen });
    return jsonResponse(200, {
      code: "E0000",
      describe: "开票提交成功",
      result: { invoiceSerialNum: invoice.serialNo },
    });
  }

  add(given: Pick<PretendInvoice, "orderNo" | "sellerTaxNo" | "order" | "amountFen">): PretendInvoice {
    const serial = String(this.invoices.length + 1).padStart(8, "0");
    const failure = this.failures.shift();
    const invoice: PretendInvoice = {
      ...given,
      serialNo: `2611220000${serial}`,
      status: "20",
      failCause: failure?.cause ?? "",
      number: "",
      issuedAtMs: 0,
      looksLeft: this.looksBeforeMade,
    };
    this.invoices.push(invoice);
    if (failure) invoice.status = failure.status;
    else if (invoice.looksLeft === 0) this.make(invoice);
    return invoice;
  }

  make(invoice: PretendInvoice): void {
    this.#lastNumber += 1;
    invoice.status = "2";
    invoice.number = `26447${String(this.#lastNumber).padStart(15, "0")}`;
    invoice.issuedAtMs = this.#nowMs();
  }

  /** queryInvoiceResult: each look at one under way brings it nearer. */
  look(
    wanted: { readonly orderNos?: readonly string[]; readonly serialNos?: readonly string[] },
    fileBase: string,
  ): PlainResponse {
    const found = this.invoices.filter(
      (one) => wanted.orderNos?.includes(one.orderNo) === true || wanted.serialNos?.includes(one.serialNo) === true,
    );
    if (found.length === 0) return refusal("E9500", "未查询到发票信息");
    const rows = found.map((invoice) => {
      if (invoice.status === "20") {
        if (invoice.looksLeft <= 0) this.make(invoice);
        invoice.looksLeft -= 1;
      }
      return rowOf(invoice, fileBase);
    });
    return jsonResponse(200, { code: "E0000", describe: "获取成功", result: rows });
  }

  /** reInvoice: at most 20 times a day for one order. */
  again(orderNo: string): PlainResponse {
    const invoice = this.invoices.find((one) => one.orderNo === orderNo);
    if (!invoice) return refusal("E9500", "未查询到发票信息");
    if (invoice.status === "2") return refusal("E9601", "发票已生成，无需再重试开票");
    if (invoice.status === "20") return refusal("E9602", "开票中（重试中），请耐心等待开票结果");
    const tries = (this.#retries.get(orderNo) ?? 0) + 1;
    if (tries > 20) return refusal("E9613", "同一流水号(订单号)单日最多重试20次");
    this.#retries.set(orderNo, tries);
    const failure = this.failures.shift();
    if (failure) Object.assign(invoice, { status: failure.status, failCause: failure.cause });
    else Object.assign(invoice, { status: "20", failCause: "", looksLeft: this.looksBeforeMade });
    return jsonResponse(200, { code: "E0000", describe: "重试提交成功", result: null });
  }
}

function rowOf(invoice: PretendInvoice, fileBase: string): object {
  const made = invoice.status === "2";
  return {
    serialNo: invoice.serialNo,
    orderNo: invoice.orderNo,
    status: invoice.status,
    statusMsg: { 20: "开票中", 2: "开票完成（最终状态）", 22: "开票失败", 24: "开票成功签章失败" }[invoice.status],
    failCause: invoice.failCause,
    ...(made
      ? {
          invoiceTime: invoice.issuedAtMs,
          invoiceNo: invoice.number,
          allElectronicInvoiceNumber: invoice.number,
          orderAmount: (invoice.amountFen / 100).toFixed(2),
          pdfUrl: `${fileBase}/${invoice.number}.pdf`,
          ofdUrl: `${fileBase}/${invoice.number}.ofd`,
          xmlUrl: `${fileBase}/${invoice.number}.xml`,
        }
      : {}),
  };
}

export const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** Yuan with two decimals as text → fen. */
export const fen = (value: unknown): number =>
  /^-?\d+(\.\d{1,2})?$/.test(text(value)) ? Math.round(Number(value) * 100) : Number.NaN;
export const details = (order: Readonly<Record<string, unknown>>, name = "invoiceDetail"): Record<string, unknown>[] =>
  Array.isArray(order[name]) ? (order[name] as Record<string, unknown>[]) : [];

/** What the documents ask of an order. */
function problemOf(order: Readonly<Record<string, unknown>>, userTax: string): string | undefined {
  const lines = details(order);
  const orderNo = text(order.orderNo);
  if (orderNo === "" || orderNo.length > ORDER_NO_MAX) return "订单号为空或超过20个字符";
  if (text(order.salerTaxNum) !== userTax) return "销方税号与授权税号不一致";
  if (text(order.buyerName) === "" || text(order.buyerName).length > 100) return "购方名称为空或过长";
  if (order.invoiceType !== "1" || !LINES.includes(text(order.invoiceLine))) return "发票种类不正确";
  if (order.invoiceLine === "bs" && text(order.buyerTaxNum) === "") return "专票购方税号不能为空";
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text(order.invoiceDate))) return "订单时间格式不正确";
  if (text(order.remark).length > 230) return "备注过长";
  if (lines.length === 0) return "发票明细不能为空";
  for (const line of lines) {
    const [gross, net, tax] = [fen(line.taxIncludedAmount), fen(line.taxExcludedAmount), fen(line.tax)];
    if (text(line.goodsName) === "" || text(line.goodsName).length > 90) return "商品名称为空或过长";
    if (!/^\d{19}$/.test(text(line.goodsCode))) return "商品编码必须为19位";
    if (!(gross > 0) || gross !== net + tax) return "含税金额不等于不含税金额加税额";
    if (Math.abs(net * Number(line.taxRate) - tax) > TOLERANCE_FEN) return "税额误差超过0.06";
  }
  return rentProblemOf(order, lines);
}

function rentProblemOf(
  order: Readonly<Record<string, unknown>>,
  lines: readonly Record<string, unknown>[],
): string | undefined {
  if (order.specificFactor !== "6") return undefined;
  const rent = (order.realPropertyRentInfo ?? {}) as Record<string, unknown>;
  if (lines.length !== 1) return "不动产经营租赁服务只能有一条明细";
  if (lines[0]?.unit !== undefined || lines[0]?.specType !== undefined) return "不动产经营租赁服务不能有规格型号和单位";
  const needed = ["realPropertyAddress", "detailAddress", "rentStartDate", "rentEndDate", "crossCityFlag", "unit"];
  return needed.some((name) => text(rent[name]) === "") ? "不动产经营租赁信息不完整" : undefined;
}
