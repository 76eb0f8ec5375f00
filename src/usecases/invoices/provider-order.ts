import { formatDate } from "../../domain/time/civil-date.ts";
import type { InvoiceOrder } from "../../ports/invoice-provider.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";
import type { StoredApplication, StoredInvoice } from "./stored-application.ts";

const REMARK_MAX = 200;

/** An invoice of an application as a provider takes it; refused where something that it must have is not set up. */
export function providerOrderOf(
  application: StoredApplication,
  invoice: StoredInvoice,
): { readonly ok: true; readonly order: InvoiceOrder } | Refusal {
  const { lease } = invoice;
  const withoutCode = invoice.lines.find((line) => line.taxCode === null);
  if (withoutCode) {
    return refuse("TAX_CODE_MISSING", `“${withoutCode.goodsName}”没有税收分类编码，只能手工开。`, "No tax code.");
  }
  if (lease && [lease.region, lease.address, lease.certificateNo].includes("")) {
    return refuse(
      "CERTIFICATE_MISSING",
      `合同 ${lease.leaseCode} 的楼栋还没有登记产权证，请先用 invoice certificate 登记。`,
      "The building's certificate is not set up.",
    );
  }
  const remark = lease
    ? ""
    : invoice.lines
        .map(
          (line) =>
            `${line.goodsName.replace(/^\*.*\*/, "")}${formatDate(line.period.from)}至${formatDate(line.period.to)}`,
        )
        .join("；");
  return {
    ok: true,
    order: {
      // The same invoice asks with the same number however often it is tried.
      orderNo: `${application.applicationNo}-${invoice.ordinal + 1}`,
      kind: application.kind,
      seller: {
        taxNo: invoice.entityTaxNo,
        name: invoice.entityName,
        drawer: invoice.drawer ?? "",
        extensionNumber: invoice.extensionNumber ?? "",
      },
      buyer: application.title,
      lines: invoice.lines.map((line) => ({
        goodsName: line.goodsName,
        taxCode: line.taxCode ?? "",
        taxRate: invoice.taxRate,
        amountFen: BigInt(line.amountFen),
        netFen: BigInt(line.netFen),
        taxFen: BigInt(line.taxFen),
      })),
      immovableLease: lease && {
        region: lease.region,
        address: lease.address,
        crossCity: lease.crossCity,
        certificateNo: lease.certificateNo,
        period: lease.period,
      },
      remark: remark.slice(0, REMARK_MAX),
    },
  };
}
