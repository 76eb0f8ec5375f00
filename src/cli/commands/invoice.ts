import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { approvalCards } from "../../../bot/notices/approval-notices.ts";
import { invoiceCards } from "../../../bot/notices/invoice-notices.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { invoiceLinksOf } from "../../compose/invoice-links.ts";
import { fieldEncryptionKeys } from "../../config/field-key.ts";
import { inTransaction } from "../../db/transaction.ts";
import { RED_REASONS, type RedReason } from "../../domain/invoice/red-letter.ts";
import { formatYuan, parseYuan, toJsonInteger } from "../../domain/money/fen.ts";
import { parseCivilDate } from "../../domain/time/civil-date.ts";
import { deriveLinkKey } from "../../http/h5/link.ts";
import {
  type DeskContext,
  enterInvoice,
  rejectApplication,
  stepRedLetter,
} from "../../usecases/invoices/finance-desk.ts";
import type { InvoiceFile } from "../../usecases/invoices/issue-invoice.ts";
import { type RedLetter, type RedStep, requestRedLetter } from "../../usecases/invoices/red-letters.ts";
import { renewRefundReversals } from "../../usecases/invoices/refund-red-letters.ts";
import { requestEarlyInvoice } from "../../usecases/invoices/request-early-invoice.ts";
import { loadApplications, type StoredApplication } from "../../usecases/invoices/stored-application.ts";
import { findStaffMember, type StaffMember } from "../../usecases/staff/find-staff-member.ts";
import { may } from "../../usecases/staff/permissions.ts";
import { pendingText } from "../approval-context.ts";
import { approvalLinkOf } from "../approval-link.ts";
import {
  type CliContext,
  type Command,
  type CommandResult,
  type OptionValues,
  readOption,
  refused,
  requiredOption,
  textOption,
  UsageError,
} from "../command.ts";

const STATES = {
  "pending-approval": "先票后款审批中",
  submitted: "待开",
  issued: "已开",
  rejected: "已退回",
  cancelled: "已撤销",
} as const;

export const invoiceListCommand: Command = {
  name: "invoice list",
  usage: "[--all]",
  summary: "待开的发票申请，附开票要用的全部内容",
  options: { all: { type: "boolean" } },
  positionals: [0, 0],
  async run(context, _positionals, options) {
    const condition = options.all === true ? Prisma.sql`true` : Prisma.sql`a.state = 'submitted'`;
    const found = await inTransaction(context.db, (tx) => loadApplications(tx, condition, context.encryption));
    return {
      json: found.map((application) => jsonOf(application)),
      text: found.length === 0 ? ["没有待开的发票。"] : found.flatMap((application) => textOf(application)),
    };
  },
};

export const invoiceIssueCommand: Command = {
  name: "invoice issue",
  usage: "<applicationNo> --number NUMBER [--place N] [--date DATE] [--file FILE] --as STAFF",
  summary: "登记开好的发票号码和文件（PDF、OFD、XML），并通知租户",
  options: {
    number: { type: "string" },
    place: { type: "string" },
    date: { type: "string" },
    file: { type: "string" },
    as: { type: "string" },
  },
  positionals: [1, 1],
  async run(context, [applicationNo = ""], options) {
    const place = textOption(options, "place");
    const date = textOption(options, "date");
    const file = textOption(options, "file");
    const entry = {
      applicationNo,
      number: requiredOption(options, "number"),
      place: place === undefined ? undefined : Number(place),
      issuedOn: date === undefined ? undefined : readOption("--date", date, parseCivilDate),
      files: file === undefined ? undefined : [await readInvoiceFile(file)],
    };
    return asStaff(context, options, async (tx, member, desk) => {
      const issued = await enterInvoice(tx, member, entry, desk);
      if (!issued.ok) return refused({ code: issued.code, message: issued.message.zh });
      return { json: jsonOf(issued.application), text: textOf(issued.application) };
    });
  },
};

