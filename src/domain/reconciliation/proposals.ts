import { type Fen, formatYuan } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";
import type { Candidate } from "./candidates.ts";
import type { DifferenceKind } from "./difference.ts";

/** What an exception says about itself; stored as JSON, so amounts are JSON integers of fen. */
export interface ExceptionFacts {
  readonly reasons: readonly string[];
  /** Fen of the statement and of our books, where they differ. */
  readonly statementFen?: number;
  readonly booksFen?: number;
  /** Fen that the channel kept of the row. */
  readonly feeFen?: number;
  readonly lineNo?: number;
  readonly valueDate?: CivilDate;
  readonly otherDate?: CivilDate;
  readonly payerName?: string;
  readonly payerAccountTail?: string;
  readonly remark?: string;
  readonly orderNo?: string;
  readonly transactionId?: string;
  readonly refundNo?: string;
  readonly receiptNo?: string;
  readonly tenant?: string;
  readonly tenantName?: string;
  readonly otherTenant?: string;
  readonly billNos?: readonly string[];
  readonly candidates?: readonly Candidate[];
  /** LOCAL_MISSING: an order of ours that waits for this payment. */
  readonly orderKnown?: boolean;
  /** Money is on 2241.02 for it. */
  readonly unclaimed?: boolean;
  /** SETTLEMENT_MISMATCH: the withdrawal of the fund-flow bill that the bank line answers with another amount. */
  readonly withdrawalLineId?: string;
  /** DUPLICATE_PAYMENT: the same transaction stands twice in the file; there is no second payment. */
  readonly repeatedRow?: boolean;
  /** STATUS_MISMATCH: what the channel says. */
  readonly channelStatus?: string;
  readonly outgoing?: boolean;
  /** The line is of a channel's own account (1012.01), not of a bank. */
  readonly channel?: boolean;
  /** A second payment that no receipt knows: the money is in the channel's account and in no book. */
  readonly unbooked?: boolean;
  readonly month?: string;
  readonly invoiced?: boolean;
  /** The channel can be asked how this order or refund stands (`requery`). */
  readonly askable?: boolean;
  /** What it said when it was asked last, in words. */
  readonly channelSays?: string;
  /** REFUND_MISMATCH: the bank has paid exactly what is on the list of bank payouts, and nobody has confirmed it. */
  readonly payoutDue?: boolean;
  /** A notification said it, and no statement yet: what is to be booked follows from the statement's own line. */
  readonly early?: boolean;
  /** The settlement is an acquirer's, of card payments at the desk: 1012.02. */
  readonly pos?: boolean;
  /** Of a card settlement: the card payments that it most likely pays, as keys of their book facts (`+<receipt id>`). */
  readonly posItems?: readonly string[];
  /** FAPIAO_MISMATCH: what happened to the money, the invoice (its number, or that of its application), and what it says. */
  readonly cause?: string;
  readonly invoice?: string;
  readonly billNo?: string;
  readonly invoicedFen?: number;
  readonly receivedFen?: number;
  readonly overFen?: number;
  /** False: asked for and not made yet, so that nothing can be taken back. */
  readonly issued?: boolean;
  readonly lineId?: string;
  readonly component?: "principal" | "late-fee";
}

/** A way to settle a difference. `effect` says what it does to ledger and balance. */
export interface Proposal {
  readonly code: string;
  readonly effect: string;
  /** Takes effect only when the approval document is through. */
  readonly needsApproval?: true;
  /** Where the page lets a person say more: which bills are meant, or how much of it. */
  readonly takes?: readonly ("bills" | "amount")[];
}

const NO_ENTRY = "不记账";

