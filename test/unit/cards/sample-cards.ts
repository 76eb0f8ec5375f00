import { type BillView, billCard } from "../../../cards/bill-card.ts";
import { billListCard } from "../../../cards/bill-list-card.ts";
import { bindCard } from "../../../cards/bind-card.ts";
import { textCard } from "../../../cards/card.ts";
import { menuCard } from "../../../cards/menu-card.ts";
import { paymentLinkCard } from "../../../cards/payment-link-card.ts";
import { receiptCard } from "../../../cards/receipt-card.ts";
import { parseCivilDate, parseMonth } from "../../../src/domain/time/civil-date.ts";

/** 7,453.00 rent + 312.60 electricity − 200.00 discount = 7,565.60, due on 11 September. */
export const BILL: BillView = {
  billNo: "DG-202609-00001",
  tenantName: "深圳市明远电子有限公司",
  projectName: "东莞园区",
  period: parseMonth("2026-09"),
  issueDate: parseCivilDate("2026-09-01"),
  dueDate: parseCivilDate("2026-09-11"),
  lines: [
    { label: "租金（9月1日至9月30日）", amountFen: 745_300n },
    { label: "电费（8月）", amountFen: 31_260n },
    { label: "租金优惠", amountFen: -20_000n },
  ],
  lateFeeFen: 0n,
  paidFen: 0n,
  owedFen: 756_560n,
  asOf: parseCivilDate("2026-09-01"),
  billUrl: "https://park.example.com/h5/bill/abc",
  payUrl: "https://park.example.com/h5/pay/abc?a=1&b=2",
};

export const CARDS = {
  bill: billCard(BILL),
  /** 1,000.00 paid; 9 days after the due date 12.34 of late fee: 7,565.60 − 1,000.00 + 12.34 = 6,577.94. */
  overdueBill: billCard({
    ...BILL,
    lateFeeFen: 1_234n,
    paidFen: 100_000n,
    owedFen: 657_794n,
    asOf: parseCivilDate("2026-09-20"),
  }),
  settledBill: billCard({ ...BILL, paidFen: 756_560n, owedFen: 0n, asOf: parseCivilDate("2026-10-01") }),
  billList: billListCard({
    tenantName: BILL.tenantName,
    projectName: BILL.projectName,
    asOf: parseCivilDate("2026-09-05"),
    owedFen: 1_256_560n,
    bills: [
      {
        billNo: "DG-202608-00001",
        period: parseMonth("2026-08"),
        dueDate: parseCivilDate("2026-08-11"),
        owedFen: 500_000n,
      },
      {
        billNo: "DG-202609-00001",
        period: parseMonth("2026-09"),
        dueDate: parseCivilDate("2026-09-11"),
        owedFen: 756_560n,
      },
    ],
  }),
  noBills: billListCard({
    tenantName: BILL.tenantName,
    projectName: BILL.projectName,
    asOf: parseCivilDate("2026-09-05"),
    owedFen: 0n,
    bills: [],
  }),
  paymentLink: paymentLinkCard({
    payeeName: "东莞园区运营有限公司",
    billNos: ["DG-202608-00001", "DG-202609-00001"],
    amountFen: 1_256_560n,
    payUrl: "https://park.example.com/h5/pay/xyz",
    // 2026-09-05 18:30 in Shanghai
    expiresAtMs: Date.UTC(2026, 8, 5, 10, 30),
  }),
  receipt: receiptCard({
    receiptNo: "SJ-202609-00007",
    tenantName: BILL.tenantName,
    amountFen: 800_000n,
    valueDate: parseCivilDate("2026-09-05"),
    methodName: "微信支付",
    allocations: [
      { label: "9月租金", amountFen: 745_300n },
      { label: "8月电费", amountFen: 31_260n },
    ],
    prepaymentFen: 23_440n,
    stillOwedFen: 0n,
    receiptUrl: "https://park.example.com/h5/receipt/7",
  }),
  bindNeeded: bindCard({ state: "needed" }),
  bound: bindCard({ state: "bound", tenantName: BILL.tenantName, projectName: BILL.projectName, personName: "李先生" }),
  menu: menuCard({ bound: true, tenantName: BILL.tenantName }),
  strangerMenu: menuCard({ bound: false }),
  words: textCard("已为您转接人工，工作时间 9:00–18:00。", "请稍候。"),
} as const;
