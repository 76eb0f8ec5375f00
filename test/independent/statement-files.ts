/*
 * Statement files as banks and WeChat Pay write them, from a list of movements. Imports nothing of ours: another hand wrote
 * the formats down (wechat-pay.md 5.2, domain.md 4.7), with arithmetic of its own.
 */

/** A movement of money: `fen` above zero came in. */
export interface Movement {
  readonly day: string;
  readonly time: string;
  readonly fen: number;
  readonly text: string;
  readonly name: string;
  readonly account: string;
}

const yuan = (fen: number): string => {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
const grouped = (fen: number): string => yuan(fen).replace(/\B(?=(\d{3})+\.)/g, ",");
const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csvLine = (cells: readonly string[]): string => cells.map(quoted).join(",");

/** The file's lines apart: what stands around the rows, and the rows, so that a test can lose or alter one. */
export interface PlainFile {
  readonly name: string;
  readonly before: readonly string[];
  readonly rows: readonly string[];
  readonly after: readonly string[];
}

export const textOf = (file: PlainFile): string => [...file.before, ...file.rows, ...file.after, ""].join("\r\n");

function withBalances(movements: readonly Movement[], openingFen: number) {
  let balance = openingFen;
  return movements.map((movement) => {
    balance += movement.fen;
    return { ...movement, balance };
  });
}
const total = (movements: readonly Movement[], sign: 1 | -1): number =>
  movements.filter(({ fen }) => fen * sign > 0).reduce((sum, { fen }) => sum + fen * sign, 0);
const count = (movements: readonly Movement[], sign: 1 | -1): number =>
  movements.filter(({ fen }) => fen * sign > 0).length;

/** 招行 export: preface with the opening balance, two amount columns, newest row last, totals at the end, empty last column. */
export function cmbExport(movements: readonly Movement[], openingFen: number): PlainFile {
  const closing = openingFen + total(movements, 1) - total(movements, -1);
  return {
    name: "招行导出",
    before: [
      "招商银行交易明细",
      "账号：755912345610501,户名：某某园区",
      csvLine([`期初余额：${grouped(openingFen)}`, `期末余额：${grouped(closing)}`]),
      "",
      "账号,账号名称,币种,交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,收/付方名称,收/付方账号,冲账标志,",
    ],
    rows: withBalances(movements, openingFen).map(
      ({ day, time, fen, text, name, account, balance }) =>
        csvLine([
          "755912345610501",
          "某某园区",
          "人民币",
          day.replaceAll("-", ""),
          time.replaceAll(":", ""),
          day.replaceAll("-", ""),
          "转账",
          fen < 0 ? grouped(-fen) : "",
          fen < 0 ? "" : grouped(fen),
          grouped(balance),
          text,
          name,
          account,
          "",
          "",
        ]), // prettier-ignore
    ),
    after: [
      csvLine(["合计", "", "", "", "", "", "", grouped(total(movements, -1)), grouped(total(movements, 1)), "", ""]),
      "以上为全部明细",
    ],
  };
}

/** 招行 simple: one signed amount. `newestFirst` is how the web page sorts. */
export function cmbSimple(movements: readonly Movement[], openingFen: number, newestFirst: boolean): PlainFile {
  const rows = withBalances(movements, openingFen).map(({ day, fen, text, name, account, balance }) =>
    csvLine([day, day, yuan(fen), yuan(balance), text, account, name]),
  );
  return {
    name: newestFirst ? "招行简版（新在前）" : "招行简版",
    before: ["交易日期,记账日期,交易金额,账户余额,摘要,对方账号,对方户名"],
    rows: newestFirst ? rows.reverse() : rows,
    after: [],
  };
}

/** 工行: no counterparty; counts and sums under the table. */
export function icbc(movements: readonly Movement[], openingFen: number): PlainFile {
  const closing = openingFen + total(movements, 1) - total(movements, -1);
  return {
    name: "工行",
    before: ["记账日期,借方发生额,贷方发生额,余额,交易摘要", `,,,${quoted(grouped(openingFen))},期初余额`],
    rows: withBalances(movements, openingFen).map(({ day, fen, text, balance }) =>
      csvLine([
        day.replaceAll("-", "/"),
        fen < 0 ? grouped(-fen) : "0.00",
        fen < 0 ? "0.00" : grouped(fen),
        grouped(balance),
        text,
      ]),
    ),
    after: [
      `,,,${quoted(grouped(closing))},期末余额`,
      csvLine([`借方笔数:${count(movements, -1)}`, `借方金额:${grouped(total(movements, -1))}`]),
      csvLine([`贷方笔数:${count(movements, 1)}`, `贷方金额:${grouped(total(movements, 1))}`]),
    ],
  };
}

/** 借/贷 flag, ¥ before the figure, dates in words, tabs between the columns. */
export function flagged(movements: readonly Movement[], openingFen: number): PlainFile {
  const closing = openingFen + total(movements, 1) - total(movements, -1);
  return {
    name: "借贷标志",
    before: [
      `期初余额\t¥${grouped(openingFen)}`,
      "交易时间\t借贷标志\t金额(元)\t余额(元)\t摘要\t附言\t对方户名\t对方账号",
    ],
    rows: withBalances(movements, openingFen).map(({ day, time, fen, text, name, account, balance }) => {
      const [year, month, date] = day.split("-").map(Number);
      const [hour = "", minute = ""] = time.split(":");
      return [
        `${year}年${month}月${date}日 ${hour}时${minute}分`,
        fen < 0 ? "借" : "贷",
        `¥${grouped(Math.abs(fen))}`,
        `¥${grouped(balance)}`,
        "转账",
        text,
        name,
        account,
      ].join("\t"); // prettier-ignore
    }),
    after: [`期末余额\t¥${grouped(closing)}`, `总笔数\t${movements.length}`],
  };
}

export interface Payment {
  readonly at: string;
  readonly orderNo: string;
  readonly transactionId: string;
  readonly fen: number;
  readonly feeFen: number;
  readonly refund?: { readonly refundNo: string; readonly refundId: string };
}

const ALL_HEADER =
  "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";

/** ALL, SUCCESS or REFUND trade bill of 1900000001. */
export function tradeBill(payments: readonly Payment[], type: "ALL" | "SUCCESS" | "REFUND"): PlainFile {
  const taken = payments.filter(({ refund }) => type === "ALL" || (refund === undefined) === (type === "SUCCESS"));
  const row = ({ at, orderNo, transactionId, fen, feeFen, refund }: Payment): string => {
    const paid = refund === undefined ? yuan(fen) : "0.00";
    const back = refund === undefined ? "0.00" : yuan(fen);
    const fee = `${yuan(refund === undefined ? feeFen : -feeFen)}000`;
    const head = [
      at,
      "wx0000000000000001",
      "1900000001",
      "0",
      "",
      transactionId,
      orderNo,
      "oPayer1",
      "JSAPI",
      refund === undefined ? "SUCCESS" : "REFUND",
      "CMB_DEBIT",
      "CNY",
      paid,
      "0.00",
    ]; // prettier-ignore
    const refunds = [
      refund?.refundId ?? "0",
      refund?.refundNo ?? "0",
      back,
      "0.00",
      refund === undefined ? "" : "ORIGINAL",
      refund === undefined ? "" : "SUCCESS",
    ]; // prettier-ignore
    const tail = ["2026年9月租金\\ 物业费", "", fee, "0.60%"];
    const cells =
      type === "ALL"
        ? [...head, ...refunds, ...tail, paid, back, ""]
        : type === "SUCCESS"
          ? [...head, ...tail, paid, ""]
          : [...["2026-08-20 10:00:00"], ...head.slice(1), at, at, ...refunds, ...tail, paid, back, ""];
    return cells.map((cell) => `\`${cell}`).join(",");
  };
  const payment = taken.filter(({ refund }) => refund === undefined).reduce((sum, { fen }) => sum + fen, 0);
  const refunded = taken.filter(({ refund }) => refund !== undefined).reduce((sum, { fen }) => sum + fen, 0);
  const fees = taken.reduce((sum, { feeFen, refund }) => sum + (refund === undefined ? feeFen : -feeFen), 0);
  const header =
    type === "ALL"
      ? ALL_HEADER
      : type === "SUCCESS"
        ? ALL_HEADER.replace(/微信退款单号.*退款状态,/, "").replace("申请退款金额,", "")
        : ALL_HEADER.replace("微信退款单号", "退款申请时间,退款成功时间,微信退款单号");
  const sums =
    type === "SUCCESS"
      ? [`${taken.length}`, yuan(payment), `${yuan(fees)}000`, yuan(payment)]
      : [`${taken.length}`, yuan(payment), yuan(refunded), "0.00", `${yuan(fees)}000`, yuan(payment), yuan(refunded)];
  return {
    name: `交易账单 ${type}`,
    before: [`\ufeff${header}`],
    rows: taken.map(row),
    after: [
      type === "SUCCESS"
        ? "总交易单数,应结订单总金额,手续费总金额,订单总金额"
        : "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额",
      sums.map((cell) => `\`${cell}`).join(","),
    ],
  };
}

/** Fund flow: gross has a row for each fee, net takes it off and names it in 备注. */
export function fundFlow(payments: readonly Payment[], openingFen: number, style: "gross" | "net"): PlainFile {
  let balance = openingFen;
  let [ins, inFen, outs, outFen] = [0, 0, 0, 0];
  const rows: string[] = [];
  const book = (
    at: string,
    numbers: readonly [string, string, string],
    type: string,
    fen: number,
    remark: string,
  ): void => {
    balance += fen;
    if (fen > 0) [ins, inFen] = [ins + 1, inFen + fen];
    else [outs, outFen] = [outs + 1, outFen - fen];
    const cells = [
      at,
      numbers[0],
      numbers[1],
      type.includes("退") ? "退款" : "交易",
      type,
      fen > 0 ? "收入" : "支出",
      yuan(Math.abs(fen)),
      yuan(balance),
      "system",
      remark,
      numbers[2],
    ]; // prettier-ignore
    rows.push(cells.map((cell) => `\`${cell}`).join(","));
  };
  for (const { at, orderNo, transactionId, fen, feeFen, refund } of payments) {
    if (refund === undefined) {
      const numbers = [transactionId, `${transactionId}1`, orderNo] as const;
      if (style === "net")
        book(at, numbers, "交易", fen - feeFen, `结算总金额 ${yuan(fen)} 元;含手续费 ${yuan(feeFen)} 元`);
      else {
        book(at, numbers, "交易", fen, "");
        if (feeFen > 0) book(at, numbers, "扣除交易手续费", -feeFen, "");
      }
    } else {
      const numbers = [refund.refundId, transactionId, refund.refundNo] as const;
      if (style === "net")
        book(at, numbers, "退款", feeFen - fen, `退款总金额${yuan(fen)}元;含手续费${yuan(feeFen)}元`);
      else {
        book(at, numbers, "退款", -fen, "");
        if (feeFen > 0) book(at, numbers, "退还交易手续费", feeFen, "");
      }
    }
  }
  return {
    name: `资金账单 ${style}`,
    before: [
      "\ufeff记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号",
    ],
    rows,
    after: [
      "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额",
      [`${ins + outs}`, `${ins}`, yuan(inFen), `${outs}`, yuan(outFen)].map((cell) => `\`${cell}`).join(","),
    ],
  };
}
