import { approvalCard } from "../../cards/approval-card.ts";
import type { Card } from "../../cards/card.ts";
import { dunningCard } from "../../cards/dunning-card.ts";
import { invoiceApplicationCard } from "../../cards/invoice-application-card.ts";
import { refundCard } from "../../cards/refund-card.ts";
import { staffMenuCard } from "../../cards/staff-menu-card.ts";
import { taskCard } from "../../cards/task-card.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { CARDS } from "../../test/unit/cards/sample-cards.ts";
import { STAFF_SAMPLES } from "./staff-samples.ts";

const approval = {
  id: "01990000-0000-7000-8000-000000000001",
  number: "AP-202609-00012",
  version: 3,
  title: "退款",
  amountFen: 320_000n,
  facts: [
    { label: "租户", value: "深圳市明远电子有限公司" },
    { label: "付款单", value: "SJ-202609-00007" },
    { label: "退到", value: "微信支付原路退回" },
  ],
  reason: "9月租金付了两次",
  requesterName: "李四",
  steps: [{ role: "区域经理", count: 1, agreed: 0 }],
  decisions: [],
} as const;

/** Every kind of card, with the longest names that a park has. */
export const SAMPLES: Readonly<Record<string, Card>> = {
  ...CARDS,
  ...STAFF_SAMPLES,
  approval: approvalCard(
    { ...approval, state: "pending" },
    { may: "decide", url: "https://park.example.com/h5/approval?t=abc" },
  ),
  approvalDone: approvalCard(
    {
      ...approval,
      state: "approved",
      decisions: [{ name: "王经理", decision: "approve", on: parseCivilDate("2026-09-03") }],
    },
    { may: "read" },
  ),
  dunning: dunningCard({
    action: "formal-notice",
    tenantName: "深圳市华星光电半导体显示技术股份有限公司",
    dueDate: parseCivilDate("2026-09-10"),
    daysOverdue: 15,
    openFen: 123_456_789n,
    entities: [
      {
        entityName: "东莞市明远物业服务有限公司",
        openFen: 123_456_789n,
        billNos: ["DG-202609-00001"],
        payUrl: "https://park.example.com/h5/pay?t=abc",
        letter: { url: "https://park.example.com/h5/document/abc" },
      },
    ],
  }),
  task: taskCard({
    number: "RW2026-00001",
    kind: "dunning",
    state: "open",
    title: "上门催缴",
    tenantName: "深圳市华星光电半导体显示技术股份有限公司",
    place: "东莞园区 A栋 A-301、A-302",
    overdueFen: 123_456_789n,
    disputedFen: 0n,
    daysOverdue: 12,
    contactName: "王会计",
    assigneeName: "李管家",
    lastNote: null,
    promisedUntil: null,
    closedReason: null,
    callUrl: "https://park.example.com/h5/call?t=abc",
    mapUrl: "https://uri.amap.com/search?keyword=x",
  }),
  refund: refundCard({
    step: "asked",
    refundNo: "RF-202609-00003",
    tenantName: "深圳市明远电子有限公司",
    amountFen: 320_000n,
    rows: [{ label: "原付款", value: "2026年9月5日 ¥8,000.00" }],
    words: "已提交审批，通过后原路退回，一般1至3天到账。",
  }),
  invoiceApplication: invoiceApplicationCard({
    applicationNo: "KP-202609-00008",
    tenantName: "深圳市明远电子有限公司",
    state: "待开具",
    amountFen: 756_560n,
    buyer: [
      { label: "名称", value: "深圳市明远电子有限公司" },
      { label: "税号", value: "91440300MA5EXAMPLE" },
    ],
    invoices: [["租金 ¥7,453.00 税率9%", "不动产地址：东莞市松山湖园区路1号A栋301"], ["电费 ¥312.60 税率13%"]],
    hint: "开好后直接把号码和文件发到这里。",
  }),
  staffMenu: staffMenuCard({ name: "王经理", roles: ["area-manager"] }),
  longNames: {
    ...CARDS.overdueBill,
    title: "2026年9月账单（粤港澳大湾区智能制造与新材料产业示范园区东莞分园）",
    subtitle: "粤港澳大湾区智能制造与新材料产业示范园区东莞分园 · 深圳市前海明远新能源电子科技（集团）股份有限公司",
  },
};
