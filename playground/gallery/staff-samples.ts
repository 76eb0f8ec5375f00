import { approvalListCard } from "../../cards/approval-card.ts";
import { auditCard } from "../../cards/audit-card.ts";
import type { Card } from "../../cards/card.ts";
import { delegationCard } from "../../cards/delegation-card.ts";
import { exceptionCard, exceptionsCard } from "../../cards/exception-card.ts";
import { explanationCard } from "../../cards/explanation-card.ts";
import { invoiceCard } from "../../cards/invoice-card.ts";
import { refundAlertCard } from "../../cards/refund-card.ts";
import { settlementCard } from "../../cards/settlement-card.ts";
import { taskListCard } from "../../cards/task-card.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";

const day = parseCivilDate("2026-09-30");

const exception = {
  id: "01990000-0000-7000-8000-000000000002",
  version: 1,
  kindName: "付款人不明",
  amountFen: 123_456_789n,
  account: "CMB1",
  date: day,
  number: "SK-E1-2026-000012",
  payer: "深圳市华星光电半导体显示技术股份有限公司",
  remark: "9月房租及物业费",
  reasons: ["没有找到能确定的付款人"],
  proposals: [
    { code: "claim:T001", effect: "借 2241.02 贷 1122/2203", tenantName: "深圳市明远电子有限公司" },
    { code: "hold", effect: "不记账，继续挂账" },
  ],
} as const;

const task = {
  kind: "dunning",
  state: "open",
  title: "上门催缴",
  place: "东莞园区 A栋 A-301",
  disputedFen: 0n,
  daysOverdue: 12,
  contactName: "王会计",
  assigneeName: "李管家",
  lastNote: null,
  promisedUntil: null,
  closedReason: null,
} as const;

/** What finance, stewards and who moves out are shown; samples.ts has the rest. */
export const STAFF_SAMPLES: Readonly<Record<string, Card>> = {
  invoice: invoiceCard({
    tenantName: "深圳市明远电子有限公司",
    sellerName: "东莞市明远物业服务有限公司",
    number: "26442000000000000001",
    issuedOn: day,
    amountFen: 756_560n,
    downloadUrl: "https://park.example.com/h5/document/abc",
  }),
  explanation: explanationCard({
    billNo: "DG-202609-00001",
    name: "公摊电费（2026年8月）",
    lines: ["A栋电梯电费2026年8月共¥1,232.87（净用量1,503.5 × 0.82元）", "按面积您占 295/995.75 → ¥365.25"],
    disputes: 3,
  }),
  delegation: delegationCard(
    {
      id: "01990000-0000-7000-8000-000000000001",
      delegatorName: "王区总",
      delegateName: "许区总",
      roleNames: ["区域经理"],
      days: { from: day, to: day },
    },
    { as: "delegator", what: "began" },
  ),
  delegationForStandIn: delegationCard(
    {
      id: "01990000-0000-7000-8000-000000000001",
      delegatorName: "王区总",
      delegateName: "许区总",
      roleNames: ["区域经理", "财务经理"],
      days: { from: day, to: day },
    },
    { as: "delegate", what: "began", waiting: 3 },
  ),
  approvalList: approvalListCard({
    title: "等您审批的单据",
    approvals: [
      { number: "SP-202609-00012", label: "退款 深圳市明远电子有限公司", amountFen: 320_000n },
      { number: "SP-202609-00013", label: "反结账 2026年8月", amountFen: 0n },
    ],
  }),
  audit: auditCard("最近的审批记录", [
    { on: day, action: "approval.approved", who: "许区总", channel: "wecom", number: "SP-202609-00012" },
    {
      on: day,
      action: "approval.rejected",
      who: "钱经理",
      channel: "h5",
      number: "SP-202609-00011",
      reason: "金额不对",
    },
  ]),
  exception: exceptionCard(exception),
  exceptionDone: exceptionCard({ ...exception, resolution: { what: "claim:T001", who: "钱经理" } }),
  exceptionList: exceptionsCard([exception, { ...exception, id: "01990000-0000-7000-8000-000000000003" }]),
  refundAlert: refundAlertCard({
    title: "退款暂扣",
    refundNo: "TK-E1-2026-000001",
    amountFen: 480_000n,
    rows: [{ label: "租户", value: "广东海拓供应链有限公司" }],
    paragraphs: ["付款后10分钟内申请退款，请核实后解除。"],
    liftable: true,
  }),
  taskList: taskListCard("digest", [
    { ...task, number: "RW2026-00001", tenantName: "深圳市明远电子有限公司", overdueFen: 1_234_500n },
    { ...task, number: "RW2026-00002", tenantName: "广东海拓供应链有限公司", overdueFen: 88_000n },
  ]),
  settlement: settlementCard({
    title: "退租结算",
    number: "TZ-202609-00001",
    tenantName: "深圳市明远电子有限公司",
    leaseCode: "L001",
    units: ["A-301", "A-302"],
    lastDay: day,
    steps: [
      { step: "notice", state: "done" },
      { step: "readings", state: "done" },
      { step: "final-bill", state: "done" },
      { step: "invoices", state: "done" },
      { step: "deposit", state: "done" },
      { step: "sheet", state: "done" },
      { step: "consent", state: "waits", why: "tenant-consent" },
      { step: "refund", state: "later" },
      { step: "close", state: "later" },
    ],
    billNos: ["DG-202610-00021"],
    owedFen: 312_600n,
    owedToOthersFen: 0n,
    forfeitedFen: 0n,
    depositFen: 5_000_000n,
    offsetFen: 312_600n,
    prepaymentFen: 0n,
    refunds: [],
    redLetters: [],
    paragraphs: [],
    decides: 1,
    paperUrl: "https://park.example.com/h5/document/abc",
  }),
};