export const invoiceRejectCommand: Command = {
  name: "invoice reject",
  usage: "<applicationNo> --reason TEXT --as STAFF",
  summary: "退回开票申请，租户会看到原因",
  options: { reason: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [applicationNo = ""], options) {
    const reason = requiredOption(options, "reason");
    return asStaff(context, options, async (tx, member, desk) => {
      const closed = await rejectApplication(tx, member, { applicationNo, reason }, desk);
      if (!closed.ok) return refused({ code: closed.code, message: closed.message.zh });
      return { json: jsonOf(closed.application), text: textOf(closed.application) };
    });
  },
};

export const invoiceRedCommand: Command = {
  name: "invoice red",
  usage: "<发票号码> --reason mistake|return|service-ended|allowance --explanation TEXT [--amount YUAN] --as STAFF",
  summary: "申请红冲一张发票",
  options: {
    reason: { type: "string" },
    explanation: { type: "string" },
    amount: { type: "string" },
    as: { type: "string" },
  },
  positionals: [1, 1],
  async run(context, [invoiceNumber = ""], options) {
    const reason = reasonOf(requiredOption(options, "reason"));
    const explanation = requiredOption(options, "explanation");
    const amount = textOption(options, "amount");
    const amountFen = amount === undefined ? undefined : readOption("--amount", amount, parseYuan);
    return asStaff(context, options, async (tx, _member, desk) => {
      const begun = await requestRedLetter(tx, { invoiceNumber, reason, explanation, amountFen }, desk);
      return begun.ok ? redResult(begun.redLetter) : refused({ code: begun.code, message: begun.message.zh });
    });
  },
};

export const invoiceEarlyCommand: Command = {
  name: "invoice early",
  usage: "<billNo> --kind special|ordinary --reason TEXT --as STAFF",
  summary: "先票后款：为还没到账的账单申请开票，审批通过后再开",
  options: { kind: { type: "string" }, reason: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [billNo = ""], options) {
    const kind = requiredOption(options, "kind");
    if (kind !== "special" && kind !== "ordinary") throw new UsageError("--kind 只能是 special、ordinary");
    const reason = requiredOption(options, "reason");
    return asStaff(context, options, async (tx, member, desk) => {
      const approval = { ...desk, cards: approvalCards(approvalLinkOf(context)) };
      const asked = await requestEarlyInvoice(tx, member, { billNo, kind, reason }, approval);
      if (!asked.ok) return refused({ code: asked.code, message: asked.message.zh });
      const { applicationNo, totalFen } = asked.application;
      return {
        json: { applicationNo, approval: asked.request.number, amountFen: toJsonInteger(totalFen) },
        text: [`${applicationNo} ${formatYuan(totalFen)}，${pendingText(asked.request)}`],
      };
    });
  },
};

const STEPS: Readonly<Record<string, RedStep["event"]>> = {
  approve: { type: "approve" },
  reject: { type: "reject" },
  form: { type: "form-submitted", needsPeer: true },
  "form-without-peer": { type: "form-submitted", needsPeer: false },
  "peer-confirmed": { type: "peer-confirmed" },
  "peer-refused": { type: "peer-refused" },
  issued: { type: "red-issued" },
  withdraw: { type: "withdraw" },
};

export const invoiceRedStepCommand: Command = {
  name: "invoice red-step",
  usage: `<红字编号> --step ${Object.keys(STEPS).join("|")} [--number NUMBER] --as STAFF`,
  summary: "登记红冲的一步：同意、确认单、对方确认、红票号码",
  options: { step: { type: "string" }, number: { type: "string" }, as: { type: "string" } },
  positionals: [1, 1],
  async run(context, [redNo = ""], options) {
    const event = STEPS[requiredOption(options, "step")];
    if (!event) throw new UsageError(`--step 只能是 ${Object.keys(STEPS).join("、")}`);
    const number = textOption(options, "number");
    const step: RedStep = { redNo, event, ...(event.type === "red-issued" ? { number } : { formNo: number }) };
    return asStaff(context, options, async (tx, member, desk) => {
      const moved = await stepRedLetter(tx, member, step, desk);
      return moved.ok ? redResult(moved.redLetter) : refused({ code: moved.code, message: moved.message.zh });
    });
  },
};