/** The choices for a difference, the likeliest first. Every one of them can be undone. */
export function proposalsFor(kind: DifferenceKind, facts: ExceptionFacts, amountFen: Fen): Proposal[] {
  const amount = formatYuan(amountFen < 0n ? -amountFen : amountFen);
  switch (kind) {
    case "LOCAL_MISSING":
      return facts.outgoing ? outgoing(facts, amount) : localMissing(facts, amount);
    case "CHANNEL_MISSING":
      return [
        { code: "keep", effect: `${NO_ENTRY}，收款保留，待渠道补账单` },
        ...requery(facts, "已付则保留收款，未付则撤销收款"),
        {
          code: "undo-receipt",
          effect: `撤销收款 ${facts.receiptNo ?? ""}：借 1122/2203 贷 资金账户 ${amount}，欠款恢复`,
        },
      ];
    case "AMOUNT_MISMATCH":
      return amountMismatch(facts);
    case "STATUS_MISMATCH":
      return facts.channelStatus === "SUCCESS"
        ? [
            { code: "restore-receipt", effect: `按渠道状态重新入账 ${amount}：借 资金账户 贷 1122/2203` },
            ...requery(facts, "以微信答复的状态为准"),
            { code: "keep", effect: `${NO_ENTRY}，维持账面状态` },
          ]
        : [
            { code: "undo-receipt", effect: `按渠道状态撤销收款：借 1122/2203 贷 资金账户 ${amount}，欠款恢复` },
            ...requery(facts, "以微信答复的状态为准"),
            { code: "keep", effect: `${NO_ENTRY}，维持账面状态` },
          ];
    case "REFUND_MISMATCH":
      return refundMismatch(facts, amountFen);
    case "DUPLICATE_PAYMENT":
      return duplicate(facts, amount);
    case "FEE_MISMATCH":
      return [
        { code: "raise", effect: `${NO_ENTRY}，差额 ${amount} 向渠道申诉` },
        {
          code: "accept",
          effect: facts.channel
            ? `认可渠道已扣的手续费：${amountFen < 0n ? "借 1012.01 贷 6603" : "借 6603 贷 1012.01"} ${amount}`
            : `${NO_ENTRY}，认可渠道已扣的手续费`,
        },
      ];
    case "SETTLEMENT_MISMATCH":
      return settlement(facts, amountFen, amount);
    case "UNKNOWN_PAYER":
      return [
        ...claims(facts, amount),
        { code: "hold", effect: `${NO_ENTRY}，继续挂在 2241.02 待认领` },
        { code: "return", effect: RETURN_UNCLAIMED, takes: ["amount"] },
      ];
    case "UNDERPAYMENT":
      return underpayment(facts, amountFen, amount);
    case "OVERPAYMENT":
      return [
        { code: "prepay", effect: `借 2241.02 贷 1122/2203，付清欠款，多出的 ${amount} 转预收`, takes: ["bills"] },
        {
          code: "return",
          effect: `借 2241.02 贷 1122/2203，付清欠款，多出的 ${amount} 发起退款审批`,
          takes: ["bills", "amount"],
        },
      ];
    case "MULTI_TENANT_PAYER":
      return facts.unclaimed
        ? [...claims(facts, amount), { code: "hold", effect: `${NO_ENTRY}，继续挂在 2241.02 待认领` }]
        : [
            { code: "keep", effect: `${NO_ENTRY}，款项仍归 ${facts.tenantName ?? "收款租户"}` },
            ...(facts.otherTenant === undefined
              ? []
              : [{ code: `move:${facts.otherTenant}`, effect: `撤销原收款，改记给 ${facts.otherTenant}：${amount}` }]),
          ];
    case "CROSS_ENTITY_PAYMENT":
      return [
        { code: "return", effect: `${RETURN_UNCLAIMED}，请租户付到正确的公司`, takes: ["amount"] },
        { code: "hold", effect: `${NO_ENTRY}，继续挂在 2241.02` },
        ...(facts.tenant === undefined || !facts.unclaimed
          ? []
          : [
              {
                code: `claim:${facts.tenant}`,
                effect: `借 2241.02 贷 1122/2203 ${amount}，留在收款公司：先付 ${facts.tenantName ?? facts.tenant} 在本公司的欠款，余下转预收`,
              },
            ]),
      ];
    case "STATEMENT_GAP":
      return [
        { code: "request", effect: `${NO_ENTRY}，向银行补要流水（缺 ${amount}）` },
        { code: "accept", effect: `${NO_ENTRY}，接受缺口，要另一人审批`, needsApproval: true },
      ];
    case "REVERSED_LINE":
      return facts.receiptNo === undefined
        ? [{ code: "ignore", effect: `${NO_ENTRY}，与本系统的收款无关` }]
        : [
            {
              code: "undo-receipt",
              effect: `撤销收款 ${facts.receiptNo}：先扣预收，再按相反顺序恢复欠款，违约金视同从未付款${facts.invoiced ? "；相关发票不会自动红冲" : ""}`,
            },
            { code: "keep", effect: `${NO_ENTRY}，收款保留` },
          ];
    case "CUTOFF":
      return [{ code: "tie", effect: `${NO_ENTRY}，与收款 ${facts.receiptNo ?? ""} 跨日对上` }];
    case "CLOSED_PERIOD":
      return [
        { code: "post-open", effect: `已记入未结账的月份，起息日不变，${NO_ENTRY}` },
        {
          code: "reopen",
          effect: `${NO_ENTRY}，发起反结账审批，另一人同意后重新打开 ${facts.month ?? "该月"}；这笔款仍在已记入的月份`,
        },
      ];
    case "FAPIAO_MISMATCH":
      return fapiaoMismatch(facts, amount);
    default:
      return kind satisfies never;
  }
}

