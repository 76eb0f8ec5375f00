import { describe, expect, it } from "vitest";
import { billNumbersIn, paymentCodesIn } from "../../../src/domain/reconciliation/remark.ts";

/** How people and banks write one and the same number. */
describe("what a payer writes beside a transfer", () => {
  it.each([
    "DG-202609-00001",
    "dg-202609-00001",
    "ＤＧ－２０２６０９－００００１",
    "DG—202609—00001",
    "DG–202609–00001",
    "DG 202609 00001",
    "DG20260900001",
    "付9月房租DG-202609-00001谢谢",
    "DG-202609-00001 2026.9.5付",
    "发票号3312，账单DG-202609-00001。",
  ])("“%s” names DG-202609-00001", (remark) => {
    expect(billNumbersIn(remark)).toContain("DG20260900001");
  });

  it("names two bills, also one that was taken over", () => {
    const found = billNumbersIn("DG-202609-00009、DG-OPEN-202608-00004");
    expect(found).toContain("DG20260900009");
    expect(found).toContain("DGOPEN20260800004");
  });

  it.each(["房租", "20260905", "6222021234567890123", "202609"])("“%s” names no bill", (remark) => {
    expect(billNumbersIn(remark)).toEqual([]);
  });

  it.each(["PK73CXAQQDAK", "pk73cxaqqdak", "租金 PK73 CXAQ QDAK", "付PK-73CX-AQQD-AK房租", "ＰＫ７３ＣＸＡＱＱＤＡＫ"])(
    "“%s” holds the payment code",
    (remark) => {
      expect(paymentCodesIn(remark)).toEqual(["PK73CXAQQDAK"]);
    },
  );

  it.each(["PK73CXAQQDA", "PK73CXAQQDAKK", "XPK73CXAQQDAK", "PK0000000000"])("“%s” holds none", (remark) => {
    expect(paymentCodesIn(remark)).toEqual([]);
  });
});
