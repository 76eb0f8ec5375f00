import { type Card, type CardRow, textCard } from "../../cards/card.ts";
import { invoiceApplicationCard } from "../../cards/invoice-application-card.ts";
import { invoiceCard } from "../../cards/invoice-card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { InvoiceCards } from "../../src/usecases/invoices/invoice-messages.ts";
import type { RedLetter } from "../../src/usecases/invoices/red-letters.ts";
import type { StoredApplication, StoredInvoice } from "../../src/usecases/invoices/stored-application.ts";
import { factCard } from "../fact-card.ts";
import { SAY_INVOICE } from "../text/invoice.zh-CN.ts";

const STATES = SAY_INVOICE.query.states;

/** For finance: everything that the tax platform asks for, and how to answer. */
export function applicationNotice(application: StoredApplication, pageUrl?: string): Card {
  const { title, applicationNo } = application;
  const row = (label: string, value: string): CardRow[] => (value === "" ? [] : [{ label, value }]);
  const { fields } = SAY_INVOICE.title;
  const isOpen = application.state === "submitted";
  return invoiceApplicationCard({
    applicationNo,
    tenantName: application.tenantName,
    state: STATES[application.state],
    amountFen: application.amountFen,
    buyer: [
      { label: SAY_INVOICE.request.kind, value: SAY_INVOICE.kinds[application.kind] },
      ...row("购买方", title.name),
      ...row(fields.taxNo, title.taxNo),
      ...row(fields.address, title.address),
      ...row(fields.phone, title.phone),
      ...row(fields.bank, title.bank),
      ...row(fields.bankAccount, title.bankAccount),
      ...row(fields.email, title.email),
    ],
    invoices: application.invoices.map((invoice) => invoiceLines(invoice)),
    pageUrl: isOpen ? pageUrl : undefined,
    hint: isOpen
      ? `开好后回复“${applicationNo} 发票号码”${application.invoices.length > 1 ? "（多张写“第1张”）" : ""}；开不了回复“退回 ${applicationNo} 原因”。`
      : (application.closingReason ?? ""),
  });
}

/** What a provider makes is not for finance to type; what it did not get done has a card of its own. */
function orderNoteOf({ order }: StoredInvoice): string {
  if (order === undefined || order.state === "by-hand") return "";
  return order.state === "failed" ? `（自动开票没有成功，见 ${order.orderNo}）` : "（自动开具中，请勿手工开）";
}

function invoiceLines(invoice: StoredInvoice): string[] {
  const { lease } = invoice;
  const rate = `${Number(invoice.taxRate) * 100}%`;
  return [
    `第${invoice.ordinal + 1}张 销售方 ${invoice.entityName} ${invoice.entityTaxNo}${invoice.number === undefined ? orderNoteOf(invoice) : ` 已开 ${invoice.number}`}`,
    ...invoice.lines.map(
      (line) =>
        `${line.goodsName} 税收编码 ${line.taxCode ?? "请选择"} 税率 ${rate} 金额 ${formatYuan(BigInt(line.netFen))} 税额 ${formatYuan(BigInt(line.taxFen))} 价税合计 ${formatYuan(BigInt(line.amountFen))}`,
    ),
    ...(lease === undefined
      ? invoice.lines.map((line) => `备注：${formatDate(line.period.from)}至${formatDate(line.period.to)}`).slice(0, 1)
      : [
          `不动产经营租赁 租赁期 ${lease.period.from} 至 ${lease.period.to} 面积单位 平方米`,
          `地址 ${lease.region === "" ? "（未维护）" : lease.region} ${lease.address} 产权证号 ${lease.certificateNo === "" ? "（未维护）" : lease.certificateNo} 跨地市 ${lease.crossCity ? "是" : "否"}`,
        ]),
  ];
}

/** For the tenant: the number, and where the file is. */
const issuedNotice: InvoiceCards["issued"] = (application, { entityName, ...invoice }, downloadUrl) =>
  invoiceCard({ ...invoice, tenantName: application.tenantName, sellerName: entityName, downloadUrl });

/** What goes with the file to the mailbox on the title. */
const issuedMail: InvoiceCards["mail"] = (application, { number, issuedOn, amountFen, entityName }) => ({
  subject: `【电子发票】${entityName} ${formatYuan(amountFen)}（${number}）`,
  text: [
    `${application.title.name}：`,
    "",
    `您申请的发票已经开好，文件见附件。`,
    `发票号码：${number}`,
    `开票日期：${formatDate(issuedOn)}`,
    `价税合计：${formatYuan(amountFen)}`,
    `销售方：${entityName}`,
    `申请编号：${application.applicationNo}`,
    "",
    "这封邮件由系统发出。如内容有误，请在公众号里回复“发票开错了要红冲”。",
  ].join("\n"),
});

/** For the tenant: sent back, and why. */
const rejectedNotice = (application: StoredApplication): Card =>
  factCard(
    SAY_INVOICE.rejected.title,
    {
      subtitle: application.tenantName,
      rows: [
        { label: "申请号", value: application.applicationNo },
        { label: SAY_INVOICE.rejected.reason, value: application.closingReason ?? "" },
      ],
    },
    SAY_INVOICE.rejected.again,
  );

/** For the tenant, at the steps where something is wanted of them or has happened; undefined at the others. */
function redLetterNotice(letter: RedLetter): Card | undefined {
  const SAY = SAY_INVOICE.red;
  switch (letter.state) {
    case "awaiting-peer":
      return textCard(SAY.submitted(letter.invoiceNumber));
    case "red-issued":
      return textCard(SAY.issued(letter.invoiceNumber, letter.number ?? ""));
    case "expired":
      return textCard(SAY.expired(letter.invoiceNumber));
    case "refused":
      return textCard(SAY.refused(letter.invoiceNumber));
    default:
      return undefined;
  }
}

/** For finance: a red letter that somebody asked for. */
const redLetterRequestNotice = (letter: RedLetter, reasonName: string): Card =>
  factCard(
    `红冲申请 ${letter.redNo}`,
    {
      subtitle: letter.tenantName,
      rows: [
        { label: "蓝字发票", value: letter.invoiceNumber },
        { label: "金额", value: formatYuan(letter.amountFen) },
        { label: "原因", value: `${reasonName}：${letter.explanation}` },
      ],
    },
    `在电子税务局提交红字确认单后回复“${letter.redNo} 确认单 编号”，红票开出后回复“${letter.redNo} 红票 号码”；不办回复“${letter.redNo} 撤回”。`,
  );

/** 01 to 04, as the tax platform names them. */
const RED_REASON_NAMES = {
  mistake: "开票有误",
  return: "销货退回",
  "service-ended": "服务中止",
  allowance: "销售折让",
} as const;

/** All of them, for whoever tells people about invoices. */
export const invoiceCards: InvoiceCards = {
  application: applicationNotice,
  issued: issuedNotice,
  mail: issuedMail,
  rejected: rejectedNotice,
  redLetter: redLetterNotice,
  redLetterAsked: (letter) => redLetterRequestNotice(letter, RED_REASON_NAMES[letter.reason]),
};