/** Without a receipt of ours it is an order that was paid with another amount. */
function amountMismatch(facts: ExceptionFacts): Proposal[] {
  const statement = formatYuan(BigInt(facts.statementFen ?? 0));
  const fee = facts.feeFen === undefined || facts.feeFen === 0 ? undefined : formatYuan(BigInt(facts.feeFen));
  const booked = facts.receiptNo !== undefined;
  const keep = `${NO_ENTRY}，这笔款不入账，向渠道查询`;
  if (facts.early) return [...requery(facts, "答复写在这里，账单导入后再入账"), { code: "keep", effect: keep }];
  return [
    {
      code: "accept-statement",
      effect: booked
        ? `撤销收款 ${facts.receiptNo}，按对账单金额 ${statement} 重新入账`
        : `按对账单金额补记收款：借 1012.01 贷 1122/2203 ${statement}`,
    },
    ...requery(facts, "以微信答复的金额为准"),
    {
      code: "keep",
      effect: !booked
        ? keep
        : fee === undefined
          ? `${NO_ENTRY}，按账面金额保留，向渠道查询`
          : `收款按账面金额保留，差额向渠道查询；渠道已扣的手续费入账：借 6603 贷 1012.01 ${fee}`,
    },
  ];
}

function localMissing(facts: ExceptionFacts, amount: string): Proposal[] {
  if (facts.unclaimed)
    return [...claims(facts, amount), { code: "hold", effect: `${NO_ENTRY}，继续挂在 2241.02 待认领` }];
  const ignore = { code: "ignore", effect: `${NO_ENTRY}，不是本系统的款项` };
  if (facts.early) return [ignore];
  return [
    ...(facts.orderKnown ? [{ code: "settle", effect: `按订单补记收款：借 1012.01 贷 1122/2203 ${amount}` }] : []),
    ...requery(facts, "微信说已付就按订单补记收款"),
    { code: "unclaimed", effect: `借 1012.01 贷 2241.02 ${amount}，待认领` },
    ignore,
  ];
}

const outgoing = (facts: ExceptionFacts, amount: string): Proposal[] => [
  { code: "ignore", effect: `${NO_ENTRY}，与收费无关的支出` },
  {
    code: "bank-fee",
    effect: facts.channel ? `借 6603 贷 1012.01 ${amount}，渠道手续费` : `借 6603 贷 1002 ${amount}，银行手续费`,
  },
];

/** What comes of it is decided by the approval of the refund; nothing is booked before. */
const RETURN_UNCLAIMED = `${NO_ENTRY}，款项留在 2241.02，向原付款账户发起退款审批（账户不详时由财务另行发起）`;

function duplicate(facts: ExceptionFacts, amount: string): Proposal[] {
  if (facts.unbooked)
    return [
      { code: "settle", effect: `补记收款：借 1012.01 贷 1122/2203 ${amount}，先付欠款，余下留作预收` },
      { code: "unclaimed", effect: `借 1012.01 贷 2241.02 ${amount}，待认领或退款` },
      { code: "ignore", effect: `${NO_ENTRY}，不是本系统的款项` },
    ];
  if (facts.unclaimed)
    return [
      {
        code: "prepay",
        effect: `借 2241.02 贷 1122/2203 ${amount}，留作 ${facts.tenantName ?? "租户"} 的预收`,
        takes: ["bills"],
      },
      { code: "return", effect: RETURN_UNCLAIMED, takes: ["amount"] },
    ];
  return [
    { code: "keep", effect: `${NO_ENTRY}，款项已冲抵其他欠款或留作预收` },
    ...(facts.receiptNo === undefined || facts.repeatedRow
      ? [{ code: "raise", effect: `${NO_ENTRY}，账单里多出的一行向渠道查询` }]
      : [{ code: "return", effect: `${NO_ENTRY}，未用完的部分发起退款审批`, takes: ["amount"] as const }]),
  ];
}

/** Between the bank and the channel: the bank is right about what arrived. Between two bills of the channel: nothing to book. */
function settlement(facts: ExceptionFacts, amountFen: Fen, amount: string): Proposal[] {
  const raise = { code: "raise", effect: `${NO_ENTRY}，差额 ${amount} 向渠道查询` };
  if (facts.channel)
    return [raise, { code: "accept", effect: `${NO_ENTRY}，认可差额，要另一人审批`, needsApproval: true }];
  if (facts.pos) return posSettlement(facts, amountFen, amount, raise);
  return [
    {
      code: "accept",
      effect: `按银行到账为准：${amountFen < 0n ? "借 1012.01 贷 1002" : "借 1002 贷 1012.01"} ${amount}`,
    },
    raise,
  ];
}

