/*
 * Files as WeChat Pay writes them (its public bill format), made from plain rows; imports nothing of ours.
 */

export interface TradeRow {
  readonly time: string;
  readonly transactionId: string;
  readonly orderNo: string;
  /** Yuan, two decimals; a refund names its own amount and number. */
  readonly amount: string;
  readonly fee: string;
  readonly rate?: string;
  readonly status?: string;
  readonly refund?: { readonly id: string; readonly no: string; readonly amount: string; readonly status?: string };
}

const TRADE_HEADER =
  "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";

const cents = (yuan: string): number => Math.round(Number(yuan) * 100);
const yuan = (value: number): string => (value / 100).toFixed(2);
const quoted = (cells: readonly string[]): string => cells.map((cell) => `\`${cell}`).join(",");

export function tradeBill(rows: readonly TradeRow[], merchantId = "1900000001"): string {
  const lines = rows.map((row) =>
    quoted([
      row.time,
      "wx1234567890abcdef",
      merchantId,
      "0",
      "",
      row.transactionId,
      row.orderNo,
      "oPayer",
      "JSAPI",
      row.status ?? (row.refund ? "REFUND" : "SUCCESS"),
      "OTHERS",
      "CNY",
      row.refund ? "0.00" : row.amount,
      "0.00",
      row.refund?.id ?? "0",
      row.refund?.no ?? "0",
      row.refund?.amount ?? "0.00",
      "0.00",
      row.refund ? "ORIGINAL" : "",
      row.refund ? (row.refund.status ?? "SUCCESS") : "",
      "物业费",
      "",
      `${row.fee}000`,
      row.rate ?? "0.60%",
      row.refund ? "0.00" : row.amount,
      row.refund?.amount ?? "0.00",
      "",
    ]),
  );
  const paid = rows.filter((row) => !row.refund).reduce((sum, row) => sum + cents(row.amount), 0);
  const refunded = rows.reduce((sum, row) => sum + cents(row.refund?.amount ?? "0"), 0);
  const fees = rows.reduce((sum, row) => sum + cents(row.fee), 0);
  const footer = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
  const totals = quoted([
    String(rows.length),
    yuan(paid),
    yuan(refunded),
    "0.00",
    `${yuan(fees)}000`,
    yuan(paid),
    yuan(refunded),
  ]);
  return `\uFEFF${[TRADE_HEADER, ...lines, footer, totals].join("\r\n")}\r\n`;
}

export interface FundRow {
  readonly time: string;
  readonly business: string;
  readonly flow: string;
  readonly type: string;
  readonly amount: string;
  readonly out?: boolean;
  readonly voucher?: string;
  readonly remark?: string;
}

const FUND_HEADER =
  "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号";

export function fundBill(rows: readonly FundRow[], opening: string): string {
  let balance = cents(opening);
  const lines = rows.map((row) => {
    balance += row.out ? -cents(row.amount) : cents(row.amount);
    return quoted([
      row.time,
      row.business,
      row.flow,
      row.type,
      row.type,
      row.out ? "支出" : "收入",
      row.amount,
      yuan(balance),
      "system",
      row.remark ?? "",
      row.voucher ?? "",
    ]);
  });
  const [incoming, outgoing] = [rows.filter((row) => !row.out), rows.filter((row) => row.out)];
  const sum = (some: readonly FundRow[]): string => yuan(some.reduce((total, row) => total + cents(row.amount), 0));
  const totals = quoted([
    String(rows.length),
    String(incoming.length),
    sum(incoming),
    String(outgoing.length),
    sum(outgoing),
  ]);
  return `\uFEFF${[FUND_HEADER, ...lines, "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额", totals].join("\r\n")}\r\n`;
}
