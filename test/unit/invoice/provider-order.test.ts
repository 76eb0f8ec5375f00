import { describe, expect, it } from "vitest";
import { EMPTY_TITLE } from "../../../src/domain/invoice/title.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { manualInvoicing } from "../../../src/invoicing/manual.ts";
import { providerOrderOf } from "../../../src/usecases/invoices/provider-order.ts";
import type { StoredApplication, StoredInvoice } from "../../../src/usecases/invoices/stored-application.ts";

const period = { from: parseCivilDate("2026-09-01"), to: parseCivilDate("2026-09-30") };
/** Rent 1,090.00 with 9 %: 1,000.00 and 90.00. */
const rent: StoredInvoice = {
  invoiceId: "i1",
  ordinal: 1,
  state: "requested",
  number: undefined,
  issuedOn: undefined,
  entityId: "e1",
  entityName: "东莞公司",
  entityTaxNo: "91441900MA00DEMO01",
  taxRate: "0.09",
  amountFen: 109_000n,
  netFen: 100_000n,
  taxFen: 9_000n,
  redFen: 0n,
  lines: [
    {
      goodsName: "*经营租赁*房屋租金",
      taxCode: "3040502029902000000",
      period,
      amountFen: 109_000,
      netFen: 100_000,
      taxFen: 9_000,
    },
  ],
  lease: {
    leaseCode: "L1",
    period,
    region: "广东省东莞市松山湖",
    address: "科技路1号A栋",
    certificateNo: "粤(2020)东莞不动产权第0000001号",
    crossCity: false,
  },
};
const application: StoredApplication = {
  applicationId: "a1",
  applicationNo: "FP-202609-00001",
  version: 1,
  state: "submitted",
  tenantId: "t1",
  tenantName: "一号电子",
  kind: "special",
  title: { ...EMPTY_TITLE, titleId: "x", isDefault: true, name: "一号电子", taxNo: "91350100M000100Y43" },
  amountFen: 109_000n,
  beforeMoney: false,
  businessDate: parseCivilDate("2026-09-05"),
  closingReason: undefined,
  projectId: "p1",
  buildingIds: [],
  invoices: [rent],
};

describe("an invoice as a provider takes it", () => {
  it("has a number of its own within the application, exact amounts and what rent asks for", () => {
    expect(providerOrderOf(application, rent)).toMatchObject({
      ok: true,
      order: {
        orderNo: "FP-202609-00001-2",
        seller: { taxNo: "91441900MA00DEMO01" },
        lines: [{ amountFen: 109_000n, netFen: 100_000n, taxFen: 9_000n, taxCode: "3040502029902000000" }],
        immovableLease: { certificateNo: "粤(2020)东莞不动产权第0000001号", period },
        remark: "",
      },
    });
  });

  it("says in the remark for which days, within what a provider prints", () => {
    const lines = Array.from({ length: 12 }, () => ({
      ...rent.lines[0],
      goodsName: "*供电*电费",
    })) as StoredInvoice["lines"];
    const made = providerOrderOf(application, { ...rent, lease: undefined, lines });
    expect(made.ok && made.order.remark).toMatch(/^电费2026年9月1日至2026年9月30日；/);
    expect(made.ok && made.order.remark.length).toBe(200);
  });

  it("is refused where the building or the tax code is not set up, with what to do", () => {
    const bare = { ...rent, lease: rent.lease && { ...rent.lease, certificateNo: "" } };
    expect(providerOrderOf(application, bare)).toMatchObject({ ok: false, code: "CERTIFICATE_MISSING" });
    const noCode = { ...rent, lines: [{ ...rent.lines[0], taxCode: null }] } as StoredInvoice;
    expect(providerOrderOf(application, noCode)).toMatchObject({ ok: false, code: "TAX_CODE_MISSING" });
  });

  it("is made by hand as long as there is no contract", async () => {
    const made = providerOrderOf(application, rent);
    if (!made.ok) throw new Error(made.code);
    expect(await manualInvoicing.requestInvoice(made.order)).toEqual({ state: "by-hand" });
    expect(await manualInvoicing.queryInvoice({ sellerTaxNo: "x", orderNo: made.order.orderNo })).toEqual({
      state: "by-hand",
    });
  });
});