/** An acquirer paid in another amount than the desk took by card, less its fee. What is given up for good needs a second person. */
function posSettlement(facts: ExceptionFacts, amountFen: Fen, amount: string, raise: Proposal): Proposal[] {
  if (facts.statementFen === undefined || facts.statementFen === 0) return [raise];
  const paid = formatYuan(BigInt(facts.statementFen));
  const rest = amountFen < 0n ? `少到的 ${amount}` : `多到的 ${amount}`;
  return [
    { code: "accept", effect: `按银行到账为准：借 1002 贷 1012.02 ${paid}，${rest}留在 1012.02 继续追查` },
    raise,
    ...(amountFen < 0n
      ? [
          {
            code: "write-off",
            effect: `借 1002 贷 1012.02 ${paid}；差额作手续费，借 6603 贷 1012.02 ${amount}`,
            needsApproval: true as const,
          },
        ]
      : []),
  ];
}

/** What the bank or the channel paid back, and what our refund says. The difference waits on 1901 until its cause is known. */
function refundMismatch(facts: ExceptionFacts, amountFen: Fen): Proposal[] {
  const account = facts.channel ? "1012.01" : "1002";
  const outFen = refundDifference(facts, amountFen);
  const amount = formatYuan(outFen < 0n ? -outFen : outFen);
  return [
    ...(facts.payoutDue
      ? [
          {
            code: "confirm-payout",
            effect: `登记退款 ${facts.refundNo ?? ""} 已由银行付出：借 2241.03 贷 1002 ${amount}`,
          },
        ]
      : []),
    ...requery(facts, "以微信答复的退款状态为准"),
    ...(outFen === 0n || facts.payoutDue || facts.early
      ? []
      : [
          {
            code: "suspend",
            effect:
              outFen > 0n
                ? `多退出的款先挂账查明：借 1901 贷 ${account} ${amount}`
                : `没有退出的款先挂账查明：借 ${account} 贷 1901 ${amount}`,
          },
        ]),
    { code: "raise", effect: `${NO_ENTRY}，向渠道或银行查询退款` },
    { code: "keep", effect: `${NO_ENTRY}，以账面退款为准` },
  ];
}

/** What left according to the statement beyond what left according to the books. */
export const refundDifference = (facts: ExceptionFacts, amountFen: Fen): Fen =>
  facts.statementFen === undefined && facts.booksFen === undefined
    ? amountFen
    : BigInt(facts.booksFen ?? 0) - BigInt(facts.statementFen ?? 0);

/** An invoice stands above the money: it goes back in part or whole, or money is on its way. */
function fapiaoMismatch(facts: ExceptionFacts, amount: string): Proposal[] {
  const invoice = facts.invoice ?? "";
  return [
    { code: "wait", effect: `${NO_ENTRY}，等租户补付，发票 ${invoice} 不动` },
    ...(facts.lineId === undefined || facts.issued === false
      ? []
      : [{ code: "red-part", effect: `${NO_ENTRY}，申请红冲发票 ${invoice} 多开的 ${amount}，由另一人同意` }]),
    ...(facts.issued === false
      ? []
      : [{ code: "red-all", effect: `${NO_ENTRY}，申请红冲整张发票 ${invoice}，付款后再重开，由另一人同意` }]),
  ];
}

const requery = (facts: ExceptionFacts, then: string): Proposal[] =>
  facts.askable ? [{ code: "requery", effect: `${NO_ENTRY}，向微信支付查询，${then}` }] : [];

const claims = (facts: ExceptionFacts, amount: string): Proposal[] =>
  (facts.candidates ?? []).map((candidate) => ({
    code: `claim:${candidate.tenant}`,
    effect: `借 2241.02 贷 1122/2203 ${amount}，归 ${candidate.tenantName}（${Math.round(candidate.confidence * 100)}%：${candidate.reasons.join("，")}）`,
    takes: ["bills"],
  }));

/** Most that the bank may have kept without anybody else's consent; what is short by more is no fee. */
export const BANK_FEE_LIMIT_FEN: Fen = 5_000n;

function underpayment(facts: ExceptionFacts, amountFen: Fen, amount: string): Proposal[] {
  const first = facts.unclaimed ? `借 2241.02 贷 1122，归 ${facts.tenantName ?? "租户"}；` : "";
  return [
    { code: "keep-open", effect: `${first}${first === "" ? NO_ENTRY : ""}差额 ${amount} 继续挂账` },
    {
      code: "waive",
      effect: `${first}借 6001/6051、2221.01 贷 1122 ${amount}，减免差额`,
      needsApproval: true,
      takes: ["amount"],
    },
    ...(amountFen > BANK_FEE_LIMIT_FEN
      ? []
      : [{ code: "bank-fee", effect: `${first}借 6603 贷 1122 ${amount}，差额作银行手续费` }]),
    {
      code: "write-off",
      effect: `${first}借 1231 贷 1122 ${amount}，差额作坏账核销`,
      needsApproval: true,
      takes: ["amount"],
    },
  ];
}
