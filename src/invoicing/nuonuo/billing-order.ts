import type { InvoiceKind } from "../../domain/invoice/title.ts";
import { toYuanText } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { ImmovableLease, InvoiceOrder, InvoiceOrderLine } from "../../ports/invoice-provider.ts";

/** 票种: 数电专票, 数电普票. */
export const INVOICE_LINES: Readonly<Record<InvoiceKind, string>> = { special: "bs", ordinary: "pc" };
const BLUE = "1";
/** 不推送: the invoice is delivered by us. */
const NO_PUSH = "-1";
/** 特定要素 6: 不动产经营租赁服务. */
const IMMOVABLE_LEASE = "6";
/** 面积单位 2: 平方米. */
const SQUARE_METRES = "2";
const PARKING = "3040502020200000000";

/** The `order` of requestBillingNew. Amounts with tax, net and tax go along, so that nothing is computed over there. */
export function billingOrderOf(order: InvoiceOrder, orderedAt: string): object {
  const { buyer, seller, immovableLease } = order;
  return {
    orderNo: order.orderNo,
    invoiceDate: orderedAt,
    invoiceType: BLUE,
    invoiceLine: INVOICE_LINES[order.kind],
    pushMode: NO_PUSH,
    salerTaxNum: seller.taxNo,
    ...(seller.drawer === "" ? {} : { clerk: seller.drawer }),
    ...(seller.extensionNumber === "" ? {} : { extensionNumber: seller.extensionNumber }),
    buyerName: buyer.name,
    buyerTaxNum: buyer.taxNo,
    buyerTel: buyer.phone,
    buyerAddress: buyer.address,
    buyerAccount: [buyer.bank, buyer.bankAccount].filter((text) => text !== "").join(" "),
    naturalPersonFlag: buyer.type === "person" ? "1" : "0",
    remark: order.remark,
    ...(immovableLease === undefined
      ? {}
      : { specificFactor: IMMOVABLE_LEASE, realPropertyRentInfo: rentInfoOf(immovableLease, order.lines) }),
    invoiceDetail: order.lines.map(detailOf),
  };
}

/** The short name between asterisks is put before the name by the platform, from the code. */
export const plainGoodsName = (goodsName: string): string => goodsName.replace(/^\*[^*]*\*/, "");

const detailOf = (line: InvoiceOrderLine) => ({
  goodsName: plainGoodsName(line.goodsName),
  goodsCode: line.taxCode,
  withTaxFlag: "1",
  taxRate: line.taxRate,
  taxExcludedAmount: toYuanText(line.netFen),
  tax: toYuanText(line.taxFen),
  taxIncludedAmount: toYuanText(line.amountFen),
  invoiceLineProperty: "0",
  favouredPolicyFlag: "0",
});

function rentInfoOf(lease: ImmovableLease, lines: readonly InvoiceOrderLine[]): object {
  const isParking = lines.some((line) => line.taxCode === PARKING);
  const at = (date: CivilDate, time: string): string => (isParking ? `${date} ${time}` : date);
  return {
    realPropertyAddress: lease.region,
    detailAddress: lease.address,
    rentStartDate: at(lease.period.from, "00:00"),
    rentEndDate: at(lease.period.to, "23:59"),
    crossCityFlag: lease.crossCity ? "1" : "0",
    realPropertyCertificate: lease.certificateNo,
    unit: SQUARE_METRES,
  };
}
