import { expect, it } from "vitest";
import { receiptNotice } from "../../../bot/notices/receipt-notice.ts";
import { parseCivilDate } from "../../../src/domain/time/civil-date.ts";

const day = parseCivilDate;
const SEPTEMBER = { from: day("2026-09-01"), to: day("2026-09-30") };

const receipt = {
  receiptNo: "E1-2026-000001",
  tenantName: "一号电子",
  amountFen: 200_000n,
  valueDate: day("2026-09-05"),
  channel: "bank",
  allocations: [],
  prepaymentFen: 0n,
  stillOwedFen: 0n,
} as const;

it("says where every fen went, in the words of the bill", () => {
  const card = receiptNotice({
    ...receipt,
    allocations: [
      { kind: "electricity", component: "late-fee", period: SEPTEMBER, amountFen: 106n },
      { kind: "rent", component: "principal", period: SEPTEMBER, amountFen: 100_000n },
      { kind: "deposit", component: "principal", period: SEPTEMBER, amountFen: 50_000n },
      {
        kind: "rent",
        component: "principal",
        period: { from: day("2026-08-15"), to: day("2026-08-31") },
        amountFen: 49_000n,
      },
    ],
    prepaymentFen: 894n,
  });
  expect(card.items).toEqual([
    { label: "电费违约金（2026年9月）", value: "¥1.06" },
    { label: "租金（2026年9月）", value: "¥1,000.00" },
    { label: "押金", value: "¥500.00" },
    { label: "租金（2026年8月15日至2026年8月31日）", value: "¥490.00" },
    { label: "转入预存款", value: "¥8.94" },
  ]);
  expect(card.rows).toContainEqual({ label: "付款方式", value: "银行转账" });
});

it("adds up what reads the same: two leases, one rent", () => {
  const rent = { kind: "rent", component: "principal", period: SEPTEMBER, amountFen: 100_000n } as const;
  expect(receiptNotice({ ...receipt, allocations: [rent, rent] }).items).toEqual([
    { label: "租金（2026年9月）", value: "¥2,000.00" },
  ]);
});