export const invoiceRedAgainCommand: Command = {
  name: "invoice red-again",
  usage: "<退款编号> --as STAFF",
  summary: "退款的红冲被拒绝、失效或撤回后重新发起；红票开出前退款不会付出",
  options: { as: { type: "string" } },
  positionals: [1, 1],
  run: async (context, [refundNo = ""], options) =>
    asStaff(context, options, async (tx, member, desk) => {
      if (!may(member, "invoice.handle")) {
        return refused({ code: "NOT_ALLOWED", message: "重新红冲由财务或收银办理。" });
      }
      const renewed = await renewRefundReversals(tx, refundNo, desk);
      if (!renewed.ok) return refused({ code: renewed.code, message: renewed.message.zh });
      const results = renewed.redLetters.map((letter) => redResult(letter));
      return { json: results.map((one) => one.json), text: results.flatMap((one) => one.text) };
    }),
};

function asStaff(
  context: CliContext,
  options: OptionValues,
  work: (
    tx: Parameters<Parameters<typeof inTransaction>[1]>[0],
    member: StaffMember,
    desk: DeskContext,
  ) => Promise<CommandResult>,
): Promise<CommandResult> {
  const code = requiredOption(options, "as");
  return inTransaction(context.db, async (tx) => {
    const member = await findStaffMember(tx, { code });
    if (!member) throw new UsageError(`没有在职员工 ${code}，请检查 --as 的员工编号`);
    return work(tx, member, {
      actor: `staff:${code}`,
      channel: "cli",
      today: context.clock.today(),
      nowMs: context.clock.nowMs(),
      encryption: context.encryption,
      messaging: {
        cards: invoiceCards,
        officialAccountAppId: context.config.officialAccount?.appId,
        ...linksOf(context),
      },
    });
  });
}

/** As the server would sign them. */
function linksOf({ config, clock }: CliContext) {
  const [key] = fieldEncryptionKeys(config);
  return key === undefined ? {} : invoiceLinksOf(config.publicUrl, deriveLinkKey(key), clock);
}

async function readInvoiceFile(file: string): Promise<InvoiceFile> {
  const format = /\.(pdf|ofd|xml)$/i.exec(file)?.[1]?.toLowerCase();
  if (format !== "pdf" && format !== "ofd" && format !== "xml")
    throw new UsageError("--file 要是 PDF、OFD 或 XML 文件");
  try {
    return { format, name: basename(file), content: await readFile(file) };
  } catch {
    throw new UsageError(`读不到文件 ${file}`);
  }
}

function reasonOf(text: string): RedReason {
  const reason = RED_REASONS.find((one) => one === text);
  if (reason === undefined) throw new UsageError(`--reason 只能是 ${RED_REASONS.join("、")}`);
  return reason;
}

const jsonOf = ({ title, ...application }: StoredApplication): object => ({
  ...application,
  amountFen: toJsonInteger(application.amountFen),
  title,
  invoices: application.invoices.map(({ amountFen, netFen, taxFen, redFen, ...invoice }) => ({
    ...invoice,
    amountFen: toJsonInteger(amountFen),
    netFen: toJsonInteger(netFen),
    taxFen: toJsonInteger(taxFen),
    redFen: toJsonInteger(redFen),
  })),
});

const textOf = (application: StoredApplication): string[] => [
  `${application.applicationNo} ${application.tenantName} ${application.kind === "special" ? "专票" : "普票"} ${formatYuan(application.amountFen)} ${STATES[application.state]}`,
  `  抬头 ${application.title.name} ${application.title.taxNo}`,
  ...application.invoices.map(
    (invoice) =>
      `  第${invoice.ordinal + 1}张 ${invoice.entityName} ${formatYuan(invoice.amountFen)}（不含税 ${formatYuan(invoice.netFen)}，税额 ${formatYuan(invoice.taxFen)}）${invoice.number ?? ""}`,
  ),
];

const redResult = (letter: RedLetter): CommandResult => ({
  json: { ...letter, amountFen: toJsonInteger(letter.amountFen) },
  text: [
    `${letter.redNo} 发票 ${letter.invoiceNumber} ${formatYuan(letter.amountFen)} ${letter.state}${letter.number === undefined ? "" : ` 红票 ${letter.number}`}`,
  ],
});
