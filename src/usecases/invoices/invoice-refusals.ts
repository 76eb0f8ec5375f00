import type { ConditionFailure } from "../../domain/invoice/conditions.ts";
import type { RedRefusal } from "../../domain/invoice/red-letter.ts";
import { formatYuan } from "../../domain/money/fen.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** What a person is told when an application is not taken: why, and what to do. */
export function refuseApplication(failure: ConditionFailure): Refusal {
  const { code, subject = "", amountFen = 0n, suggestions = [] } = failure;
  const [zh, en] = sentenceOf(code, subject, formatYuan(amountFen), suggestions);
  return refuse(code, zh, en);
}

function sentenceOf(
  code: ConditionFailure["code"],
  subject: string,
  amount: string,
  suggestions: readonly string[],
): readonly [zh: string, en: string] {
  switch (code) {
    case "ROLE_VIEWER":
      return ["您的权限是查看，开票请由贵公司的负责人或财务来申请。", "Viewers can't ask for invoices."];
    case "BILL_UNKNOWN":
      return [`没有找到账单 ${subject}，请核对编号，或发“查账单”看看。`, `There is no bill ${subject}.`];
    case "NO_LINES":
      return ["没有可以开票的费用。要开哪一期，可以说“开9月的发票”。", "There is nothing to invoice."];
    case "BILL_NOT_PUBLISHED":
      return [`账单 ${subject} 还没有发布，发布后再申请。`, `The bill ${subject} is not published.`];
    case "ONLY_DEPOSIT":
      return ["押金不开发票，可以索取收据；请发“要收据”。", "Deposits are not invoiced."];
    case "LINE_DISPUTED":
      return [`账单 ${subject} 有费用在争议中，争议处理完后再开票。`, `A line of ${subject} is disputed.`];
    case "REFUND_IN_PROGRESS":
      return [`账单 ${subject} 的款项正在退款，退款办完后再开票。`, `Money of ${subject} is being refunded.`];
    case "RED_LETTER_IN_PROGRESS":
      return [
        `账单 ${subject} 的发票正在红冲，红冲完成后可以重新开票。`,
        `An invoice of ${subject} is being reversed.`,
      ];
    case "APPLICATION_PENDING":
      return [
        `这些费用已经申请过（${subject}），财务正在处理，发“发票进度”可以查看。`,
        `Already asked for: ${subject}.`,
      ];
    case "ALREADY_INVOICED":
      return [`账单 ${subject} 已经全部开过发票，发“发票进度”可以再次下载。`, `${subject} is invoiced already.`];
    case "MONEY_FIRST":
      return [
        `还有 ${amount} 没有到账，收到款后才能开票。请先缴费；确需先票后款，请联系物业财务办理审批。`,
        `${amount} was not received yet.`,
      ];
    case "AMOUNT_NOT_POSITIVE":
      return ["开票金额要大于零。", "The amount must be above zero."];
    case "AMOUNT_TOO_HIGH":
      return [
        `现在最多可以开 ${amount}，请改小金额，或不说金额按全部可开的来开。`,
        `At most ${amount} can be invoiced now.`,
      ];
    case "SELLER_TAX_NO_MISSING":
      return [
        "物业方的开票信息还没有维护，请回复“转人工”联系物业财务，补上后再申请。",
        "The seller's taxpayer number is missing.",
      ];
    case "TITLE_MISSING":
      return [
        "还没有开票抬头。请把公司名称和税号发给我，例如“华星电子有限公司 91350100M000100Y43”。",
        "There is no invoice title.",
      ];
    case "TITLE_NAME":
      return ["抬头名称不完整，请发营业执照上的全称。", "The title's name is not complete."];
    case "TITLE_TAX_NO":
      return [
        suggestions.length > 0
          ? `税号没有通过校验，是不是 ${suggestions.join(" 或 ")}？请核对后再发一次。`
          : "税号没有通过校验，请对照营业执照核对（18位，不含 I、O、S、V、Z）。",
        "The taxpayer number does not pass its check.",
      ];
    case "TITLE_ADDRESS":
      return ["地址电话或开户行账号太长，发票上印不下，请各缩短到100字以内。", "Address or bank is too long."];
    case "TITLE_EMAIL":
      return ["接收邮箱的写法不对，请核对，例如 caiwu@example.cn。", "The e-mail address is not one."];
    case "TITLE_DIFFERS":
      return [`抬头“${subject}”与租赁合同的承租方不一致，确认要用它开票吗？`, "The title is not the lease's party."];
    case "PERSON_WANTS_SPECIAL":
      return ["个人抬头不能开专用发票，请改开普通发票，或换成公司抬头。", "Persons get ordinary invoices."];
    case "SPECIAL_FIELDS_MISSING":
      return [
        "开专票还缺地址、电话、开户行或账号，请一并发给我。",
        "A special invoice needs address, phone, bank and account.",
      ];
    case "RATE_MISSING":
      return [`账单 ${subject} 的税率是零，不能开专票，请改开普通发票或联系物业财务。`, `${subject} has no tax rate.`];
    case "SELLER_LIMIT":
      return [
        `物业方本月的开票额度不够，还能开 ${amount}。请减少金额，或下月再申请。`,
        `The seller can invoice ${amount} this month.`,
      ];
    case "TOO_MANY_INVOICES":
      return ["一次申请会拆成十张以上的发票，请按月份或费用分开申请。", "That would be more than ten invoices."];
    default:
      return code satisfies never;
  }
}

export function refuseRedLetter(code: RedRefusal): Refusal {
  switch (code) {
    case "NOT_ISSUED":
      return refuse(code, "这张发票还没有开出，或已经红冲，不能红冲。", "The invoice is not issued, or reversed.");
    case "ALREADY_LIVE":
      return refuse(code, "这张发票已经有一份红字信息在办理，请等它办完。", "A red letter of it is under way.");
    case "MISTAKE_IS_WHOLE":
      return refuse(
        code,
        "“开票有误”必须整张红冲，部分红冲请选择退回、服务中止或折让。",
        "A mistake is reversed as a whole.",
      );
    case "MORE_THAN_BLUE":
      return refuse(code, "红冲金额超过了发票余下的金额。", "More than is left of the invoice.");
    case "NOT_POSITIVE":
      return refuse(code, "红冲金额要大于零。", "The amount must be above zero.");
    default:
      return code satisfies never;
  }
}
